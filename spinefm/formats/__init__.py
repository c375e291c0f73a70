"""Decoding of film files: what every format has in common, pictures (PNG, JPEG, TIFF) and DICOM."""

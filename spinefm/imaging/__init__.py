"""A file becomes a `Radiograph`: pictures, DICOM, polarity."""

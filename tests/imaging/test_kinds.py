"""Files that are not read are named as what they are."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from spinefm.imaging.radiograph import UnreadableFilm, printable, read

NAMED = {
    "a HEIC picture": b"\0\0\0\x24ftypheic",
    "an AVIF picture": b"\0\0\0\x20ftypavif",
    "a video": b"\0\0\0\x20ftypmp42",
    "a PGM picture": b"P5\n640 480\n255\n",
    "a PPM picture": b"P6 640 480 255\n",
    "a WebP": b"RIFF\0\0\0\0WEBPVP8 ",
    "a GIF": b"GIF89a",
    "a JPEG 2000": b"\xff\x4f\xff\x51\0\x29",
    "a JPEG XL": b"\xff\x0a\xfa\x1f",
    "a Photoshop file": b"8BPS\0\1",
    "a web page": b"\n<!DOCTYPE html><html>",
    "a PDF": b"%PDF-1.7",
    "a RAR archive": b"Rar!\x1a\x07\x00",
    "an NRRD file": b"NRRD0005\n",
    "an HDF5 file": b"\x89HDF\r\n\x1a\n",
    "a NumPy array": b"\x93NUMPY\1\0",
}


@pytest.mark.parametrize("kind", NAMED)
def test_a_file_that_is_not_read_is_named(kind: str) -> None:
    with pytest.raises(UnreadableFilm, match=f"The file is {kind}"):
        read(NAMED[kind] + bytes(4000))


def test_pipes_sockets_and_devices_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "film.png")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "film.dcm"))
    for path in (tmp_path / "film.png", tmp_path / "film.dcm", Path("/dev/zero")):
        with pytest.raises(UnreadableFilm, match="pipe, socket or device"):
            read(path)


def test_names_of_other_encodings_can_be_printed() -> None:
    assert printable("kr\udcf6ger.png") == "kr\ufffdger.png"
    assert printable("Müller.png") == "Müller.png"

"""The films that a visitor can choose: an upload, or one of a folder, with its finished trace where it is at hand."""

from __future__ import annotations

import base64
import gzip
import os
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from spinefm.imaging.radiograph import Radiograph, UnreadableFilm, read
from spinefm.trace.model import Trace
from spinefm.ui.server.housekeeping import KEPT_FOR

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom")
"""Files of an examples folder that are offered as films."""
THUMBNAIL = 88
"""Longer side of a thumbnail, in pixels."""


GONE = f"The uploaded film was removed, because it was not used for {KEPT_FOR}: upload it again."


@dataclass(frozen=True)
class Choice:
    """The film a visitor chose: an upload, or the example of that name, turned clockwise by so many `quarters`.

    `gone` is said where its file is not there. `anyway`: it is run though it looks like no lateral spine film.
    """

    path: Path
    name: str
    example: str | None = None
    gone: str = GONE
    quarters: int = 0
    anyway: bool = False

    @property
    def is_example(self) -> bool:
        """Whether the film is one of the page's own, which is simulated."""
        return self.example is not None

    def turned(self, quarters: int = 1) -> Choice:
        """The film turned clockwise by so many quarters more; as an example it was another."""
        return replace(self, example=None, quarters=(self.quarters + quarters) % 4)

    def used(self) -> None:
        """Keep an upload longer: it goes some time after its last use, gradio by the time of its inode's last change.

        The time at which it was written stays: films in memory are known by it. An example stays as it is.
        """
        if not self.is_example:
            with suppress(OSError):  # deleted meanwhile, or not ours
                os.utime(self.path, ns=(time.time_ns(), self.path.stat().st_mtime_ns))

    def read(self) -> Radiograph:
        """The film. Raises UnreadableFilm, also when it is not there, as an upload that has expired."""
        if not self.path.is_file():
            raise UnreadableFilm(self.gone)
        return read(self.path, self.name).rotated(self.quarters)


@dataclass(frozen=True)
class Example:
    """A film to try; `trace` is the file of its finished run, `small` its thumbnail: neither need be there."""

    name: str
    film: Path
    trace: Path
    small: Path

    def read(self) -> Radiograph:
        """The film. Raises UnreadableFilm."""
        return read(self.film)

    def choice(self) -> Choice:
        """The example as a visitor's choice."""
        return Choice(self.film, self.film.name, self.name)

    def finished(self) -> Trace | None:
        """The finished run, or None when there is none. Raises ValueError when the file is no trace."""
        if not self.trace.is_file():
            return None
        return Trace.from_json(gzip.decompress(self.trace.read_bytes()))


def find_examples(folder: Path) -> dict[str, Example]:
    """The examples of `folder`, by name: `films/<name>.*`, `traces/<name>.json.gz`, `thumbnails/<name>.jpg`."""
    found = (path for path in folder.glob("films/*") if path.suffix.lower() in SUFFIXES)
    films = sorted(found, key=lambda path: path.stem)
    return {path.stem: _example(folder, path) for path in films}


def _example(folder: Path, film: Path) -> Example:
    trace, small = folder / "traces" / f"{film.stem}.json.gz", folder / "thumbnails" / f"{film.stem}.jpg"
    return Example(film.stem, film, trace, small)


def thumbnail(example: Example) -> str | None:
    """A small picture of the film as a data URL; None for a film that cannot be read.

    Reading a film takes a tenth of a second, which the page's start would wait for, so the thumbnail's file is taken
    where there is one.
    """
    try:
        picture = example.small.read_bytes() if example.small.is_file() else small_jpeg(example.read())
    except UnreadableFilm:
        return None
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()


def small_jpeg(film: Radiograph) -> bytes:
    """The film as a JPEG of at most THUMBNAIL pixels a side."""
    scale = THUMBNAIL / max(film.size)
    small = cv2.resize(film.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", np.round(small * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 80])
    content: bytes = encoded.tobytes()
    return content

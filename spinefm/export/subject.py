"""What is exported: a finished run, its film as it was run, and the file that the film came in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from spinefm.core.words import listed
from spinefm.export.errors import ExportError
from spinefm.imaging.radiograph import Radiograph, UnreadableFilm, quarters_rotated, read
from spinefm.measure import Facing, Measures, Move, attempt
from spinefm.measure.doubt import doubtful
from spinefm.trace.model import Named, Trace, Vertebra, names_replaced

IMAGES = "images/"
"""Folder of the films in an export."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A finished run on one film.

    name: of the files, without an ending. source: content of the film's file; None where it is not at hand.
    overlay: content of the overlay that was written with the result. facing, given_mm: the side to which the patient
    looks and millimetres per pixel, where the user gave them. moves: landmarks that the user set by hand.
    """

    name: str
    trace: Trace
    source: bytes | None = None
    overlay: bytes | None = None
    facing: Facing | None = None
    given_mm: float | None = None
    moves: tuple[Move, ...] = ()

    @cached_property
    def film(self) -> Radiograph | None:
        """The film as it was run: inverted and rotated as then. Raises ExportError where it cannot be that film."""
        if self.source is None:
            return None
        record = self.trace.film
        try:
            film = read(self.source, record.name, "invert" if record.polarity_turned else "keep").rotated(self.quarters)
        except UnreadableFilm as error:
            raise ExportError(f"The film cannot be read: {error}") from error
        if film.size != record.size:
            raise ExportError(
                f"The film has {film.width} x {film.height} pixels and the result {record.size[0]} x {record.size[1]}: "
                "give the film that was run."
            )
        return film

    @property
    def quarters(self) -> int:
        """By how many quarters the film was rotated clockwise before the run."""
        return quarters_rotated(self.trace.film.notes)

    @property
    def spacing_mm(self) -> float | None:
        """Millimetres per pixel: those given, else the run's, else those of the film's file; None where unknown."""
        known = self.given_mm or self.trace.film.spacing_mm
        return self.film.spacing.mm if known is None and self.film and self.film.spacing else known

    @cached_property
    def measures(self) -> Measures:
        """What can be measured on the run, in millimetres where the run or the film's file has a scale."""
        own = self.given_mm is None and self.trace.film.spacing_mm is not None  # the trace says where it comes from
        return attempt(self.trace, self.facing, None if own else self.spacing_mm, self.film, moves=self.moves)

    def film_path(self, folder: str = IMAGES) -> str:
        """The film's path in an export whose films lie in `folder`; its own name where the film is not at hand."""
        return self.trace.film.name if self.film is None else f"{folder}{self.name}.png"

    def film_files(self, folder: str = IMAGES) -> dict[str, bytes]:
        """The film as it was run, 8 bits a pixel, in `folder`; nothing where it is not at hand."""
        return {} if self.film is None else {self.film_path(folder): grey_png(self.film)}


@dataclass(frozen=True)
class Part:
    """What one result adds to an export: files of its own, and its entry in the file of all."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    entry: Any = None


def grey_png(film: Radiograph) -> bytes:
    """A film as PNG, (H, W) of 8 bits, bone bright."""
    pixels = np.round(np.clip(film.pixels, 0, 1) * 255).astype(np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()


def notes_of(trace: Trace) -> list[str]:
    """What a reader of the result must know: how the film was read, what it looks like, what the names rest on."""
    named = None if names_replaced(trace.events) else next(trace.of(Named), None)
    finished = trace.finished.notes if trace.finished else ()
    return [*trace.film.notes, *([named.note] if named and named.note else []), *finished]


def doubt_words(vertebra: Vertebra, unsure: Collection[int]) -> str:
    """How sure the method is of a vertebra, in words; empty where it was not asked. unsure: the doubtful ones."""
    if vertebra.probability is None:
        return ""
    sure = f"probability {vertebra.probability:.2f}"
    return f"doubtful: {sure}" if vertebra.number in unsure else sure


def remarks_of(trace: Trace) -> list[str]:
    """The notes of a result, and a line for each vertebra that is doubtful."""
    unsure = doubtful(trace)
    lines = [f"{one.name} is {doubt_words(one, unsure)}." for one in trace.vertebrae if one.number in unsure]
    return [*notes_of(trace), *lines]


def moved_words(measures: Measures) -> str:
    """How many corners of which vertebrae a reader moved; empty where none."""
    moved = [f"{len(one.by_hand)} of {one.name}" for one in measures.landmarks if one.by_hand]
    return f"corners moved by hand: {listed(moved)}" if moved else ""

"""One film of a batch: its outlines from the stored run lengths, over the film where it may be read here."""

from __future__ import annotations

import base64
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

from spinefm.batch.sources.address import local_path
from spinefm.batch.tables import TableError, mask_of, read_table
from spinefm.core.numbers import percent
from spinefm.evaluation.drawing import outline, preview
from spinefm.imaging.radiograph import UnreadableFilm, read
from spinefm.ui.server.explorer.batch.index import BatchIndex
from spinefm.ui.server.explorer.owner import OwnerFolders
from spinefm.ui.server.explorer.words import measure_at, on_the_page, until

Answer = dict[str, Any]
Row = dict[str, Any]
ROUNDED = 1e-4
"""The last digit of the probabilities in the tables."""
MOST_KEPT = 64
"""Small pictures that are kept."""
NOT_THERE = "The film is not on this machine, or not in a folder that the page may read: only the outlines are shown."
ANOTHER = "The film in this place is not the one that was run: only the outlines are shown."
UNREADABLE = "The film can no longer be read: only the outlines are shown."
GONE = "This film is not in the batch; choose another."
DAMAGED = "An outline of this film is damaged in the table; run `spinefm batch merge` again."


class BatchFilms:
    """Films of batches as the page shows them; pictures come from the owner's folders of films only."""

    def __init__(self, owner: OwnerFolders) -> None:
        self._owner = owner
        self._kept: OrderedDict[tuple[Path, str], str] = OrderedDict()
        self._lock = Lock()

    def look(self, index: BatchIndex, film: str) -> Answer:
        """A film's size, outlines, picture and facts. Raises TableError for one that is not there."""
        found = read_table(index.folder, "films", ids=[film]).to_pylist()
        if not found:
            raise TableError(GONE)
        row = found[0]
        url, note = self._picture(index.folder, row)
        return {
            "width": row["width"] or 1,
            "height": row["height"] or 1,
            "url": url,
            "note": on_the_page(row["sentence"] or note),
            "drawing": {"truth": {}, "partial": {}, "boxes": {}, "masks": _masks(index.folder, film)},
            "facts": _facts(row),
        }

    def measures(self, index: BatchIndex, film: str) -> list[Answer]:
        """A film's measures, also those that have no value. Raises TableError."""
        wanted = ["measure", "place", "value", "unit", "plus_minus", "doubt", "why_not"]
        rows = read_table(index.folder, "measures", [*wanted, "id"], ids=[film]).select(wanted).to_pylist()
        return [{**row, "title": measure_at(row["measure"], row["place"])} for row in rows]

    def _picture(self, folder: Path, row: Row) -> tuple[str | None, str]:
        """The film's small picture, and a word where there is none."""
        key = (folder, row["id"])
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key], ""
        url, note = self._drawn(row)
        if url is not None:
            self._keep(key, url)
        return url, note

    def _keep(self, key: tuple[Path, str], url: str) -> None:
        with self._lock:
            self._kept[key] = url
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def _drawn(self, row: Row) -> tuple[str | None, str]:
        place = path_of(row["uri"])
        path = self._owner.film(place) if place is not None else None
        if path is None:
            return None, NOT_THERE
        try:
            film = read(path, row["name"], "invert" if row["inverted"] else "keep").rotated(row["quarters"] or 0)
        except UnreadableFilm:
            return None, UNREADABLE
        if film.size != (row["width"], row["height"]):
            return None, ANOTHER
        return "data:image/jpeg;base64," + base64.b64encode(preview(film)).decode(), ""


def path_of(uri: str) -> Path | None:
    """The path of a film's address; None for one that is no file's of this machine."""
    path = local_path(uri)
    return None if path is None or "\0" in str(path) else path


def _masks(folder: Path, film: str) -> list[Answer]:
    """The outlines of a film's vertebrae from the top."""
    columns = ["id", "number", "name", "doubtful", "probability", "mask_height", "mask_width", "mask_counts"]
    rows = read_table(folder, "vertebrae", columns, ids=[film]).to_pylist()
    try:
        return [
            {
                "number": row["number"],
                "name": row["name"],
                "doubtful": row["doubtful"],
                "probability": row["probability"],
                "outline": outline(mask_of(row)),
            }
            for row in rows
        ]
    except ValueError as error:
        raise TableError(DAMAGED) from error


def _facts(row: Row) -> list[list[str]]:
    """What the table says of a film, in words; only what there is."""
    size = f"{row['width']} × {row['height']} px" if row["width"] else ""
    scale = f", {row['spacing_mm']:.4g} mm per pixel" if row["spacing_mm"] else ""
    pairs = [
        ("size", size + scale),
        ("view", sure(row["view"], row["view_probability"])),
        ("faces", sure(row["facing"], row["facing_probability"])),
        ("counted from", row["anchor"]),
        ("names", sure(row["names"], row["names_probability"])),
        ("or", sure(row["second_names"], row["second_probability"])),
        ("upwards until", until(row["stop_up"])),
        ("downwards until", until(row["stop_down"])),
        *[("note", note) for note in row["notes"] or []],
    ]
    return [[name, str(value)] for name, value in pairs if value]


def sure(words: str | None, probability: float | None) -> str:
    """Words with how sure they are; what the tables round to 1 or 0 is neither."""
    if not words:
        return ""
    return words if probability is None else f"{words} ({percent(min(max(probability, ROUNDED), 1 - ROUNDED))})"

"""What people write for a level: one table of synonyms, which a user's own table extends.

A label names a body when it holds one level ("C5 body", "Th12", "LV5", "C_05") or a synonym of one ("axis"), and no
word for another part ("C5 disc", "C4/C5", "L3 pedicle").
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from spinefm.core.foreign import foreign_input, read_bytes
from spinefm.core.levels import Level
from spinefm.data.case import DatasetError

SYNONYMS: Mapping[str, Level] = MappingProxyType(
    {
        "atlas": Level.C1,
        "axis": Level.C2,
        "dens": Level.C2,
        "odontoid": Level.C2,
        "sacrum": Level.S1,
        "sacral": Level.S1,
        "promontory": Level.S1,
    }
)
"""Words that name a level."""
OTHER_PARTS = frozenset(
    (
        *("disc", "discs", "disk", "disks", "discus", "ivd", "ivds", "interspace", "endplate", "endplates", "plate"),
        *("corner", "corners", "edge", "edges", "landmark", "centroid", "center", "centre", "midpoint"),
        *("facet", "facets", "joint", "joints", "pedicle", "pedicles", "lamina", "laminae", "arch", "arches"),
        *("process", "processes", "spinous", "transverse", "articular", "foramen", "foramina", "canal", "cord"),
        *("rib", "ribs", "nerve", "root", "ligament", "osteophyte", "osteophytes", "spondylolisthesis"),
        *("skull", "occiput", "mandible", "hyoid", "clavicle", "sternum", "scapula", "pelvis", "ilium", "iliac"),
        *("femur", "femoral", "hip", "coccyx", "cocc"),
        *("implant", "implants", "screw", "screws", "cage", "rod", "marker", "background", "text", "artifact"),
    )
)
"""Words for what is no vertebral body: with one of them, a level only says where that part lies."""
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        **{"c": "C", "cv": "C", "cervical": "C"},
        **{"t": "T", "th": "T", "tv": "T", "thoracic": "T", "dorsal": "T"},
        **{"l": "L", "lv": "L", "lumbar": "L"},
        **{"s": "S", "sv": "S", "sacral": "S"},
    }
)
"""How the region of a level is written."""
LEVEL = re.compile(
    rf"(?<![a-z0-9])({'|'.join(sorted(PREFIXES, key=len, reverse=True))})[ .-]*0*(\d{{1,2}})(?![a-z0-9])"
)
PAIR = re.compile(r"(?<=\d)\s*[/–-]\s*(?=[a-z]{0,2}\d)")
"""Between the two levels of a disc, as in "C5/C6" or "L4-5"."""
WORD = re.compile(r"[a-z]+")
MOST_TABLE_BYTES = 1 << 20


@dataclass(frozen=True)
class NamedLabel:
    """What a label names: a level, or None and the reason."""

    level: Level | None
    why: str = ""


@dataclass(frozen=True)
class Names:
    """How labels are read; `own` is the user's table from a label's whole text to a level (None: no body)."""

    own: Mapping[str, Level | None] = field(default_factory=dict)

    def read(self, text: str) -> NamedLabel:
        """What `text` names.

        Example:
            >>> Names().read("Th12").level, Names().read("C_05 body").level
            (<Level.T12: 19>, <Level.C5: 5>)
            >>> Names().read("disc C5/C6")
            NamedLabel(level=None, why='it names a part that is not a vertebral body')
        """
        plain = plain_text(text)
        if plain in self.own:
            level = self.own[plain]
            return NamedLabel(level, "" if level else "your table of names says that it is not a body")
        words = set(WORD.findall(plain))
        if words & OTHER_PARTS or PAIR.search(plain):
            return NamedLabel(None, "it names a part that is not a vertebral body")
        return _one_of(_levels_in(plain, words))


def _levels_in(plain: str, words: set[str]) -> set[Level | None]:
    """The levels that a text names; None among them for a number that no level has, such as T13."""
    numbered = {f"{PREFIXES[prefix]}{number}" for prefix, number in LEVEL.findall(plain)}
    found: set[Level | None] = {Level.__members__.get(name) for name in numbered}
    return found or {level for word, level in SYNONYMS.items() if word in words}


def _one_of(found: set[Level | None]) -> NamedLabel:
    if len(found) > 1:
        return NamedLabel(None, "it names more than one level")
    level = next(iter(found), None)
    if level is not None:
        return NamedLabel(level)
    return NamedLabel(None, "it names no level that is read" if found else "it names no level")


def plain_text(text: str) -> str:
    """A label's text without case, width of letters and underscores."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())


def read_names(path: Path) -> Names:
    """A user's table: a CSV file with a label and a level a row, the level empty for what is no body.

    Raises DatasetError for what cannot be read, and for a level that does not exist.
    """
    hint = "give a CSV file with the columns label and level"
    with foreign_input(
        lambda reason: DatasetError(f"The table of names {path.name} cannot be read ({reason}); {hint}.")
    ):
        text = read_bytes(path, MOST_TABLE_BYTES).decode("utf-8-sig")
        rows = [row for row in csv.reader(text.splitlines()) if any(cell.strip() for cell in row)]
        if rows and [cell.strip().lower() for cell in rows[0][:2]] == ["label", "level"]:
            rows = rows[1:]
        return Names({plain_text(row[0]): _level_of(row) for row in rows})


def _level_of(row: list[str]) -> Level | None:
    if len(row) < 2:
        raise ValueError(f"{row[0]!r} has no second column")
    name = row[1].strip().upper()
    if name and name not in Level.__members__:
        raise ValueError(f"there is no level {row[1].strip()!r}")
    return Level[name] if name else None

"""What people write for a level: one table of synonyms, which a user's own table extends.

A label names a body when it holds one level ("C5 body", "Th12", "LWK5", "C_05", "5th lumbar") or a synonym of one
("axis"), and beside it only words that are known to mean the body. With a word for another part ("C5 disc", "C4/C5",
"L3 pedicle") or one that is not known ("disco C4") it is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from spinefm.core.foreign import foreign_input, read_bytes
from spinefm.core.levels import Level
from spinefm.data.case import DatasetError
from spinefm.data.spelled import LETTER, in_figures
from spinefm.data.tables import table_rows

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
HARMLESS = frozenset(
    (
        *("body", "bodies", "corpus", "corpora", "centrum", "vb", "vert", "vertebra", "vertebrae", "vertebral", "bone"),
        *("corps", "vertebre", "vertebral", "vertebrale", "vertebraux", "cuerpo", "corpo", "wirbel", "wirbelkorper"),
        *(
            "wirbelkoerper",
            "korper",
            "koerper",
            "wk",
            "of",
            "the",
            "de",
            "del",
            "der",
            "des",
            "椎",
            "椎体",
            "椎骨",
            "第",
        ),
        *("level", "label", "class", "mask", "seg", "segmentation", "msk", "roi", "outline", "contour", "polygon"),
        *("box", "bbox", "bounding", "rect", "rectangle", "poly", "shape", "region", "area", "segment", "segmented"),
        *("object", "instance", "gt", "ground", "truth", "manual", "normal", "healthy", "partial", "whole", "complete"),
        *("annotation", "annotated", "rater", "reader", "annotator", "expert"),
        *("fractured", "wedged", "biconcave", "crushed", "osteoporotic", "collapsed"),
        *("lombare", "cervicale", "toracica", "dorsale", "lombaire", "thoracique", "dorsal", "dorsalis"),
    )
)
"""Words beside a level that still name its body; with any other word the label may mean another part."""
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("c", "cv", "vc", "hw", "hwk", "hws", "cerv", "颈", "頸", "頚", "颈椎", "頸椎", "頚椎"), "C"),
        **dict.fromkeys(("t", "th", "tv", "vt", "d", "vd", "bw", "bwk", "bws", "thor", "dors", "胸", "胸椎"), "T"),
        **dict.fromkeys(("l", "lv", "vl", "lw", "lwk", "lws", "lum", "腰", "腰椎"), "L"),
        **dict.fromkeys(("s", "sv", "vs", "swk", "骶", "骶椎"), "S"),
    }
)
"""How the region of a level is shortened; T is D (dorsal) in many languages."""
REGIONS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("cervical", "cervicale", "zervikal", "halswirbel", "颈椎", "頸椎", "頚椎", "颈", "頸", "頚"), "C"
        ),
        **dict.fromkeys(("thoracic", "dorsal", "thorakal", "thoracique", "dorsale", "brustwirbel", "胸椎", "胸"), "T"),
        **dict.fromkeys(("lumbar", "lumbal", "lombaire", "lombare", "lendenwirbel", "腰椎", "腰"), "L"),
        **dict.fromkeys(("sacral", "sakral", "sacrale", "骶椎", "骶"), "S"),
    }
)
"""The words for a region, beside the number of a level or the level itself."""


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


LATIN: Mapping[str, str] = MappingProxyType({"с": "c", "т": "t"})
LOOKALIKE = re.compile(rf"(?<![^\W\d_])[{''.join(LATIN)}](?=[ .-]*\d)")
"""Cyrillic letters before a number that are typed for Latin ones."""
BETWEEN = r"(?:[ .-]*(?:vertebra|vertebral|vertebrae|vertebre|body|corpus|椎体|椎))*[ .-]*"
"""What may lie between a region and its number."""
LEVEL = re.compile(rf"(?<!{LETTER})(?<!\d)({_either([*PREFIXES, *REGIONS])}){BETWEEN}0*(\d{{1,2}})(?!\d)(?!{LETTER})")
ORDINAL = re.compile(
    rf"(?<!{LETTER})(?<!\d)0*(\d{{1,2}})(?:st|nd|rd|th|e|er|eme|ème|a|ª|o|º)?[ .-]*"
    rf"({_either(REGIONS)})(?!{LETTER}|[ .-]*\d)"
)
"""A number before its region, as in "5th lumbar"."""
PAIR = re.compile(r"(?<=\d)\s*[/–-]\s*(?=[a-z]{0,2}\d)")
"""Between the two levels of a disc, as in "C5/C6" or "L4-5"."""
WORD = re.compile(r"[^\W\d_]+")
COUNTED = re.compile(r"\D*\d{1,2}\s*[/–-]\s*\d+")
"""A level and a second number behind a line, which is no pair where it counts labels, as in "C5-1"."""
NUMBER = re.compile(r"^([ ./–-]*)(\d+)")
LAST = frozenset((Level.C7, Level.T12, Level.L5, Level.L6))
"""Levels below which a region begins: the disc below L5 is called L5-1 too."""
MOST_TABLE_BYTES = 1 << 20


@dataclass(frozen=True)
class NamedLabel:
    """What a label names: a level, or None and the reason.

    doubted: the level beside which there is a word that is not known, so that it may be this body.
    """

    level: Level | None
    why: str = ""
    doubted: Level | None = field(default=None, repr=False)


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
        plain = in_figures(plain)
        words = set(WORD.findall(plain))
        if words & OTHER_PARTS or (PAIR.search(plain) and not COUNTED.fullmatch(plain)):
            return NamedLabel(None, "it names a part that is not a vertebral body")
        found, rest = _levels_in(plain)
        named = _one_of(found or {level for word, level in SYNONYMS.items() if word in words})
        return named if named.level is None else _checked(named.level, rest)


def _levels_in(plain: str) -> tuple[set[Level | None], list[str]]:
    """The levels that a text names, None among them for one that is none, such as T13; and the text around them."""
    hits = [(hit, f"{_code(hit[1])}{hit[2]}") for hit in LEVEL.finditer(plain)]
    before = [(hit, f"{_code(hit[2])}{hit[1]}") for hit in ORDINAL.finditer(plain)]
    hits += [(hit, name) for hit, name in before if not any(_overlap(hit, other) for other, _ in hits)]
    return {Level.__members__.get(name) for _, name in hits}, _around(plain, [hit for hit, _ in hits])


def _overlap(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()


def _code(region: str) -> str:
    """The letter of a region."""
    return PREFIXES.get(region) or REGIONS[region]


def _around(plain: str, hits: Sequence[re.Match[str]]) -> list[str]:
    """The parts of a text before, between and behind matches."""
    ends = [0, *(place for hit in sorted(hits, key=re.Match.start) for place in hit.span()), len(plain)]
    return [plain[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True)]


def _checked(level: Level, rest: Sequence[str]) -> NamedLabel:
    """A label that names a level, unless what is written beside it may mean another part, or a disc as in L4_5."""
    words = [word for part in rest for word in WORD.findall(part)]
    strange = [word for word in words if not (_plain_letters(word) in HARMLESS or _is_same(word, level))]
    if strange:
        why = f"the word {strange[0][:30]!r} may mean another part than the body; if not, list the label in --names"
        return NamedLabel(None, why, level)
    number = NUMBER.match(rest[-1]) if len(rest) > 1 else None
    return _numbered(level, *number.groups()) if number else NamedLabel(level)


def _numbered(level: Level, between: str, number: str) -> NamedLabel:
    """A level with a second number behind it, which may count labels or be the next level."""
    own, second = int(level.name[1:]), int(number)
    if level not in LAST and second == own + 1:
        return NamedLabel(None, "it names a part that is not a vertebral body")
    is_joined = any(one in between for one in "/–-")
    is_count = second < own - 1 or (number.startswith("0") and second != own - 1)
    if (level in LAST and second == 1) or (is_joined and ("/" in between or not is_count)):
        why = f"the number {number[:30]} may mean another level; if it counts labels, list the label in --names"
        return NamedLabel(None, why, level)
    return NamedLabel(level)


def _is_same(word: str, level: Level) -> bool:
    """Whether a word means the level or its region."""
    return SYNONYMS.get(word) is level or REGIONS.get(word) == level.name[0]


def _plain_letters(word: str) -> str:
    """A word without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", word) if not unicodedata.combining(one))


def _one_of(found: set[Level | None]) -> NamedLabel:
    if len(found) > 1:
        return NamedLabel(None, "it names more than one level")
    level = next(iter(found), None)
    if level is not None:
        return NamedLabel(level)
    return NamedLabel(None, "it names no level that is read" if found else "it names no level")


def plain_text(text: str) -> str:
    """A label's text without case, width of letters and underscores; letters that only look Latin are Latin."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())
    return LOOKALIKE.sub(lambda found: LATIN[found[0]], plain)


def read_names(path: Path) -> Names:
    """A user's table: a CSV file with a label and a level a row, the level empty for what is no body.

    Raises DatasetError for what cannot be read, and for a level that does not exist.
    """
    hint = "give a CSV file with the columns label and level"
    with foreign_input(
        lambda reason: DatasetError(f"The table of names {path.name} cannot be read ({reason}); {hint}.")
    ):
        rows = list(table_rows(read_bytes(path, MOST_TABLE_BYTES)))
        if rows and [cell.strip().lower() for cell in rows[0][:2]] == ["label", "level"]:
            rows = rows[1:]
        return Names(_table_of(rows, path.name))


def _table_of(rows: Sequence[list[str]], title: str) -> dict[str, Level | None]:
    """The level of each label. Raises DatasetError for two levels of one label, ValueError for none that exists."""
    own: dict[str, Level | None] = {}
    for row in rows:
        level, plain = _level_of(row), plain_text(row[0])
        if own.setdefault(plain, level) is not level:
            both = " and ".join(one.name if one else "no body" for one in (own[plain], level))
            raise DatasetError(f"The table of names {title} lists {row[0]!r} twice, as {both}; keep one of the rows.")
    return own


def _level_of(row: list[str]) -> Level | None:
    if len(row) < 2:
        raise ValueError(f"{row[0]!r} has no second column")
    name = row[1].strip().upper()
    if name and name not in Level.__members__:
        raise ValueError(f"there is no level {row[1].strip()!r}")
    return Level[name] if name else None

"""The classes of a YOLO set: the names in `data.yaml` or `classes.txt`, and how many key points a line has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinefm.core.foreign import foreign_input, read_bytes
from spinefm.data.case import DatasetError, Skipped

MOST_YAML_BYTES = 256 << 10
MOST_NAMES = 10_000
MOST_POINTS = 1_000
"""Key points of a line."""
LISTS = ("classes.txt", "obj.names")
"""Files with a name a line."""
USUAL = ("data", "dataset")
"""What the file with the names is called where several have names."""


@dataclass(frozen=True)
class Classes:
    """Names by number, and `kpt_shape`: points of a line and numbers of a point, 2 or 3; None for none."""

    names: Mapping[int, str]
    points: tuple[int, int] | None = None


def classes_of(root: Path, files: Sequence[Path]) -> tuple[Classes, tuple[Skipped, ...]]:
    """The classes of a set, and the YAML files that cannot be read.

    Raises DatasetError where no file gives names, and where several give different ones.
    """
    paths = [path for path in files if path.suffix.lower() in (".yaml", ".yml") or is_list(path)]
    if not paths:
        raise DatasetError(f"{root} has no data.yaml or classes.txt with the names of the classes; add it.")
    found, damaged = _all(sorted(paths, key=is_list))
    usual = {path: classes for path, classes in found.items() if path.stem.lower() in USUAL}
    in_yaml = {path: classes for path, classes in found.items() if not is_list(path)}
    first, *others = (usual or in_yaml or found).items() or [(paths[0], None)]
    if first[1] is None:
        reasons = " ".join(one.why for one in damaged)
        raise DatasetError(f"{first[0].name} gives no names of classes; it needs a list of names. {reasons}".strip())
    different = [path for path, classes in others if classes != first[1]]
    if different:
        places = " and ".join(path.relative_to(root).as_posix() for path in (first[0], different[0]))
        raise DatasetError(f"{places} give different names of classes; keep the one that belongs to the labels.")
    return first[1], damaged


def is_list(path: Path) -> bool:
    """Whether a file is called as lists of names are."""
    return path.name.lower() in LISTS


def _all(paths: Sequence[Path]) -> tuple[dict[Path, Classes], tuple[Skipped, ...]]:
    """The classes of every file that gives names, and the files that cannot be read."""
    found: dict[Path, Classes] = {}
    damaged = []
    for path in paths:
        try:
            with foreign_input(lambda reason: DatasetError(f"It cannot be read ({reason}); fix or remove it.")):
                classes = _listed(path) if is_list(path) else _declared(path)
        except DatasetError as error:
            damaged.append(Skipped(path.name, str(error)))
            continue
        if classes.names:
            found[path] = classes
    return found, tuple(damaged)


def _listed(path: Path) -> Classes:
    """A name a line; the number of a name is that of its line, from 0."""
    lines = read_bytes(path, MOST_YAML_BYTES).decode("utf-8-sig").splitlines()
    return Classes({number: line.strip(" \t'\"") for number, line in enumerate(lines) if line.strip()})


def _declared(path: Path) -> Classes:
    """The entries `names` and `kpt_shape` of a YAML file; no names for one that has none. Raises ValueError."""
    raw = yaml_of(read_bytes(path, MOST_YAML_BYTES).decode("utf-8-sig"))
    if not isinstance(raw, dict):
        return Classes({})
    return Classes(_names_in(raw.get("names")), _shape_in(raw.get("kpt_shape")))


def _names_in(raw: Any) -> dict[int, str]:
    """Names by number, from a list or from a mapping of numbers to names."""
    pairs = list(raw.items()) if isinstance(raw, dict) else list(enumerate(raw)) if isinstance(raw, list) else []
    if len(pairs) > MOST_NAMES:
        raise ValueError(f"it has more than {MOST_NAMES} names")
    if any(isinstance(name, (list, dict)) or not str(number).isdigit() for number, name in pairs):
        raise ValueError("its names are not a list, or not names by their number")
    return {int(number): str(name) for number, name in pairs}


def _shape_in(raw: Any) -> tuple[int, int] | None:
    """Points of a line and numbers of a point."""
    if raw is None:
        return None
    count, numbers = (int(value) for value in raw)
    if not 0 < count <= MOST_POINTS or numbers not in (2, 3):
        raise ValueError("its kpt_shape is not a number of points and 2 or 3 numbers of each")
    return count, numbers


def yaml_of(text: str) -> Any:
    """The value of a YAML text without references inside it, which could unpack without end. Raises ValueError."""
    import yaml

    class Plain(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise ValueError("it refers to another place in itself")
            return super().compose_node(parent, index)

    try:
        return yaml.load(text, Loader=Plain)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", see line {mark.line + 1}" if mark is not None else ""
        raise ValueError(f"it is not valid YAML{place}") from error

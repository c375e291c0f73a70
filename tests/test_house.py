"""The house keeps its order: a floor imports only from itself and the floors it stands on, and nothing in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "spinefm"

FLOORS = {
    "anatomy": 1,
    "geometry": 1,
    "masks": 1,
    "formats": 2,
    "polarity": 2,
    "legibility": 2,
    "radiograph": 2,
    "stored": 2,
    "semantic_events": 2,
    "trace": 2,
    "captions": 2,
    "runtime": 3,
    "networks": 3,
    "manifest": 3,
    "hub": 3,
    "convert": 3,
    "base": 3,
    "bundles": 3,
    "phantom": 4,
    "datasets": 4,
    "methods": 5,
    "evaluation": 6,
    "measure": 6,
    "export": 6,
    "training": 6,
    "facade": 6,
    "ui": 7,
    "weights_verbs": 7,
    "cli": 7,
    "__main__": 7,
}
"""The floor on which each module or subpackage of `spinefm` stands."""

MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES}


def name_of(path: Path) -> str:
    """The module's dotted name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    """Dotted names that a module imports, wherever in it; a name taken from a package counts as its submodule."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in NAMES else str(node.module)


def place_of(module: str) -> str | None:
    """The part of the house a module belongs to; None for the package's own front door and foreign modules."""
    parts = module.split(".")
    return parts[1] if parts[0] == "spinefm" and len(parts) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_floor_imports_only_from_the_floors_it_stands_on(path: Path) -> None:
    here = place_of(name_of(path))
    if here is None:
        return  # spinefm/__init__.py only hands names on
    assert here in FLOORS, f"spinefm/{here} stands on no floor; add it to ARCHITECTURE.md and to FLOORS"
    for module in imports_of(path):
        there = place_of(module)
        if there is not None:
            assert FLOORS[there] <= FLOORS[here], f"{name_of(path)} (floor {FLOORS[here]}) imports {module}"


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        name_of(path): {module for module in imports_of(path) if module in NAMES and module != "spinefm"}
        for path in MODULES
        if name_of(path) != "spinefm"
    }
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle
    assert order.index("spinefm.geometry") < order.index("spinefm.masks") < order.index("spinefm.trace")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_page_knows_gradio(path: Path) -> None:
    if place_of(name_of(path)) != "ui":
        assert not [module for module in imports_of(path) if module.split(".")[0] == "gradio"]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 500
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{node.name} is over 60 lines"

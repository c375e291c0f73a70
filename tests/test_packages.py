"""Packages import one way only, in the order of `LAYERS`, and no module imports itself in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "spinefm"

LAYERS = (
    "core",
    "imaging",
    "trace",
    "networks",
    "weights",
    "phantom",
    "data",
    "methods",
    "measure",
    "evaluation",
    "export",
    "training",
    "api",
    "batch",
    "ui",
    "cli",
    "__main__",
)
"""The packages of `spinefm`, lowest first: each imports only from those before it."""

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
    """The package of `spinefm` that a module belongs to; None for `spinefm/__init__.py` and foreign modules."""
    parts = module.split(".")
    return parts[1] if parts[0] == "spinefm" and len(parts) > 1 else None


def test_the_layers_are_the_packages_that_exist() -> None:
    assert sorted(LAYERS) == sorted({place for name in NAMES if (place := place_of(name))})


def test_few_modules_lie_at_the_root() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py", "api.py"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_package_imports_only_from_the_layers_below_it(path: Path) -> None:
    here = place_of(name_of(path))
    if here is None:
        return  # spinefm/__init__.py only hands names on
    allowed = LAYERS[: LAYERS.index(here) + 1]
    for module in imports_of(path):
        there = place_of(module)
        assert there is None or there in allowed, f"{name_of(path)} imports {module} from a layer above it"


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        name_of(path): {module for module in imports_of(path) if module in NAMES and module != "spinefm"}
        for path in MODULES
        if name_of(path) != "spinefm"
    }
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle
    assert order.index("spinefm.core.geometry") < order.index("spinefm.core.masks") < order.index("spinefm.trace.model")


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

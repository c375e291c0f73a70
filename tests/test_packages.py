"""Packages import one way only, in the order of `LAYERS`, and no module imports itself in a circle."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
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
METHOD = re.compile(r"spinefm\.methods\.(\w+)\.")
"""A module inside a method's package."""
NAMES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES}


def name_of(path: Path) -> str:
    """The module's dotted name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@dataclass(frozen=True)
class ModuleFacts:
    """What the tests ask of a module, so that it is parsed once.

    Attributes:
        imports: dotted names, wherever in the module; a name taken from a package counts as its submodule.
        functions: each function's name and the number of its lines after the first.
        classes: the names of the module's own classes.
        lines: how many the file has.
    """

    imports: tuple[str, ...]
    functions: tuple[tuple[str, int], ...]
    classes: tuple[str, ...]
    lines: int


@cache
def facts_of(path: Path) -> ModuleFacts:
    """The facts of a module."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return ModuleFacts(
        tuple(name for node in nodes for name in imported_by(node, path)),
        tuple((node.name, (node.end_lineno or 0) - node.lineno) for node in functions),
        tuple(node.name for node in tree.body if isinstance(node, ast.ClassDef)),
        len(text.splitlines()),
    )


def imported_by(node: ast.AST, path: Path) -> list[str]:
    """The dotted names that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, f"{path}: relative import"
    full = [f"{node.module}.{alias.name}" for alias in node.names]
    return [name if name in NAMES else str(node.module) for name in full]


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
    for module in facts_of(path).imports:
        there = place_of(module)
        assert there is None or there in allowed, f"{name_of(path)} imports {module} from a layer above it"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_other_package_knows_the_insides_of_a_method(path: Path) -> None:
    """What they ask of a method, its `spec` says."""
    if place_of(name_of(path)) != "methods":
        for module in facts_of(path).imports:
            owner = METHOD.match(module)
            assert owner is None or owner[1] == "base", f"{name_of(path)} imports {module}"


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        name_of(path): {module for module in facts_of(path).imports if module in NAMES and module != "spinefm"}
        for path in MODULES
        if name_of(path) != "spinefm"
    }
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle
    assert order.index("spinefm.core.geometry") < order.index("spinefm.core.masks") < order.index("spinefm.trace.model")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_page_knows_gradio(path: Path) -> None:
    if place_of(name_of(path)) != "ui":
        assert not [module for module in facts_of(path).imports if module.split(".")[0] == "gradio"]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_and_functions_stay_short(path: Path) -> None:
    facts = facts_of(path)
    assert facts.lines <= 500
    for name, lines in facts.functions:
        assert lines < 50, f"{name} is over 50 lines"

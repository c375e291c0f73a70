"""Which package of the methods may import which: the base none, a method another's public class at most."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

METHODS = Path(__file__).parents[2] / "spinefm" / "methods"
PREFIX = "spinefm.methods."
PUBLIC = {"method", "config"}
"""Modules of a method that another may use."""


def imports() -> Iterator[tuple[str, str, str]]:
    """(package, package it imports from, module there) for every import between packages of methods."""
    for path in sorted(METHODS.glob("*/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module and module.startswith(PREFIX):
                package, _, name = module.removeprefix(PREFIX).partition(".")
                if package != path.parent.name:
                    yield path.parent.name, package, name


def test_the_base_imports_no_method() -> None:
    assert {there for here, there, _ in imports() if here == "base"} == set()


def test_a_method_uses_the_base_and_the_public_class_of_another() -> None:
    between = {(here, there, module) for here, there, module in imports() if there != "base"}
    assert {module for _, _, module in between} <= PUBLIC
    assert {there for _, there, _ in between} <= {"spinefm"}


@pytest.mark.parametrize("package", ["trace", "imaging", "core"])
def test_what_lies_below_names_no_method(package: str) -> None:
    names = [path.name for path in METHODS.iterdir() if path.is_dir() and path.name not in ("base", "__pycache__")]
    for path in (METHODS.parent / package).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not [name for name in names if f"methods.{name}" in text], path


def test_the_methods_are_listed_and_their_traces_read_without_loading_a_network() -> None:
    code = "import sys; from spinefm.methods.registry import specs; specs(); print('torch' in sys.modules)"
    call = [sys.executable, "-c", code]
    done = subprocess.run(call, capture_output=True, text=True, check=True, cwd=METHODS.parents[1])
    assert done.stdout.strip() == "False"

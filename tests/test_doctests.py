"""The examples in docstrings do what they show."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROMPT = ">" * 3
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "spinefm").rglob("*.py"))
    if PROMPT in path.read_text(encoding="utf-8")
]
"""The modules that have examples; only these are imported."""


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed


def test_the_examples_are_found() -> None:
    finder = doctest.DocTestFinder()
    found = {name for name in MODULES if any(test.examples for test in finder.find(importlib.import_module(name)))}
    assert len(found) > 20 and found == set(MODULES)

"""The words that this project no longer uses: code, page and documentation say it in the field's words."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OLD = {
    "second look": "off-axis retry",
    "legibility": "visibility",
    "faint limit": "minimum contrast",
    "mirrored view": "test-time flip",
    "workbench": "model service",
    "front of the walk": "induction state",
    "anew": "again",
    "nearer": "closer",
    "whoever": "anyone who",
    "held against": "compared with",
    "by a fault of": "what happened and what to do",
    "all the same": "anyway",
    "mend": "fix",
    "is told": "gets a message",
}
"""An old word, and what is said now."""
FILES = [
    path
    for pattern in (
        "spinefm/**/*.py",
        "spinefm/ui/**/*.js",
        "spinefm/ui/**/*.html",
        "docs/**/*.md",
        "bench/*.py",
        "*.md",
    )
    for path in sorted(ROOT.glob(pattern))
]


@cache
def texts() -> dict[str, str]:
    """The text of every file, by its path in the repository."""
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in FILES}


@pytest.mark.parametrize("word", OLD)
def test_no_file_uses_an_old_word(word: str) -> None:
    known = re.compile(rf"\b{word}\b", re.IGNORECASE)
    found = [name for name, text in texts().items() if known.search(text)]
    assert not found, f"say {OLD[word]!r}"


def test_the_files_are_found() -> None:
    assert len(FILES) > 300 and ROOT / "README.md" in FILES

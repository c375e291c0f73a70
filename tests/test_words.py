"""The words that this project no longer uses: code, page and documentation say it in the field's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ("spinefm/ui/",)
METHOD_AND_PAGE = ("spinefm/cli/segment.py", "spinefm/methods/", "spinefm/trace/", "spinefm/ui/")


@dataclass(frozen=True)
class Old:
    """An old word, alone or as a part of a name, such as `walk` in `click_of_walk`.

    Attributes:
        word: a pattern.
        now: what is said now.
        where: beginnings of the paths at which the word is an old one.
        stay: exact texts with the word that stay: names on disk or of other programs, and other meanings.
    """

    word: str
    now: str
    where: tuple[str, ...] = ("",)
    stay: tuple[str, ...] = ()

    def is_in(self, name: str, text: str) -> bool:
        """Whether the file `name` uses the word."""
        if not name.startswith(self.where):
            return False
        for known in self.stay:
            text = text.replace(known, "")
        return re.search(rf"(?<![a-z])(?:{self.word})(?![a-z])", text, re.IGNORECASE) is not None


OLD = (
    Old("second look", "off-axis retry"),
    Old("legibility|legible", "visibility"),
    Old("faint limit", "minimum contrast"),
    Old("mirrored view", "test-time flip"),
    Old("workbench", "model service"),
    Old("bench", "model service", PAGE, ("bench/", "bench.")),
    Old(r"in line|line: ModelQueue|self\.line|\w+\.line\.\w+", "queue", ("spinefm/ui/server/",)),
    Old("walk|walks|walked|walking", "induction", stay=("os.walk", "ast.walk")),
    Old(
        r"seeds?(?! \d)|seeding",
        "starting point",
        METHOD_AND_PAGE,
        ('"seed"', "plausible_seeds", "--seeds", "(seeds ", "hash seed", "hash_seed", "PHANTOM_SEED"),
    ),
    Old(
        "turned",
        "inverted or rotated",
        tuple(
            f"spinefm/{part}/" for part in ("core", "imaging", "data", "evaluation", "export", "cli", "methods/base")
        ),
        ("polarity_turned", "(?:rotated|turned)", 'say "turned"'),
    ),
    Old("turn_film|quarters_turned", "rotate_film", ("spinefm/", "docs/", "bench/"), ('"turn_film": ',)),
    Old("shelf|shelves", "evaluation store"),
    Old("anew", "again"),
    Old("nearer", "closer"),
    Old("whoever", "anyone who"),
    Old("held against", "compared with"),
    Old("by a fault of", "what happened and what to do"),
    Old("all the same", "anyway"),
    Old("mend", "fix"),
    Old("is told", "gets a message"),
    Old("stands?", "is, lies, means", stay=("stand_in",)),
)
FILES = [
    path
    for pattern in (
        "spinefm/**/*.py",
        "spinefm/ui/**/*.js",
        "spinefm/ui/**/*.html",
        "spinefm/ui/**/*.css",
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


@pytest.mark.parametrize("old", OLD, ids=lambda old: old.word)
def test_no_file_uses_an_old_word(old: Old) -> None:
    found = [name for name, text in texts().items() if old.is_in(name, text)]
    assert not found, f"say {old.now!r}"


def test_an_old_word_is_found_alone_and_in_a_name_but_not_where_it_stays() -> None:
    walk = next(old for old in OLD if old.word.startswith("walk"))
    assert all(walk.is_in("a.py", text) for text in ("a walk up", "click_of_walk(film)", "self.walked"))
    assert not any(walk.is_in("a.py", text) for text in ("os.walk(root)", "sidewalk"))
    seed = next(old for old in OLD if old.now == "starting point")
    assert seed.is_in("spinefm/ui/player/modes.js", "this.seeds = []")
    assert not seed.is_in("spinefm/ui/player/modes.js", 'direction === "seed"')
    assert not seed.is_in("spinefm/phantom/mix.py", "seed: int")


def test_the_files_are_found() -> None:
    assert len(FILES) > 300 and ROOT / "README.md" in FILES

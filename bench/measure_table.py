"""The tables of `bench.measures`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bench.measures import FilmPairs, Pair


@dataclass(frozen=True)
class Row:
    """A row of the table: measures by key, unit, factor of the values, bar, and published errors."""

    title: str
    keys: tuple[str, ...]
    unit: str
    bar: float | None = None
    published: str = ""
    factor: float = 1.0


ROWS = (
    Row("lordosis C2-C7", ("lordosis_c2_c7",), "°", 2.6, "models 2.6; readers' SEM 1.8"),
    Row("C2 slope", ("c2_slope",), "°", 2.6),
    Row("C7 slope", ("c7_slope",), "°", 2.6, "models 2.3"),
    Row("lordosis L1-S1", ("lordosis_l1_s1",), "°", 2.6, "models 3.6"),
    Row("lordosis L1-L5", ("lordosis_l1_l5",), "°", 2.6, "models 3.6"),
    Row("thoracolumbar T11-L2", ("thoracolumbar_t11_l2",), "°", 2.6),
    Row("sacral slope", ("sacral_slope",), "°", 2.6),
    Row("segmental angle", ("segmental_angle",), "°", 2.5),
    Row("height loss", ("height_loss",), "points", 2.6, "CT 2.6; readers ±12.5"),
    Row("Ha/Hp, Hm/Hp", ("anterior_ratio", "middle_ratio"), "%", None, "", 100),
    Row("heights Ha, Hm, Hp", ("anterior_height", "middle_height", "posterior_height"), "mm"),
    Row("slip", ("slip",), "% of endplate", 2.0),
    Row("disc height index", ("disc_height_index",), "", 0.02),
    Row("disc heights", ("disc_height_anterior", "disc_height_middle", "disc_height_posterior"), "mm"),
    Row("C2-C7 vertical axis", ("sva_c2_c7",), "mm"),
)
UNCERTAIN = "uncertain"
"""What a grade says of itself where the corners do not settle it."""
NOT_FOUND = "not found"
"""Why a measure is missing where one of its bodies was missed altogether."""
HEAD = (
    "| measure | n | films | MAE | median | bias | 95 % limits of agreement | not found | not sure | "
    "doubtful: share, MAE | truth within ± | bar | published |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def table(films: Sequence[FilmPairs]) -> str:
    """All figures as Markdown."""
    pairs = [pair for film in films for pair in film.pairs]
    lines = [line for row in ROWS if (line := row_line(row, pairs))]
    grades = [grade_line("Genant grade", "height_loss", genant, pairs), grade_line("Meyerding", "slip", slipped, pairs)]
    return "\n".join([corner_line(films), facing_line(films), "", HEAD, *lines, "", *grades, *reasons(pairs)])


def row_line(row: Row, pairs: Sequence[Pair]) -> str:
    """The figures of one kind of measure; "" where no film has it."""
    own = [pair for pair in pairs if pair.key in row.keys and pair.true is not None]
    seen = [pair for pair in own if pair.value is not None]
    if not own:
        return ""
    lost = 100 * sum(pair.reason == NOT_FOUND for pair in own) / len(own)
    missing = 100 * (1 - len(seen) / len(own)) - lost
    if not seen:
        return f"| {row.title} | 0 | | | | | | {lost:.1f} % | {missing:.1f} % | | | | {row.published} |"
    error = row.factor * np.array([(pair.value or 0.0) - (pair.true or 0.0) for pair in seen])
    half = row.factor * np.array([pair.uncertainty or 0.0 for pair in seen])
    digits = 4 if not row.unit else 2
    spread = 1.96 * error.std(ddof=1) if len(error) > 1 else float("nan")
    figures = (np.abs(error).mean(), np.median(np.abs(error)))
    low, high = error.mean() - spread, error.mean() + spread
    within = 100 * (np.abs(error) <= half).mean()
    bar = "" if row.bar is None else f"{row.bar:g}"
    return (
        f"| {row.title} {f'({row.unit})' if row.unit else ''} | {len(seen)} | {len({pair.film for pair in seen})} | "
        f"{figures[0]:.{digits}f} | {figures[1]:.{digits}f} | {error.mean():+.{digits}f} | "
        f"{low:+.{digits}f} to {high:+.{digits}f} | {lost:.1f} % | {missing:.1f} % | "
        f"{doubtful(row, own, digits)} | {within:.1f} % | {bar} | {row.published} |"
    )


def doubtful(row: Row, own: Sequence[Pair], digits: int) -> str:
    """The share of measures that were given with a doubt, and their mean absolute error."""
    errors = [row.factor * abs(pair.doubtful - (pair.true or 0.0)) for pair in own if pair.doubtful is not None]
    return f"{100 * len(errors) / len(own):.1f} %, {np.mean(errors):.{digits}f}" if errors else ""


def corner_line(films: Sequence[FilmPairs]) -> str:
    """How far corners lie from the true ones."""
    errors = np.array([error for film in films for error in film.corners])
    if not errors.size:
        return "no body was found"
    return (
        f"corners, % of the body's width: median {np.median(errors):.2f}, mean {errors.mean():.2f}, "
        f"95th percentile {np.percentile(errors, 95):.2f}, {errors.size} bodies (bar: median 3)"
    )


def facing_line(films: Sequence[FilmPairs]) -> str:
    """How often the facing was right."""
    known = [film.facing_right for film in films if film.facing_right is not None]
    return f"facing right on {sum(known)} of {len(known)} films that have one; {len(films)} films"


def genant(grade: str) -> int:
    """The number of Genant's grade."""
    return int(grade.split()[1])


def slipped(grade: str) -> int:
    """The number of Meyerding's grade, negative where posterior."""
    size = ("0", "I", "II", "III", "IV", "V").index(grade.split()[1].rstrip(","))
    return -size if "posterior" in grade else size


def grade_line(title: str, key: str, number: Callable[[str], int], pairs: Sequence[Pair]) -> str:
    """Agreement of grades: Cohen's kappa, plain and with linear weights."""
    graded = [pair for pair in pairs if pair.key == key and pair.grade]
    both = [(number(pair.true_grade), number(pair.grade)) for pair in graded if UNCERTAIN not in pair.grade]
    if not both:
        return f"{title}: none"
    true, seen = np.array(both).T
    same = 100 * (true == seen).mean()
    counts = " ".join(f"{grade}: {(true == grade).sum()}" for grade in np.unique(true))
    films = np.array([pair.film for pair in graded if UNCERTAIN not in pair.grade])
    low, high = kappa_interval(true, seen, films)
    return (
        f"{title}: kappa {kappa(true, seen, False):.3f} ({low:.3f}-{high:.3f}), "
        f"linear weights {kappa(true, seen, True):.3f}, "
        f"same {same:.1f} % of {len(both)} (true {counts}); {len(graded) - len(both)} more uncertain"
    )


def kappa(true: np.ndarray, seen: np.ndarray, is_weighted: bool) -> float:
    """Cohen's kappa of two rows of grades (N,).

    >>> kappa(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), False)
    1.0
    """
    grades = np.unique(np.concatenate([true, seen]))
    apart = np.abs(grades[:, None] - grades[None]).astype(float)
    cost = apart if is_weighted else (apart > 0).astype(float)
    joint = np.array([[((true == a) & (seen == b)).mean() for b in grades] for a in grades])
    chance = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    expected = float((cost * chance).sum())
    return 1.0 if expected == 0 else 1 - float((cost * joint).sum()) / expected


def kappa_interval(true: np.ndarray, seen: np.ndarray, films: np.ndarray, draws: int = 2000) -> tuple[float, float]:
    """95 % of the unweighted kappa of grades (N,), by a bootstrap over their films (N,)."""
    rng, names = np.random.default_rng(0), np.unique(films)
    rows = {name: np.flatnonzero(films == name) for name in names}
    picks = (np.concatenate([rows[name] for name in rng.choice(names, len(names))]) for _ in range(draws))
    low, high = np.percentile([kappa(true[pick], seen[pick], False) for pick in picks], (2.5, 97.5))
    return float(low), float(high)


def reasons(pairs: Sequence[Pair], most: int = 8) -> list[str]:
    """The commonest reasons for which something in view was not measurable."""
    counted: dict[str, int] = {}
    for pair in pairs:
        if pair.value is None:
            why = pair.reason.split(": ", 1)[-1]
            counted[why] = counted.get(why, 0) + 1
    ordered = sorted(counted.items(), key=lambda item: -item[1])[:most]
    return [f"not measurable: {count:5d} {why}" for why, count in ordered]

"""The paper's table: identified, located DSC and overall DSC per level and on average, with names and extra masks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spinefm.core.levels import Level
from spinefm.evaluation.matching import FilmScore, LevelScore


@dataclass(frozen=True)
class Summary:
    """Figures over `count` annotated levels; shares in per cent, NaN where nothing was counted.

    located_dsc: mean Dice over the identified ones; overall_dsc: the missed count as 0 (SpineFM, section 3).
    """

    count: int
    identified: float
    located_dsc: float
    overall_dsc: float
    named_right: float


def summarise(levels: Iterable[LevelScore]) -> Summary:
    """The figures over `levels`, each weighing the same."""
    scores = list(levels)
    located = [score.dice for score in scores if score.identified]
    return Summary(
        count=len(scores),
        identified=100 * _mean([score.identified for score in scores]),
        located_dsc=_mean(located),
        overall_dsc=_mean([score.dice if score.identified else 0.0 for score in scores]),
        named_right=100 * _mean([score.named_right for score in scores]),
    )


def per_level(films: Sequence[FilmScore]) -> Mapping[Level, Summary]:
    """The figures of each level that occurs, from the head down."""
    scores = [score for film in films for score in film.levels]
    present = sorted({score.level for score in scores})
    return {level: summarise(score for score in scores if score.level is level) for level in present}


def table(rows: Mapping[str, Summary]) -> str:
    """The rows as a plain text table."""
    lines = [f"{'':22s} {'n':>5s} {'identified %':>13s} {'located DSC':>12s} {'overall DSC':>12s} {'named %':>8s}"]
    lines += [
        f"{name:22s} {row.count:5d} {row.identified:13.1f} {row.located_dsc:12.3f} {row.overall_dsc:12.3f} "
        f"{row.named_right:8.1f}"
        for name, row in rows.items()
    ]
    return "\n".join(lines)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")

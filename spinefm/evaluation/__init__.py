"""Matching predictions with truth, the paper's tables and what they hide, and runs over whole data sets."""

from spinefm.evaluation.evaluate import Pace, Progress, evaluate, evaluate_film
from spinefm.evaluation.matching import FilmScore, LevelScore, score_film
from spinefm.evaluation.results import FilmResult, FilmRow, VertebraRow
from spinefm.evaluation.runs import Plan, RunError, RunFolder

__all__ = [
    "FilmResult",
    "FilmRow",
    "FilmScore",
    "LevelScore",
    "Pace",
    "Plan",
    "Progress",
    "RunError",
    "RunFolder",
    "VertebraRow",
    "evaluate",
    "evaluate_film",
    "score_film",
]

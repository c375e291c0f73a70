"""Matching predictions with truth, and the tables made of it."""

from spinefm.evaluation.matching import FilmScore, LevelScore, score_film
from spinefm.evaluation.tables import Summary, per_level, summarise, table

__all__ = ["FilmScore", "LevelScore", "Summary", "per_level", "score_film", "summarise", "table"]

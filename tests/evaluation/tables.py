"""Tables of a run made by hand, so that figures can be counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pandas import DataFrame

from spinefm.evaluation.frames import film_table, vertebra_table
from spinefm.evaluation.results import CaseOutlines, FilmResult, FilmRow, VertebraRow


def made_films(anchors: Mapping[str, str], **changes: Any) -> DataFrame:
    """A row per film with its anchor; `changes` hold a value, or one per film."""
    row = FilmRow(
        film="", region="cervical", group="", subject="", width=9, height=9, spacing_mm=None, complete=True, failure="",
        annotated=0, predicted=0, false_masks=0, doubled_masks=0, merged_masks=0, anchor="", names_given=0,
        wrong_names=0, level_shift=None, pq_iou_sum=None, pq_matched=None, pq_false=None, pq_missed=None, stop_up="",
        stop_down="", mask_dice=(), mask_probability=(), mask_named=(), film_sha256="", truth_sha256="",
    )  # fmt: skip
    table = film_table([FilmResult(row, (), CaseOutlines({}, {}, {}, []))] * len(anchors))
    return table.assign(film=list(anchors), anchor=list(anchors.values()), **changes)


def made_masks(*masks: tuple[float | None, float, bool | None]) -> dict[str, str]:
    """The columns of one film's masks: probability, Dice, and whether the name is right."""
    columns = zip(*masks, strict=True)
    return dict(zip(("mask_probability", "mask_dice", "mask_named"), map(json.dumps, columns), strict=True))


def made_vertebrae(*bodies: tuple[str, str, float, str, float | None]) -> DataFrame:
    """A row per body: film, level, Dice, name, and the share of its outline that shows."""
    rows = tuple(
        VertebraRow(film, "body", level, 0, dice, None, name, "", None, matched_dice=dice, edge_share=edge)
        for film, level, dice, name, edge in bodies
    )
    row = made_films({"a": ""}).iloc[0].to_dict()
    return vertebra_table([FilmResult(FilmRow(**row), rows, CaseOutlines({}, {}, {}, []))])

"""The golden figures: rows of a made-up run, and what the tables in Python and the explorer in JavaScript say of them.

`python -m tests.evaluation.golden` writes `tests/golden/evaluation_figures.json` again; look at the difference first.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from spinefm.core.levels import Level
from spinefm.evaluation.frames import film_table, vertebra_table
from spinefm.evaluation.names import name_figures
from spinefm.evaluation.results import LISTS, CaseOutlines, FilmResult, FilmRow, VertebraRow
from spinefm.evaluation.summary import level_figures, run_figures
from spinefm.ui.server.explorer.columns import columns_of

GOLDEN = Path(__file__).parents[1] / "golden" / "evaluation_figures.json"
LIMITS = (0.4, 0.55, 0.85)
LEVELS = (Level.C2, Level.C3, Level.C4, Level.C5, Level.C6)
ON_THE_LIMIT = (0.4, 0.400001, 0.55, 0.850001, 0.85)
"""Dice that lie on a limit or a millionth above it, where rounding would decide."""
SHOWN = {"level": "name", "located": "located_dsc", "overall": "overall_dsc"}
"""What the explorer's figures are called in the tables, where the names differ."""
FIGURES = ("level", "count", "identified", "located", "overall", "named", "misnamed", "unnamed", "worst")


def results() -> list[FilmResult]:
    """Nine films of five bodies, of which a tenth is four and a half, and one of boxes."""
    return [FilmResult(_film(number), _vertebrae(number), CaseOutlines({}, {}, {}, [])) for number in range(10)]


def _film(number: int) -> FilmRow:
    masks = (0.9, 0.4, 0.1) if number % 3 == 0 else (0.95, 0.850001)
    judged = number < 7
    return FilmRow(
        film=f"film-{number}", region="cervical", group="full", subject="", width=400, height=500, spacing_mm=None,
        complete=judged, failure="", annotated=5, predicted=len(masks),
        false_masks=2 if number % 3 == 0 and judged else 0,
        doubled_masks=0, merged_masks=0, anchor=("whole", "partial", "absent")[number % 3], names_given=5,
        wrong_names=0,
        level_shift=0, pq_iou_sum=None, pq_matched=None, pq_false=None, pq_missed=None,
        stop_up="C2", stop_down="background",
        mask_dice=masks if judged else (), mask_probability=(0.99,) * len(masks) if judged else (),
        mask_named=(True,) * len(masks) if judged else (), film_sha256="0", truth_sha256="0",
    )  # fmt: skip


def _vertebrae(number: int) -> tuple[VertebraRow, ...]:
    rows = [_box(number, level) if number == 9 else _body(number, index, level) for index, level in enumerate(LEVELS)]
    extra = VertebraRow(f"film-{number}", "extra", "", 9, 0.4, None, "V6", "on no body", None)
    return (*rows, extra) if number % 3 == 0 and number < 7 else tuple(rows)


def _body(number: int, index: int, level: Level) -> VertebraRow:
    place = number * len(LEVELS) + index
    dice = ON_THE_LIMIT[index] if number == 4 else (0.0, 0.913457, 0.871234, 0.95, 0.6, 0.712345, 0.998)[place % 7]
    dice = 0.45 if dice == 0 and place > 20 else dice
    name = "" if dice == 0 else (level.name, "C7", f"V{index + 1}", level.name)[place % 4]
    edge = round((place * 37 % 100) / 100, 2)
    return VertebraRow(
        f"film-{number}", "body", level.name, index, dice, None, name, "", None, assd_px=None if dice == 0 else 1.25,
        edge_share=edge, probability=0.99,
    )  # fmt: skip


def _box(number: int, level: Level) -> VertebraRow:
    found = level is not Level.C4
    return VertebraRow(f"film-{number}", "box", level.name, 1, None, found, level.name if found else "", "", None)


def frames_of(kept: list[FilmResult]) -> tuple[Any, Any]:
    """The tables of films and of vertebrae."""
    return film_table(kept), vertebra_table(kept)


def figures_in_python(kept: list[FilmResult], limit: float) -> dict[str, Any]:
    """What the tables say at a limit, in the explorer's words."""
    films, vertebrae = frames_of(kept)
    rows = [row for row in level_figures(vertebrae, films, limit) if _is_shown(row.name)]
    names = {one.anchor: one for one in name_figures(vertebrae, films, limit) if not one.is_outlinable}
    return {
        "limit": limit,
        "levels": [{name: getattr(row, SHOWN.get(name, name)) for name in FIGURES} for row in rows],
        "names": {"all": _names(names[""]), "anchored": _names(names["whole"])},
        "false_masks": run_figures(films).false_masks if limit == LIMITS[0] else None,
    }


def _is_shown(name: str) -> bool:
    """The explorer shows levels, all bodies, and the outlinable ones of all."""
    return name in Level.__members__ or name in ("all", "all, outlinable")


def _names(one: Any) -> dict[str, float]:
    shares = {"named": one.shares.right, "misnamed": one.shares.wrong, "unnamed": one.shares.unnamed}
    return {"count": one.count, **shares}


def golden() -> dict[str, Any]:
    """The golden file's content."""
    kept = results()
    return {
        "results": [{"row": asdict(one.row), "vertebrae": [asdict(row) for row in one.vertebrae]} for one in kept],
        "columns": columns_of(*frames_of(kept)),
        "figures": [figures_in_python(kept, limit) for limit in LIMITS],
    }


def results_in(content: dict[str, Any]) -> list[FilmResult]:
    """The results that a golden file holds."""
    return [
        FilmResult(
            FilmRow(**{**one["row"], **{name: tuple(one["row"][name]) for name in LISTS}}),
            tuple(VertebraRow(**row) for row in one["vertebrae"]),
            CaseOutlines({}, {}, {}, []),
        )
        for one in content["results"]
    ]


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1, allow_nan=False) + "\n", encoding="utf-8")

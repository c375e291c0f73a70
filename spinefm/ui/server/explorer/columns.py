"""A run's tables as columns for the browser: whole numbers and indices instead of words, nothing that can be computed.

Dice come in millionths, as exactly as they are stored, so that a limit decides alike here and in the tables; distances
in hundredths of a pixel; None where undefined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spinefm.core.foreign import foreign_input, json_of, read_json
from spinefm.core.levels import Level
from spinefm.evaluation.edges import OUTLINABLE
from spinefm.evaluation.facts import run_facts
from spinefm.evaluation.frames import read_tables
from spinefm.evaluation.names import numbering_text
from spinefm.evaluation.published import published_for
from spinefm.evaluation.remarks import truth_remarks
from spinefm.evaluation.runs import Plan, RunError, RunFolder
from spinefm.evaluation.summary import run_figures
from spinefm.methods.decisions import stop_words
from spinefm.ui.server.explorer.measures import measure_catalog
from spinefm.ui.server.explorer.words import GROUPS, on_the_page
from spinefm.ui.server.player.payload import colours

if TYPE_CHECKING:
    from pandas import DataFrame, Series

KINDS = ("body", "box", "extra")
MOST_SKIPPED = 500
"""Lines of what was left out that go to the browser."""
DICE_UNIT, DISTANCE_UNIT = 1_000_000, 100
SIMULATED = "phantom-"
"""How the simulator's films are called; other films may lie in the same layout."""
Columns = dict[str, Any]


def is_simulated(plan: Plan, film: str) -> bool:
    """Whether a film of an evaluation comes from the simulator."""
    return plan.dataset == "phantom" and film.startswith(SIMULATED)


def run_columns(run: str, folder: RunFolder) -> Columns:
    """Everything that the explorer needs of a run before a case is looked at. Raises RunError."""
    films, vertebrae = read_tables(folder.path)
    with foreign_input(lambda reason: RunError(f"The evaluation {run} cannot be shown ({reason}); evaluate again.")):
        return _columns_of(run, folder, films, vertebrae)


def _columns_of(run: str, folder: RunFolder, films: DataFrame, vertebrae: DataFrame) -> Columns:
    plan = folder.plan()
    published = published_for(plan.dataset)
    columns = columns_of(films, vertebrae)
    return {
        "run": run,
        "title": plan.title,
        "facts": [[fact.name, fact.text, fact.follows_preset] for fact in run_facts(plan)],
        "source": published.source if published else "",
        "simulated": all(is_simulated(plan, film) for film in films["film"]),
        "published": {name: vars(row) for name, row in published.rows.items() if name in columns["levels"]}
        if published
        else {},
        "panoptic": _panoptic(films),
        "remarks": [on_the_page(text) for text in (*truth_remarks(films, vertebrae), *numbering_text(films))],
        "skipped": _skipped(folder, made_here=not plan.root),
        "measures": measure_catalog(folder),
        "colours": colours(),
        **columns,
    }


def columns_of(films: DataFrame, vertebrae: DataFrame) -> Columns:
    """Both tables as columns, with the words that their indices point to."""
    regions, groups = sorted(set(films["region"])), sorted(set(films["group"]))
    stops = sorted(set(films["stop_up"]) | set(films["stop_down"]))
    names, reasons = sorted(set(vertebrae["name"])), sorted(set(vertebrae["reason"]))
    levels = [level.name for level in Level if level.name in set(vertebrae["level"])] + [""]
    return {
        "regions": regions,
        "groups": groups,
        "stops": stops,
        "stop_words": dict(stop_words()),
        "group_words": dict(GROUPS),
        "names": names,
        "reasons": reasons,
        "levels": levels,
        "films": _film_columns(films, regions, groups, stops),
        "rows": _vertebra_columns(films, vertebrae, levels, names, reasons),
    }


def _panoptic(films: DataFrame) -> Columns | None:
    counts = run_figures(films).panoptic
    if not counts.matched:
        return None
    return {"pq": counts.pq, "sq": counts.sq, "rq": counts.rq}


def _skipped(folder: RunFolder, made_here: bool) -> list[Columns]:
    """What was left out; of an evaluation that was made here, in the words of the page."""
    path = folder.path / "skipped.json"
    with foreign_input(lambda reason: RunError(f"{path} is damaged ({reason}); run `spinefm evaluate` again.")):
        found = read_json(path) if path.is_file() else []
        lines = [_skipped_line(one) for one in found[:MOST_SKIPPED]]
    return [line | {"why": on_the_page(line["why"])} for line in lines] if made_here else lines


def _skipped_line(one: Columns) -> Columns:
    """A film that was left out, or one label of it, with the reason."""
    name, label = str(one["name"]), str(one.get("label") or "")
    return {"name": f"{name}, label {label}" if label else name, "why": str(one["why"])}


def _film_columns(films: DataFrame, regions: Sequence[str], groups: Sequence[str], stops: Sequence[str]) -> Columns:
    return {
        "name": films["film"].tolist(),
        "region": _indices(films["region"], regions),
        "group": _indices(films["group"], groups),
        "stop_up": _indices(films["stop_up"], stops),
        "stop_down": _indices(films["stop_down"], stops),
        "failure": films["failure"].tolist(),
        "complete": films["complete"].astype(int).tolist(),
        "anchor": films["anchor"].tolist(),
        "shift": _whole(films["level_shift"]),
        "doubled": films["doubled_masks"].tolist(),
        "merged": films["merged_masks"].tolist(),
        "wrong": films["wrong_names"].tolist(),
        "mask_dice": [[_scaled(value, DICE_UNIT) for value in json_of(text)] for text in films["mask_dice"]],
    }


def _vertebra_columns(
    films: DataFrame, vertebrae: DataFrame, levels: Sequence[str], names: Sequence[str], reasons: Sequence[str]
) -> Columns:
    return {
        "film": _indices(vertebrae["film"], films["film"].tolist()),
        "kind": _indices(vertebrae["kind"], KINDS),
        "level": _indices(vertebrae["level"], levels),
        "name": _indices(vertebrae["name"], names),
        "number": _whole(vertebrae["number"]),
        "dice": _fixed(vertebrae["dice"], DICE_UNIT),
        "found": _whole(vertebrae["found"].astype("Int64")),
        "outlinable": (vertebrae["edge_share"].fillna(0.0) >= OUTLINABLE).astype(int).tolist(),
        "assd": _fixed(vertebrae["assd_px"], DISTANCE_UNIT),
        "reason": _indices(vertebrae["reason"], reasons),
        "event": _whole(vertebrae["event"]),
    }


def _indices(values: Series[Any], known: Sequence[str]) -> list[int]:
    """Each value's place in `known`."""
    places = {value: index for index, value in enumerate(known)}
    return [places[value] for value in values]


def _fixed(values: Series[Any], unit: int) -> list[int | None]:
    """Values in whole units, None where there is none."""
    numbers = values.to_numpy(float, na_value=np.nan) * unit
    return [None if number != number else int(number + 0.5) for number in numbers.tolist()]


def _scaled(value: float, unit: int) -> int:
    return int(value * unit + 0.5)


def _whole(values: Series[Any]) -> list[int | None]:
    """Whole numbers, None where there is none."""
    numbers = values.to_numpy(float, na_value=np.nan).tolist()
    return [None if number != number else int(number) for number in numbers]

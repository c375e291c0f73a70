"""A run's levels as a picture: identified and overall Dice with their intervals, and the published figures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from spinefm.core.levels import Level
from spinefm.evaluation.published import Published
from spinefm.evaluation.summary import LevelFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#222222"


def levels_picture(levels: Sequence[LevelFigures], source: str, published: dict[str, Published]) -> bytes:
    """A PNG with a bar per level; a white diamond is the published figure of the data set called `source`."""
    from matplotlib.figure import Figure

    rows = [row for row in levels if row.name in Level.__members__]
    figure = Figure(figsize=(max(5.0, 0.62 * len(rows) + 2), 5.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    beside = [published.get(row.name) for row in rows]
    _bars(upper, rows, [row.identified for row in rows], [row.identified_interval for row in rows])
    _diamonds(upper, [one.identified if one else None for one in beside], f"SpineFM on {source}")
    _bars(lower, rows, [row.overall_dsc for row in rows], [row.overall_interval for row in rows])
    _diamonds(lower, [one.overall_dsc if one else None for one in beside], "")
    upper.set_ylabel("identified, %")
    lower.set_ylabel("overall DSC")
    lower.set_xticks(list(range(len(rows))), [f"{row.name}\nn {row.count}" for row in rows])
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=140, metadata={"Software": None})
    return stream.getvalue()


def _bars(
    axes: Axes, rows: Sequence[LevelFigures], values: Sequence[float], intervals: Sequence[tuple[float, float]]
) -> None:
    """A bar per level in its colour, with its 95 % interval."""
    places = range(len(rows))
    axes.bar(places, values, color=[Level[row.name].colour for row in rows], width=0.62)
    axes.vlines(places, [low for low, _ in intervals], [high for _, high in intervals], color=INK, linewidth=1.2)
    axes.grid(axis="y", alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def _diamonds(axes: Axes, values: Sequence[float | None], label: str) -> None:
    """The published figures, where there are any."""
    shown = [(place, value) for place, value in enumerate(values) if value is not None]
    if not shown:
        return
    places, known = zip(*shown, strict=True)
    axes.plot(places, known, "D", color=INK, markerfacecolor="white", markersize=5, label=label or None)
    if label:
        axes.legend(frameon=False, loc="lower left")

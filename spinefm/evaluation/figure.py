"""A run as pictures: its levels with their intervals, and how well the method's probabilities hold."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from spinefm.core.levels import Level
from spinefm.evaluation.calibration import Calibration
from spinefm.evaluation.published import PublishedTable
from spinefm.evaluation.summary import LevelFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, POINTS = "#222222", "#3b6ea5"


def levels_picture(levels: Sequence[LevelFigures], published: PublishedTable | None) -> bytes:
    """A PNG with a bar per level; a white diamond is what was published on the same data set."""
    from matplotlib.figure import Figure

    rows = [row for row in levels if row.name in Level.__members__]
    figure = Figure(figsize=(max(5.0, 0.62 * len(rows) + 2), 5.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    beside = [published.rows.get(row.name) if published else None for row in rows]
    label = f"SpineFM on {published.source}" if published else ""
    _bars(upper, rows, [row.identified for row in rows], [row.identified_interval for row in rows])
    _diamonds(upper, [one.identified if one else None for one in beside], label)
    _bars(lower, rows, [row.overall_dsc for row in rows], [row.overall_interval for row in rows])
    _diamonds(lower, [one.overall_dsc if one else None for one in beside], "")
    upper.set_ylabel("identified, %")
    lower.set_ylabel("overall DSC")
    lower.set_xticks(list(range(len(rows))), [f"{row.name}\nn {row.count}" for row in rows])
    return _png(figure)


def calibration_picture(figures: Calibration) -> bytes:
    """A PNG: above, a point per bin of probability against its share of right masks; below, how many masks it holds."""
    from matplotlib.figure import Figure

    bins = [one for one in figures.bins if one.count]
    figure = Figure(figsize=(5.0, 5.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    means = [one.probability for one in bins]
    ends = list(zip(*(one.right_interval for one in bins), strict=True)) or [(), ()]
    upper.plot([0, 1], [0, 100], color=INK, linewidth=0.8, linestyle=":", label="as sure as right")
    upper.vlines(means, *ends, color=INK, linewidth=1.2)
    upper.plot(means, [one.right for one in bins], "o", color=POINTS, label=f"ECE {figures.ece:.1f} points")
    upper.set_ylabel(f"masks with Dice > {figures.dice:g}, %")
    upper.legend(frameon=False, loc="upper left")
    lower.bar(
        [one.low for one in bins], [one.count for one in bins], [one.high - one.low for one in bins], 0, align="edge",
        color=POINTS, edgecolor="white",
    )  # fmt: skip
    lower.set_yscale("symlog", linthresh=1)
    lower.set_ylabel("masks")
    lower.set_xlabel("probability")
    for axes in (upper, lower):
        axes.grid(axis="y", alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    return _png(figure)


def _png(figure: Figure) -> bytes:
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

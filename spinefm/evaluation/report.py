"""The tables of a run as text, beside the published ones, and as CSV and a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from spinefm.data import Dataset, Skipped
from spinefm.evaluation.figure import levels_picture
from spinefm.evaluation.frames import film_table, vertebra_table, write_tables
from spinefm.evaluation.published import Published, published_for
from spinefm.evaluation.runs import Plan, RunError, RunFolder, write_whole
from spinefm.evaluation.summary import LevelFigures, RunFigures, level_figures, run_figures

if TYPE_CHECKING:
    from pandas import DataFrame

ABSENT = "–"


def finish(folder: RunFolder, dataset: Dataset, skipped: Sequence[Skipped]) -> str:
    """Write the tables of all films of `dataset` that are done; returns the table as text.

    Raises:
        RunError: no film is done.
    """
    results = [result for name in dataset.names if (result := folder.done(name)) is not None]
    if not results:
        reasons = "; ".join(f"{one.name}: {one.why}" for one in skipped[:3])
        raise RunError(f"No film could be evaluated ({reasons}).")
    write_tables(folder.path, results, skipped)
    return write_report(folder.path, folder.plan(), film_table(results), vertebra_table(results), skipped)


def write_report(folder: Path, plan: Plan, films: DataFrame, vertebrae: DataFrame, skipped: Sequence[Skipped]) -> str:
    """Write `table.txt`, `levels.csv` and `levels.png`; returns the text of the table."""
    levels, run = level_figures(vertebrae, films), run_figures(films)
    source, published = published_for(plan.dataset)
    left_out = sum(not one.label for one in skipped)
    text = "\n".join([plan.title, "", levels_text(levels, source, published), "", run_text(run, left_out)]) + "\n"
    write_whole(folder / "table.txt", text.encode())
    write_whole(folder / "levels.csv", levels_csv(levels).encode())
    write_whole(folder / "levels.png", levels_picture(levels, source, published))
    return text


def levels_text(levels: Sequence[LevelFigures], source: str, published: dict[str, Published]) -> str:
    """A line per level; in brackets the 95 % interval, on the right the published figures."""
    head = (
        f"{'':9s} {'n':>6s} {'identified %':>22s} {'located DSC':>12s} {'overall DSC':>20s} {'named %':>8s} "
        f"{'1:1 %':>6s} {'worst 10 %':>10s} {'ASSD px':>8s} {'ASSD mm':>8s} {'NSD 2 px':>8s} {'undef.':>6s}  "
        f"SpineFM on {source}"
    )
    return "\n".join([head, *(_line(row, published.get(row.name)) for row in levels)])


def _line(row: LevelFigures, beside: Published | None) -> str:
    identified = f"{row.identified:5.1f} ({_pair(row.identified_interval, 1)})"
    overall = f"{row.overall_dsc:.3f} ({_pair(row.overall_interval, 3)})"
    there = f"{beside.identified:5.1f}  {beside.located_dsc:.3f}  {beside.overall_dsc:.3f}" if beside else ABSENT
    return (
        f"{row.name:9s} {row.count:6d} {identified:>22s} {_number(row.located_dsc):>12s} {overall:>20s} "
        f"{row.named:8.1f} {row.matched:6.1f} {_number(row.worst):>10s} {_number(row.assd_px, 2):>8s} "
        f"{_number(row.assd_mm, 2):>8s} {_number(row.nsd_px):>8s} {row.assd_undefined:6d}  {there}"
    )


def _pair(interval: tuple[float, float], digits: int) -> str:
    return "-".join(_number(end, digits) for end in interval)


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}" if value == value else ABSENT


def run_text(run: RunFigures, skipped: int) -> str:
    """Extra masks, names and panoptic quality in words."""
    counts = run.panoptic
    quality = f"PQ {_number(counts.pq)} = SQ {_number(counts.sq)} x RQ {_number(counts.rq)} at IoU > 0.5"
    return "\n".join(
        [
            f"{run.films} films, {run.failed} on which no run could start, {skipped} skipped",
            f"false masks {run.false_masks} on the {run.judged_films} films whose truth is complete; "
            f"{run.doubled_masks} doubled, {run.merged_masks} over two bodies",
            f"names: {run.wrong_names} wrong; shifted on {run.shifted_films} of {run.named_films} named films",
            f"{quality} ({counts.matched} matched, {counts.false} false, {counts.missed} missed)",
            "DSC: Dice. Identified: some mask has a Dice above 0.4. 1:1: a mask serves one body only.",
            "ASSD, NSD: package surface-distance, of bodies with a mask of their own; undef.: bodies without one.",
            "In brackets: 95 % by bootstrap over films.",
        ]
    )


def levels_csv(levels: Sequence[LevelFigures]) -> str:
    """A row per level; intervals as two columns, empty cells where nothing is defined."""
    from pandas import DataFrame

    rows = []
    for level in levels:
        row: dict[str, object] = {}
        for part in fields(level):
            value = getattr(level, part.name)
            if isinstance(value, tuple):
                row[f"{part.name}_low"], row[f"{part.name}_high"] = value
            else:
                row[part.name] = value
        rows.append(row)
    return str(DataFrame(rows).round(6).to_csv(index=False, lineterminator="\n"))

"""The tables of a run as text, as CSV and as figures; published figures are shown for their own data set only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from spinefm.core.levels import Level
from spinefm.core.words import counted
from spinefm.data import Dataset, Skipped
from spinefm.evaluation.calibration import Calibration, calibration, calibration_csv, calibration_text, promised_dice
from spinefm.evaluation.figure import calibration_picture, levels_picture
from spinefm.evaluation.frames import film_table, vertebra_table, write_measures, write_tables
from spinefm.evaluation.measure_errors import (
    MeasureErrors,
    measure_errors,
    measure_errors_csv,
    measure_errors_text,
)
from spinefm.evaluation.names import name_figures, names_text, numbering_text
from spinefm.evaluation.published import Published, PublishedTable, published_for
from spinefm.evaluation.remarks import truth_remarks
from spinefm.evaluation.runs import Plan, RunError, RunFolder, write_whole
from spinefm.evaluation.summary import OUTLINABLE_ROW, LevelFigures, RunFigures, level_figures, run_figures

if TYPE_CHECKING:
    from pandas import DataFrame

ABSENT = "–"
MOST_SHOWN = 5
"""Films that a line names."""


class NothingEvaluated(RunError):
    """No film of a data set could be evaluated; the text gives the reasons of the first ones."""


def finish(folder: RunFolder, dataset: Dataset, skipped: Sequence[Skipped]) -> str:
    """Write the tables of all films of `dataset` that are done; returns the table as text.

    Raises:
        NothingEvaluated: no film is done.
        RunError: a table cannot be written.
    """
    failed = {one.name for one in skipped if not one.label}  # of these an earlier result may be there
    names = [name for name in dataset.names if name not in failed]
    results = [result for name in names if (result := folder.done(name)) is not None]
    if not results:
        reasons = "; ".join(f"{one.name}: {one.why}" for one in skipped[:3])
        raise NothingEvaluated(f"No film could be evaluated ({reasons}).")
    write_tables(folder.path, results, skipped)
    measures = write_measures(folder, [one.row.film for one in results])
    return write_report(folder.path, folder.plan(), film_table(results), vertebra_table(results), skipped, measures)


def write_report(
    folder: Path,
    plan: Plan,
    films: DataFrame,
    vertebrae: DataFrame,
    skipped: Sequence[Skipped],
    measures: DataFrame | None = None,
) -> str:
    """Write `table.txt`, `levels.csv`, `calibration.csv` and both figures; returns the text of the table.

    measures: the table of measures, whose errors follow in the text and lie in `measure_errors.csv`.
    """
    levels, published = level_figures(vertebrae, films), published_for(plan.dataset)
    calibrated = calibration(films, promised_dice(plan.method, plan.settings))
    left_out = sum(not one.label for one in skipped)
    errors = [] if measures is None else measure_errors(measures)
    parts = [plan.title, report_text(films, vertebrae, calibrated, published, left_out), *_measure_parts(errors)]
    text = "\n\n".join(parts) + "\n"
    if errors:
        write_whole(folder / "measure_errors.csv", measure_errors_csv(errors).encode())
    write_whole(folder / "table.txt", text.encode())
    write_whole(folder / "levels.csv", levels_csv(levels).encode())
    write_whole(folder / "levels.png", levels_picture(levels, published))
    write_whole(folder / "calibration.csv", calibration_csv(calibrated).encode())
    write_whole(folder / "calibration.png", calibration_picture(calibrated))
    return text


def _measure_parts(errors: Sequence[MeasureErrors]) -> list[str]:
    """The text on the errors of measures, where there are some."""
    return [f"{measure_errors_text(errors)}\n\n{MEASURE_NOTES}"] if errors else []


def report_text(
    films: DataFrame,
    vertebrae: DataFrame,
    calibrated: Calibration,
    published: PublishedTable | None = None,
    skipped: int = 0,
) -> str:
    """All tables of a run as text: levels, names, masks beyond the bodies, calibration."""
    parts = [
        *truth_remarks(films, vertebrae),
        *numbering_text(films),
        levels_text(level_figures(vertebrae, films), published),
        names_text(name_figures(vertebrae, films)),
        run_text(run_figures(films), skipped),
        *rotated_text(films),
        calibration_text(calibrated),
        NOTES,
    ]
    return "\n\n".join(parts)


NOTES = "\n".join(
    [
        "DSC: Dice. Identified: some mask has a Dice above 0.4. 1:1: a mask serves one body only.",
        "outlinable: of these bodies those whose outline shows on the film for half its length or more.",
        "right, wrong: identified under their own name, under another; unnamed: all others, the missed among them.",
        "ASSD, NSD: package surface-distance, of bodies with a mask of their own; undef.: bodies without one.",
        "In brackets: 95 % by bootstrap over films; of shares on fewer than 20 films, or of all or none, Wilson's.",
    ]
)

MEASURE_NOTES = "\n".join(
    [
        "Measures against those of the truth's landmarks: corners where the label states them, else of the outline.",
        "MAE: mean absolute error; limits of agreement: bias ± 1.96 SD (Bland and Altman); all over sure values.",
        "Angles over several levels, slopes and offsets go by the names given, all others by the bodies themselves.",
    ]
)


def levels_text(levels: Sequence[LevelFigures], published: PublishedTable | None) -> str:
    """A line per level; in brackets the 95 % interval, on the right what was published on these films.

    Below a group follow its outlinable bodies, where there are some; of a single level only where they are not all.
    """
    beside = published.rows if published else {}
    head = (
        f"{'':9s} {'n':>6s} {'identified %':>22s} {'located DSC':>12s} {'overall DSC':>20s} {'right %':>8s} "
        f"{'wrong %':>8s} {'unnamed %':>10s} {'1:1 %':>6s} {'worst 10 %':>10s} {'ASSD px':>8s} {'ASSD mm':>8s} "
        f"{'NSD 2 px':>8s} {'undef.':>6s}" + (f"  SpineFM on {published.source}" if published else "")
    )
    lines = [_line(row, beside.get(row.name), bool(published)) for row in _shown(levels)]
    return "\n".join([head, *lines])


def _shown(levels: Sequence[LevelFigures]) -> Iterator[LevelFigures]:
    counts = {row.name: row.count for row in levels}
    for row in levels:
        group = row.name.removesuffix(OUTLINABLE_ROW)
        repeats = group != row.name and group in Level.__members__ and row.count == counts[group]
        if row.count and not repeats:
            yield row


def _line(row: LevelFigures, beside: Published | None, is_beside: bool) -> str:
    identified = f"{row.identified:5.1f} ({_pair(row.identified_interval, 1)})"
    overall = f"{_number(row.overall_dsc)} ({_pair(row.overall_interval, 3)})"
    there = f"{beside.identified:5.1f}  {beside.located_dsc:.3f}  {beside.overall_dsc:.3f}" if beside else ABSENT
    name = " outlin." if row.name.endswith(OUTLINABLE_ROW) else row.name
    return (
        f"{name:9s} {row.count:6d} {identified:>22s} {_number(row.located_dsc):>12s} {overall:>20s} "
        f"{row.named:8.1f} {row.misnamed:8.1f} {row.unnamed:10.1f} "
        f"{_number(row.matched, 1):>6s} {_number(row.worst):>10s} "
        f"{_number(row.assd_px, 2):>8s} {_number(row.assd_mm, 2):>8s} {_number(row.nsd_px):>8s} {row.assd_undefined:6d}"
        + (f"  {there}" if is_beside else "")
    )


def _pair(interval: tuple[float, float], digits: int) -> str:
    return "-".join(_number(end, digits) for end in interval)


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}" if value == value else ABSENT


def run_text(run: RunFigures, skipped: int) -> str:
    """Extra masks, names and panoptic quality in words."""
    counts = run.panoptic
    quality = f"PQ {_number(counts.pq)} = SQ {_number(counts.sq)} x RQ {_number(counts.rq)} at IoU > 0.5"
    per_film = f"{_number(run.false_per_film)} per film ({_pair(run.false_interval, 3)})"
    return "\n".join(
        [
            f"{counted(run.films, 'film')}, {run.failed} on which no run could start, {skipped} skipped",
            f"false masks {run.false_masks} on the {counted(run.judged_films, 'film')} whose truth is complete, "
            f"{per_film}; {run.doubled_masks} doubled, {run.merged_masks} over two bodies",
            f"names: {run.wrong_names} wrong; shifted on {run.shifted_films} of {run.named_films} named films",
            f"{quality} ({counts.matched} matched, {counts.false} false, {counts.missed} missed)",
        ]
    )


def rotated_text(films: DataFrame) -> list[str]:
    """Which films were rotated with their truth before the run; nothing where none was."""
    names = films.loc[films["rotated"] != 0, "film"].tolist()
    if not names:
        return []
    shown = ", ".join(names[:MOST_SHOWN]) + (" …" if len(names) > MOST_SHOWN else "")
    return [f"films rotated upright before the run, each with its truth: {len(names)} ({shown})"]


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

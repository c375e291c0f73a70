"""`spinefm export`: results in, another program's files out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from spinefm.cli.exits import DONE, SOME_FAILED, WrongCall, make_folder
from spinefm.cli.options import GivenPath, out_option
from spinefm.cli.progress import progress_bar
from spinefm.core.words import counted
from spinefm.export.errors import ExportError
from spinefm.export.formats import FORMATS, Format
from spinefm.export.opened import ResultFolder, result_folders
from spinefm.export.target import refuse_another, write_files
from spinefm.imaging.kinds import is_dicom


class FormatTable(click.Command):
    """A command whose help lists the formats."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line for each format."""
        with formatter.section("Formats"):
            formatter.write_dl([(one.name, one.line) for one in FORMATS.values()])


@click.command(name="export", cls=FormatTable)
@click.argument("result", type=GivenPath())
@click.option(
    "--to", "name", type=click.Choice(list(FORMATS)), required=True, metavar="FORMAT", help="One of the formats below."
)
@out_option("The export goes to DIR; existing files are never replaced.")
@click.option(
    "--source",
    type=GivenPath(),
    metavar="FILE|DIR",
    help="The film, or a folder of the films (default: those beside the results).",
)
def command(result: Path, name: str, out: Path, source: Path | None) -> int:
    """Write results as another program's files.

    RESULT is the folder of one result, or one with many, such as the --out of segment. A result that cannot be
    exported is named with its reason, and the others go on.
    """
    chosen = FORMATS[name]
    folders = _planned(chosen, result, out, source)
    make_folder(out)
    failed = export_results(chosen, folders, out)
    sys.stdout.write(
        f"{len(folders) - failed} of {counted(len(folders), 'result')} exported, {failed} failed; see {out}\n"
    )
    return SOME_FAILED if failed else DONE


def export_results(chosen: Format, folders: Sequence[ResultFolder], out: Path) -> int:
    """Export result after result, then what they have in common; returns how many failed."""
    entries: list[Any] = []
    with progress_bar(len(folders), "result") as bar:
        for folder in folders:
            try:
                entries.append(_export(chosen, folder, out))
            except ExportError as error:
                bar.write(f"{folder.folder}: {error}", file=sys.stderr)
            except Exception as error:  # noqa: BLE001 (reported, and the others go on)
                sentence = f"The program failed on this result ({type(error).__name__}: {error}); report it."
                bar.write(f"{folder.folder}: {sentence}", file=sys.stderr)
            bar.update()
    try:
        write_files(out, chosen.joined(entries) if entries else {})
    except ExportError as error:
        sys.stderr.write(f"{error}\n")
        return len(folders)
    return len(folders) - len(entries)


def _export(chosen: Format, folder: ResultFolder, out: Path) -> Any:
    """Write the files of one result; returns its entry in the file of all. Raises ExportError."""
    subject = folder.open()
    part = chosen.part(subject)
    write_files(out, part.files)
    if chosen.with_film and subject.source is None:
        sys.stderr.write(f"{folder.folder}: exported without its film, which was not found; give it with --source.\n")
    return part.entry


def _planned(chosen: Format, result: Path, out: Path, source: Path | None) -> list[ResultFolder]:
    """The results to export. Raises WrongCall."""
    try:
        folders = result_folders(result, source)
        if chosen.file:
            refuse_another(out / chosen.file)
    except ExportError as error:
        raise WrongCall(str(error)) from error
    if chosen.needs_dicom and source is None and not any(_have_dicom(folders)):
        raise WrongCall(f"{chosen.title} refers to the film's DICOM file, and none was found: give it with --source.")
    return folders


def _have_dicom(folders: Sequence[ResultFolder]) -> Iterator[bool]:
    """Whether the film of each result is a DICOM file; a result that cannot be read says so when it is exported."""
    for folder in folders:
        try:
            source = folder.open().source
        except ExportError:
            yield True
        else:
            yield source is not None and is_dicom(source)

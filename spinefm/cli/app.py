"""The command line: `spinefm VERB …` or `python -m spinefm VERB …`, one file of this package per verb.

Exit codes: 0 all done, 1 some films failed, 2 a wrong call (nothing was done). A verb's file is imported when the verb
is called, so that `spinefm info` and `spinefm --help` answer at once.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from spinefm import __version__
from spinefm.cli.exits import DONE, INTERRUPTED
from spinefm.core.machine import share_cores

VERBS = {
    "segment": "Segment and name the vertebrae on films.",
    "batch": "Segment many films into tables, on one machine or several; continue after a stop.",
    "evaluate": "Score a method on films with truth: the paper's tables and more.",
    "export": "Write results as COCO, labelme, CVAT, YOLO, NIfTI, DICOM, pictures or a table.",
    "compare": "Compare two evaluations of one data set.",
    "phantom": "Simulate films with exact masks.",
    "train": "Train a network on films with truth.",
    "weights": "Fetch, verify, convert, export or publish sets of weights.",
    "info": "Show versions, device and weights.",
}
"""Each verb and its summary; `spinefm/cli/<verb>.py` holds its click command as `command`."""


class VerbGroup(click.Group):
    """The verbs, each imported only when it is called or asked for its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's command, or None for a name that is no verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"spinefm.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs from their summaries, without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    name="spinefm",
    cls=VerbGroup,
    subcommand_metavar="VERB …",
    epilog="Exit codes: 0 all done, 1 some films failed, 2 wrong call.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="SpineFM %(version)s")
def spinefm() -> None:
    """Named vertebrae on lateral spine radiographs. Research only, not a medical device."""


def _write_any_name() -> None:
    """Let messages name any file: a terminal's encoding lacks some characters, and old archives have other bytes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb on `arguments` (default: those of the process).

    Returns:
        The exit code. A wrong call and Ctrl-C have written their sentence to standard error.
    """
    _write_any_name()
    share_cores()  # before a verb imports torch
    try:
        code = spinefm.main(arguments, prog_name="spinefm", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        sys.stderr.write("Stopped; what was finished is on disk.\n")
        return INTERRUPTED
    return DONE if code is None else int(code)

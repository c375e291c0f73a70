"""How a verb ends: its exit code, and the error for a call that cannot be carried out."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import click

DONE, SOME_FAILED, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130
"""Exit codes; the last is what a shell gives a command that Ctrl-C ended."""


class WrongCall(click.ClickException):
    """The call cannot be carried out; nothing was done."""

    exit_code = WRONG_CALL

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the sentence to standard error."""
        click.echo(self.format_message(), file=file, err=True)


def make_folder(folder: Path) -> None:
    """Make the folder of `--out`, parents included. Raises WrongCall."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongCall(f"The folder {folder} cannot be created ({error.strerror}); choose another --out.") from error

"""What stops a batch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BatchError(RuntimeError):
    """A batch cannot be planned, run or merged; the text is one sentence that says why and what to do.

    What was finished is on disk, whole, and `spinefm batch resume` goes on from there.
    """


class DeviceLost(RuntimeError):
    """The device failed, not a film: its memory was full, or it answers nothing more in this process.

    The process ends with it, and what follows is what follows where a process is killed.
    """


@contextmanager
def written_to(folder: Path) -> Iterator[None]:
    """Turn an error of writing below the batch's `folder` into a BatchError."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise BatchError(
            f'The batch cannot be written to "{folder}" ({reason}): make room there, then `spinefm batch resume`.'
        ) from error

"""The progress bar of a verb."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress_bar(total: int, unit: str, initial: int = 0) -> Iterator[Any]:
    """A progress bar on standard error, a tqdm bar that counts `unit`s from `initial` up to `total`."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc, type-arg, unused-ignore]
        """Without tqdm's thread: a process that has threads should not fork."""

        monitor_interval = 0

    with Bar(total=total, unit=unit, file=sys.stderr, initial=initial, miniters=1) as bar:
        yield bar

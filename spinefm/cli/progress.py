"""The progress bar of a verb."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress_bar(total: int, unit: str) -> Iterator[Any]:
    """A progress bar on standard error, a tqdm bar that counts `unit`s up to `total`."""
    from tqdm import tqdm

    with tqdm(total=total, unit=unit, file=sys.stderr) as bar:
        yield bar

"""A run's files and its player as one zip, for the page and for its endpoint."""

from __future__ import annotations

import tempfile
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gradio import FileData

from spinefm.export.result import result_name, write_zip
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import Measures
from spinefm.trace.model import Trace
from spinefm.ui.server.player import standalone_page, trace_payload


@contextmanager
def result_zip(
    trace: Trace, film: Radiograph, measures: Measures | None = None, **shown: Any
) -> Iterator[dict[str, Any]]:
    """The run's files as one zip, there until the page has copied it to its cache, where it expires.

    measures: those with what the visitor set, where that was anything. shown: further entries of the player's payload.
    """
    stem = result_name(trace.film.name)
    with tempfile.TemporaryDirectory(prefix="spinefm-") as folder:
        path = Path(folder) / f"{stem}.zip"
        write_zip(path, trace, film, measures)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{stem}/player.html", standalone_page(trace_payload(trace, film, _new_run(), **shown)))
        yield FileData(path=str(path), orig_name=path.name).model_dump()


def _new_run() -> str:
    return uuid.uuid4().hex[:12]

"""SpineFM: named vertebrae on lateral spine radiographs, with every step of the method visible.

import spinefm

film = spinefm.read("film.png")
model = spinefm.SpineFM("compact")
trace = model.segment(film)
measures = spinefm.measure.measure(trace, film=film)
spinefm.write_result("out/film", trace, film)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.13.0"

if TYPE_CHECKING:
    from spinefm import measure
    from spinefm.api import SpineFM
    from spinefm.export import label_map, write_result, write_zip
    from spinefm.imaging.radiograph import Radiograph, UnreadableFilm, read
    from spinefm.trace.model import Trace
    from spinefm.weights.load import load_bundle

__all__ = [
    "Radiograph",
    "SpineFM",
    "Trace",
    "UnreadableFilm",
    "label_map",
    "load_bundle",
    "measure",
    "read",
    "write_result",
    "write_zip",
]

_PLACES = {
    "Radiograph": "imaging.radiograph",
    "SpineFM": "api",
    "Trace": "trace.model",
    "UnreadableFilm": "imaging.radiograph",
    "label_map": "export",
    "load_bundle": "weights.load",
    "read": "imaging.radiograph",
    "write_result": "export",
    "write_zip": "export",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import spinefm` takes no time."""
    if name == "measure":
        return import_module("spinefm.measure")
    if name not in _PLACES:
        raise AttributeError(f"module 'spinefm' has no attribute {name!r}")
    return getattr(import_module(f"spinefm.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    """The public names too, before their first use."""
    return sorted({*globals(), *__all__})

"""A method in one folder: the example of the documentation, seen in registry, command line, trace and captions."""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import spinefm.methods
from spinefm.cli.app import main
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import CannotStart, registry, run_to_trace
from spinefm.trace.captions import caption
from spinefm.trace.model import Finished, Trace
from spinefm.trace.registry import EVENTS
from tests.columns import empty_bundle

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-method.md"


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The example's package, put beside the other methods for one test; its name."""
    folder = tmp_path / "methods" / "brightest"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "spec.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(spinefm.methods, "__path__", [*spinefm.methods.__path__, str(folder.parent)])
    for table in ("_types", "_captions", "_renamed"):  # what the test registers goes with it
        monkeypatch.setattr(EVENTS, table, dict(getattr(EVENTS, table)))
    registry.specs.cache_clear()
    yield "brightest"
    registry.specs.cache_clear()
    for module in ("spinefm.methods.brightest.spec", "spinefm.methods.brightest"):
        sys.modules.pop(module, None)
    spinefm.methods.__dict__.pop("brightest", None)


def bands() -> np.ndarray:
    """A film (H, W) with three bright bands."""
    pixels = np.tile(np.linspace(0.05, 0.15, 80, dtype=np.float32), (120, 1))
    for first in (10, 50, 90):
        pixels[first : first + 20] += 0.7
    return pixels


def test_the_registry_finds_it_and_builds_it(toy: str) -> None:
    assert toy in spinefm.methods.METHODS and spinefm.methods.TITLES["Brightest rows"] == toy
    method = spinefm.methods.build_method(toy, empty_bundle(), {"brightness": "0.9"})
    assert method.settings == {"brightness": 0.9}
    with pytest.raises(CannotStart, match="lower the setting brightness"):
        list(method.run(Radiograph.from_array(bands(), name="bands")))
    with pytest.raises(CannotStart, match="takes no starting points"):
        spinefm.methods.build_method(toy, empty_bundle(), starts=[])


def test_its_trace_survives_json_with_a_caption_for_every_event(toy: str) -> None:
    film = Radiograph.from_array(bands(), name="bands")
    trace = run_to_trace(spinefm.methods.build_method(toy, empty_bundle()), film)
    again = Trace.from_json(trace.to_json())
    assert again.to_json() == trace.to_json()
    assert [type(event) for event in again.events] == [type(event) for event in trace.events]
    lines = [caption(event) for event in again.events]
    assert lines[0].startswith("Band 1: brightness 0.8") and lines[0].endswith("> 0.50") and len(lines) == 5
    assert "Glimpsed" in Trace.json_schema()["$defs"]


@pytest.mark.weights
def test_the_command_line_runs_it(toy: str, tmp_path: Path) -> None:
    film, out = tmp_path / "bands.png", tmp_path / "out"
    Image.fromarray(np.round(bands() * 255).astype(np.uint8)).save(film)
    call = ["segment", str(film), "--out", str(out), "--method", toy, "--device", "cpu", "--polarity", "keep"]
    assert main([*call, "--set", "brightness=0.4"]) == 0
    trace = Trace.from_json((out / "bands" / "trace.json").read_bytes())
    assert trace.method == toy and [v.name for v in trace.vertebrae] == ["V1", "V2", "V3"]
    assert next(trace.of(Finished)).mask_limit == 0.4


def test_without_its_folder_it_is_gone() -> None:
    assert "brightest" not in spinefm.methods.METHODS
    with pytest.raises(ModuleNotFoundError):
        import_module("spinefm.methods.brightest.spec")

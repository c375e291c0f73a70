"""A trace's settings with the same weights give its run again, mask for mask."""

from pathlib import Path

import pytest

from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import read
from spinefm.methods import build_method, run_to_trace
from spinefm.trace.model import Trace
from spinefm.weights.bundle import Bundle
from spinefm.weights.load import load_bundle

FILM = Path(__file__).parents[2] / "examples" / "films" / "cervical.png"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle("compact", "cpu")


def pixels(mask: Mask) -> tuple[tuple[int, int], bytes]:
    return mask.origin, mask.crop.tobytes()


@pytest.mark.weights
@pytest.mark.parametrize(
    ("name", "preset", "changes"),
    [
        ("spinefm", "tuned", {"patch_factor": 2.8, "retry_angle": 20.0}),
        pytest.param("spinefm", "published", {}, marks=pytest.mark.thorough),
        ("vertxnet", "published", {"eta": 0.5}),
        ("spineps", "tuned", {"gap_limit": 1.5}),
    ],
)
def test_the_settings_of_a_trace_reproduce_it(bundle: Bundle, name: str, preset, changes) -> None:
    film = read(FILM)
    first = run_to_trace(build_method(name, bundle, changes, preset=preset), film)
    stored = Trace.from_json(first.to_json())
    again = run_to_trace(build_method(name, bundle, stored.settings), film)
    assert again.settings == first.settings
    assert first.vertebrae
    for one, other in zip(first.vertebrae, again.vertebrae, strict=True):
        assert (one.name, one.centroid, one.probability) == (other.name, other.centroid, other.probability)
        assert pixels(one.mask) == pixels(other.mask)
    assert [(e.kind, getattr(e, "reason", None)) for e in first.events] == [
        (e.kind, getattr(e, "reason", None)) for e in again.events
    ]

"""Masks in a trace's JSON: run lengths that a foreign reader understands, and what is refused."""

import numpy as np
import pytest
from pycocotools import mask as coco
from pydantic import TypeAdapter

from spinefm.core.masks import Mask
from spinefm.trace.codec import StoredMask

ADAPTER: TypeAdapter[Mask] = TypeAdapter(StoredMask)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 5), (30, 40)])
def test_run_lengths_are_those_of_coco_on_the_transposed_mask(shape: tuple[int, int], seed: int) -> None:
    pixels = np.random.default_rng(seed).random(shape) < (0.1, 0.5, 0.9, 1.0)[seed]
    mask = Mask(pixels, (3, 4))
    stored = ADAPTER.dump_python(mask, mode="json")
    height, width = stored["size"]
    encoded = coco.frPyObjects({"size": [width, height], "counts": stored["runs"]}, width, height)
    assert (pixels == coco.decode(encoded).T).all(), "ours run along rows, COCO's along columns"
    assert coco.area(encoded) == mask.area
    again = ADAPTER.validate_python(stored)
    assert again.origin == mask.origin and (again.crop == pixels).all()


@pytest.mark.parametrize("change", [{"runs": [3]}, {"runs": [-1, 36]}, {"size": [5]}, {"origin": "x"}, {"size": None}])
def test_what_is_no_mask_is_refused(change: dict[str, object]) -> None:
    stored = ADAPTER.dump_python(Mask(np.ones((5, 7), bool), (0, 0)), mode="json")
    with pytest.raises(ValueError, match="mask"):
        ADAPTER.validate_python(stored | change)

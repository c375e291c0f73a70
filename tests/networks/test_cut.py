"""Patches cut for a whole batch: the same greys as OpenCV's resampling, one film at a time."""

import gc

import numpy as np
import pytest
import torch

from spinefm.core.geometry import Box, Point, crop_patch
from spinefm.networks import cut as cutting
from spinefm.networks.cut import area_weights, cut_patches, cut_together, linear_weights
from spinefm.networks.request import Cut, Request


@pytest.fixture(scope="module")
def film() -> np.ndarray:
    return np.random.default_rng(3).random((180, 240)).astype(np.float32)


BOXES = {
    "as it is": Box(20, 20, 84, 84),
    "enlarged": Box(30, 40, 60, 70),
    "shrunk by a whole number": Box(10, 10, 138, 138),
    "shrunk by a fraction": Box(17, 3, 174, 160),
    "across the left edge": Box(-25, 60, 65, 150),
    "across the lower right corner": Box(180, 120, 280, 220),
    "wider than the film": Box(-60, -90, 300, 270),
    "beside the film": Box(400, 400, 450, 450),
    "one pixel": Box(5, 5, 6, 6),
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
def test_two_products_give_what_opencv_gives(film, box):
    (patch,) = cut_together([Cut(torch.from_numpy(film), box, 64)])
    np.testing.assert_allclose(patch[0].numpy(), crop_patch(film, box, 64), atol=2e-4)


def test_a_batch_of_boxes_of_any_size_from_any_film_is_cut_as_each_alone(film):
    other = np.random.default_rng(4).random((90, 70)).astype(np.float32)
    cuts = [Cut(torch.from_numpy(one), box, 48) for box in BOXES.values() for one in (film, other)]
    together = cut_together(cuts)
    assert together.shape == (len(cuts), 1, 48, 48)
    for cut, patch in zip(cuts, together, strict=True):
        np.testing.assert_allclose(patch.numpy(), cut_together([cut])[0].numpy(), atol=1e-6)


def test_on_a_cpu_patches_are_opencvs_to_the_last_bit(film):
    cuts = [Cut(torch.from_numpy(film), box, 64) for box in BOXES.values()]
    for patch, box in zip(cut_patches(cuts), BOXES.values(), strict=True):
        assert np.array_equal(patch[0].numpy(), crop_patch(film, box, 64))


def test_no_tensor_stays_after_a_call(film):
    """On a GPU, weights that are kept from call to call would fill its memory: 512 of them were a gigabyte."""
    boxes = [Box(0, 0, side, side) for side in range(120, 150)]
    cut_together([Cut(torch.from_numpy(film), box, 64) for box in boxes])
    gc.collect()
    shapes = {tuple(one.shape) for one in gc.get_objects() if type(one) is torch.Tensor}
    assert not shapes & {(64, side) for side in range(120, 150)}


def test_weights_of_one_length_are_computed_once_a_call(film, monkeypatch):
    computed = []

    def noting(length, side, device):
        computed.append(length)
        return area_weights(length, side, device)

    monkeypatch.setattr(cutting, "area_weights", noting)
    cut_together([Cut(torch.from_numpy(film), Box(at, 5, at + 100, 105), 64) for at in range(20)])
    assert computed == [100]


@pytest.mark.parametrize(("length", "side"), [(64, 64), (128, 64), (157, 64), (65, 64), (1000, 128)])
def test_area_weights_share_out_every_pixel(length, side):
    weights = area_weights(length, side)
    assert weights.shape == (side, length)
    np.testing.assert_allclose(weights.sum(dim=1), 1)
    np.testing.assert_allclose(weights.sum(dim=0), side / length, rtol=1e-9)


@pytest.mark.parametrize(("length", "side"), [(1, 8), (7, 8), (30, 64), (64, 64)])
def test_linear_weights_add_up_to_one_and_touch_two_pixels(length, side):
    weights = linear_weights(length, side)
    np.testing.assert_allclose(weights.sum(dim=1), 1)
    assert ((weights > 0).sum(dim=1) <= 2).all()


def test_linear_weights_keep_a_ramp_between_the_outer_centres():
    ramp = np.arange(10.0)
    resampled = linear_weights(10, 20).numpy() @ ramp
    np.testing.assert_allclose(resampled[1:-1], (np.arange(20) + 0.5)[1:-1] / 2 - 0.5)


def test_a_request_counts_its_cuts_or_its_inputs(film):
    cut = Cut(torch.from_numpy(film), Box.square(Point(50, 50), 20), 16)
    assert Request("classifier", cuts=(cut, cut)).count == 2
    assert Request("med_sa", (torch.zeros(3, 2),), (cut,) * 3).count == 3
    assert Request("mask_rcnn", ([torch.zeros(1, 4, 5)],)).count == 1


def test_films_of_other_sizes_are_another_kind():
    small, large = (Request("mask_rcnn", ([torch.zeros(1, 8, 8)],), alike=size) for size in ((32, 32), (64, 32)))
    assert small.kind != large.kind
    assert small.kind == Request("mask_rcnn", ([torch.zeros(1, 9, 9)],), alike=(32, 32)).kind

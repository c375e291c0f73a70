"""The pieces of a semantic map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from spinefm.core.geometry import Box
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.config import WholeFilmConfig
from spinefm.methods.base.semantic_map import (
    SemanticMap,
    close_view,
    components,
    map_film,
    mapped,
    of_one_spine,
    typical_area,
)
from spinefm.methods.base.stages import Stopwatch
from spinefm.networks.unet import UNet, UNetConfig
from spinefm.trace.captions import caption
from tests.methods.drawn import SHAPE, body, whole_bundle

SPINE = [body(index) for index in range(6)]


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (1, 1), (4, 6)])
def test_a_picture_without_a_piece_has_none_whatever_its_size(shape: tuple[int, int]) -> None:
    assert list(components(np.zeros(shape, bool))) == []


def test_pieces_that_touch_at_a_corner_are_one() -> None:
    array = np.zeros((6, 8), bool)
    array[1:3, 1:3] = array[3, 3] = array[0, 6:8] = True
    assert sorted((piece.area, piece.origin) for piece in components(array)) == [(2, (6, 0)), (5, (1, 1))]


def masks_of(areas: list[int]) -> list[Mask]:
    """Bars of these areas."""
    return [Mask(np.ones((1, area), bool), (0, 0)) for area in areas]


@pytest.mark.parametrize(
    ("areas", "typical"),
    [([], 0), ([7], 7), ([1] * 50 + [90, 100, 110], 100), ([100] * 4 + [200], 100), ([100] * 3 + [400], 400)],
)
def test_specks_do_not_lower_the_typical_area(areas: list[int], typical: int) -> None:
    assert typical_area(masks_of(areas)) == typical


def test_a_film_full_of_specks_keeps_its_bodies_alone() -> None:
    probability = np.zeros(SHAPE, np.float32)
    for mask in SPINE:
        probability[mask.box.rows, mask.box.columns] = 0.9
    probability[4:390:8, 2] = 0.9  # fifty specks
    event = mapped(SemanticMap(probability, np.ones(SHAPE, np.uint8)), WholeFilmConfig(least_piece=0.05))
    assert [piece.mask.area for piece in event.pieces if piece.kept] == [SPINE[0].area] * 6
    assert "area 1 px < 56 px" in {piece.reason for piece in event.pieces}


def test_pieces_far_from_the_spine_are_left_out_and_said_to_be() -> None:
    probability = np.zeros(SHAPE, np.float32)
    spine = [body(index, left=150) for index in range(6)]
    for mask in [*spine, body(8.4, left=2)]:
        probability[mask.box.rows, mask.box.columns] = 0.9
    event = mapped(SemanticMap(probability, np.ones(SHAPE, np.uint8)), WholeFilmConfig())
    assert [piece.reason for piece in event.pieces] == ["kept"] * 6 + ["far from the spine"]
    assert "6 pieces, 1 far from the spine left out" in caption(event)


def test_a_spine_with_two_bodies_missing_is_one() -> None:
    assert of_one_spine([SPINE[0], SPINE[1], body(4), body(5)], 4.0) == {0, 1, 2, 3}
    assert of_one_spine([], 4.0) == set()


def test_the_close_view_is_round_the_bodies_with_room_for_the_next() -> None:
    body_map = np.zeros(SHAPE, bool)
    body_map[100:128, 100:140] = body_map[140:168, 100:140] = True
    body_map[390, 10] = True  # a speck does not widen it
    margin = round(1.5 * np.sqrt(40 * 28))
    assert close_view(body_map, WholeFilmConfig()) == Box(100 - margin, 100 - margin, 140 + margin, 168 + margin)


def test_there_is_no_close_view_of_large_bodies_of_none_or_where_it_is_turned_off() -> None:
    body_map = np.zeros(SHAPE, bool)
    assert close_view(body_map, WholeFilmConfig()) is None
    for mask in SPINE:
        body_map |= mask.on_film(SHAPE)
    assert close_view(body_map, WholeFilmConfig()) is not None
    assert close_view(body_map, WholeFilmConfig(close_view=0.7)) is None
    assert close_view(body_map, WholeFilmConfig(close_view=0.0)) is None


class Drawing(UNet):
    """A U-Net that calls bright pixels a body, and remembers the films that it was shown."""

    def __init__(self) -> None:
        super().__init__(UNetConfig(widths=(4, 4), blocks=(1,)))
        self.seen: list[Tensor] = []

    def segment(self, film: Tensor) -> Tensor:
        """(1, H, W) -> (4, H, W)."""
        self.seen.append(film)
        nothing = torch.zeros_like(film[0])
        return torch.stack([1.0 - film[0], film[0], nothing, nothing])  # (4, H, W)


@pytest.mark.parametrize(("flip", "share", "looks"), [(False, 0.0, 1), (True, 0.0, 2), (False, 0.9, 2), (True, 0.9, 4)])
def test_a_film_is_mapped_flipped_and_enlarged(flip: bool, share: float, looks: int) -> None:
    pixels = np.full(SHAPE, 0.1, np.float32)
    for mask in SPINE:
        pixels[mask.box.rows, mask.box.columns] = 0.9
    unet, config = Drawing(), WholeFilmConfig(test_time_flip=flip, close_view=share)
    bundle = replace(whole_bundle(), unet=unet)
    found = map_film(Radiograph.from_array(pixels), bundle, Stopwatch(), config)
    assert len(unet.seen) == looks and (found.close_view is not None) == (share > 0)
    assert [mask.iou(truth) for mask, truth in zip(components(found.body > 0.5), SPINE, strict=True)] == [1.0] * 6
    if flip:
        assert torch.equal(unet.seen[1], unet.seen[0].flip(-1))
    if found.close_view is not None:
        assert unet.seen[-1].shape == (1, found.close_view.height, found.close_view.width)

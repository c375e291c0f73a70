"""The pieces of a semantic map."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.methods.semantic_map import components


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (1, 1), (4, 6)])
def test_a_picture_without_a_piece_has_none_whatever_its_size(shape: tuple[int, int]) -> None:
    assert list(components(np.zeros(shape, bool))) == []


def test_pieces_that_touch_at_a_corner_are_one() -> None:
    array = np.zeros((6, 8), bool)
    array[1:3, 1:3] = array[3, 3] = array[0, 6:8] = True
    assert sorted((piece.area, piece.origin) for piece in components(array)) == [(2, (6, 0)), (5, (1, 1))]

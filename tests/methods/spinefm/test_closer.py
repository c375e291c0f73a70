"""The closer look: its parts cover the film, what they show lands in film pixels, and it starts a run."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import cv2
import numpy as np
import pytest

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import CannotStart, run_to_trace
from spinefm.methods.base.events import Located
from spinefm.methods.base.stages import Candidate
from spinefm.methods.spinefm import SpineFMConfig, SpineFMMethod
from spinefm.methods.spinefm.closer import (
    _tilt,
    _tilted_back,
    closer_candidates,
    moved,
    parts,
    stretched,
    tilted_candidates,
)
from tests.columns import Oracle, empty_bundle, straight


def blank(width: int, height: int) -> Radiograph:
    return Radiograph.from_array(np.random.default_rng(0).random((height, width)).astype(np.float32), name="noise")


@pytest.mark.parametrize(("size", "count"), [((320, 800), 3), ((640, 640), 6), ((800, 320), 3), ((500, 640), 6)])
def test_the_parts_cover_the_film(size: tuple[int, int], count: int) -> None:
    covered = np.zeros(size[::-1], int)
    boxes = list(parts(blank(*size), 0.6))
    for box in boxes:
        covered[box.rows, box.columns] += 1
    assert covered.min() >= 1 and len(boxes) == count
    assert all(max(box.width, box.height) <= round(0.6 * max(size)) for box in boxes)


def test_a_part_is_stretched_over_its_own_greys() -> None:
    faint = Radiograph.from_array(np.linspace(0.4, 0.5, 10000, dtype=np.float32).reshape(100, 100), name="faint")
    part = stretched(faint, Box(10, 20, 60, 80), 1.0)
    assert part.size == (50, 60) and part.pixels.min() == 0 and part.pixels.max() == 1


def test_a_candidate_moves_to_film_pixels() -> None:
    column = straight(3)
    mask = column.masks[1]
    there = moved(Candidate(0.9, mask.box, mask, mask.centroid), Box(7, 40, 100, 100))
    assert there.centroid == Point(mask.centroid.x + 7, mask.centroid.y + 40)
    assert there.mask.centroid == there.centroid and there.box.x0 == mask.box.x0 + 7


class Nearsighted(Oracle):
    """Sees bodies only on a part of the film, which it knows by its size."""

    def detect(self, film: Radiograph, sure: float) -> list[Candidate]:
        if film.size == self.column.size:
            return []
        looks = parts(self.column.film, 0.6)
        corner = next((box for box in looks if np.array_equal(self._cut(box), film.pixels)), None)
        if corner is None:
            return []
        found = super().detect(film, sure)
        return [moved(one, Box(-corner.x0, -corner.y0, 0, 0)) for one in found if self._within(one.mask.box, corner)]

    def _cut(self, box: Box) -> np.ndarray:
        return stretched(self.column.film, box, SpineFMConfig().closer_percentile).pixels

    @staticmethod
    def _within(box: Box, part: Box) -> bool:
        return part.x0 <= box.x0 and box.x1 <= part.x1 and part.y0 <= box.y0 and box.y1 <= part.y1


def test_a_film_without_a_start_gets_one_from_its_parts() -> None:
    oracle = Nearsighted(straight(8))
    trace = run_to_trace(SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda _: oracle), oracle.column.film)
    assert len(trace.vertebrae) == 8 and len(list(trace.of(Located))) == 2
    off = SpineFMConfig(closer_look=False)
    with pytest.raises(CannotStart, match="No vertebra was detected"):
        run_to_trace(SpineFMMethod(empty_bundle(), off, stages=lambda _: oracle), oracle.column.film)


def test_why_no_run_starts_counts_what_the_best_look_shows() -> None:
    oracle = Nearsighted(straight(2))
    method = SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda _: oracle)
    with pytest.raises(CannotStart, match="Only 2 vertebrae were detected"):
        run_to_trace(method, oracle.column.film)


@pytest.mark.parametrize("degrees", [35.0, -35.0, 90.0])
def test_what_is_seen_on_the_tilted_film_lies_on_the_film(degrees: float) -> None:
    column = straight(5)

    class Tilted(Oracle):
        """Answers with what is bright on the film it gets."""

        def detect(self, film: Radiograph, sure: float) -> list[Candidate]:
            assert film.pixels.shape[0] > 0.5 * column.size[1]
            count, labels = cv2.connectedComponents((film.pixels > 0.5).astype(np.uint8))
            masks = [Mask.from_array(labels == number) for number in range(1, count)]
            return [Candidate(0.9, mask.box, mask, mask.centroid) for mask in masks if mask.area > 100]

    found = tilted_candidates(column.film, Tilted(column), SpineFMConfig(), degrees)
    best = [max(one.mask.dice(mask) for one in found) for mask in column.masks]
    assert len(found) == 5 and min(best) > 0.9
    near = [min(one.centroid.distance(centre) for one in found) for centre in column.centroids]
    assert max(near) < 1.5


@pytest.mark.parametrize("degrees", [35.0, -35.0, 90.0, 12.3])
def test_a_mask_comes_back_as_if_the_whole_film_were_tilted_back(degrees: float) -> None:
    film, rng = blank(701, 430), np.random.default_rng(7)
    there, (width, height) = _tilt(film, degrees)
    areas, differing = [], []
    for x, y, wide, high in rng.integers((0, 0, 8, 8), (width - 90, height - 90, 90, 90), (60, 4)).tolist():
        shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, high))
        mask = Mask.from_array(shape, (x, y))
        back = _tilted_back(Candidate(0.9, mask.box, mask, mask.centroid), there, film).mask.on_film((430, 701))
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        whole = cv2.warpAffine(mask.on_film((height, width)).astype(np.uint8), there, film.size, flags=flags) > 0
        areas.append(whole.sum())
        differing.append(np.count_nonzero(back != whole))
    assert np.count_nonzero(areas) > 10
    assert max(differing) <= 1 and np.count_nonzero(differing) <= 3  # OpenCV's 32-bit rounding at a pixel's border


def test_a_mask_is_tilted_back_without_a_picture_of_the_whole_film() -> None:
    film, mask = blank(900, 6000), Mask.from_array(np.ones((40, 60)), (2000, 3000))
    there, _ = _tilt(film, 35)
    tracemalloc.start()
    _tilted_back(Candidate(0.9, mask.box, mask, mask.centroid), there, film)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < film.pixels.size / 10


def test_a_body_cut_by_an_inner_edge_is_left_out() -> None:
    column = replace(straight(12, spacing=31), size=(240, 420))
    candidates = closer_candidates(column.film, Nearsighted(column), SpineFMConfig())
    whole = {mask.area for mask in column.masks}
    assert candidates and {candidate.mask.area for candidate in candidates} == whole

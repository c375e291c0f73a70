"""Specks and mixed edges of label maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spinefm.core.levels import Level
from spinefm.data.cleaning import check_edges, without_specks
from tests.data.pictures import SIZE, column, film, read_set, save_map, why_skipped


def resized(labels: np.ndarray) -> np.ndarray:
    """A map after it was made larger and smaller again, between pixels."""
    image = Image.fromarray(labels.astype(np.uint8))
    large = image.resize((2 * SIZE[0], 2 * SIZE[1]), Image.Resampling.BILINEAR)
    return np.asarray(large.resize(SIZE, Image.Resampling.BILINEAR)).astype(np.int32)


def touching() -> np.ndarray:
    """Bodies with discs of other ids between them, and endplates on them."""
    labels = column(3, 4, 5, 6)
    for index, level in enumerate((3, 4, 5)):
        labels[30 + 30 * index : 40 + 30 * index, 40:70] = 100 + level
        labels[28 + 30 * index : 30 + 30 * index, 40:70] = 200 + level
    return labels


@pytest.mark.parametrize("labels", [column(3, 4, 5), touching(), column(), column(5, 4, 3), column(300, 41, 7)])
def test_clean_edges_are_taken(labels: np.ndarray) -> None:
    check_edges(labels)


@pytest.mark.parametrize("labels", [column(3, 4, 5), column(20, 21, 22, 23), column(5, 6)])
def test_ids_mixed_by_resizing_are_refused(labels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="mixed at the edges"):
        check_edges(resized(labels))


@pytest.mark.parametrize(
    ("place", "left"),
    [
        ((slice(160, 163), slice(5, 8)), (("id 20", "a speck of 9 pixels is not a body"),)),
        ((slice(197, 200), slice(5, 8)), ()),
        ((slice(160, 175), slice(5, 20)), ()),
    ],
    ids=["speck", "at the film's edge", "a region"],
)
def test_specks_are_left_out_with_their_size(place: tuple[slice, slice], left: tuple[tuple[str, str], ...]) -> None:
    labels = column(3, 4, 5)
    labels[place] = 20
    cleaned, found = without_specks(labels)
    assert found == left
    assert (20 in cleaned) == (not left) and np.array_equal(cleaned == 4, labels == 4)


def test_a_speck_of_a_stray_id_does_not_refuse_its_map(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    labels = column(3, 4, 5)
    labels[170:173, 5:8], labels[180:182, 5:8] = 20, 3
    save_map(labels, tmp_path / "labels" / "film.png")
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C3, Level.C4, Level.C5} and case.truth.bodies[Level.C3].area == 600
    assert [one.why for one in case.left_out] == [
        "fragments of 6 pixels far from the body are not used",
        "a speck of 9 pixels is not a body",
    ]


def test_a_jpeg_is_no_label_map_whatever_it_is_called(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    (tmp_path / "labels").mkdir()
    Image.fromarray(column(3, 4, 5).astype(np.uint8)).save(tmp_path / "labels" / "film.png", "JPEG")
    assert "it is a JPEG" in why_skipped(tmp_path)


def test_two_regions_of_one_id_are_two_places(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    save_map(column(3, 4, 5, 5, 6), tmp_path / "labels" / "film.png")
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C3, Level.C4, Level.C6}
    assert [(one.label, one.why) for one in case.left_out] == [("C5", "it appears in two places, so neither is used")]

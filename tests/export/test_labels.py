"""The label map: ids, the rule for shared pixels, and the palette that keeps both ids and colours."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageColor

from spinefm.core.levels import Level
from spinefm.export.labels import label_map, label_picture
from tests.export.handmade import SIZE, handmade_trace, unnamed_vertebrae


def test_label_map_holds_verse_ids_on_the_films_grid() -> None:
    labels = label_map(handmade_trace())
    assert labels.dtype == np.uint8 and labels.shape == SIZE[::-1]
    assert np.unique(labels).tolist() == [0, Level.C2, Level.C3, Level.C4]


def test_shared_pixels_go_to_the_closer_centroid() -> None:
    labels = label_map(handmade_trace())[:, 60]  # C2 covers rows 10-39, C3 rows 30-59; centroids at 24.5 and 44.5
    assert labels[10:35].tolist() == [Level.C2] * 25
    assert labels[35:60].tolist() == [Level.C3] * 25


def test_unnamed_vertebrae_count_from_101() -> None:
    assert np.unique(label_map(handmade_trace(unnamed_vertebrae()))).tolist() == [0, 101, 102]


def test_a_trace_without_vertebrae_gives_an_empty_map() -> None:
    labels = label_map(handmade_trace(()))
    assert labels.shape == SIZE[::-1] and not labels.any()


def test_picture_reads_back_as_ids_and_shows_level_colours() -> None:
    labels = label_map(handmade_trace())
    stream = io.BytesIO()
    label_picture(labels).save(stream, "PNG")
    picture = Image.open(stream)
    assert picture.mode == "P"
    assert np.array_equal(np.asarray(picture), labels)
    assert tuple(np.asarray(picture.convert("RGB"))[80, 60]) == ImageColor.getrgb(Level.C4.colour)


@pytest.mark.parametrize("level_id", [1, 26, 101, 255])
def test_every_id_survives_the_picture_and_is_no_black(level_id: int) -> None:
    stream = io.BytesIO()
    label_picture(np.full((4, 4), level_id, np.uint8)).save(stream, "PNG")
    picture = Image.open(stream)
    assert np.unique(np.asarray(picture)).tolist() == [level_id]
    assert np.asarray(picture.convert("RGB")).any()

"""Label maps in every kind of picture: the ids are those that were written, upright."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from spinefm.core.levels import Level
from spinefm.data.labels import read_map
from tests.bad_films import dicom_bytes, dicom_film
from tests.data.pictures import SIZE, column, film, read_set, save_map, why_skipped
from tests.imaging.test_raster import bare_tiff

IDS = column(3, 4, 5)
BYTES = IDS.astype(np.uint8)
OPAQUE = np.full_like(BYTES, 255)
WHITE_IS_ZERO: dict[str, object] = {"photometric": "miniswhite"}


def save_tiff(path: Path, values: np.ndarray, **options: object) -> None:
    """An array as a TIFF file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(path, values, **options)


def save_colours(path: Path, *channels: np.ndarray) -> None:
    """Channels as a picture."""
    Image.fromarray(np.dstack(channels)).save(path)


MAPS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "grey as colours": ("png", lambda path: save_colours(path, BYTES, BYTES, BYTES)),
    "grey as colours with opacity": ("png", lambda path: save_colours(path, BYTES, BYTES, BYTES, OPAQUE)),
    "grey with opacity": ("png", lambda path: save_colours(path, BYTES, OPAQUE)),
    "transparent where nothing is": ("png", lambda path: save_colours(path, np.maximum(BYTES, 3), OPAQUE * (IDS > 0))),
    "floats of 32 bits": ("tif", lambda path: save_tiff(path, IDS.astype(np.float32))),
    "floats of 64 bits": ("tif", lambda path: save_tiff(path, IDS.astype(np.float64))),
    "64 bits": ("tif", lambda path: save_tiff(path, IDS.astype(np.uint64))),
    "white is zero": ("tif", lambda path: save_tiff(path, BYTES, **WHITE_IS_ZERO)),
    "white is zero, packed": ("tif", lambda path: save_tiff(path, BYTES, compression="lzw", **WHITE_IS_ZERO)),
}


@pytest.mark.parametrize("case", MAPS)
def test_the_ids_of_a_map_are_those_that_were_written(tmp_path: Path, case: str) -> None:
    ending, save = MAPS[case]
    save(tmp_path / f"map.{ending}")
    np.testing.assert_array_equal(read_map(tmp_path / f"map.{ending}", SIZE), IDS)


@pytest.mark.parametrize("options", [{}, WHITE_IS_ZERO, {"photometric": "minisblack"}])
def test_a_mask_of_one_bit_is_what_is_drawn(tmp_path: Path, options: dict[str, object]) -> None:
    save_tiff(tmp_path / "map.tif", IDS == 3, **options)
    np.testing.assert_array_equal(read_map(tmp_path / "map.tif", SIZE), IDS == 3)


def test_a_map_that_does_not_say_what_zero_is_has_the_ids_it_stores(tmp_path: Path) -> None:
    (tmp_path / "map.tif").write_bytes(bare_tiff(IDS.astype(np.uint8), 8))
    np.testing.assert_array_equal(read_map(tmp_path / "map.tif", SIZE), IDS)


def save_palette(path: Path, greys: list[int], colour: int = 0) -> None:
    """The map with its ids counted from 0, which a palette shows as `greys`, a little red where `colour` says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(np.searchsorted([0, 3, 4, 5], IDS).astype(np.uint8)).convert("L")
    picture.putpalette([value for grey in greys for value in (grey + colour, grey, grey)])
    picture.save(path)


def test_ids_that_a_program_numbered_again_are_not_guessed(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    save_palette(tmp_path / "labels" / "film.png", [0, 3, 4, 5])
    assert "hold the numbers 1, 2, 3 …, which its palette shows as the greys 3, 4, 5 …" in why_skipped(tmp_path)


@pytest.mark.parametrize(("greys", "colour"), [([0, 1, 2, 3], 0), ([0, 80, 120, 160], 9)])
def test_palettes_that_only_show_ids_do_not_change_them(tmp_path: Path, greys: list[int], colour: int) -> None:
    save_palette(tmp_path / "map.png", greys, colour)
    assert set(np.unique(read_map(tmp_path / "map.png", SIZE))) == {0, 1, 2, 3}


@pytest.mark.parametrize(("ids", "greys"), [([0, 2, 3, 4], [0, 10, 20, 30, 40]), ([0, 1, 2, 3], [0, 255, 255, 255])])
def test_palettes_that_no_packing_program_makes_leave_ids_as_they_are(
    tmp_path: Path, ids: list[int], greys: list[int]
) -> None:
    picture = Image.fromarray(np.array(ids, np.uint8)[np.searchsorted([0, 3, 4, 5], IDS)]).convert("L")
    picture.putpalette([value for grey in greys for value in (grey,) * 3])
    picture.save(tmp_path / "map.png")
    assert list(np.unique(read_map(tmp_path / "map.png", SIZE))) == ids


def test_a_map_in_colours_is_none(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    (tmp_path / "labels").mkdir()
    save_colours(tmp_path / "labels" / "film.png", BYTES, BYTES + 1, BYTES)
    assert "not an image with one channel of ids" in why_skipped(tmp_path)


def test_a_map_of_fractions_is_none(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    save_tiff(tmp_path / "labels" / "film.tif", IDS / np.float32(2))
    assert "values other than ids" in why_skipped(tmp_path)


def turned(values: np.ndarray, orientation: int) -> np.ndarray:
    """Upright values as a file with that orientation stores them."""
    stored = {1: values, 3: np.rot90(values, 2), 5: values.T, 6: np.rot90(values), 8: np.rot90(values, -1)}
    return np.ascontiguousarray(stored[orientation])


@pytest.mark.parametrize("orientation", [1, 3, 5, 6, 8])
@pytest.mark.parametrize("is_turned", [False, True])
def test_turned_tiff_films_and_maps_lie_on_each_other(tmp_path: Path, orientation: int, is_turned: bool) -> None:
    (tmp_path / "images").mkdir()
    grey = np.random.default_rng(0).integers(0, 255, IDS.shape, np.uint8)
    tag = {"tiffinfo": {274: orientation}}
    Image.fromarray(turned(grey, orientation)).save(tmp_path / "images" / "film.tif", **tag)
    (tmp_path / "labels").mkdir()
    if is_turned:
        Image.fromarray(turned(BYTES, orientation)).save(tmp_path / "labels" / "film.tif", **tag)
    else:
        save_map(IDS, tmp_path / "labels" / "film.png")
    (case,) = read_set(tmp_path)[0].values()
    assert case.size == SIZE
    np.testing.assert_array_equal(case.truth.bodies[Level.C4].on_film(IDS.shape), IDS == 4)


def test_a_map_of_another_size_than_its_dicom_film_is_refused_with_both(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "film.dcm").write_bytes(dicom_bytes(dicom_film(np.zeros((400, 240), np.uint16))))
    save_map(IDS, tmp_path / "labels" / "film.png")
    why = why_skipped(tmp_path)
    assert "120 x 200" in why and "240 x 400" in why

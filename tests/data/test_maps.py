"""Which map belongs to which film."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import nibabel
import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data.nifti import whole_ids
from spinefm.imaging.radiograph import read
from tests.data.pictures import column, film, read_set, save_map, why_skipped


def test_films_of_one_name_in_two_folders_keep_their_own_maps(tmp_path: Path) -> None:
    for folder, at in (("a", 20), ("b", 60)):
        film(tmp_path / "images" / folder / "film.png")
        save_map(column(3, 4, 5, at=at), tmp_path / "labels" / folder / "film.png")
    found, skipped = read_set(tmp_path)
    assert set(found) == {"a/film", "b/film"} and not skipped
    for folder, at in (("a", 20), ("b", 60)):
        case = found[f"{folder}/film"]
        assert case.film.parent.name == folder and case.truth.bodies[Level.C4].box.x0 == at


def test_a_map_that_two_films_could_have_is_listed(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        film(tmp_path / "images" / folder / "film.png")
    film(tmp_path / "images" / "other.png")
    save_map(column(3, 4), tmp_path / "labels" / "film.png")
    save_map(column(3, 4), tmp_path / "labels" / "other.png")
    found, skipped = read_set(tmp_path)
    assert set(found) == {"other"}
    assert "2 films have its name (a/film, b/film)" in skipped[0].why


@pytest.mark.parametrize(
    ("maps", "chosen"),
    [
        (("film.png", "film_reader2.png"), "film.png"),
        (("film_seg-vert_msk.png", "film.png"), "film_seg-vert_msk.png"),
        (("reader2/film.png", "film.png"), "film.png"),
        (("film_reader1.png", "film_reader2.png"), None),
        (("reader1/film.png", "reader2/film.png"), None),
        (("film_auto.png", "film_final_corrected.png"), None),
        (("film_LB.png", "film_ABC.png"), None),
        (("film_vis.png", "film_label.png"), "film_label.png"),
        (("film_mask_overlay.png", "film_segmentation.png"), "film_segmentation.png"),
    ],
)
def test_of_two_maps_of_a_film_one_is_read_only_where_something_decides(
    tmp_path: Path, maps: tuple[str, ...], chosen: str | None
) -> None:
    film(tmp_path / "images" / "film.png")
    for index, name in enumerate(maps):
        save_map(column(3, 4, at=20 + 20 * index), tmp_path / "labels" / name)
    if chosen is None:
        assert "2 label maps could be the film's" in why_skipped(tmp_path)
        return
    found, skipped = read_set(tmp_path)
    assert found["film"].truth.bodies[Level.C3].box.x0 == 20 + 20 * maps.index(chosen)
    assert f"{Path(chosen).name} is read for film" in skipped[0].why


def test_a_picture_in_colours_beside_a_map_is_not_the_map(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    save_map(column(3, 4), tmp_path / "labels" / "film_labels.png")
    save_map(np.stack([column(3, 4)] * 3, axis=-1), tmp_path / "labels" / "film_x.png")
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"}
    assert [(one.name, one.why) for one in skipped] == [
        ("film_x.png", "film_labels.png is read for film in its place.")
    ]


def test_copies_of_a_map_count_once_and_what_comes_after_undecided_maps_is_listed(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    for name in ("film_a.png", "film_copy_of_a.png"):
        save_map(column(3, 4), tmp_path / "labels" / name)
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"} and [one.name for one in skipped] == ["film_copy_of_a.png"]
    save_map(column(4, 5), tmp_path / "labels" / "film_b.png")
    save_map(column(5, 6), tmp_path / "labels" / "other" / "film_c.png")
    found, skipped = read_set(tmp_path)
    assert not found and {one.name: one.why.partition(";")[0] for one in skipped[:2]} == {
        "film_copy_of_a.png": "film_a.png and film_b.png come before it as maps of film",
        "film_c.png": "film_a.png and film_b.png come before it as maps of film",
    }
    assert "labels/film_a.png, labels/film_b.png; keep one" in skipped[2].why


def test_of_two_maps_of_one_level_none_is_read_and_the_other_levels_are(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    for level in (3, 4, 5):
        save_map((column(3, 4, 5) == level) * 255, tmp_path / "labels" / f"film_C{level}.png")
    save_map((column(3, 4, 5, at=50) == 5) * 255, tmp_path / "labels" / "film_C5_mask.png")
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C3, Level.C4}
    assert [(one.label, one.why) for one in case.left_out] == [
        ("C5", "2 maps could be that of C5: labels/film_C5.png and labels/film_C5_mask.png; keep one")
    ]


@pytest.mark.parametrize("written", ["FILM é.png", unicodedata.normalize("NFD", "film é.png"), "film é_seg.png"])
def test_case_and_form_of_accents_do_not_part_a_map_from_its_film(tmp_path: Path, written: str) -> None:
    name = unicodedata.normalize("NFC", "film é.png")
    film(tmp_path / "images" / name)
    save_map(column(3, 4), tmp_path / "labels" / written)
    found, skipped = read_set(tmp_path)
    assert [case.film.name for case in found.values()] == [name] and not skipped


def test_a_map_of_each_level_gives_that_level(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    labels = column(3, 4, 5)
    for level in (Level.C3, Level.C4, Level.C5):
        save_map((labels == level) * 255, tmp_path / "labels" / f"film_{level.name}.png")
    found, skipped = read_set(tmp_path)
    assert not skipped and found["film"].left_out == ()
    for level, mask in found["film"].truth.bodies.items():
        assert np.array_equal(mask.on_film(labels.shape), labels == level)
    save_map(labels, tmp_path / "labels" / "film_C3.png")
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C4, Level.C5}
    assert [(one.label, one.why) for one in case.left_out] == [
        ("C3", "film_C3.png contains 3 ids, and a map of one level has one")
    ]


@pytest.mark.parametrize(
    "place", ["{level}/film.png", "a/{level}/film.png", "{level}/a/film_mask.png", "c{id}/film.png"]
)
def test_a_map_may_lie_in_the_folder_of_its_level(tmp_path: Path, place: str) -> None:
    folder = "a" if "a/" in place else ""
    film(tmp_path / "images" / folder / "film.png")
    if folder:
        film(tmp_path / "images" / "b" / "film.png")
    labels = column(3, 4, 5)
    for level in (Level.C3, Level.C4, Level.C5):
        save_map((labels == level) * 255, tmp_path / "masks" / place.format(level=level.name, id=int(level)))
    (case,) = read_set(tmp_path)[0].values()
    assert case.film.parent.name == (folder or "images")
    for level, mask in case.truth.bodies.items():
        assert np.array_equal(mask.on_film(labels.shape), labels == level)
    assert len(case.truth.bodies) == 3


def test_folders_of_films_that_are_called_as_levels_are_those_of_cases(tmp_path: Path) -> None:
    for folder in ("C3", "C4"):
        film(tmp_path / "images" / folder / "film.png")
        save_map(column(3, 4), tmp_path / "labels" / folder / "film.png")
    found, skipped = read_set(tmp_path)
    assert not skipped and {case.film.parent.name: set(case.truth.bodies) for case in found.values()} == {
        folder: {Level.C3, Level.C4} for folder in ("C3", "C4")
    }


@pytest.mark.parametrize(("ids", "levels"), [((3, 4), "C3 C4"), ((3,), "T2")])
def test_a_lone_file_called_after_a_level_is_a_map_of_all_levels_where_it_has_several(
    tmp_path: Path, ids: tuple[int, ...], levels: str
) -> None:
    film(tmp_path / "images" / "sub-1.png")
    save_map(column(*ids), tmp_path / "labels" / "sub-1_T2.png")
    assert " ".join(level.name for level in sorted(read_set(tmp_path)[0]["sub-1"].truth.bodies)) == levels


@pytest.mark.parametrize(
    "name",
    [
        "film_{0}_mask",
        "film_mask_{0}",
        "film_vertebra_{0}",
        "film-{0}-seg",
        "film_{0}_labelmap",
        "film_seg-{0}",
        "film_{1}",
    ],
)
def test_a_map_of_one_level_may_have_words_for_a_mask_in_its_name(tmp_path: Path, name: str) -> None:
    film(tmp_path / "images" / "film.png")
    labels = column(19, 20, 21)
    for level, other in ((Level.T12, "Th12"), (Level.L1, "LWK1"), (Level.L2, "LWK2")):
        save_map((labels == level) * 255, tmp_path / "labels" / f"{name.format(level.name, other)}.png")
    found, skipped = read_set(tmp_path)
    assert not skipped and len(found["film"].truth.bodies) == 3
    for level, mask in found["film"].truth.bodies.items():
        assert np.array_equal(mask.on_film(labels.shape), labels == level)


@pytest.mark.parametrize(
    ("name", "value", "ids", "said"),
    [
        ("film_C5_mask.png", 5, "", "C5"),
        ("film_C5_mask.png", 1, "", "C5"),
        ("film_C5_mask.png", 15, "", "C5"),
        ("film_C5_mask.png", 77, "", "C5"),
        ("film_C5_mask.png", 3, "", "film_C5_mask.png is called after C5, but its id 3 means C3; rename it"),
        ("film_mask_C5.png", 5, "totalspineseg", "C5"),
        ("film_mask_C5.png", 17, "totalspineseg", "its id 17 means C7"),
        ("film_C5_overlay.png", 3, "", "C3"),
        ("film_T1_seg-vert_msk.png", 20, "", "L1"),
    ],
)
def test_the_id_of_a_map_of_one_level_may_not_mean_another(
    tmp_path: Path, name: str, value: int, ids: str, said: str
) -> None:
    film(tmp_path / "images" / "film.png")
    save_map(column(value), tmp_path / "labels" / name)
    if said in Level.__members__:
        assert set(read_set(tmp_path, ids=ids)[0]["film"].truth.bodies) == {Level[said]}
    else:
        assert said in why_skipped(tmp_path, ids=ids)


@pytest.mark.parametrize("name", ["film.nrrd", "film.seg.nrrd", "film.mha", "film.npy", "film.txt", "other.webp"])
def test_a_map_of_a_kind_that_is_not_read_is_named_so(tmp_path: Path, name: str) -> None:
    film(tmp_path / "images" / "film.png")
    save_map(column(3, 4), tmp_path / "labels" / "film.png")
    (tmp_path / "labels" / name).write_bytes(b"?")
    found, skipped = read_set(tmp_path, "maps")
    assert set(found) == {"film"}
    assert [(one.name, "PNG, TIFF, BMP or NIfTI" in one.why) for one in skipped] == [(name, True)]


@pytest.mark.parametrize("kind", [np.uint8, np.int16])
def test_ids_that_were_stored_in_steps_are_ids(tmp_path: Path, kind: type[np.generic]) -> None:
    film(tmp_path / "images" / "film.png")
    (tmp_path / "labels").mkdir()
    labels = column(19, 20, 21)
    image = nibabel.Nifti1Image(labels.T.astype(np.float64), np.eye(4))
    image.header.set_data_dtype(kind)
    nibabel.save(image, tmp_path / "labels" / "film.nii.gz")
    stored = nibabel.Nifti1Image.from_filename(tmp_path / "labels" / "film.nii.gz").get_fdata()
    assert not np.array_equal(stored, labels.T)
    (case,) = read_set(tmp_path)[0].values()
    np.testing.assert_array_equal(case.truth.bodies[Level.L1].on_film(labels.shape), labels == 20)


ORIENTED = {
    "neither": (np.eye(4), np.eye(4)),
    "both": (np.diag([0.2, -0.2, 1, 1]), np.diag([0.2, -0.2, 1, 1])),
    "the film": (np.diag([0.2, -0.2, 1, 1]), np.eye(4)),
    "the map": (np.eye(4), np.diag([0.2, -0.2, 1, 1])),
}


@pytest.mark.parametrize("oriented", ORIENTED)
def test_a_nifti_map_without_an_orientation_lies_on_its_film_voxel_by_voxel(tmp_path: Path, oriented: str) -> None:
    labels = column(3, 4, 5).T.astype(np.uint8)
    grey = np.where(labels == 0, 40, 200).astype(np.uint8)
    for folder, values, affine in zip(("images", "labels"), (grey, labels), ORIENTED[oriented], strict=True):
        (tmp_path / folder).mkdir()
        nibabel.save(nibabel.Nifti1Image(values, affine), tmp_path / folder / "film.nii.gz")
    (case,) = read_set(tmp_path)[0].values()
    pixels = read(case.film, polarity="keep").pixels
    for mask in case.truth.bodies.values():
        assert pixels[mask.on_film(pixels.shape)].min() > 0.5


@pytest.mark.parametrize("value", [np.nan, np.inf, 2.5])
def test_values_that_are_no_numbers_of_bodies_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="values other than ids"):
        whole_ids(np.array([[0, 20, value]]))

"""Every layout is read, its truth is the phantom's, and a broken film does not stop the others."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data import Case, DatasetError, Skipped, cases, open_dataset
from spinefm.imaging.radiograph import read
from spinefm.phantom.folder import write_phantom
from tests.data import layouts

NAMES = ["one", "two", "three"]


def write_folder(phantom, root, names):
    for part in ("films", "labels"):
        (root / part).mkdir()
    for name in names:
        stem = write_phantom(root, phantom)
        for path in list(root.rglob(f"{stem}.*")):
            path.rename(path.with_stem(name))


WRITERS = {
    "phantom": write_folder,
    "csxa": layouts.write_csxa,
    "spinefm": layouts.write_spinefm,
    "labelme": layouts.write_labelme,
    "coco": layouts.write_coco,
    "maps": layouts.write_maps,
    "nnunet": layouts.write_nnunet,
    "yolo": layouts.write_yolo,
    "cvat": layouts.write_cvat,
    "via": layouts.write_via,
    "voc": layouts.write_voc,
    "labelstudio": layouts.write_labelstudio,
    "supervisely": layouts.write_supervisely,
    "results": layouts.write_results,
}
DRAWN = ("labelme", "coco", "yolo", "cvat", "voc", "labelstudio")
LEAST_DICE = {"csxa": 0.85, "via": 0.93, "supervisely": 0.93, **dict.fromkeys(DRAWN, 0.95)}
"""Corners cut the rounded edges off, and polygons are filled to about a pixel; maps are exact."""


def read_all(root, kind="auto"):
    return list(cases(open_dataset(kind, root)))


@pytest.mark.parametrize("kind", WRITERS)
def test_each_layout_gives_the_phantoms_truth_and_its_film(phantom, tmp_path, kind):
    WRITERS[kind](phantom, tmp_path, NAMES)
    dataset = open_dataset("auto", tmp_path)
    assert dataset.kind == kind
    found = list(cases(dataset))
    assert len(found) == 3
    for case in found:
        assert isinstance(case, Case)
        assert case.region == "cervical"
        assert read(case.film).size == (240, 320)
        for level, mask in case.truth.bodies.items():
            exact = phantom.labels == level
            shared = (mask.on_film(exact.shape) & exact).sum()
            assert 2 * shared / (mask.area + exact.sum()) >= LEAST_DICE.get(kind, 1.0), level
        assert {Level.C3, Level.C4, Level.C5} <= set(case.truth.bodies)


BROKEN = {
    "phantom": "labels/one.json",
    "csxa": "json/one.json",
    "labelme": "one.json",
    "maps": "labels/one.png",
    "nnunet": "labelsTr/one.png",
    "yolo": "labels/one.txt",
    "voc": "Annotations/one.xml",
    "supervisely": "set 1/ann/one.png.json",
    "results": "one/labels.png",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_label_is_skipped_and_the_rest_goes_on(phantom, tmp_path, kind):
    WRITERS[kind](phantom, tmp_path, NAMES)
    assert (tmp_path / BROKEN[kind]).exists()
    (tmp_path / BROKEN[kind]).write_bytes(b"{ this is no label")
    found = read_all(tmp_path, kind)
    (skipped,) = (case for case in found if isinstance(case, Skipped))
    assert skipped.why.endswith("fix or remove it.")
    assert sum(isinstance(case, Case) for case in found) == 2


def test_a_broken_mask_of_one_level_leaves_that_level_out(phantom, tmp_path):
    layouts.write_spinefm(phantom, tmp_path, NAMES)
    (tmp_path / "gts" / "one_C3.npy").write_bytes(b"{ this is no mask")
    first = read_all(tmp_path, "spinefm")[0]
    assert Level.C3 not in first.truth.bodies and Level.C4 in first.truth.bodies
    assert [one.label for one in first.left_out] == ["C3"]


@pytest.mark.parametrize("kind", ["csxa", "labelme", "coco", "via", "voc", "labelstudio", "supervisely"])
def test_a_label_without_its_film_is_skipped(phantom, tmp_path, kind):
    WRITERS[kind](phantom, tmp_path, NAMES)
    next(path for path in tmp_path.rglob("two.png")).unlink()
    found = read_all(tmp_path, kind)
    (skipped,) = (case for case in found if isinstance(case, Skipped))
    assert "film" in skipped.why and "missing" in skipped.why
    assert sum(isinstance(case, Case) for case in found) == 2


def test_boxes_are_truth_without_an_outline(phantom, tmp_path):
    layouts.write_labelme(phantom, tmp_path, ["one"])
    (case,) = read_all(tmp_path)
    ys, xs = np.nonzero(phantom.labels == Level.C7)
    box = case.truth.boxes[Level.C7]
    assert np.allclose(box, (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1), atol=2)
    assert Level.C7 not in case.truth.bodies


def test_run_lengths_of_coco_are_exact_in_both_spellings(phantom, tmp_path):
    layouts.write_coco(phantom, tmp_path, ["one"])
    (case,) = read_all(tmp_path)
    for level in (Level.C4, Level.C5):
        assert np.array_equal(case.truth.bodies[level].on_film(phantom.labels.shape), phantom.labels == level)
    assert set(case.truth.boxes) == {Level.C6}


@pytest.mark.parametrize("counts", [[5, -1], [3], "P", [10**9]])
def test_run_lengths_that_do_not_fill_the_film_are_skipped(phantom, tmp_path, counts):
    layouts.write_coco(phantom, tmp_path, ["one"])
    raw = json.loads((tmp_path / "instances.json").read_text())
    raw["annotations"][1]["segmentation"]["counts"] = counts
    layouts.save_json(raw, tmp_path / "instances.json")
    (case,) = read_all(tmp_path)
    assert Level.C4 not in case.truth.bodies
    (left,) = (one for one in case.left_out if one.label == "C4")
    assert "do not fill the film" in left.why


def test_nifti_maps_are_read_and_discs_left_out(phantom, tmp_path):
    layouts.write_maps(phantom, tmp_path, ["one"], as_nifti=True)
    (case,) = read_all(tmp_path)
    assert np.array_equal(case.truth.bodies[Level.C5].on_film(phantom.labels.shape), phantom.labels == Level.C5)
    assert max([*case.truth.bodies, *case.truth.partial]) <= Level.S1


def test_a_nifti_volume_is_skipped(phantom, tmp_path):
    layouts.write_maps(phantom, tmp_path, ["one"])
    (tmp_path / "labels" / "one.png").unlink()
    data = bytearray(layouts.nifti(np.zeros((4, 6), np.int16)))
    data[46:48] = (2).to_bytes(2, "little")
    (tmp_path / "labels" / "one.nii").write_bytes(bytes(data) * 2)
    (case,) = read_all(tmp_path)
    assert "3 axes" in case.why


def test_csxa_films_are_numbered_and_have_the_tables_scale(phantom, tmp_path):
    layouts.write_csxa(phantom, tmp_path, ["0001M45", "0002F61"])
    found = read_all(tmp_path)
    assert [(case.name, case.spacing_mm) for case in found] == [("csxa-0001", 0.143), ("csxa-0002", 0.143)]
    assert Level.C2 not in found[0].truth.bodies
    assert not found[0].truth.complete


def test_csxa_reads_an_excel_table(phantom, tmp_path):
    from openpyxl import Workbook

    layouts.write_csxa(phantom, tmp_path, ["0001M45"])
    (tmp_path / "table.csv").unlink()
    book = Workbook()
    for row in (["name", "pixel equivalent"], ["0001M45.png", 0.2]):
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    assert read_all(tmp_path)[0].spacing_mm == 0.2


@pytest.mark.parametrize("damage", ["label", "film", "no film", "point", "table"])
def test_csxa_file_names_are_never_shown(phantom, tmp_path, damage):
    layouts.write_csxa(phantom, tmp_path, ["0001M45", "0002F61"])
    label, film = tmp_path / "json" / "0001M45.json", tmp_path / "images" / "0001M45.png"
    raw = json.loads(label.read_text())
    if damage == "label":
        label.write_text("{")
    elif damage == "point":
        raw["shapes"][5]["points"] = []
        layouts.save_json(raw, label)
    elif damage == "table":
        (tmp_path / "table.xlsx").write_bytes(b"no workbook")
    else:
        raw["imageWidth"] = None
        layouts.save_json(raw, label)
        film.write_bytes(b"no film") if damage == "film" else film.unlink()
    found = read_all(tmp_path, "csxa")
    skipped = [case for case in found if isinstance(case, Skipped)]
    assert len(skipped) == 1
    assert "M45" not in repr(skipped)
    assert sum(isinstance(case, Case) for case in found) == (2 if damage == "table" else 1)


def test_the_authors_layout_of_csxa_hides_its_ids_too(phantom, tmp_path):
    layouts.write_spinefm(phantom, tmp_path, ["0012F61", "0013M20"], ".npz")
    assert open_dataset("auto", tmp_path).kind == "csxa"
    found = read_all(tmp_path, "spinefm")
    assert [case.name for case in found] == ["csxa-0001", "csxa-0002"]
    assert set(found[0].truth.bodies) == set(layouts.CERVICAL)


@pytest.mark.parametrize(
    ("ids", "kind"),
    [
        (["C00001", "L00001"], "nhanes2"),
        (["0012F61", "0013m20"], "csxa"),
        (["0000001", "0000002"], "csxa"),
        (["C00001", "0012F61"], "spinefm"),
        (["knee", "neck-2"], "spinefm"),
    ],
)
def test_the_ids_say_whose_films_lie_in_the_authors_layout(phantom, tmp_path, ids, kind):
    layouts.write_spinefm(phantom, tmp_path, ids)
    dataset = open_dataset("auto", tmp_path)
    assert dataset.kind == kind
    assert not any(re.fullmatch(r"\d{4}.\d{2}", name) for name in dataset.names)


def test_nhanes_has_the_published_split_and_one_without_leaks(phantom, tmp_path):
    layouts.write_spinefm(phantom, tmp_path, ["C00001", "L00001", "C00002", "C00003"])
    dataset = open_dataset("nhanes2", tmp_path)
    assert dataset.splits["train"] == ("C00001", "C00002")
    assert dataset.splits["test"] == ("L00001", "C00003")
    assert dataset.splits["disjoint-test"] == dataset.splits["test"]
    assert dataset.splits["disjoint-train"] == ("C00002",)
    assert [case.subject for case in cases(dataset.part("test")) if isinstance(case, Case)] == ["00001", "00003"]
    with pytest.raises(DatasetError, match="it has: train, val, test, disjoint-train"):
        dataset.part("tset")


def test_a_pickle_is_never_opened(phantom, tmp_path):
    layouts.write_spinefm(phantom, tmp_path, ["C00001"])
    np.save(tmp_path / "gts" / "C00001_C3.npy", np.array([{"a": 1}], object))
    (case,) = read_all(tmp_path)
    assert Level.C3 not in case.truth.bodies
    assert [one.label for one in case.left_out] == ["C3"]


def test_stray_files_among_the_masks_are_reported(phantom, tmp_path):
    layouts.write_spinefm(phantom, tmp_path, ["C00001"])
    (tmp_path / "gts" / "notes.txt").write_text("hello")
    skipped, case = read_all(tmp_path)
    assert "1 file in gts is not called" in skipped.why
    assert isinstance(case, Case)


@pytest.mark.parametrize(
    ("kind", "sentence"), [("nothing", "no data set called"), ("auto", "none of the known layouts")]
)
def test_what_is_no_data_set_is_refused(tmp_path, kind, sentence):
    with pytest.raises(DatasetError, match=sentence):
        open_dataset(kind, tmp_path)


@pytest.mark.parametrize("kind", ["csxa", "spinefm", "labelme", "coco", "maps", "phantom"])
def test_an_empty_folder_is_refused_by_every_reader(tmp_path, kind):
    with pytest.raises(DatasetError):
        open_dataset(kind, tmp_path)


def test_a_root_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="does not exist"):
        open_dataset("auto", tmp_path / "none")

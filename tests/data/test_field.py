"""Labels as programs in the field write them: one test for each kind of what went wrong elsewhere."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from PIL import Image

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.data import Case, Conventions, DatasetError, Skipped, cases, open_dataset
from spinefm.imaging.radiograph import read

SIZE = (120, 160)
SQUARE = [[40, 40], [80, 40], [80, 70], [40, 70]]


def film(path: Path, size: tuple[int, int] = SIZE, **more: object) -> Path:
    """A grey film with some texture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(0).integers(0, 255, (size[1], size[0]), np.uint8)
    Image.fromarray(pixels).save(path, **more)
    return path


def labelme(
    path: Path, shapes: list[dict], image: str | None = None, size: tuple[int, int] | None = SIZE, **more
) -> None:
    """A labelme file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stated = {"imageWidth": size[0], "imageHeight": size[1]} if size else {}
    raw = {"shapes": shapes, "imagePath": image or f"{path.stem}.png", **stated, **more}
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")


def shape(label: str, points: object = SQUARE, **more: object) -> dict:
    return {"label": label, "points": points, **more}


def only(root: Path, kind: str = "auto", conventions: Conventions | None = None) -> Case:
    """The one case of a set."""
    (case,) = cases(open_dataset(kind, root, conventions=conventions))
    assert isinstance(case, Case), case
    return case


def refused(root: Path, kind: str = "auto") -> str:
    """Why the one film of a set is skipped."""
    (skipped,) = cases(open_dataset(kind, root))
    assert isinstance(skipped, Skipped)
    return skipped.why


@pytest.mark.parametrize("layout", ["labelme", "coco"])
def test_films_of_one_name_in_two_folders_are_two_cases(tmp_path: Path, layout: str) -> None:
    points = {"a": SQUARE, "b": [[x, y + 50] for x, y in SQUARE]}
    for folder, outline in points.items():
        film(tmp_path / folder / "film.png")
        if layout == "labelme":
            labelme(tmp_path / folder / "film.json", [shape("C5", outline)])
    if layout == "coco":
        coco(
            tmp_path,
            [f"{folder}/film.png" for folder in points],
            [{"segmentation": [np.ravel(p).tolist()]} for p in points.values()],
        )
    found = {case.name: case for case in cases(open_dataset("auto", tmp_path)) if isinstance(case, Case)}
    assert set(found) == {"a/film", "b/film"}
    for folder, outline in points.items():
        assert found[f"{folder}/film"].film == tmp_path / folder / "film.png"
        assert abs(found[f"{folder}/film"].truth.bodies[Level.C5].centroid.y - np.mean(outline, axis=0)[1]) < 1


def coco(root: Path, names: list[str], annotations: list[dict], **image: object) -> None:
    """A COCO file of C5 on films of those names."""
    raw = {
        "images": [
            {"id": index, "file_name": name, "width": SIZE[0], "height": SIZE[1], **image}
            for index, name in enumerate(names)
        ],
        "categories": [{"id": 7, "name": "C5"}],
        "annotations": [
            {"image_id": index % len(names), "category_id": 7, **one} for index, one in enumerate(annotations)
        ],
    }
    (root / "coco.json").write_text(json.dumps(raw))


def test_the_film_that_a_label_names_wins_over_one_of_its_own_name(tmp_path: Path) -> None:
    film(tmp_path / "a.png")
    film(tmp_path / "b.png")
    labelme(tmp_path / "a.json", [shape("C5")], image="b.png")
    case = next(one for one in cases(open_dataset("auto", tmp_path)) if isinstance(one, Case))
    assert case.film.name == "b.png"


def test_films_elsewhere_that_nothing_tells_apart_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        film(tmp_path / folder / "film.png")
    labelme(tmp_path / "labels" / "film.json", [shape("C5")])
    assert "2 films could belong to it" in refused(tmp_path)


@pytest.mark.parametrize("name", ["film.png", "film.jpg", "film.jfif", "film.JPE", "film.tif", "film.bmp"])
def test_a_label_drawn_on_another_size_is_refused_with_both(tmp_path: Path, name: str) -> None:
    film(tmp_path / name, format={"jfif": "JPEG", "JPE": "JPEG"}.get(name[5:]))
    labelme(tmp_path / "film.json", [shape("C5")], image=name, size=(60, 80))
    why = refused(tmp_path)
    assert "60 x 80" in why and "120 x 160" in why


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_maps_and_films_are_turned_alike(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    film(tmp_path / "images" / "film.jpg", exif=exif)
    upright = read(tmp_path / "images" / "film.jpg").size
    (tmp_path / "labels").mkdir()
    labels = np.zeros((upright[1], upright[0]), np.uint8)
    labels[20:40, 50:70], labels[45:65, 50:70] = Level.C5, Level.C6
    Image.fromarray(labels).save(tmp_path / "labels" / "film.png")
    assert only(tmp_path).truth.bodies[Level.C5].box == (50, 20, 70, 40)
    if orientation in (6, 8):
        stored = np.rot90(labels, 1 if orientation == 6 else -1)  # as drawn on the pixels before they were turned
        Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "labels" / "film.png")
        assert only(tmp_path).truth.bodies[Level.C5].box == (50, 20, 70, 40)


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.float32, np.int16])
@pytest.mark.parametrize(
    ("affine", "flips"),
    [
        (np.eye(4), ()),
        (np.diag([-0.2, -0.2, 1, 1]), ()),
        (np.diag([0.2, 0.2, 1, 1]), (0, 1)),
        (np.diag([0.2, -0.2, 1, 1]), (1,)),
        (np.diag([-1.0, 1.0, 1, 1]), ()),
        (np.array([[0, -0.2, 0, 0], [-0.2, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]), "transposed"),
    ],
)
def test_a_nifti_map_lies_as_its_affine_says(tmp_path: Path, kind: type[Any], affine: np.ndarray, flips: Any) -> None:
    film(tmp_path / "images" / "film.png")
    (tmp_path / "labels").mkdir()
    labels: Any = np.zeros((SIZE[1], SIZE[0]), kind)
    labels[20:40, 50:70] = Level.C5
    stored = labels.T if flips != "transposed" else labels
    for axis in () if flips == "transposed" else flips:
        stored = np.flip(stored, 1 - axis)
    image = nibabel.Nifti1Image(np.ascontiguousarray(stored)[..., None], affine, dtype=kind)
    nibabel.save(image, tmp_path / "labels" / "film.nii.gz")
    assert only(tmp_path).truth.bodies[Level.C5].box == (50, 20, 70, 40)


def test_a_nifti_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film(tmp_path / "images" / "film.png")
    (tmp_path / "labels").mkdir()
    nibabel.save(nibabel.Nifti1Image(np.zeros((900, 900, 1), np.int16), np.eye(4)), tmp_path / "labels" / "film.nii.gz")
    monkeypatch.setattr("spinefm.data.nifti.MOST_BYTES", 10_000)
    assert "unpacks to more than" in refused(tmp_path)


def test_ids_of_other_programs_are_refused_until_the_user_says_whose(tmp_path: Path) -> None:
    film(tmp_path / "images" / "film.png")
    (tmp_path / "labels").mkdir()
    labels = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    for index, value in enumerate((16, 17, 21, 22)):
        labels[20 + 20 * index : 34 + 20 * index, 50:70] = value
    Image.fromarray(labels).save(tmp_path / "labels" / "film.png")
    assert "--ids" in refused(tmp_path)
    case = only(tmp_path, conventions=Conventions(ids="totalspineseg"))
    assert set(case.truth.bodies) == {Level.C6, Level.C7, Level.T1, Level.T2}
    Image.fromarray(labels * 0).save(tmp_path / "labels" / "film.png")
    assert "empty" in refused(tmp_path)


def test_every_shape_of_labelme_is_read_or_listed(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    crop = io.BytesIO()
    Image.fromarray(np.full((20, 30), 255, np.uint8)).save(crop, "PNG")
    mask = {"shape_type": "mask", "mask": base64.b64encode(crop.getvalue()).decode()}
    labelme(
        tmp_path / "film.json",
        [
            shape("C3", [[10, 20], [40, 40]], **mask),
            shape("C4", SQUARE, shape_type=None),
            shape("C5", [[40, 80], [80, 80], [80, 100], [40, 100]], shape_type="oriented_rectangle"),
            shape("C6", [[40, 110], [80, 130]], shape_type="rectangle"),
            shape("C7", [[5, 5]], shape_type="point"),
            shape("T1", [[200, 20], [230, 40]], **mask),
            shape("T2", [[10, 20], [40, 40]], shape_type="mask", mask="no base64"),
        ],
    )
    case = only(tmp_path)
    assert set(case.truth.bodies) == {Level.C3, Level.C4, Level.C5} and set(case.truth.boxes) == {Level.C6}
    assert case.truth.bodies[Level.C3].box == (10, 20, 40, 40)
    assert {one.label for one in case.left_out} == {"C7", "T1", "T2"}


@pytest.mark.parametrize("name", ["film.json", "film.JSON"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_and_capitals_change_nothing(tmp_path: Path, name: str, bom: bytes) -> None:
    film(tmp_path / "film.png")
    labelme(tmp_path / "film.tmp", [shape("C5")], image="film.png")
    (tmp_path / name).write_bytes(bom + (tmp_path / "film.tmp").read_bytes())
    assert only(tmp_path).film.name == "film.png"


def test_a_label_that_is_not_utf8_is_called_so(tmp_path: Path) -> None:
    film(tmp_path / "颈.png")
    labelme(tmp_path / "a.tmp", [shape("C5")], image="颈.png")
    (tmp_path / "颈.json").write_bytes((tmp_path / "a.tmp").read_text(encoding="utf-8").encode("gbk"))
    with pytest.raises(DatasetError, match="not UTF-8"):
        open_dataset("auto", tmp_path)
    assert "not UTF-8" in refused(tmp_path, "labelme")


@pytest.mark.parametrize("before", ["", "data:image/png;base64,"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.encodebytes])
def test_a_film_inside_its_label_is_read(tmp_path: Path, before: str, encode: Callable[[bytes], bytes]) -> None:
    content = film(tmp_path / "film.png").read_bytes()
    (tmp_path / "film.png").unlink()
    labelme(tmp_path / "film.json", [shape("C5")], imageData=before + encode(content).decode())
    case = only(tmp_path)
    assert read(case.source, case.film.name).size == SIZE
    labelme(tmp_path / "film.json", [shape("C5")], imageData=None)
    assert "film.png is missing" in refused(tmp_path)


@pytest.mark.parametrize("stated", ["images\\film.png", "images/film%20a.png", "../../up/film.png", "C:\\x\\film.png"])
def test_coco_finds_films_however_they_are_written(tmp_path: Path, stated: str) -> None:
    name = "film a.png" if "%20" in stated else "film.png"
    film(tmp_path / "images" / name)
    coco(tmp_path, [stated], [{"segmentation": [np.ravel(SQUARE).tolist()]}])
    assert only(tmp_path).film == tmp_path / "images" / name


def test_coco_as_programs_write_it(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    flat = [float(value) for value in np.ravel(SQUARE)]
    beside = [float(value) for value in np.ravel(np.add(SQUARE, [0, 32]))]
    coco(tmp_path, ["film.png"], [{"segmentation": flat}, {"segmentation": [beside, [1, 2]]}], width=None, height=None)
    raw = json.loads((tmp_path / "coco.json").read_text())
    raw["images"][0]["id"], raw["categories"][0]["id"] = "0", "7"
    (tmp_path / "coco.json").write_text(json.dumps(raw))
    case = only(tmp_path)
    assert case.truth.bodies[Level.C5].box.height >= 61
    assert [one.label for one in case.left_out] == ["C5"]


@pytest.mark.parametrize(
    ("images", "categories", "why"),
    [
        (["a.png", "b.png"], ["C5"], "its image id 0 means a.png and b.png"),
        (["a.png"], ["C5", "C6"], "its category id 0 means C5 and C6"),
    ],
)
def test_an_id_of_coco_with_two_meanings_is_refused(
    tmp_path: Path, images: list[str], categories: list[str], why: str
) -> None:
    raw = {
        "images": [{"id": 0, "file_name": film(tmp_path / name).name} for name in images],
        "categories": [{"id": 0, "name": name} for name in categories],
        "annotations": [{"image_id": 0, "category_id": 0, "segmentation": [np.ravel(SQUARE).tolist()]}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(raw))
    with pytest.raises(DatasetError, match=why):
        open_dataset("coco", tmp_path)


SEEN, HIDDEN = 2, 0
QUAD = ((20.5, 50.5), (60.5, 52.5), (58.5, 72.5), (22.5, 70.5))


@pytest.mark.parametrize(
    ("order", "visibility", "outlined"),
    [
        ([0, 1, 2, 3], SEEN, True),
        ([0, 1, 3, 2], SEEN, True),
        ([0, 1, 2, 3], HIDDEN, False),
        ([0, 0, 1, 1], SEEN, False),
        ([0, 1, 2], SEEN, False),
    ],
    ids=["corners", "crosswise", "hidden", "no corners", "three points"],
)
def test_four_key_points_of_coco_are_corners_or_the_box_is_read(
    tmp_path: Path, order: list[int], visibility: int, outlined: bool
) -> None:
    film(tmp_path / "film.png")
    points = [value for index in order for value in (*QUAD[index], visibility)]
    coco(tmp_path, ["film.png"], [{"bbox": [20, 50, 41, 23], "segmentation": [], "keypoints": points}])
    truth = only(tmp_path).truth
    assert set(truth.bodies if outlined else truth.boxes) == {Level.C5}
    if outlined:
        assert truth.bodies[Level.C5].area == pytest.approx(760, abs=30)


@pytest.mark.parametrize("points", [["x"] * 12, [None] * 12, "none", {}, [[1, 2], [3]]])
def test_key_points_of_coco_that_are_none_leave_the_box(tmp_path: Path, points: object) -> None:
    film(tmp_path / "film.png")
    coco(tmp_path, ["film.png"], [{"bbox": [20, 50, 40, 20], "keypoints": points}])
    assert set(only(tmp_path).truth.boxes) == {Level.C5}


CVAT = '<annotations><image id="0" name="film.png">{}</image></annotations>'


@pytest.mark.parametrize(("degrees", "box"), [(90, (30, 40, 50, 80)), (30, (18, 41, 62, 79)), (-30, (18, 41, 62, 79))])
def test_a_box_that_was_rotated_to_fit_a_body_outlines_it(tmp_path: Path, degrees: int, box: Box) -> None:
    sides = 'label="C5" xtl="20" ytl="50" xbr="60" ybr="70"'
    film(tmp_path / "xml" / "film.png")
    (tmp_path / "xml" / "annotations.xml").write_text(CVAT.format(f'<box {sides} rotation="{degrees}.00"/>'))
    film(tmp_path / "json" / "film.png")
    turned = {"bbox": [20, 50, 40, 20], "segmentation": [], "attributes": {"occluded": False, "rotation": degrees}}
    coco(tmp_path / "json", ["film.png"], [turned])
    masks = [only(tmp_path / one).truth.bodies[Level.C5] for one in ("xml", "json")]
    assert masks[0].iou(masks[1]) == 1 and masks[0].area == pytest.approx(800, abs=12)
    assert np.abs(np.subtract(masks[0].box, box)).max() <= 1
    leans = masks[0].crop[0].nonzero()[0].mean() - masks[0].crop[-1].nonzero()[0].mean()
    assert abs(degrees) == 90 or np.sign(leans) == -np.sign(degrees)


@pytest.mark.parametrize("rotation", ["", ' rotation="0.00"'])
def test_a_box_that_was_not_rotated_stays_a_box(tmp_path: Path, rotation: str) -> None:
    film(tmp_path / "film.png")
    sides = 'label="C5" xtl="20" ytl="50" xbr="60" ybr="70"'
    (tmp_path / "annotations.xml").write_text(CVAT.format(f"<box {sides}{rotation}/>"))
    truth = only(tmp_path).truth
    assert truth.boxes == {Level.C5: (20, 50, 60, 70)} and not truth.bodies


@pytest.mark.parametrize("rotation", ["much", "nan"])
def test_a_box_with_a_rotation_that_is_no_number_is_left_out_alone(tmp_path: Path, rotation: str) -> None:
    boxes = [f'<box label="C5" xtl="20" ytl="{y}" xbr="60" ybr="{y + 20}"' for y in (50, 80)]
    film(tmp_path / "xml" / "film.png")
    shapes = f'{boxes[0]} rotation="{rotation}"/>{boxes[1]}/>'
    (tmp_path / "xml" / "annotations.xml").write_text(CVAT.format(shapes))
    film(tmp_path / "json" / "film.png")
    bad = {"bbox": [20, 50, 40, 20], "attributes": {"rotation": rotation}}
    coco(tmp_path / "json", ["film.png"], [bad, {"bbox": [20, 80, 40, 20]}])
    for one in ("xml", "json"):
        case = only(tmp_path / one)
        assert case.truth.boxes == {Level.C5: (20, 80, 60, 100)} and not case.truth.bodies
        assert [part.why for part in case.left_out] == ["its rotation is not a number of degrees"]


def test_a_split_with_a_byte_order_mark_keeps_its_first_id(tmp_path: Path) -> None:
    film(tmp_path / "imgs" / "C1.jpg")
    (tmp_path / "gts").mkdir()
    np.save(tmp_path / "gts" / "C1_C5.npy", np.pad(np.ones((20, 20), np.uint8), ((40, 100), (40, 60))))
    (tmp_path / "data_split").mkdir()
    (tmp_path / "data_split" / "test.txt").write_bytes("\ufeffC1.jpg\r\nC99\r\n".encode())
    dataset = open_dataset("auto", tmp_path)
    assert dataset.splits["test"] == ("C1",)
    assert [(one.name, one.why.split(";")[0]) for one in dataset.skipped] == [
        ("test.txt", "1 of its 2 ids has no film in imgs")
    ]


def test_a_folder_that_cannot_be_listed_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film(tmp_path / "film.png")
    labelme(tmp_path / "film.json", [shape("C5")])
    (tmp_path / "closed").mkdir()
    listed = __import__("os").scandir

    def scandir(path: object):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(DatasetError, match="The folder closed cannot be listed"):
        open_dataset("auto", tmp_path)


@pytest.mark.parametrize(
    "text", ["<!DOCTYPE a [<!ENTITY b 'c'>]><annotations/>", "<annotations><track/></annotations>", "<a"]
)
def test_xml_with_a_document_type_or_tracks_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "annotations.xml").write_text(text)
    with pytest.raises(DatasetError, match="document type|tracks|not valid XML"):
        open_dataset("cvat", tmp_path)


@pytest.mark.parametrize(
    "yaml",
    [
        "names: ['C5', \"skull\"]",
        "names: {0: C5, 1: skull}",
        "names:\n- C5\n- skull\nnc: 2",
        "names:\n  0: C5\n  1: skull",
    ],
)
def test_yolo_names_in_every_spelling(tmp_path: Path, yaml: str) -> None:
    film(tmp_path / "train" / "images" / "film.png")
    (tmp_path / "train" / "labels").mkdir()
    (tmp_path / "train" / "labels" / "film.txt").write_text("0 0.3 0.3 0.6 0.3 0.6 0.5 0.3 0.5\n1 0.5 0.5 0.2 0.2\n")
    (tmp_path / "data.yaml").write_text(yaml)
    case = only(tmp_path)
    assert set(case.truth.bodies) == {Level.C5} and [one.label for one in case.left_out] == ["skull"]


def test_results_of_this_program_are_a_data_set(tmp_path: Path) -> None:
    film(tmp_path / "films" / "film.png")
    (tmp_path / "out" / "film").mkdir(parents=True)
    (tmp_path / "out" / "film" / "trace.json").write_text('{"film": {"name": "film.png"}}')
    labels = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    labels[20:40, 50:70], labels[45:65, 50:70] = Level.C5, Level.C6
    Image.fromarray(labels).save(tmp_path / "out" / "film" / "labels.png")
    assert "missing" in refused(tmp_path / "out")
    film(tmp_path / "film.png")
    assert only(tmp_path / "out").film == tmp_path / "film.png"


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_truth_of_a_rotated_result_lies_on_the_rotated_film(tmp_path: Path, quarters: int) -> None:
    upright = read(film(tmp_path / "upright.png"))
    lying = upright.rotated(-quarters)
    Image.fromarray(np.round(lying.pixels * 255).astype(np.uint8)).save(tmp_path / "film.png")
    (tmp_path / "out" / "film").mkdir(parents=True)
    record = {"name": "film.png", "notes": lying.rotated(quarters).provenance.notes[:1], "spacing_mm": 0.2}
    (tmp_path / "out" / "film" / "trace.json").write_text(json.dumps({"film": record}))
    labels = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    labels[20:40, 50:70], labels[45:65, 50:70] = Level.C5, Level.C6
    Image.fromarray(labels).save(tmp_path / "out" / "film" / "labels.png")
    case = only(tmp_path / "out")
    assert case.truth.bodies[Level.C5].box == (50, 20, 70, 40) and case.spacing_mm == 0.2
    assert np.abs(read(case.source).pixels - upright.pixels).max() < 0.01

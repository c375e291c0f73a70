"""No reader takes the files of another layout for its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import KINDS, Case, DatasetError, Skipped, cases, open_dataset
from spinefm.imaging.radiograph import read
from spinefm.phantom import Phantom
from tests.data.test_readers import WRITERS

DRAWN = ("via", "voc", "labelstudio", "supervisely")
"""Layouts of programs in which people draw."""
OTHERS = sorted({*KINDS} - {"nhanes2"})


@pytest.fixture(scope="module", params=[kind for kind in WRITERS if kind in OTHERS])
def written(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, phantom: Phantom
) -> tuple[str, Path]:
    """One film in a layout."""
    root = tmp_path_factory.mktemp(request.param)
    WRITERS[request.param](phantom, root, ["one"])
    return request.param, root


def test_each_layout_is_read_by_its_reader_alone(written: tuple[str, Path]) -> None:
    kind, root = written
    read = {other for other in OTHERS if (kind in DRAWN or other in DRAWN) and _is_read(root, other)}
    assert read == ({kind} if kind in DRAWN else set())


def _is_read(root: Path, kind: str) -> bool:
    try:
        return any(isinstance(one, Case) for one in cases(open_dataset(kind, root)))
    except DatasetError:
        return False


OLDER = ("labelme", "coco", "maps", "nnunet", "yolo", "cvat", "results", "phantom")
PAIRS = [(kind, other) for kind in DRAWN for other in OLDER if (kind, other) != ("voc", "maps")]
"""Label maps with an XML file beside them were CVAT's, and damaged."""


@pytest.mark.parametrize(("kind", "other"), PAIRS)
def test_a_set_beside_which_a_drawing_lies_is_told_as_before(
    phantom: Phantom, tmp_path: Path, kind: str, other: str
) -> None:
    WRITERS[other](phantom, tmp_path, ["one"])
    WRITERS[kind](phantom, tmp_path / "drawn", ["two"])
    assert open_dataset("auto", tmp_path).kind == other


@pytest.mark.parametrize("kind", DRAWN)
def test_a_film_that_its_orientation_turns_has_its_labels_upright(phantom: Phantom, tmp_path: Path, kind: str) -> None:
    WRITERS[kind](phantom, tmp_path, ["one"])
    (film,) = tmp_path.rglob("one.png")
    size = film.stat().st_size
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.ascontiguousarray(np.rot90(np.asarray(Image.open(film))))).save(film, exif=exif)
    for label in tmp_path.glob("*.json"):  # VIA states how many bytes the film had
        label.write_text(label.read_text().replace(str(size), str(film.stat().st_size)))
    (case,) = cases(open_dataset("auto", tmp_path))
    assert isinstance(case, Case) and case.size == read(case.film).size == (240, 320)
    exact = phantom.labels == Level.C4
    assert case.truth.bodies[Level.C4].dice(Mask.from_array(exact)) > 0.93


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("coco", "instances.json"),
        ("cvat", "annotations.xml"),
        ("via", "via_project.json"),
        ("labelstudio", "project-1.json"),
    ],
)
def test_a_film_called_like_the_file_of_many_is_not_that_of_an_entry(
    phantom: Phantom, tmp_path: Path, kind: str, file: str
) -> None:
    WRITERS[kind](phantom, tmp_path, ["one", "two"])
    (tmp_path / file).rename((tmp_path / file).with_stem("spine"))
    next(tmp_path.rglob("one.png")).rename(tmp_path / "spine.png")
    found = [*cases(open_dataset("auto", tmp_path))]
    assert [one.name for one in found if isinstance(one, Case)] == ["two"]
    assert any("its film one.png is missing" in one.why for one in found if isinstance(one, Skipped))
    assert any(one.name == "spine.png" for one in found if isinstance(one, Skipped))

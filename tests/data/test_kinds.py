"""Which layout a folder is taken for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spinefm.core.levels import Level
from spinefm.data import open_dataset
from tests.data.pictures import SIZE, film, read_set, rows, why_skipped

PLACES = ("top left", "top right", "bottom right", "bottom left")
CORNERS = [f"C{number} {place}" for number in (3, 4) for place in PLACES]
BODIES = ["C3", "C4", "C5"]


def labelme(root: Path, name: str, labels: list[str]) -> None:
    film(root / f"{name}.png")
    shapes = [
        {"label": label, "points": rows(Level[label]) if label in Level.__members__ else [[50, 50]]} for label in labels
    ]
    raw = {"shapes": shapes, "imagePath": f"{name}.png", "imageWidth": SIZE[0], "imageHeight": SIZE[1]}
    (root / f"{name}.json").write_text(json.dumps(raw))


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (BODIES, "labelme"),
        ([*BODIES, "C5 centroid"], "labelme"),
        ([*BODIES, "C5 bottom left", "C5 bottom right"], "labelme"),
        ([], "labelme"),
        ([*CORNERS, "C2 centroid"], "csxa"),
        ([label.replace(" ", "  ") for label in CORNERS], "csxa"),
    ],
)
def test_points_named_after_corners_are_csxa_where_most_shapes_are(
    tmp_path: Path, labels: list[str], kind: str
) -> None:
    labelme(tmp_path, "film", labels)
    assert open_dataset("auto", tmp_path).kind == kind


def test_a_centroid_beside_bodies_is_listed_and_they_are_read(tmp_path: Path) -> None:
    labelme(tmp_path, "a", [*BODIES, "C5 centroid"])
    labelme(tmp_path, "b", BODIES)
    found, skipped = read_set(tmp_path)
    assert set(found) == {"a", "b"} and not skipped
    assert set(found["a"].truth.bodies) == {Level.C3, Level.C4, Level.C5}
    assert [one.label for one in found["a"].left_out] == ["C5 centroid"]


@pytest.mark.parametrize("key", ["complete", "region"])
def test_a_label_of_the_phantoms_layout_that_lacks_a_key_is_told_so(tmp_path: Path, key: str) -> None:
    film(tmp_path / "films" / "a.png")
    raw = {"size": SIZE, "region": "cervical", "complete": True, "polygons": {"C3": rows(Level.C3)}}
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.json").write_text(json.dumps({name: raw[name] for name in raw if name != key}))
    assert f"a.json cannot be read ('{key}' is missing)" in why_skipped(tmp_path)

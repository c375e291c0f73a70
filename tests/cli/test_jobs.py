"""Which folder the result of a film goes to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from spinefm.cli.jobs import MOST_NAMED, numbered_text, plan_jobs
from spinefm.core.checksum import sha256_of


def place(root: Path, film: str, earlier: Mapping[str, Mapping[str, object] | str]) -> str:
    """The name of the folder of `film`, which contains its own path, where `earlier` results are there.

    An earlier result is the film of its report, its failed film as `{"error": name}`, or text of somebody's.
    """
    path = root / film
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(film)
    for name, result in earlier.items():
        (root / "out" / name).mkdir(parents=True)
        if isinstance(result, str):
            (root / "out" / name / "notes.txt").write_text(result)
        elif "error" in result:
            (root / "out" / name / "error.json").write_text(json.dumps({"film": result["error"]}))
        else:
            (root / "out" / name / "report.json").write_text(json.dumps({"film": result}))
    (job,) = plan_jobs([path], root / "out")
    return job.folder.name


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """What a report says of the film b/x.png of `place`."""
    (tmp_path / "known").write_text("b/x.png")
    return {"sha256": sha256_of(tmp_path / "known")}


OTHER = {"name": "x.png", "sha256": "ab" * 32}


@pytest.mark.parametrize(
    ("films", "folders"),
    [
        (["a/x.png", "b/x.png", "x.tif"], ["x", "x-2", "x-3"]),
        (["x-2.png", "a/x.png", "b/x.png"], ["x-2", "x", "x-3"]),
        (["x.png", "y.png"], ["x", "y"]),
        (["a/index.html.png", "index.html.tif"], ["index.html-2", "index.html-3"]),
    ],
)
def test_films_of_one_stem_are_numbered(films: list[str], folders: list[str], tmp_path: Path) -> None:
    jobs = plan_jobs([Path(film) for film in films], tmp_path / "out")
    assert [job.folder for job in jobs] == [tmp_path / "out" / folder for folder in folders]


@pytest.mark.parametrize(
    ("earlier", "name"),
    [
        ({"x": OTHER}, "x-2"),
        ({"x": OTHER, "x-2": OTHER}, "x-3"),
        ({"x": OTHER, "x-3": OTHER}, "x-2"),
        ({"x": {"name": "x.png", "sha256": None}}, "x-2"),
        ({"x": {"name": "x.png"}}, "x-2"),
        ({"x": {"error": "x.png"}}, "x"),
        ({"x": {"error": "x.tif"}}, "x-2"),
        ({"x": OTHER, "x-2": {"error": "x.png"}}, "x-2"),
        ({"x": OTHER, "x-2": "years of work"}, "x-3"),
        ({"x": "years of work"}, "x"),
        ({"y": OTHER, "x-ray": OTHER, "x-02": OTHER}, "x"),
    ],
    ids=str,
)
def test_a_result_of_another_film_keeps_its_folder(
    tmp_path: Path, earlier: Mapping[str, Mapping[str, object] | str], name: str
) -> None:
    assert place(tmp_path, "b/x.png", earlier) == name


@pytest.mark.parametrize("name", ["x", "x-2", "x-7"])
def test_a_film_has_its_own_folder_again(tmp_path: Path, own: Mapping[str, object], name: str) -> None:
    earlier = {"x": OTHER, "x-2": {"error": "x.png"}, name: own}
    assert place(tmp_path, "b/x.png", earlier) == name


def test_two_copies_of_a_film_have_a_folder_each(tmp_path: Path, own: Mapping[str, object]) -> None:
    assert place(tmp_path, "b/x.png", {"x": own, "x-2": own}) == "x"
    jobs = plan_jobs([tmp_path / "b" / "x.png"] * 3, tmp_path / "out")
    assert [job.folder.name for job in jobs] == ["x", "x-2", "x-3"]


def test_a_few_numbered_folders_are_named(tmp_path: Path) -> None:
    films = [Path(str(number), "x.png") for number in range(MOST_NAMED + 3)]
    said = numbered_text(plan_jobs(films, tmp_path))
    assert f"gets a number: 1/x.png in {tmp_path / 'x-2'}, 2/x.png" in said and said.endswith(" and 2 more.\n")
    assert numbered_text(plan_jobs(films[:1], tmp_path)) == ""

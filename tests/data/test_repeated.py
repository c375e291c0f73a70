"""Films that several CVAT files list; COCO's are in `test_coco.py`."""

from __future__ import annotations

from pathlib import Path

from spinefm.core.levels import Level
from tests.data.pictures import SIZE, film, read_set, rows


def cvat(path: Path, *levels: Level) -> None:
    """A CVAT file of bodies on `film.png`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    outlines = [";".join(f"{x},{y}" for x, y in rows(level)) for level in levels]
    shapes = [f'<polygon label="{level.name}" points="{text}"/>' for level, text in zip(levels, outlines, strict=True)]
    image = f'<image id="0" name="film.png" width="{SIZE[0]}" height="{SIZE[1]}">{"".join(shapes)}</image>'
    path.write_text(f"<annotations>{image}</annotations>")


def test_films_of_a_task_and_its_job_count_once(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    cvat(tmp_path / "job.xml", Level.C4, Level.C3)
    cvat(tmp_path / "task.xml", Level.C3, Level.C4)
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"}
    assert [(one.name, one.label) for one in skipped] == [("task.xml", "films")]


def test_two_readers_and_two_folders_are_two_cases(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        film(tmp_path / folder / "film.png")
        cvat(tmp_path / folder / "annotations.xml", Level.C3, Level.C4)
    cvat(tmp_path / "b" / "second.xml", Level.C3)
    found, skipped = read_set(tmp_path)
    assert len(found) == 3 and not skipped

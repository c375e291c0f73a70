"""Names of classes and key points of YOLO's sets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data import DatasetError, open_dataset
from spinefm.data.yolo_classes import MOST_YAML_BYTES, classes_of, yaml_of
from tests.data.pictures import SIZE, film, read_set, rows, why_skipped

LEVELS = (Level.C3, Level.C4, Level.C5)


def shares(level: Level) -> np.ndarray:
    """The corners (4, 2) of a body in shares of the film."""
    return (np.array(rows(level)) + 0.5) / SIZE


def box(level: Level) -> list[float]:
    low, high = shares(level).min(axis=0), shares(level).max(axis=0)
    return [*(low + high) / 2, *(high - low)]


def write_set(root: Path, lines: Sequence[Sequence[float] | np.ndarray], **texts: str) -> None:
    film(root / "images" / "film.png")
    (root / "labels").mkdir()
    text = "\n".join(f"{index} " + " ".join(f"{value:.6f}" for value in line) for index, line in enumerate(lines))
    (root / "labels" / "film.txt").write_text(text)
    for name, content in texts.items():
        (root / name.replace("__", "/").replace("_", ".")).write_text(content)


OUTLINES = [shares(level).ravel() for level in LEVELS]


@pytest.mark.parametrize(
    "text",
    [
        "names: [C3,\n        C4, C5]\nnc: 3\n",
        "names: [\n  C3,\n  C4,\n  C5\n]\n",
        '"names": ["C3", "C4", "C5"]\n',
        'names:\n    "0": C3\n    "1": C4\n    "2": C5\n',
        "names: {0: C3,\n  1: C4, 2: C5}\n",
        "# comment\ntrain: ../x\nnames:\n  - C3  # first\n\n  - C4\n  - 'C5'\n",
    ],
)
def test_names_are_read_as_yaml_has_them(tmp_path: Path, text: str) -> None:
    write_set(tmp_path, OUTLINES, data_yaml=text)
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == set(LEVELS) and not case.left_out


@pytest.mark.parametrize(
    ("texts", "listed"),
    [
        ({"args_yaml": "lr: 1\n", "data_yaml": "names: [C3, C4, C5]"}, []),
        ({"args_yaml": "a: [", "data_yaml": "names: [C3, C4, C5]"}, ["args.yaml"]),
        ({"args_yaml": "names: [x]", "data_yaml": "names: [C3, C4, C5]"}, []),
        ({"args_yaml": "lr: 1\n", "classes_txt": "C3\nC4\nC5\n"}, []),
        ({"a_yaml": "names: [C3, C4, C5]", "b_yml": "names: {0: C3, 1: C4, 2: C5}"}, []),
    ],
)
def test_the_file_with_names_is_found_among_others(tmp_path: Path, texts: dict[str, str], listed: list[str]) -> None:
    write_set(tmp_path, OUTLINES, **texts)
    found, skipped = read_set(tmp_path)
    assert set(found["film"].truth.bodies) == set(LEVELS)
    assert [one.name for one in skipped] == listed


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"a_yaml": "names: [C3, C4]", "b_yaml": "names: [C4, C3]"}, "a.yaml and b.yaml give different names"),
        ({"data_yaml": "nc: 3"}, "data.yaml gives no names"),
        ({"data_yaml": "names: [C3"}, "not valid YAML, see line"),
        ({"data_yaml": "names: [[C3], [C4]]"}, "not a list, or not names by their number"),
        ({"data_yaml": "names: {C3: 0}"}, "not a list, or not names by their number"),
        ({"data_yaml": "a: &a [C3]\nnames: *a"}, "refers to another place in itself"),
        ({"data_yaml": "a: &a {b: 1}\nc: {<<: [*a, *a]}\nnames: [C3]"}, "refers to another place in itself"),
        ({"data_yaml": "names: [C3]\nkpt_shape: [4, 7]"}, "kpt_shape is not a number of points"),
        ({"data_yaml": "names: " + "[" * 5_000}, "nested too deeply"),
        ({"data_yaml": "#" * (MOST_YAML_BYTES + 1)}, "more than"),
    ],
)
def test_names_that_cannot_be_used_are_one_sentence(tmp_path: Path, texts: dict[str, str], words: str) -> None:
    write_set(tmp_path, OUTLINES, **texts)
    with pytest.raises(DatasetError, match=words):
        open_dataset("yolo", tmp_path)


def test_nothing_in_yaml_is_executed() -> None:
    with pytest.raises(ValueError, match="not valid YAML"):
        yaml_of("!!python/object/apply:os.getcwd []")


def test_blank_lines_of_classes_count(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("C3\n\n'C5'\n")
    assert classes_of(tmp_path, [tmp_path / "classes.txt"])[0].names == {0: "C3", 2: "C5"}


@pytest.mark.parametrize("written", ["{}", "{}.0", "{}.", "{}.000000e+00"])
def test_the_number_of_a_class_is_read_however_it_is_written(tmp_path: Path, written: str) -> None:
    write_set(tmp_path, [], data_yaml="names: [C3, C4, C5]")
    numbers = [" ".join(f"{value:.6f}" for value in line) for line in OUTLINES]
    lines = [f"{written.format(index)} {line}" for index, line in enumerate(numbers)]
    (tmp_path / "labels" / "film.txt").write_text("\n".join(lines))
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == set(LEVELS) and not case.left_out


@pytest.mark.parametrize("word", ["1.5", "-1", "nan", "inf"])
def test_what_is_no_number_of_a_class_is_listed(tmp_path: Path, word: str) -> None:
    write_set(tmp_path, OUTLINES[:1], data_yaml="names: [C3, C4, C5]")
    text = (tmp_path / "labels" / "film.txt").read_text()
    (tmp_path / "labels" / "film.txt").write_text(f"{text}\n{word}{text[1:]}")
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C3} and [one.label for one in case.left_out] == [word]


CROSSWISE = [0, 1, 3, 2]


@pytest.mark.parametrize(
    ("count", "numbers", "order", "seen", "outlined"),
    [
        (4, 2, [0, 1, 2, 3], 2, True),
        (4, 3, [0, 1, 2, 3], 2, True),
        (4, 3, CROSSWISE, 1, True),
        (4, 3, [0, 1, 2, 3], 0, False),
        (4, 2, [0, 0, 1, 1], 2, False),
        (1, 3, [0], 2, False),
        (6, 2, [0, 1, 2, 3, 0, 1], 2, False),
    ],
    ids=["corners", "with visibility", "crosswise", "hidden", "no corners", "centre", "six points"],
)
def test_key_points_are_corners_or_the_box_is_read(
    tmp_path: Path, count: int, numbers: int, order: list[int], seen: int, outlined: bool
) -> None:
    lines = []
    for level in LEVELS:
        points = shares(level)[order]
        lines.append([*box(level), *np.c_[points, np.full(count, seen)][:, :numbers].ravel()])
    write_set(tmp_path, lines, data_yaml=f"names: [C3, C4, C5]\nkpt_shape: [{count}, {numbers}]\n")
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies if outlined else case.truth.boxes) == set(LEVELS) and not case.left_out
    for level, mask in case.truth.bodies.items():
        assert abs(mask.area - 30 * 20) <= 50 and mask.box.y0 - rows(level)[0][1] in (0, 1)


def test_a_line_of_another_length_than_kpt_shape_is_listed(tmp_path: Path) -> None:
    write_set(
        tmp_path, [box(Level.C3), list(OUTLINES[1]), box(Level.C5)], data_yaml="names: [C3, C4, C5]\nkpt_shape: [4, 3]"
    )
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.boxes) == {Level.C3, Level.C5}
    assert [(one.label, one.why) for one in case.left_out] == [
        ("C4", "its line contains 8 numbers, and with kpt_shape [4, 3] it should have 16")
    ]


@pytest.mark.parametrize(("count", "numbers"), [(1, 2), (1, 3), (2, 2), (4, 2), (4, 3)])
def test_key_points_without_their_shape_are_refused(tmp_path: Path, count: int, numbers: int) -> None:
    seen = np.array([2, 0, 1, 2])[:count, None]
    points = [np.c_[shares(level)[:count] * (seen > 0 if numbers == 3 else 1), seen][:, :numbers] for level in LEVELS]
    lines = [[*box(level), *one.ravel()] for level, one in zip(LEVELS, points, strict=True)]
    write_set(tmp_path, lines, data_yaml="names: [C3, C4, C5]")
    why = "its lines look like boxes with key points, so data.yaml needs their shape; add kpt_shape"
    assert f"{why}: [{count}, {numbers}]" in why_skipped(tmp_path)


@pytest.mark.parametrize("at", [(2, 2), (30, 2), (45, 60), (85, 100)])
@pytest.mark.parametrize("doubled", [1, 2, 4])
def test_outlines_of_one_length_are_no_key_points(tmp_path: Path, at: tuple[int, int], doubled: int) -> None:
    lines = [((np.repeat(np.array(rows(level)) - (40, 40), doubled, axis=0) + at) / SIZE).ravel() for level in LEVELS]
    write_set(tmp_path, lines, data_yaml="names: [C3, C4, C5]")
    truth = read_set(tmp_path)[0]["film"].truth
    assert {*truth.bodies, *truth.partial} == set(LEVELS)


NAMES = "C3\nC4\nC5\n"


@pytest.mark.parametrize("place", ["labels__classes_txt", "classes_txt", "obj_names", "labels__obj_names"])
def test_a_list_of_names_is_no_label_wherever_it_lies(tmp_path: Path, place: str) -> None:
    write_set(tmp_path, OUTLINES, **{place: NAMES})
    found, skipped = read_set(tmp_path)
    assert not skipped
    assert set(found["film"].truth.bodies) == set(LEVELS)


def test_labels_without_names_say_that_these_are_missing(tmp_path: Path) -> None:
    write_set(tmp_path, OUTLINES)
    with pytest.raises(DatasetError, match=r"has no data.yaml or classes.txt with the names"):
        open_dataset("auto", tmp_path)


def test_a_box_may_say_how_sure_a_network_was(tmp_path: Path) -> None:
    write_set(tmp_path, [[*box(level), 0.93] for level in LEVELS], classes_txt=NAMES)
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.boxes) == set(LEVELS) and not case.left_out


def test_classes_counted_from_one_are_refused(tmp_path: Path) -> None:
    write_set(tmp_path, OUTLINES, classes_txt=NAMES)
    label = tmp_path / "labels" / "film.txt"
    lines = label.read_text().splitlines()
    label.write_text("\n".join(f"{int(line[0]) + 1}{line[1:]}" for line in lines))
    with pytest.raises(DatasetError, match="listed from 0 to 2 and used up to 3, so one of the two counts"):
        open_dataset("auto", tmp_path)


@pytest.mark.parametrize("names", ["obj_names", "classes_txt", "obj_train_data__classes_txt"])
def test_labels_beside_their_films_are_read(tmp_path: Path, names: str) -> None:
    write_set(tmp_path, OUTLINES)
    (tmp_path / "images").rename(tmp_path / "obj_train_data")
    (tmp_path / "labels" / "film.txt").rename(tmp_path / "obj_train_data" / "film.txt")
    (tmp_path / "labels").rmdir()
    (tmp_path / names.replace("__", "/").replace("s_txt", "s.txt").replace("obj_names", "obj.names")).write_text(NAMES)
    (tmp_path / "train.txt").write_text("obj_train_data/film.png\n")
    film(tmp_path / "obj_train_data" / "bare.png")
    found, skipped = read_set(tmp_path)
    assert set(found["film"].truth.bodies) == set(LEVELS)
    assert [one.name for one in skipped] == ["bare.png"]


def test_a_film_outside_images_that_has_a_label_is_not_listed_as_without(tmp_path: Path) -> None:
    write_set(tmp_path, OUTLINES, classes_txt=NAMES)
    (tmp_path / "images").rename(tmp_path / "films")
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"} and not skipped

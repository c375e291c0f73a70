"""Tables with other separators and numbers than those of the data set itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinefm.core.levels import Level
from spinefm.data.buu import SCALE_TITLES
from spinefm.data.films import KnownNames
from spinefm.data.names import read_names
from spinefm.data.tables import scales_in, table_rows
from spinefm.phantom import Phantom, simulate
from tests.data import layouts
from tests.data.pictures import read_set

SCALES: dict[str, bytes] = {
    "semicolons and commas": b"Film;Pixel equivalent\na;0,143\n",
    "semicolons and points": b"Film;Pixel equivalent\r\na;0.143\r\n",
    "tabs": b"Film\tPixel equivalent\na\t0.143\n",
    "a comma in quotes": b'Film,Pixel equivalent\na,"0,143"\n',
    "a mark of UTF-8": b"\xef\xbb\xbfFilm,Pixel equivalent\na,0.143\n",
    "UTF-16": "Film\tPixel equivalent\na\t0,143\n".encode("utf-16"),
    "a remark for Excel": b"sep=;\nFilm;Pixel equivalent\na;0,143\n",
    "a unit": b"Film,Pixel equivalent\na,0.143 mm\n",
    "an underscore": b"film,pixel_equivalent_mm\na,0.143\n",
    "a title above": b"Table 1,\nFilm,Pixel equivalent\na,0.143\n",
    "another case and an ending": b"Film,Pixel equivalent\nA.JPG,0.143\n",
    "a path of Windows": b"Film,Pixel equivalent\nC:\\films\\a.jpg,0.143\n",
    "other numbers before it": b"Film,Age,Height,Pixel equivalent\na,2,1.65,0.143\n",
    "the film behind it": b"Pixel equivalent,Film\n0.143,a\n",
    "a column without a title first": b"\tFilm\tPixel equivalent\n7\ta\t0.143\n",
    "a semicolon in a title": b"Film,Pixel equivalent (mm; rows),Age\na,0.143,60\n",
    "a comma in a title": b"Film;Pixel equivalent, mm\na;0.143\n",
}


@pytest.mark.parametrize("case", SCALES)
def test_the_scale_of_a_film_is_found(case: str) -> None:
    assert scales_in(table_rows(SCALES[case]), KnownNames(["a", "0"]), ("pixel equivalent",)) == [("a", 0.143)]


def test_without_a_title_there_is_no_scale_unless_it_may_be_anywhere() -> None:
    rows = list(table_rows(b"a,60,0.143\n"))
    assert scales_in(rows, KnownNames(["a"]), ("pixel",)) == []
    assert scales_in(rows, KnownNames(["a"]), ("pixel",), untitled=True) == [("a", 0.143)]


TITLES = ("film,comment,spacing", "film,comment,mm per dot", "film,pixels,pixel spacing", "film,pixels,size_mm")


@pytest.mark.parametrize("titles", TITLES)
def test_words_that_only_look_like_the_title_of_scales_hide_none(titles: str) -> None:
    rows = table_rows(f"{titles}\na,2048,0.143\n".encode())
    assert scales_in(rows, KnownNames(["a"]), SCALE_TITLES, untitled=True) == [("a", 0.143)]


def test_the_name_of_a_film_is_no_title() -> None:
    rows = table_rows(b"a_mm,0.143\nb_mm,0.2\n")
    found = scales_in(rows, KnownNames(["a_mm", "b_mm"]), SCALE_TITLES, untitled=True)
    assert found == [("a_mm", 0.143), ("b_mm", 0.2)]


DOUBTED = (
    ("buu", "one,1,0.143\n"),
    ("buu", "id,spacing\none,0.143\none,0.2\n"),
    ("buu", "id,spacing_x,spacing_y\none,0.143,0.2\n"),
    ("csxa", "id,pixel equivalent\none,0.143\none,0.2\n"),
)


@pytest.mark.parametrize(("kind", "text"), DOUBTED)
def test_scales_that_differ_are_none_and_listed(
    tmp_path: Path, lumbar: Phantom, phantom: Phantom, kind: str, text: str
) -> None:
    if kind == "buu":
        layouts.write_buu(lumbar, tmp_path, ["one"])
    else:
        layouts.write_csxa(phantom, tmp_path, ["one"])
    (tmp_path / ("pixel_spacing.csv" if kind == "buu" else "table.csv")).write_text(text)
    found, skipped = read_set(tmp_path)
    assert [case.spacing_mm for case in found.values()] == [None]
    assert [one.why for one in skipped] == [
        f"1 film has several scales that differ, first {kind}-0001, so distances there count in pixels alone; if "
        "one is right, leave only that one, in a column with the title pixel spacing."
    ]


@pytest.mark.parametrize(
    "text", ["one,0.2\n", "one,F,37,0.2\n", "id,spacing_x,spacing_y\none,0.2,0.203\none,0.2,0.2\n"]
)
def test_scales_that_agree_are_read(tmp_path: Path, lumbar: Phantom, text: str) -> None:
    layouts.write_buu(lumbar, tmp_path, ["one"])
    (tmp_path / "pixel_spacing.csv").write_text(text)
    found, skipped = read_set(tmp_path)
    assert [case.spacing_mm for case in found.values()] == [0.2] and not skipped


def rewritten(path: Path, *changes: tuple[str, str]) -> None:
    """A file in which each text of `changes` has become another one."""
    text = path.read_text()
    for old, new in changes:
        text = text.replace(old, new)
    path.write_text(text)


@pytest.fixture(scope="module")
def lumbar() -> Phantom:
    return simulate(9_000_001, "lumbar", size=(240, 320), layout="full")


LABELS: dict[str, tuple[tuple[str, str], ...]] = {
    "semicolons": ((",", ";"),),
    "semicolons and commas": ((",", ";"), (".", ",")),
    "tabs": ((",", "\t"),),
    "empty cells at the end": (("\n", ",\n"),),
}


@pytest.mark.parametrize("case", LABELS)
@pytest.mark.parametrize("titles", ["", "x1,y1,x2,y2,class\n"])
def test_endplates_are_read_with_other_separators(tmp_path: Path, lumbar: Phantom, case: str, titles: str) -> None:
    layouts.write_buu(lumbar, tmp_path, ["one"])
    expected = read_set(tmp_path)[0]["buu-0001"].truth.bodies
    label = tmp_path / "LA" / "one.csv"
    label.write_text(titles + label.read_text())
    rewritten(label, *LABELS[case])
    rewritten(tmp_path / "pixel_spacing.csv", (",", ";"), (".", ","))
    found = read_set(tmp_path)[0]["buu-0001"]
    assert {level: mask.box for level, mask in found.truth.bodies.items()} == {
        level: mask.box for level, mask in expected.items()
    }
    assert found.spacing_mm == 0.2


def test_a_column_too_many_is_refused(tmp_path: Path, lumbar: Phantom) -> None:
    layouts.write_buu(lumbar, tmp_path, ["one"])
    rows = (tmp_path / "LA" / "one.csv").read_text().splitlines()
    (tmp_path / "LA" / "one.csv").write_text("\n".join(f"{index},{row}" for index, row in enumerate(rows)))
    found, skipped = read_set(tmp_path)
    assert not found
    assert "it has 6 columns, and those of a film are x1, y1, x2, y2, class" in skipped[0].why


@pytest.mark.parametrize("kind", ["csxa", "buu"])
def test_a_table_without_any_scale_is_listed(tmp_path: Path, lumbar: Phantom, phantom: Phantom, kind: str) -> None:
    if kind == "buu":
        layouts.write_buu(lumbar, tmp_path, ["one"])
        rewritten(tmp_path / "pixel_spacing.csv", ("0.2", "unknown"))
    else:
        layouts.write_csxa(phantom, tmp_path, ["one"])
        rewritten(tmp_path / "table.csv", ("Pixel equivalent", "Remark"))
    found, skipped = read_set(tmp_path)
    assert len(found) == 1
    assert [one.name for one in skipped] == ["scales"] and "1 film has no plausible scale" in skipped[0].why


def test_a_table_of_names_may_have_semicolons(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("label;level\nVertebra A;C3\nplate;\n")
    assert read_names(tmp_path / "names.csv").own == {"vertebra a": Level.C3, "plate": None}


def test_a_name_may_have_a_semicolon(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("neck; body,C3\nplate,\n")
    assert read_names(tmp_path / "names.csv").own == {"neck; body": Level.C3, "plate": None}

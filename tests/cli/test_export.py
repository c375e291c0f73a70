"""`spinefm export`: results and films on disk, exit codes, sentences."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from pydicom import dcmread

from spinefm.cli.app import main
from spinefm.core.masks import Mask
from spinefm.data import Case, cases, open_dataset
from spinefm.export import write_error, write_result
from spinefm.export.formats import FORMATS
from spinefm.export.outlines import outlines
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import measure
from tests.export.curved import LEVELS, body, pixels, png, trace
from tests.export.dicom_film import dicom_film

ROOT = Path(__file__).parents[2]


def export(*arguments: object) -> int:
    """Run `export` in this process."""
    return main(["export", *map(str, arguments)])


def save_result(folder: Path, film: Path | None = None) -> Path:
    """A result called as its folder, and its film as a PNG where one is wanted."""
    name = film.name if film else f"{folder.name}.png"
    write_result(folder, trace(name=name), Radiograph.from_array(pixels()))
    if film:
        film.parent.mkdir(parents=True, exist_ok=True)
        film.write_bytes(png(pixels()))
    return folder


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two results, their films beside it; tests read it only."""
    root = tmp_path_factory.mktemp("results")
    for stem in ("neck", "back"):
        save_result(root / "out" / stem, root / f"{stem}.png")
    return root / "out"


def films_of(folder: Path) -> list[Case]:
    """The films of an export as this project's reader for it sees them."""
    found = list(cases(open_dataset("auto", folder)))
    assert all(isinstance(case, Case) for case in found)
    return [case for case in found if isinstance(case, Case)]


def test_another_film_of_the_name_is_not_taken_for_the_one_that_was_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = save_result(tmp_path / "out" / "neck", tmp_path / "neck.png")
    report = json.loads((result / "report.json").read_text())
    report["film"]["sha256"] = "0" * 64
    (result / "report.json").write_text(json.dumps(report))
    assert export(result, "--to", "labelme", "--out", tmp_path / "made") == 1
    assert "neck.png is another film than the one of this name that was run): give it with --source" in (
        " ".join(capsys.readouterr().err.split())
    )
    assert export(result, "--to", "labelme", "--out", tmp_path / "given", "--source", tmp_path / "neck.png") == 0


@pytest.mark.parametrize("name", ["coco", "coco-rle", "labelme", "cvat", "yolo", "nifti"])
def test_one_result_with_its_film_beside_it(name: str, tmp_path: Path) -> None:
    result = save_result(tmp_path / "out" / "neck", tmp_path / "neck.png")
    assert export(result, "--to", name, "--out", tmp_path / "made") == 0
    [case] = films_of(tmp_path / "made")
    assert min(case.truth.bodies[level].iou(body(i)) for i, level in enumerate(LEVELS)) >= 0.98


@pytest.mark.parametrize("name", [name for name, one in FORMATS.items() if not one.needs_dicom])
def test_a_folder_of_results_is_one_export(name: str, results: Path, tmp_path: Path) -> None:
    assert export(results, "--to", name, "--out", tmp_path / "made") == 0
    assert [path for path in (tmp_path / "made").rglob("*") if path.is_file()]


def test_the_report_is_an_export_too(tmp_path: Path) -> None:
    result = save_result(tmp_path / "out" / "neck", tmp_path / "neck.png")
    assert export(result, "--to", "report", "--out", tmp_path / "made") == 0
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["neck-report.html", "neck-report.pdf"]


def test_a_result_that_failed_is_one_sentence_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_result(tmp_path / "out" / "neck", tmp_path / "neck.png")
    write_error(tmp_path / "out" / "torn", "torn.png", "The file is damaged: export it again.")
    (tmp_path / "out" / "odd").mkdir()
    (tmp_path / "out" / "odd" / "trace.json").write_text("{}")
    assert export(tmp_path / "out", "--to", "coco", "--out", tmp_path / "made") == 1
    told = capsys.readouterr()
    lines = [line for line in told.err.splitlines() if "torn:" in line or "odd:" in line]
    assert "the text is not a trace" in lines[0].lower() and "see its error.json" in lines[1]
    assert "1 of 3 results exported, 2 failed" in told.out
    assert [case.name for case in films_of(tmp_path / "made")] == ["neck"]


def test_an_error_of_the_program_on_one_result_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for stem in ("back", "neck"):
        save_result(tmp_path / "out" / stem)
    seen: list[object] = []

    def broken_once(mask: Mask) -> object:
        seen.append(mask)
        return outlines(mask) if len(seen) > 1 else 1 / 0

    monkeypatch.setattr("spinefm.export.labelme.outlines", broken_once)
    assert export(tmp_path / "out", "--to", "labelme", "--out", tmp_path / "made") == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["neck.json"]


def test_a_facing_and_a_scale_that_were_given_count_in_the_export(tmp_path: Path) -> None:
    made = trace(name="neck.png", spacing=None)
    for facing in ("left", "right"):
        folder = tmp_path / facing / "neck"
        known = measure(made, facing, 0.25)
        write_result(folder, made, Radiograph.from_array(pixels()), known)
        assert export(folder, "--to", "coco", "--out", tmp_path / f"{facing}-coco") == 0
        content = json.loads((tmp_path / f"{facing}-coco" / "instances.json").read_text())
        assert content["images"][0]["facing"] == facing
        assert export(folder, "--to", "csv", "--out", tmp_path / f"{facing}-csv") == 0
        [row, *_] = csv.DictReader((tmp_path / f"{facing}-csv" / "vertebrae.csv").open())
        assert float(row["area_mm2"]) == pytest.approx(body(0).area * 0.25**2, rel=1e-3)


def test_results_of_one_name_keep_apart(tmp_path: Path) -> None:
    for part in ("a", "b"):
        save_result(tmp_path / "out" / part / "neck")
    assert export(tmp_path / "out", "--to", "labelme", "--out", tmp_path / "made") == 0
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["neck-2.json", "neck.json"]


def test_a_film_that_is_elsewhere_is_given_as_file_or_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = save_result(tmp_path / "out" / "neck")
    assert export(result, "--to", "yolo", "--out", tmp_path / "bare") == 0
    assert "without its film" in capsys.readouterr().err
    (tmp_path / "films" / "deep").mkdir(parents=True)
    film = tmp_path / "films" / "deep" / "neck.png"
    film.write_bytes(png(pixels()))
    for number, source in enumerate((film, tmp_path / "films")):
        made = tmp_path / f"made{number}"
        assert export(result, "--to", "yolo", "--out", made, "--source", source) == 0
        assert len(films_of(made)) == 1 and "without its film" not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["dicom-seg", "dicom-sr"])
def test_dicom_needs_the_films_dicom_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = save_result(tmp_path / "out" / "neck", tmp_path / "neck.png")
    assert export(result, "--to", name, "--out", tmp_path / "made") == 2
    assert "give it with --source" in capsys.readouterr().err and not (tmp_path / "made").exists()
    film = tmp_path / "elsewhere" / "IM0001"
    film.parent.mkdir()
    film.write_bytes(dicom_film(pixels()))
    assert export(result, "--to", name, "--out", tmp_path / "made", "--source", film) == 0
    assert [path.suffix for path in (tmp_path / "made").iterdir()] == [".dcm"]
    assert export(result, "--to", name, "--out", tmp_path / "other", "--source", tmp_path / "neck.png") == 1
    assert "DICOM file is needed" in capsys.readouterr().err


def test_the_page_of_export_makes_seg_and_sr_of_the_example_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "how-to" / "export.md").read_text(encoding="utf-8")
    commands = [
        line.split()[1:] for line in page.splitlines() if line.startswith("spinefm ") and "lumbar-dicom" in line
    ]
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    assert [main(command) for command in commands] == [0, 0, 0]
    study = dcmread("examples/films/lumbar-dicom.dcm").StudyInstanceUID
    for kind, modality in (("seg", "SEG"), ("sr", "SR")):
        made = dcmread(f"{kind}/lumbar-dicom-{kind}.dcm")
        assert (made.Modality, made.StudyInstanceUID) == (modality, study)


def test_another_films_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = save_result(tmp_path / "out" / "neck")
    (tmp_path / "neck.png").write_bytes(png(pixels()[:-30]))
    assert export(result, "--to", "nifti", "--out", tmp_path / "made") == 1
    assert "give the film that was run" in capsys.readouterr().err


def test_corrected_labels_are_never_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = save_result(tmp_path / "out" / "neck", tmp_path / "neck.png")
    made = tmp_path / "made"
    assert export(result, "--to", "labelme", "--out", made) == 0
    content = json.loads((made / "neck.json").read_text())
    content["shapes"][0]["label"] = "C7"
    (made / "neck.json").write_text(json.dumps(content))
    assert export(result, "--to", "labelme", "--out", made) == 1
    assert "may hold corrections" in capsys.readouterr().err
    assert json.loads((made / "neck.json").read_text()) == content
    assert export(result, "--to", "coco", "--out", made) == 0
    assert export(result, "--to", "coco", "--out", made) == 2


def test_a_correction_in_labelme_comes_back(tmp_path: Path) -> None:
    result = save_result(tmp_path / "out" / "neck", tmp_path / "neck.png")
    assert export(result, "--to", "labelme", "--out", tmp_path / "made") == 0
    path = tmp_path / "made" / "neck.json"
    content = json.loads(path.read_text())
    content["shapes"][0]["points"] = [[x + 5, y] for x, y in content["shapes"][0]["points"]]
    path.write_text(json.dumps(content))
    [case] = films_of(tmp_path / "made")
    moved = Mask(body(0).crop, (body(0).origin[0] + 5, body(0).origin[1]))
    assert case.truth.bodies[LEVELS[0]].iou(moved) >= 0.98


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "--to", "coco"], "There is no folder"),
        (["films", "--to", "coco"], "holds no result"),
        (["out", "--to", "coco", "--source", "nowhere.png"], "There is no file"),
        (["out", "--to", "coco", "--source", "films/neck.png"], "is one film and there are 2 results"),
        (["out", "--to", "word"], "Invalid value for '--to'"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_nothing_is_done(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for stem in ("neck", "back"):
        save_result(Path("out", stem), Path("films", f"{stem}.png"))
    assert export(*arguments, "--out", "made") == 2
    assert words in capsys.readouterr().err and not Path("made").exists()


def test_the_help_lists_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert export("--help") == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in FORMATS)

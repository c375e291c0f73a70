"""A run over a data set: what is kept, that it can be broken off anywhere, and the tables made of it."""

from __future__ import annotations

import base64
import csv
import json
import shutil
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pandas
import pytest
from PIL import Image

from spinefm.core.checksum import sha256_of
from spinefm.data import Names, Skipped, open_dataset
from spinefm.evaluation import FilmResult, RunError, RunFolder, evaluate, runs
from spinefm.evaluation.checksums import truth_checksum
from spinefm.evaluation.comparison import compare_runs, comparison_text
from spinefm.evaluation.evaluate import Pace, _may_be_body
from spinefm.evaluation.frames import read_tables
from spinefm.evaluation.published import published_for
from spinefm.evaluation.report import finish, levels_text
from spinefm.evaluation.summary import level_figures, run_figures
from spinefm.imaging.radiograph import UnreadableFilm
from tests.evaluation.stand_in_set import LEVELS, open_set, outline, plan, write_set
from tests.ui.server.stand_in import StandIn, write_film

NAMES = ["a", "b", "dark c", "e"]
TABLES = (
    "films.csv", "films.parquet", "vertebrae.csv", "vertebrae.parquet", "levels.csv", "levels.png", "table.txt",
    "calibration.csv", "calibration.png",
)  # fmt: skip


class Counting(StandIn):
    """The stand-in, and on how many films it was run."""

    films: list[str] = []

    def run(self, film):
        Counting.films.append(film.provenance.name)
        yield from super().run(film)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return open_set(write_set(tmp_path_factory.mktemp("set"), NAMES, moved=4))


@pytest.fixture(scope="module")
def whole(dataset, tmp_path_factory):
    """The folder of a run that went through; tests read it only."""
    path = tmp_path_factory.mktemp("whole") / "run"
    run(dataset, path)
    return path


def run(dataset, path, method=None):
    folder = RunFolder(path)
    outcomes = list(evaluate(dataset, method or StandIn(), folder, plan()))
    skipped = [one.outcome for one in outcomes if isinstance(one.outcome, Skipped)]
    finish(folder, dataset, skipped)
    return outcomes


def tables(path):
    return {name: (path / name).read_bytes() for name in TABLES}


def test_every_vertebra_has_its_row(whole):
    films, vertebrae = read_tables(whole)
    rows = vertebrae[vertebrae["film"] == "a"].set_index("level")
    assert list(rows.index) == ["C2", "C3", "C4", "C5", "C6", "C7", "T1"]
    assert (rows.loc[["C2", "C3", "C4", "C6", "C7"], "dice"] > 0.93).all()
    assert list(rows["name"])[:6] == list(rows.index)[:6]
    assert list(rows["shift"][:6]) == [0] * 6
    assert rows.loc["T1", "dice"] == 0
    assert rows.loc["T1", "reason"] == "background 91 % (limit 50 %)"
    assert np.isnan(rows.loc["T1", "assd_px"])
    assert rows.loc["C5", "assd_px"] > rows.loc["C4", "assd_px"]
    assert rows.loc["C5", "assd_mm"] == pytest.approx(0.5 * rows.loc["C5", "assd_px"], rel=1e-4)
    film = films.set_index("film").loc["a"]
    assert (film["stop_up"], film["stop_down"], film["level_shift"]) == ("C2", "background", 0)
    assert (film["pq_matched"], film["pq_false"], film["pq_missed"]) == (6, 0, 1)


def test_the_row_of_a_miss_names_the_event_at_which_the_induction_stopped(whole):
    _, vertebrae = read_tables(whole)
    row = vertebrae[(vertebrae["film"] == "a") & (vertebrae["level"] == "T1")].iloc[0]
    event = RunFolder(whole).trace("a").events[row["event"]]
    assert (event.kind, event.reason) == ("decided", "background")


def test_a_film_on_which_no_run_can_start_counts_as_missed_with_its_reason(whole):
    films, vertebrae = read_tables(whole)
    assert films.set_index("film").loc["dark c", "failure"].startswith("Fewer than three")
    assert (vertebrae.loc[vertebrae["film"] == "dark c", "dice"] == 0).all()
    assert RunFolder(whole).trace("dark c").events[0].kind == "located"


def test_the_papers_figures_of_a_run(whole):
    films, vertebrae = read_tables(whole)
    figures = {row.name: row for row in level_figures(vertebrae, films)}
    groups = ["C2", "C3", "C4", "C5", "C6", "C7", "T1", "cervical", "all"]
    assert list(figures) == [name for group in groups for name in (group, f"{group}, outlinable")]
    assert (figures["C3"].identified, figures["T1"].identified) == (75, 0)
    assert figures["C3"].overall_dsc == pytest.approx(0.75 * figures["C3"].located_dsc)
    assert np.isnan(figures["T1"].located_dsc)
    assert figures["all"].count == 28
    assert figures["all"].identified == pytest.approx(100 * 18 / 28)
    assert figures["T1"].assd_undefined == 4
    assert figures["cervical"].worst == 0
    beyond = run_figures(films)
    assert (beyond.films, beyond.failed, beyond.false_masks, beyond.wrong_names) == (4, 1, 0, 0)
    assert (beyond.panoptic.matched, beyond.panoptic.missed) == (18, 10)


def test_the_published_figures_stand_beside_their_own_set_only(whole):
    films, vertebrae = read_tables(whole)
    levels = level_figures(vertebrae, films)
    assert "SpineFM on NHANES II" in levels_text(levels, published_for("nhanes2"))
    assert "SpineFM on" not in levels_text(levels, published_for("phantom"))


def test_other_readers_find_the_row_of_all_bodies_and_beside_it_that_of_the_outlinable_ones(whole):
    with (whole / "levels.csv").open() as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert rows["all"]["count"] == "28"
    assert float(rows["all"]["identified"]) == pytest.approx(64.285714)
    assert int(rows["all, outlinable"]["count"]) <= 28
    shares = [float(rows["all"][name]) for name in ("named", "misnamed", "unnamed")]
    assert sum(shares) == pytest.approx(100)


def test_a_run_keeps_checksums_of_films_and_truth_and_how_each_outline_shows(whole, dataset):
    films, vertebrae = read_tables(whole)
    case = dataset.read("a")
    row = films.set_index("film").loc["a"]
    assert (row["film_sha256"], row["truth_sha256"]) == (sha256_of(case.film), truth_checksum(case))
    assert (vertebrae.loc[vertebrae["film"] == "a", "edge_share"] > 0.8).all()
    assert json.loads(row["mask_probability"]) == pytest.approx([0.97] * 6)
    assert json.loads(row["mask_named"]) == [True] * 6


def test_a_stricter_limit_is_computed_from_what_is_stored(whole):
    films, vertebrae = read_tables(whole)
    dice = float(vertebrae.loc[vertebrae["level"] == "C5", "dice"].iloc[0])
    strict = {row.name: row for row in level_figures(vertebrae, films, limit=dice)}
    assert strict["C5"].identified == 0
    assert strict["C4"].identified == 75


@pytest.mark.parametrize("writes", [4, *(pytest.param(n, marks=pytest.mark.thorough) for n in (1, 3, 8))])
def test_a_run_that_breaks_off_goes_on_and_gives_the_same_tables(dataset, whole, tmp_path, monkeypatch, writes):
    write = runs.write_whole
    left = iter(range(writes))

    def break_off(path, content):
        if next(left, None) is None:
            path.with_name(".torn.part").write_bytes(content[:10])  # what a kill in the middle leaves
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(runs, "write_whole", break_off)
    with pytest.raises(KeyboardInterrupt):
        list(evaluate(dataset, StandIn(), RunFolder(tmp_path / "torn"), plan()))
    monkeypatch.setattr(runs, "write_whole", write)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "torn" / "results").glob("[!.]*.json")}
    Counting.films.clear()
    run(dataset, tmp_path / "torn", Counting())
    assert len(Counting.films) == 4 - len(before)
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())
    assert tables(tmp_path / "torn") == tables(whole)


def test_a_finished_run_does_nothing_twice_and_a_damaged_result_is_evaluated_again(dataset, whole, tmp_path):
    shutil.copytree(whole, tmp_path / "run")
    (tmp_path / "run" / "results" / "b.json").write_text('{"schema": 1')
    Counting.films.clear()
    outcomes = run(dataset, tmp_path / "run", Counting())
    assert Counting.films == ["b.png"]
    assert [one.fresh for one in outcomes] == [False, True, False, False]
    assert tables(tmp_path / "run") == tables(whole)


@pytest.mark.thorough
def test_a_film_whose_file_or_truth_changed_is_evaluated_again(tmp_path):
    root = write_set(tmp_path / "set", ["a", "b", "c"])
    run(open_set(root), tmp_path / "run")
    write_set(root, ["a"], moved=4)
    Image.fromarray(np.asarray(Image.open(root / "films" / "b.png")) ^ 1).save(root / "films" / "b.png")
    Counting.films.clear()
    run(open_set(root), tmp_path / "run", Counting())
    assert Counting.films == ["a.png", "b.png"]
    run(open_set(root), tmp_path / "new")
    assert tables(tmp_path / "run") == tables(tmp_path / "new")


class Sure(Counting):
    """The stand-in that knows how a film lies by its sides: the drawn one is higher than wide."""

    def quarters(self, film):
        return 1 if film.width > film.height else 0


def lay_down(root, name):
    """Rotate a film of a set and its label by a quarter counterclockwise."""
    film, label = root / "films" / f"{name}.png", root / "labels" / f"{name}.json"
    Image.fromarray(np.rot90(np.asarray(Image.open(film)))).save(film)
    raw = json.loads(label.read_text())
    width, height = raw["size"]
    drawn = {level: [[y, width - 1 - x] for x, y in points] for level, points in raw["polygons"].items()}
    label.write_text(json.dumps({**raw, "size": [height, width], "polygons": drawn}))


def test_a_film_on_its_side_is_scored_upright_with_its_truth(tmp_path):
    root = write_set(tmp_path / "set", ["a", "b"], moved=4)
    lay_down(root, "b")
    case = open_set(root).read("b")
    run(open_set(root), tmp_path / "run", Sure())
    films, vertebrae = (table.set_index("film") for table in read_tables(tmp_path / "run"))
    assert list(films["rotated"]) == [0, 90]
    assert films.loc["b", "truth_sha256"] == truth_checksum(case)
    assert list(vertebrae.loc["b", "dice"]) == pytest.approx(list(vertebrae.loc["a", "dice"]), abs=0.02)
    assert (films.loc["b", "width"], films.loc["b", "height"]) == (films.loc["a", "width"], films.loc["a", "height"])
    trace = RunFolder(tmp_path / "run").trace("b")
    done = [RunFolder(tmp_path / "run").done(name) for name in "ba"]
    drawn, upright = (one.drawing.truth["C3"] for one in done if one is not None)
    for axis in (0, 1):  # x and y
        assert min(drawn[axis::2]) == pytest.approx(min(upright[axis::2]), abs=1.5)
    assert trace.film.notes[0].startswith("The film was rotated clockwise by 90°")
    assert (
        "films rotated upright before the run, each with its truth: 1 (b)"
        in (tmp_path / "run" / "table.txt").read_text()
    )
    Counting.films.clear()
    run(open_set(root), tmp_path / "run", Sure())
    assert Counting.films == []  # its checksum is that of the truth as it was drawn


def test_tables_of_older_evaluations_say_that_no_film_was_rotated(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "old")
    older = pandas.read_parquet(whole / "films.parquet").drop(columns="rotated")
    older.to_parquet(tmp_path / "old" / "films.parquet", index=False)
    assert list(read_tables(tmp_path / "old")[0]["rotated"]) == [0] * 4


def test_a_film_whose_label_is_broken_since_is_not_in_the_tables(tmp_path):
    root = write_set(tmp_path / "set", ["a", "b"])
    run(open_set(root), tmp_path / "run")
    (root / "labels" / "b.json").write_text("{")
    run(open_set(root), tmp_path / "run")
    assert list(read_tables(tmp_path / "run")[0]["film"]) == ["a"]


def test_labels_left_out_of_an_earlier_truth_are_forgotten(tmp_path):
    root = tmp_path / "set"
    shapes = [{"label": level.name, "points": outline(index, 0)} for index, level in enumerate(LEVELS)]
    write_film(root / "a.png")
    disc = {"label": "disc C4/C5", "points": outline(0, 0)}
    for shown, left in (([*shapes[:3], disc], 1), (shapes, 0)):
        (root / "a.json").write_text(json.dumps({"shapes": shown, "imagePath": "a.png"}))
        run(open_dataset("labelme", root), tmp_path / "run")
        assert len(RunFolder(tmp_path / "run").left_out(["a"])) == left


def test_a_film_inside_its_label_is_evaluated(tmp_path):
    film = write_film(tmp_path / "film.png").read_bytes()
    shapes = [{"label": level.name, "points": outline(index, 0)} for index, level in enumerate(LEVELS)]
    raw = {"shapes": shapes, "imagePath": "gone.png", "imageData": base64.b64encode(film).decode()}
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.json").write_text(json.dumps(raw))
    (outcome,) = run(open_dataset("labelme", tmp_path / "set"), tmp_path / "run")
    assert isinstance(outcome.outcome, FilmResult) and outcome.outcome.row.film_sha256 == sha256(film).hexdigest()


def test_a_broken_label_a_broken_film_and_a_fault_are_skipped_and_reported(tmp_path):
    root = write_set(tmp_path / "set", ["a", "b", "c", "d"])
    (root / "labels" / "b.json").write_text("{")
    (root / "films" / "c.png").write_bytes(b"no film")

    class Faulty(StandIn):
        def run(self, film):
            if film.provenance.name.startswith("d"):
                raise ZeroDivisionError("a fault")
            yield from super().run(film)

    outcomes = run(open_set(root), tmp_path / "run", Faulty())
    why = {one.film: one.outcome.why for one in outcomes if isinstance(one.outcome, Skipped)}
    assert set(why) == {"b", "c", "d"}
    assert "ZeroDivisionError" in why["d"]
    assert [one["name"] for one in json.loads((tmp_path / "run" / "skipped.json").read_text())] == ["b", "c", "d"]
    assert len(read_tables(tmp_path / "run")[0]) == 1


@pytest.mark.parametrize("kind", [ZeroDivisionError, UnreadableFilm, KeyError])
def test_what_the_pace_raises_ends_the_evaluation(dataset, tmp_path, kind):
    """At an event, too, where a fault of the program on a film ends that film alone."""
    calls = iter(range(100))

    def check():
        if next(calls) == 2:
            raise kind("enough")

    with pytest.raises(kind, match="enough"):
        list(evaluate(dataset, StandIn(), RunFolder(tmp_path / "run"), plan(), Pace(check=check)))


@pytest.mark.parametrize(
    "change", [{"settings": {"overlap_limit": 0.2}}, {"method": "other"}, {"checksums": {"a": "b"}}]
)
def test_a_folder_of_another_run_is_refused(dataset, tmp_path, change):
    folder = RunFolder(tmp_path / "run")
    folder.begin(plan())
    folder.begin(plan(root="moved elsewhere"))
    with pytest.raises(RunError, match=f"another {next(iter(change))}"):
        folder.begin(plan(**change))


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="not an evaluation"):
        RunFolder(tmp_path).begin(plan())


@pytest.mark.parametrize("part", ["results", "traces", "measures"])
def test_results_without_their_plan_are_refused(tmp_path, part):
    """Another method's tables would count them as its own."""
    folder = RunFolder(tmp_path / "run")
    folder.begin(plan())
    (folder.path / part / "a.json").write_text("{}")
    (folder.path / "run.json").unlink()
    with pytest.raises(RunError, match=r"results without run\.json"):
        folder.begin(plan(method="other"))
    assert not (folder.path / "run.json").exists()
    (folder.path / part / "a.json").unlink()
    folder.begin(plan(method="other"))


def test_a_film_name_cannot_lead_out_of_the_folder(tmp_path):
    folder = RunFolder(tmp_path / "run")
    assert folder._file("results", "../../x", "json").parent == tmp_path / "run" / "results"


def test_a_result_survives_json(whole):
    result = RunFolder(whole).done("a")
    assert result is not None
    assert FilmResult.from_json(result.to_json()) == result


def test_a_scale_that_no_film_has_is_refused_whoever_states_it(dataset, tmp_path):
    wrong = replace(dataset, read=lambda name: replace(dataset.read(name), spacing_mm=140.0))
    outcomes = [one.outcome for one in evaluate(wrong, StandIn(), RunFolder(tmp_path / "run"), plan())]
    why = {outcome.why for outcome in outcomes if isinstance(outcome, Skipped)}
    assert why == {
        "The film cannot be read: its data set states a wrong scale. "
        "A film has 0.01 to 5 mm per pixel, not 140: check the scale."
    }


def write_boxed(root, complete):
    """A film of which C4 and T1 are known by loose boxes, and nothing else."""
    write_set(root, ["a"])
    label = json.loads((root / "labels" / "a.json").read_text())
    polygons = label.pop("polygons")
    boxes = {}
    for level in ("C4", "T1"):
        corners = np.array(polygons[level])
        boxes[level] = [*corners.min(axis=0), *(corners.max(axis=0) + 1)]
    (root / "labels" / "a.json").write_text(json.dumps({**label, "boxes": boxes, "complete": complete}))
    return root


def test_boxes_are_found_without_a_dice(tmp_path):
    run(open_set(write_boxed(tmp_path / "set", complete=False)), tmp_path / "run")
    films, vertebrae = read_tables(tmp_path / "run")
    rows = vertebrae.set_index("level")
    assert (rows.loc["C4", "found"], rows.loc["T1", "found"]) == (True, False)
    assert rows["dice"].isna().all()
    first = level_figures(vertebrae, films)[0]
    assert (first.name, first.identified, first.named, first.outlined) == ("C4", 100, 100, 0)
    assert np.isnan(first.overall_dsc)
    assert "nan" not in levels_text([first], None)


def test_a_mask_in_a_box_is_neither_false_nor_judged_by_its_dice(tmp_path):
    run(open_set(write_boxed(tmp_path / "set", complete=True)), tmp_path / "run")
    film, vertebrae = (table.to_dict("records") for table in read_tables(tmp_path / "run"))
    others = film[0]["predicted"] - 1  # all but that of C4
    assert (film[0]["false_masks"], film[0]["wrong_names"], film[0]["level_shift"]) == (others, others, 0)
    assert len(json.loads(film[0]["mask_dice"])) == others
    assert [row["reason"] for row in vertebrae if row["kind"] == "extra"] == ["on no body"] * others


@pytest.mark.parametrize(
    ("label", "why", "may_be"),
    [
        ("C5", "it appears in two places, so neither is used", True),
        ("L1 fracture", Names().read("L1 fracture").why, True),
        ("L1 fracture", "your table of names says that it is not a body", False),
        ("disc C5/C6", Names().read("disc C5/C6").why, False),
        ("skull", Names().read("skull").why, False),
    ],
)
def test_a_truth_is_not_complete_where_a_label_that_may_be_a_body_is_left_out(label, why, may_be):
    assert _may_be_body(Skipped("film", why, label)) == may_be


def test_two_runs_are_compared_film_by_film(whole):
    _, first = read_tables(whole)
    second = first.copy()
    second.loc[second["level"] == "C4", "dice"] = 0.0
    rows = {row.name: row for row in compare_runs(first, second)}
    assert [row.films.p for row in rows.values() if row.name == "C3"] == [None]
    assert tuple(rows["C4"].identified) == (75, 0)
    assert rows["all"].films.difference == pytest.approx(-(first.loc[first["level"] == "C4", "dice"] / 7).mean())
    text = comparison_text(list(rows.values()), "one", "two", "alike")
    assert "no change" in text
    alone = first[first["film"] == first["film"].iloc[0]]
    single = comparison_text(compare_runs(alone, alone), "one", "two", "alike")
    assert "+0.0000 (–)" in single and "nan" not in single


def test_runs_on_other_films_cannot_be_compared(whole):
    _, first = read_tables(whole)
    with pytest.raises(RunError, match="share no film"):
        compare_runs(first, first.assign(film="other"))

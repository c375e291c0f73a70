"""The films of a group: in order, in parts that fit into memory, and each with its own error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

import spinefm.batch.groups
from spinefm.batch.errors import DeviceLost
from spinefm.batch.groups import group_rows, outcomes_of
from spinefm.batch.manifest import FilmEntry
from spinefm.batch.sources import read_entry
from spinefm.core.machine import is_device_fault
from spinefm.imaging.radiograph import Polarity, Radiograph
from spinefm.methods import FilmOutcome
from tests.batch.fake import RULES, FakeSegmenter, entries, many_names, write_films
from tests.export.handmade import handmade_film


class Counting(FakeSegmenter):
    """Notes how many films it gets at once."""

    sizes: list[int] = []

    def segment_many(self, films: Iterable[Radiograph]) -> Iterator[FilmOutcome]:
        """As the fake does."""
        found = list(films)
        self.sizes.append(len(found))
        return super().segment_many(found)


@pytest.fixture
def group(tmp_path: Path) -> list[FilmEntry]:
    """Ten films, of which one cannot be read."""
    write_films(tmp_path, many_names(10))
    return entries(tmp_path)


def test_rows_are_in_the_order_of_the_films(group: list[FilmEntry]) -> None:
    found = list(group_rows(group, FakeSegmenter(), RULES, {}))
    assert [rows.film["id"] for rows, _ in found] == [timing.id for _, timing in found] == [one.id for one in group]
    kinds = {row.film["name"].partition("-")[0]: row.film["status"] for row, _ in found}
    assert kinds == {"film": "done", "unnamed": "done", "broken": "failed", "hopeless": "failed", "bug": "failed"}


def test_seconds_are_those_of_each_film(group: list[FilmEntry]) -> None:
    for rows, timing in group_rows(group, FakeSegmenter(), RULES, {}):
        assert timing.status == rows.film["status"] and timing.read > 0 and timing.rows > 0
        assert timing.run == (0.5 if timing.status == "done" else 0.0)


def test_films_that_are_left_out_are_not_read(group: list[FilmEntry], monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noting(entry: FilmEntry, polarity: Polarity) -> Radiograph:
        read.append(entry.id)
        return read_entry(entry, polarity)

    monkeypatch.setattr(spinefm.batch.groups, "read_entry", noting)
    found = [rows.film for rows, _ in group_rows(group, FakeSegmenter(), RULES, {group[4].id: "It kills."})]
    assert read == [one.id for one in group if one != group[4]]
    assert (found[4]["status"], found[4]["sentence"]) == ("failed", "It kills.")


@pytest.mark.parametrize(("pixels", "parts"), [(10**9, [9]), (1, [1] * 9), (3 * 120 * 160, [3, 3, 3])])
def test_large_films_advance_in_smaller_parts(
    pixels: int, parts: list[int], group: list[FilmEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spinefm.batch.groups, "MOST_GROUP_PIXELS", pixels)
    monkeypatch.setattr(Counting, "sizes", [])
    whole = [rows.film["id"] for rows, _ in group_rows(group, Counting(), RULES, {})]
    assert whole == [one.id for one in group]
    assert [size for size in Counting.sizes if size] == parts


class Clumsy(FakeSegmenter):
    """Fails as a whole where a film is named `bug`."""

    def segment_many(self, films: Iterable[Radiograph]) -> Iterator[FilmOutcome]:
        """As the fake does, or not at all."""
        found = list(films)
        if any(film.provenance.name == "bug" for film in found):
            raise MemoryError("too large")
        return super().segment_many(found)


def test_films_that_cannot_be_run_together_are_run_alone() -> None:
    films = [handmade_film(name) for name in ("a", "bug", "c")]
    outcomes = outcomes_of(Clumsy(), films)
    assert [outcome.trace is not None for outcome in outcomes] == [True, False, True]
    assert isinstance(outcomes[1].error, MemoryError) and outcomes[1].film is films[1]


FAULTS = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB."),
    torch.AcceleratorError("CUDA error: an illegal memory access was encountered"),
    RuntimeError("CUDA error: unspecified launch failure\nCUDA kernel errors might be reported later"),
    RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
]


@dataclass(frozen=True)
class Failing(FakeSegmenter):
    """Every film has this error; or none can be run at all, where it is `raised`."""

    error: Exception = FAULTS[0]
    raised: bool = False

    def segment_many(self, films: Iterable[Radiograph]) -> Iterator[FilmOutcome]:
        """Nothing but the error."""
        if self.raised:
            raise self.error
        return (FilmOutcome(film, None, self.error) for film in films)


@pytest.mark.parametrize("raised", [False, True])
@pytest.mark.parametrize("error", FAULTS, ids=lambda error: str(error)[:20])
def test_a_fault_of_the_device_is_the_error_of_no_film(error: Exception, raised: bool) -> None:
    assert is_device_fault(error)
    with pytest.raises(DeviceLost) as caught:
        outcomes_of(Failing(error=error, raised=raised), [handmade_film("a"), handmade_film("b")])
    assert "\n" not in str(caught.value) and caught.value.__cause__ is error


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), MemoryError("CUDA"), ValueError("CUDA error")])
def test_any_other_error_is_that_of_its_film(error: Exception) -> None:
    assert not is_device_fault(error)
    (outcome,) = outcomes_of(Failing(error=error), [handmade_film("a")])
    assert outcome.error is error


def test_an_error_of_measuring_is_the_row_of_its_film(group: list[FilmEntry], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ArithmeticError("no corner")

    monkeypatch.setattr(spinefm.batch.groups, "rows_of", fail)
    found = [rows.film for rows, _ in group_rows(group[:3], FakeSegmenter(), RULES, {})]
    assert all("ArithmeticError: no corner" in row["sentence"] or row["name"].startswith("broken") for row in found)


def test_an_error_of_a_reader_is_the_row_of_its_film(group: list[FilmEntry], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(spinefm.batch.groups, "read_entry", fail)
    found = [rows.film for rows, _ in group_rows(group, FakeSegmenter(), RULES, {})]
    assert len(found) == 10 and all("MemoryError" in row["sentence"] for row in found)

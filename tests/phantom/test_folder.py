"""Writing phantoms: the folder holds what was simulated."""

from __future__ import annotations

import dataclasses
import errno
import json
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinefm.core import files
from spinefm.core.levels import Level
from spinefm.phantom import simulate, write_set
from spinefm.phantom.folder import label_of


def test_a_written_set_reads_back_as_simulated(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    names = write_set(tmp_path, [9_000_000], "cervical", lambda done, total: calls.append((done, total)))
    assert names == ["phantom-cervical-9000000"] and calls == [(1, 1)]
    phantom = simulate(9_000_000, "cervical")
    film = cv2.imread(str(tmp_path / "films" / f"{names[0]}.png"), cv2.IMREAD_UNCHANGED)
    labels = cv2.imread(str(tmp_path / "labels" / f"{names[0]}.png"), cv2.IMREAD_UNCHANGED)
    assert film is not None and film.dtype == np.uint8
    assert np.abs(film / 255 - phantom.film).max() <= 0.5 / 255 + 1e-6
    assert np.array_equal(labels, phantom.labels)
    truth = json.loads((tmp_path / "labels" / f"{names[0]}.json").read_text(encoding="utf-8"))
    assert truth["size"] == [phantom.film.shape[1], phantom.film.shape[0]]
    assert truth["seed"] == 9_000_000 and truth["region"] == "cervical"


def test_bodies_are_whole_or_partial_never_both() -> None:
    for seed in range(2):
        phantom = simulate(seed, "lumbar", (300, 400), "no_anchor")
        label = label_of(phantom)
        assert set(label["polygons"]) == set(label["corners"])
        assert not set(label["polygons"]) & set(label["partial"])
        assert {Level[name] for name in (*label["polygons"], *label["partial"])} == set(phantom.truth)
        assert all(phantom.truth[Level[name]].visible >= 0.6 for name in label["polygons"])
        assert all(share < 0.6 for share in label["partial"].values())
        assert label["share"] == {level.name: round(truth.visible, 3) for level, truth in phantom.truth.items()}


def test_a_body_that_cannot_be_seen_is_in_the_truth() -> None:
    """What counts as truth does not depend on the film's grey values: a white film has the same bodies."""
    phantom = simulate(1, "cervical", (300, 400))
    white = dataclasses.replace(phantom, film=np.ones_like(phantom.film))
    assert label_of(white)["polygons"] == label_of(phantom)["polygons"]


@pytest.mark.parametrize("after", range(3))
def test_a_full_disk_leaves_no_half_written_phantom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr("spinefm.phantom.folder.simulate", partial(simulate, size=(240, 320)))
    (first,) = write_set(tmp_path, [9_000_000], "cervical")
    before = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    written, left = files.write_synced, [after]

    def limited(path: Path, content: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written(path, content)

    monkeypatch.setattr(files, "write_synced", limited)
    with pytest.raises(OSError, match=r"phantom-cervical-9000001 cannot be written \(No space left on device\)"):
        write_set(tmp_path, [9_000_001], "cervical")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == before
    assert any(name.startswith(first) for name in before)

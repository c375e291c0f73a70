"""What several processes write: the first one's stays, and it appears whole or not at all."""

from __future__ import annotations

import errno
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from spinefm.batch import files
from spinefm.batch.errors import BatchError, written_to
from spinefm.batch.files import STALE, folder_in_place, remove_stale, write_first


def test_of_many_writers_one_is_first(tmp_path: Path) -> None:
    contents = [bytes([65 + index]) * 100_000 for index in range(16)]
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda content: write_first(tmp_path / "file", content), contents))
    assert sum(first) == 1
    assert (tmp_path / "file").read_bytes() == contents[first.index(True)]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", refuse)
    assert write_first(tmp_path / "file", b"one")
    assert not write_first(tmp_path / "file", b"two")
    assert (tmp_path / "file").read_bytes() == b"one"


def test_of_many_writers_one_is_first_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no links")

    def late(part: Path, path: Path, replace: Any = os.replace) -> None:
        time.sleep(0.05)
        replace(part, path)

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "replace", late)
    contents = [bytes([65 + index]) * 1000 for index in range(8)]
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda content: write_first(tmp_path / "file", content), contents))
    assert sum(first) == 1 and (tmp_path / "file").read_bytes() == contents[first.index(True)]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_claim_that_a_killed_process_left_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(files, "PATIENCE", 0.0)
    (tmp_path / ".file.part").touch()
    with pytest.raises(OSError, match=r"another process holds \.file\.part"):
        write_first(tmp_path / "file", b"content")


def test_a_full_disk_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        write_first(tmp_path / "file", b"content")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_appears_when_its_block_ends(tmp_path: Path) -> None:
    with folder_in_place(tmp_path / "folder") as place:
        (place / "file").write_bytes(b"content")
        assert not (tmp_path / "folder").exists() and place.name.startswith(".")
    assert (tmp_path / "folder" / "file").read_bytes() == b"content"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_folder_whose_block_fails_does_not_appear(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), folder_in_place(tmp_path / "folder") as place:
        (place / "file").write_bytes(b"content")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_of_two_folders_the_first_stays(tmp_path: Path) -> None:
    with folder_in_place(tmp_path / "folder") as late:
        (late / "file").write_bytes(b"late")
        with folder_in_place(tmp_path / "folder") as early:
            (early / "file").write_bytes(b"early")
    assert (tmp_path / "folder" / "file").read_bytes() == b"early"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_only_parts_that_nobody_writes_are_removed(tmp_path: Path) -> None:
    old = time.time() - STALE - 10
    for name in (".old.part", ".fresh.part", ".growing.part"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / ".file.part").touch()
    (tmp_path / "shard").mkdir()
    for path in (".old.part/file", ".old.part", ".growing.part", ".file.part", "shard"):
        os.utime(tmp_path / path, (old, old))
    remove_stale(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".fresh.part", ".growing.part", "shard"]


def test_a_part_that_another_process_takes_away_meanwhile_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = time.time() - 2 * STALE
    for name in (".a.part", ".b.part"):
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (old, old))
    stat = Path.stat

    def taken(path: Path, **more: Any) -> os.stat_result:
        if path.name == ".a.part":
            path.unlink(missing_ok=True)
        return stat(path, **more)

    monkeypatch.setattr(Path, "stat", taken)
    remove_stale(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "words"), [(OSError(errno.ENOSPC, "x"), "No space left on device"), (OSError("bad block"), "bad block")]
)
def test_an_error_of_writing_is_one_sentence(error: OSError, words: str) -> None:
    with pytest.raises(BatchError) as caught, written_to(Path("/out")):
        raise error
    assert str(caught.value) == (
        f'The batch cannot be written to "/out" ({words}): make room there, then `spinefm batch resume`.'
    )

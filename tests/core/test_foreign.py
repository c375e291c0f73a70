"""Foreign input: every fault is a sentence, and nothing unpacks without a limit."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from spinefm.core import foreign
from spinefm.core.foreign import InputError, foreign_input, gunzip, json_of, read_bytes, read_json, reason_of

FAULTS = [
    (RecursionError("maximum recursion depth"), "it is nested too deeply"),
    (MemoryError(), "it needs more memory than is available"),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), "it is not UTF-8 text"),
    (json.JSONDecodeError("Expecting value", "x\ny", 2), "it is not valid JSON, see line 2"),
    (KeyError("shapes"), "'shapes' is missing"),
    (IndexError("list index out of range"), "a list in it is too short"),
    (FileNotFoundError(2, "No such file or directory", "/srv/secret/a.png"), "No such file or directory"),
    (OSError("cannot identify image file '/srv/secret/a.png'"), "an image in it is damaged or in another format"),
    (zlib.error("Error -3"), "it is cut off or damaged"),
    (TypeError("int() argument"), "a value in it has the wrong type"),
    (OverflowError("too large"), "a number in it is too large or zero"),
    (ValueError("no room in /srv/secret/a.png"), "no room in a.png"),
    (SyntaxError("broken PNG file"), "SyntaxError: broken PNG file"),
]


@pytest.mark.parametrize(("error", "words"), FAULTS, ids=lambda value: type(value).__name__)
def test_every_fault_has_words_that_name_no_folder(error: Exception, words: str) -> None:
    assert reason_of(error) == words


@pytest.mark.parametrize("error", [fault for fault, _ in FAULTS], ids=lambda value: type(value).__name__)
def test_faults_become_one_sentence_and_keep_their_cause(error: Exception) -> None:
    with pytest.raises(InputError, match=r"The label is damaged \(.+\); fix it\.") as caught, _reading():
        raise error
    assert caught.value.__cause__ is error


def test_a_sentence_that_is_there_already_passes() -> None:
    with pytest.raises(InputError, match="^The film is missing.$"), _reading():
        raise InputError("The film is missing.")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_is_no_fault(stop: type[BaseException]) -> None:
    with pytest.raises(stop), _reading():
        raise stop


def _reading():
    return foreign_input(lambda reason: InputError(f"The label is damaged ({reason}); fix it."))


@pytest.mark.parametrize("text", ['{"a": NaN}', "[Infinity]", "[-Infinity]", "[1e999]", "[-1e999]"])
def test_numbers_that_are_not_finite_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="which is"):
        json_of(text)


def test_json_is_read_with_and_without_a_byte_order_mark() -> None:
    assert json_of(b'\xef\xbb\xbf{"a": 1.5}') == json_of('\ufeff{"a": 1.5}') == json_of(b'{"a": 1.5}') == {"a": 1.5}


def test_deep_and_wide_json_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RecursionError):
        json_of(b"[" * 200_000)
    monkeypatch.setattr(foreign, "MOST_JSON_PARTS", 10)
    with pytest.raises(ValueError, match="more than 10 lists"):
        json_of("[" + ",".join(["[]"] * 20) + "]")


def test_files_larger_than_allowed_and_folders_are_not_read(tmp_path) -> None:
    (tmp_path / "a").write_bytes(bytes(11))
    assert len(read_bytes(tmp_path / "a", 11)) == 11
    with pytest.raises(ValueError, match="more than"):
        read_bytes(tmp_path / "a", 10)
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(FileNotFoundError):
            read_json(path)


def test_gzip_unpacks_no_more_than_allowed() -> None:
    packed = gzip.compress(bytes(1 << 20))
    assert len(gunzip(packed, 1 << 20)) == 1 << 20
    with pytest.raises(ValueError, match="unpacks to more than"):
        gunzip(packed, (1 << 20) - 1)
    with pytest.raises(ValueError, match="cut off"):
        gunzip(packed[:-9], 1 << 20)
    with pytest.raises(zlib.error):
        gunzip(b"no gzip", 10)

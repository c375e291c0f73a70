"""Input that others made: every fault of it becomes one sentence, and nothing unpacks without a limit."""

from __future__ import annotations

import json
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

MOST_JSON_BYTES = 64 << 20
"""Bytes of a JSON text that is read."""
MOST_JSON_PARTS = 2_000_000
"""Lists and objects in a JSON text: each takes some hundred bytes of memory, however short its text."""
PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:)?[\\/](?:[^\s'\"<>:;,()\\/]+[\\/])+")
"""The folders of an absolute path inside a message."""


class InputError(ValueError):
    """Foreign input cannot be used; the text is a whole sentence that says why and what to do."""


@contextmanager
def foreign_input(sentence: Callable[[str], Exception]) -> Iterator[None]:
    """Turn every fault of the input read inside into `sentence(reason)`; an `InputError` passes as it is."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise sentence(reason_of(error)) from error


@dataclass(frozen=True)
class _Rule:
    """The words for the errors of some types."""

    kinds: tuple[type[Exception], ...]
    words: Callable[[Any], str]


def _of_file(error: OSError) -> str:
    return error.strerror or "an image in it is damaged or in another format"


_RULES: Sequence[_Rule] = (
    _Rule((RecursionError,), lambda error: "it is nested too deeply"),
    _Rule((MemoryError,), lambda error: "it needs more memory than is available"),
    _Rule((UnicodeError,), lambda error: "it is not UTF-8 text"),
    _Rule((json.JSONDecodeError,), lambda error: f"it is not valid JSON, see line {error.lineno}"),
    _Rule((KeyError,), lambda error: f"{error} is missing"),
    _Rule((IndexError,), lambda error: "a list in it is too short"),
    _Rule((OSError,), _of_file),
    _Rule((zipfile.BadZipFile, zlib.error, EOFError), lambda error: "it is cut off or damaged"),
    _Rule((TypeError, AttributeError), lambda error: "a value in it has the wrong type"),
    _Rule((OverflowError, ZeroDivisionError), lambda error: "a number in it is too large or zero"),
    _Rule((ValueError,), lambda error: str(error)),
)
"""The first rule that fits counts."""


def reason_of(error: Exception) -> str:
    """What is wrong with foreign input, in a few words on one line that name no folder of this machine."""
    rule = next((rule for rule in _RULES if isinstance(error, rule.kinds)), None)
    words = rule.words(error) if rule else f"{type(error).__name__}: {error}"
    return without_folders(" ".join(words.split())) or type(error).__name__


def without_folders(text: str) -> str:
    """`text` with every absolute path cut to the name of its file.

    Example:
        >>> without_folders("no room in /srv/sets/a.png")
        'no room in a.png'
    """
    return PATH.sub("", text)


def json_of(data: bytes | str) -> Any:
    """The value of a JSON text in UTF-8, with or without a byte order mark.

    Raises:
        ValueError: no JSON, not UTF-8, larger than allowed, or a number that is not finite.
        RecursionError: nested too deeply.
    """
    if len(data) > MOST_JSON_BYTES:
        raise ValueError(f"it is JSON of more than {MOST_JSON_BYTES >> 20} MB")
    text = data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
    if text.count("[") + text.count("{") > MOST_JSON_PARTS:
        raise ValueError(f"it is JSON of more than {MOST_JSON_PARTS} lists and objects")
    return json.loads(text, parse_constant=_not_finite, parse_float=_finite)


def read_json(path: Path) -> Any:
    """The value of a JSON file; see `json_of`. Raises OSError besides."""
    return json_of(read_bytes(path, MOST_JSON_BYTES))


def read_bytes(path: Path, most: int) -> bytes:
    """A file's content. Raises ValueError where it has more than `most` bytes or is no plain file."""
    data = read_head(path, most + 1)
    if len(data) > most:
        raise ValueError(f"it has more than {most >> 20} MB")
    return data


def read_head(path: Path, count: int) -> bytes:
    """A file's first `count` bytes, or all of a shorter one. Raises FileNotFoundError where it is no plain file."""
    if not path.is_file():
        raise FileNotFoundError(2, f"{path.name} is missing")
    with path.open("rb") as stream:
        return stream.read(count)


def gunzip(data: bytes, most: int) -> bytes:
    """Unpacked gzip data of at most `most` bytes; a second member is not read.

    Raises:
        ValueError: more than `most` bytes, or cut off.
        zlib.error: no gzip data.
    """
    unpacker = zlib.decompressobj(wbits=31)
    content = unpacker.decompress(data, most + 1)
    if len(content) > most:
        raise ValueError(f"it unpacks to more than {most >> 20} MB")
    if not unpacker.eof:
        raise ValueError("it is cut off")
    return content


def _not_finite(name: str) -> NoReturn:
    raise ValueError(f"it contains {name}, which is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"it contains the number {text[:20]}, which is too large")
    return value

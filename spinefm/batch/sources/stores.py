"""Files behind a URL, by fsspec: object stores, web servers, the Hub; listed, and read with a limit."""

from __future__ import annotations

import os
import posixpath
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import IO, TYPE_CHECKING, Any, TypeVar

from spinefm.batch.sources.address import WEB, protocol_of, shown
from spinefm.batch.sources.among import films_among
from spinefm.batch.sources.rows import SourceError
from spinefm.imaging.kinds import HEAD
from spinefm.imaging.listing import begins_as_dicom, begins_as_film, may_be_unnamed

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

CONNECT_SECONDS, SILENT_SECONDS, WHOLE_SECONDS = 20, 60, 300
"""Seconds that a web server may take to answer, may be silent, and may take for a file."""
BLOCK = 1 << 20
"""Bytes that are fetched at a time of a zip, of which single members are read."""
PAUSES = (0.5, 2.0)
"""Seconds before each further attempt where a store fails for the moment."""
PACKAGES = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("az", "abfs", "abfss", "adl"), "adlfs"),
    **dict.fromkeys(WEB, "aiohttp"),
}
"""The package that opens each protocol, where fsspec alone does not."""
MAGIC = re.compile(r"[*?\[]")
STREAMED = (*WEB, "hf")
"""Protocols that are read as a stream: asking for a part first costs a request, or is not honoured."""

LASTING = (
    *(FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, ImportError, NotImplementedError),
    *(ValueError, TypeError, LookupError, AttributeError),
)
"""Errors that another attempt does not change."""

Result = TypeVar("Result")


class StoreError(SourceError):
    """A store does not give a file; the text is one sentence."""


def store_of(uri: str) -> tuple[AbstractFileSystem, str]:
    """The file system of a URL, and the path in it.

    Raises StoreError for a protocol that nothing here opens; the sentence names the package to install.
    """
    import fsspec

    protocol = protocol_of(uri)
    try:
        kind = fsspec.get_filesystem_class(protocol)
        store = fsspec.filesystem(protocol, **_options(protocol))
    except ImportError as error:
        package = PACKAGES.get(protocol, f"that opens {protocol}://")
        hint = f"run: pip install {package}" if protocol in PACKAGES else "fsspec's list of file systems names it"
        raise StoreError(f"Reading {protocol}:// needs the package {package}; {hint}.") from error
    except ValueError as error:
        raise StoreError(f"There is no way to read {protocol}://; give a path, or a URL that fsspec opens.") from error
    return store, str(kind._strip_protocol(uri))


def plain(url: str) -> str:
    """A URL as its file system writes it, so that one file has one address. Raises StoreError as `store_of` does."""
    store, path = store_of(url)
    return str(store.unstrip_protocol(path))


def _options(protocol: str) -> dict[str, Any]:
    """What a file system is made with; keys and endpoints come from the environment and fsspec's configuration."""
    if protocol not in WEB:
        return {}
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=WHOLE_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS)
    return {"client_kwargs": {"timeout": timeout, "trust_env": True}}


def content_at(uri: str, most: int) -> bytes:
    """What a URL holds, but no more than `most` bytes and one. Raises StoreError."""
    with _one_sentence(uri):
        store, path = store_of(uri)
        return _patiently(lambda: _content(store, path, protocol_of(uri), most + 1))


def opened_at(uri: str) -> IO[bytes]:
    """A URL opened to read parts of it. Raises StoreError, also where the server sends whole files only."""
    with _one_sentence(uri):
        store, path = store_of(uri)
        stream: IO[bytes] = _patiently(lambda: store.open(path, "rb", block_size=BLOCK))
    try:
        stream.seek(-1, os.SEEK_END)  # a web server says only now that it sends whole files
        stream.read(1)
        stream.seek(0)
    except (ValueError, OSError) as error:
        stream.close()
        raise StoreError(f"{shown(uri)} cannot be read in parts there: download it and give its path.") from error
    return stream


def films_at(url: str) -> Iterator[str]:
    """The addresses of the films at a URL: one file, a folder with all below it, or a pattern.

    A web address is a file unless it ends in "/" or holds a "*". Raises SourceError where there are none.
    """
    with _one_sentence(url):
        store, path = store_of(url)
        found = [store.unstrip_protocol(film) for film in _films(store, path, url)]
    if not found:
        raise SourceError(f"There are no films at {shown(url)}; check the address.")
    yield from found


def _films(store: AbstractFileSystem, path: str, url: str) -> list[str]:
    if _is_pattern(url):
        matches = store.glob(path, detail=True)
        files = [name for name, facts in matches.items() if facts["type"] != "directory"]
        folders = [name for name, facts in matches.items() if facts["type"] == "directory"]
        return sorted({*files, *(film for folder in folders for film in _films_below(store, folder))})
    one_file = not url.endswith("/") if protocol_of(url) in WEB else store.isfile(path)
    return [path] if one_file else _films_below(store, path)


def _is_pattern(url: str) -> bool:
    return "*" in url if protocol_of(url) in WEB else MAGIC.search(url) is not None


def _films_below(store: AbstractFileSystem, folder: str) -> list[str]:
    """The films in a folder and all below it, by path; files without a suffix are looked into."""
    root = folder.rstrip("/") + "/"
    files = {name.removeprefix(root): name for name in store.find(folder)}
    marked, on_disc = (partial(_marked, store, files, test) for test in (begins_as_film, begins_as_dicom))
    return [files[name] for name in films_among(files, marked, on_disc)]


def _marked(
    store: AbstractFileSystem, files: dict[str, str], test: Callable[[str, bytes], bool], names: Collection[str]
) -> list[str]:
    """Which files begin as the test asks; those that end in another suffix of letters are not asked for."""
    asked = [name for name in names if may_be_unnamed(posixpath.basename(name))]
    if not asked:
        return []
    heads = store.cat_ranges([files[name] for name in asked], 0, HEAD, on_error="return")
    return [name for name, head in zip(asked, heads, strict=True) if isinstance(head, bytes) and test(name, head)]


def _content(store: AbstractFileSystem, path: str, protocol: str, most: int) -> bytes:
    if protocol not in STREAMED:
        return bytes(store.cat_file(path, start=0, end=most))
    size = {"size": 1} if protocol in WEB else {}  # spares the request that asks for the size
    with closing(store.open(path, "rb", block_size=0, **size)) as stream:
        return read_up_to(stream, most)


def read_up_to(stream: IO[bytes], most: int) -> bytes:
    """The first `most` bytes of a stream that gives them in parts."""
    parts, left = [], most
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _patiently(attempt: Callable[[], Result]) -> Result:
    """What `attempt` returns; where a store fails for the moment, after a pause and another attempt."""
    for pause in PAUSES:
        try:
            return attempt()
        except Exception as error:
            if not _passes(error):
                raise
        time.sleep(pause)
    return attempt()


def _passes(error: Exception) -> bool:
    """Whether another attempt may succeed: a connection that broke, a server that is busy.

    Each file system has errors of its own for these, so those that last are told from them.
    """
    status = _status(error)
    if status is not None:
        return status == 429 or status >= 500
    return not (isinstance(error, LASTING) or _lacks_keys(error))


def _lacks_keys(error: Exception) -> bool:
    return "redentials" in type(error).__name__  # botocore's and google.auth's classes have it in their names


def _status(error: Exception) -> int | None:
    """The status that a web server answered with, where the error knows it."""
    status = getattr(error, "status", None) or getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


@contextmanager
def _one_sentence(uri: str) -> Iterator[None]:
    """Turn whatever a file system raises into one sentence: each has errors of its own."""
    try:
        yield
    except StoreError:
        raise
    except FileNotFoundError as error:
        raise StoreError(f"There is nothing at {shown(uri)}: check the address.") from error
    except PermissionError as error:
        raise StoreError(f"Access to {shown(uri)} is refused: check your keys and permissions.") from error
    except Exception as error:
        raise StoreError(_sentence(uri, error)) from error


def _sentence(uri: str, error: Exception) -> str:
    status = _status(error)
    if status in (401, 403):
        return f"Access to {shown(uri)} is refused: check your keys and permissions."
    if status is not None:
        return f"The server of {shown(uri)} answered with error {status}: try again later."
    if _lacks_keys(error):
        return f"There are no keys for {shown(uri)}: set those of its store in the environment."
    return f"{shown(uri)} cannot be fetched ({type(error).__name__}): try again later."

"""Addresses of films: a path, a URL such as `s3://bucket/film.dcm`, or a member of a zip.

/data/film.png                          a file of this machine
file:///data/kr%F6ger.png               one whose name is no UTF-8, or contains "::"
https://host/film.png, s3://…, hf://…   whatever fsspec opens
zip://inner/film.png::/data/films.zip   a member of a zip, which is itself a file or a URL
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from spinefm.imaging.radiograph import printable

ZIP = "zip://"
FILE = "file://"
CHAIN = "::"
PROTOCOL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
"""What a URL begins with; one letter alone would be a drive."""
WEB = ("http", "https")
THIS_MACHINE = ("", "localhost")
"""Hosts of a file URL whose file is here (RFC 8089)."""


def protocol_of(uri: str) -> str:
    """The protocol of a URL in small letters; "" for a path."""
    match = PROTOCOL.match(uri)
    return match[1].lower() if match else ""


def of_path(path: Path | str) -> str:
    """The address of a file: a URL in plain letters, whatever its name, and without "::"."""
    return FILE + quote(os.fsencode(os.path.abspath(path)))


def path_of(uri: str) -> Path:
    """The path that an address of this machine means: a file URL, or a path as users write it."""
    return local_path(uri) or Path(uri)


def local_path(uri: str) -> Path | None:
    """The path of a file URL of this machine; None for one of another machine, and for anything else.

    "#" and "?" are letters of the name: a file has neither parts nor questions.

    Example:
        >>> local_path("file://localhost/data/a#1.png")
        PosixPath('/data/a#1.png')
    """
    if protocol_of(uri) != "file":
        return None
    host, root, path = uri[len(FILE) :].partition("/")
    return Path(os.fsdecode(unquote_to_bytes(root + path))) if root and host.lower() in THIS_MACHINE else None


def of_member(member: str, archive: str) -> str:
    """The address of a zip's member; `archive` is the address of the zip."""
    return f"{ZIP}{member}{CHAIN}{archive}"


def split_member(uri: str) -> tuple[str, str]:
    """(member, address of the zip) of a member's address. Raises ValueError where it names no zip."""
    member, mark, archive = uri[len(ZIP) :].rpartition(CHAIN)
    if not mark or not member or not archive:
        raise ValueError(f"{uri} is not a member of a zip")
    return member, archive


def name_of(uri: str) -> str:
    """The name of the file at an address, as people know it.

    Example:
        >>> name_of("https://host/films/a%20b.png?key=secret")
        'a b.png'
    """
    if uri.startswith(ZIP):
        return _last(uri[len(ZIP) :].rpartition(CHAIN)[0])
    protocol = protocol_of(uri)
    if protocol in WEB:
        host, path = _host_and_path(uri)
        return unquote(_last(path)) or host or "film"
    return os.fsdecode(unquote_to_bytes(_last(uri))) if protocol == "file" else _last(uri)


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def shown(uri: str) -> str:
    """An address for a message: a path as a path, no password, and nothing of what follows "?", which may be a key."""
    if protocol_of(uri) == "file":
        return printable(str(path_of(uri)))
    if protocol_of(uri) not in WEB:
        return re.sub(r"://[^/@]*@", "://", uri)
    host, path = _host_and_path(uri)
    return f"{protocol_of(uri)}://{host}{path}"


def _host_and_path(url: str) -> tuple[str, str]:
    """Host with port, and path, of a web address; both empty where it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no IPv6 address
        return "", ""
    return parts.netloc.rpartition("@")[2], parts.path

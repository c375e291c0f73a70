"""Zips of films with truth, unpacked so that nothing in them can reach beyond the folder they go to."""

from __future__ import annotations

import errno
import re
import shutil
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from uuid import uuid4

from spinefm.core.foreign import foreign_input
from spinefm.core.words import counted
from spinefm.data.case import DatasetError


@dataclass(frozen=True)
class ZipLimits:
    """What a zip may hold: files, bytes when unpacked, and how many times its own size those may be."""

    files: int = 50_000
    bytes: int = 8 << 30
    ratio: int = 200


NO_ZIP = "neither a folder nor a zip; give one of them"
"""What is said of a file that is none; where folders cannot be given, other words take its place."""
ZIP_MARK = b"PK"
UTF8_FLAG = 1 << 11
"""The bit of a member's flags that says that its name is UTF-8."""
UNICODE_PATH = 0x7075
"""The extra field with a member's name in UTF-8: version 1, the checksum of the name as written, the name."""
DRIVE = re.compile("[A-Za-z]:")
"""What a path of another drive begins with; elsewhere a colon is part of a name, such as a time."""
CHUNK = 1 << 12
"""Bytes of a zip that are read at a time: what bzip2 and LZMA make of them comes at once, 20 000 bytes for each."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def unpack(path: Path, folder: Path, limits: ZipLimits | None = None) -> Path:
    """Unpack the zip at `path` as `folder`, which appears complete or not at all; returns the folder.

    Raises DatasetError for what is no zip, is encrypted or damaged, is larger than `limits`, or holds a name that
    leads out of the folder, or a link.
    """
    limits = limits or ZipLimits()
    partial = folder.with_name(f".spinefm-{uuid4().hex}")
    try:
        with foreign_input(lambda reason: _no_zip(path, reason)):
            if not path.is_file() or not _may_be_zip(path):
                raise DatasetError(f"{path.name} is {NO_ZIP}.")
            _unpack_to(path, partial, limits)
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _may_be_zip(path: Path) -> bool:
    """Whether a file begins or ends as a zip does, a damaged one included."""
    with path.open("rb") as stream:
        return stream.read(len(ZIP_MARK)) == ZIP_MARK or zipfile.is_zipfile(path)


def _no_zip(path: Path, reason: str) -> DatasetError:
    return DatasetError(f"{path.name} cannot be unpacked as a zip ({reason}); pack it again.")


def _unpack_to(path: Path, partial: Path, limits: ZipLimits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = checked_members(archive, path.stat().st_size, limits)
            partial.mkdir(parents=True)
            _extract(archive, members, partial, limits)
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path.name} contains a file name that is not UTF-8; rename the file and pack it again."
        ) from error
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DatasetError(f"There is not enough disk space to unpack {path.name}: free some.") from error
        raise


def checked_members(archive: zipfile.ZipFile, size: int, limits: ZipLimits) -> list[zipfile.ZipInfo]:
    """The files of an archive of `size` bytes, whose names and stated sizes may be unpacked. Raises DatasetError."""
    restore_names(archive)
    members = [member for member in archive.infolist() if not member.filename.endswith("/")]
    total = sum(member.file_size for member in members)
    if len(members) > limits.files or total > limits.bytes or total > limits.ratio * max(size, 1):
        raise DatasetError(
            f"The zip contains {counted(len(members), 'file')} of {total / 1e6:.0f} MB, more than the {limits.files} "
            f"files and {limits.bytes / 1e6:.0f} MB that are unpacked; give a smaller part."
        )
    for member in members:
        _check_name(member)
    return members


def restore_names(archive: zipfile.ZipFile) -> None:
    """Give members the names that they were packed under; they are found under the names of before, too.

    Many programs write UTF-8 without saying so in the name's flag, and Python then reads it as an old code page. Some
    of Windows part folders by a back slash, and write an entry for each folder.
    """
    for member in archive.infolist():
        member.filename = _name_of(member).replace("\\", "/")
        archive.NameToInfo[member.filename] = member


def _name_of(member: zipfile.ZipInfo) -> str:
    """A member's name: as stated, as an extra field states it for the name as it is, or as UTF-8 where it is that."""
    if member.flag_bits & UTF8_FLAG:
        return member.filename
    try:
        written = member.orig_filename.encode("cp437")
        return (_unicode_path(member.extra, written) or written).decode("utf-8").partition("\0")[0]
    except UnicodeError:
        return member.filename


def _unicode_path(extra: bytes, written: bytes) -> bytes | None:
    """The UTF-8 name in a member's extra fields, None where there is none for the name as `written`."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        content, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == UNICODE_PATH and content[:5] == struct.pack("<BL", 1, zlib.crc32(written)):
            return content[5:]
    return None


def _check_name(member: zipfile.ZipInfo) -> None:
    if not member.filename or not member.filename.isprintable():
        raise DatasetError(
            "The zip contains a file whose name is empty or cannot be shown; rename the file and pack it again."
        )
    path = PurePosixPath(member.filename)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if not path.parts or path.is_absolute() or ".." in path.parts or DRIVE.match(member.filename) or is_link:
        raise DatasetError("The zip contains a path that leads out of its folder, or a link; pack regular files only.")


def _extract(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path, limits: ZipLimits) -> None:
    """Write the files; bytes are counted as they come, because a zip may state less than it holds."""
    left = limits.bytes
    for member in members:
        target = folder / PurePosixPath(member.filename)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, target.open("wb") as sink:
            left = _copy(source, sink, left)  # type: ignore[arg-type]


def _copy(source: BinaryIO, sink: BinaryIO, left: int) -> int:
    while chunk := source.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise DatasetError("The zip unpacks to more than it declares; give a smaller part.")
        sink.write(chunk)
    return left

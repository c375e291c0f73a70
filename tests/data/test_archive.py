"""Zips are unpacked whole or not at all, and never beyond their folder."""

import json
import stat
import struct
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest

from spinefm.data import DatasetError, cases, open_dataset
from spinefm.data.archive import ZipLimits, _name_of, unpack
from tests.data import layouts


def without_flag(path):
    """Take the flag that says UTF-8 from every name of a zip, as many programs leave it out."""
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] &= ~0x08
            at = data.find(mark, at + 4)
    path.write_bytes(bytes(data))
    return path


def write_zip(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_a_zipped_data_set_is_read(phantom, tmp_path):
    layouts.write_labelme(phantom, tmp_path / "set", ["one"])
    files = {f"my set/{path.name}": path.read_bytes() for path in (tmp_path / "set").iterdir()}
    archive = write_zip(tmp_path / "set.zip", files)
    for _ in range(2):  # the second time it is there already
        (case,) = cases(open_dataset("auto", archive, tmp_path / "unpacked"))
        assert case.name == "one"


@pytest.mark.parametrize(
    "name", ["../out.txt", "/out.txt", "a/../../out.txt", "..\\out.txt", "C:\\out.txt", "c:out.txt"]
)
def test_a_name_that_leads_out_is_refused_and_nothing_is_written(tmp_path, name):
    archive = write_zip(tmp_path / "bad.zip", {"fine.txt": "x", name: "x"})
    with pytest.raises(DatasetError, match="leads out of its folder"):
        unpack(archive, tmp_path / "inside" / "set")
    assert {path.name for path in tmp_path.rglob("*")} <= {"bad.zip", "inside"}


@pytest.mark.parametrize(
    "names",
    [
        ["set\\", "set\\one\\", "set\\one\\film.txt"],
        ["set/", "set/one/", "set/one/film.txt"],
        ["set/one\\film.txt"],
    ],
)
def test_folders_may_be_parted_as_windows_does_it_and_have_entries(tmp_path, names):
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for name in names:
            target.writestr(zipfile.ZipInfo(name), "" if name[-1] in "\\/" else "x")
    unpack(archive, tmp_path / "unpacked")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt")] == ["unpacked/set/one/film.txt"]


@pytest.mark.parametrize("name", ["Study 10:22/a.txt", "10:22.txt", "set/a 10:22.txt"])
def test_a_time_in_a_name_leads_nowhere(tmp_path, name):
    unpack(write_zip(tmp_path / "set.zip", {name: "x"}), tmp_path / "unpacked")
    assert (tmp_path / "unpacked" / name).read_text() == "x"


def test_a_link_is_refused(tmp_path):
    entry = zipfile.ZipInfo("link")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = write_zip(tmp_path / "bad.zip", {})
    with zipfile.ZipFile(archive, "a") as target:
        target.writestr(entry, "/etc/passwd")
    with pytest.raises(DatasetError, match="or a link"):
        unpack(archive, tmp_path / "set")


@pytest.mark.parametrize(
    "limits", [ZipLimits(files=1), ZipLimits(bytes=1000), ZipLimits(ratio=3)], ids=["files", "bytes", "ratio"]
)
def test_a_zip_beyond_the_limits_is_refused(tmp_path, limits):
    archive = write_zip(tmp_path / "big.zip", {"a.txt": "0" * 4000, "b.txt": "0" * 4000})
    with pytest.raises(DatasetError, match="give a smaller part"):
        unpack(archive, tmp_path / "set", limits)
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither a folder nor a zip"),
        (b"no zip at all", "neither a folder nor a zip"),
        (b"PK\x03\x04 cut off", "cannot be unpacked as a zip"),
    ],
)
def test_what_is_no_zip_is_refused(tmp_path, content, why):
    path = tmp_path / "bad.zip"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=why):
        unpack(path, tmp_path / "set")


def test_a_damaged_member_leaves_nothing(tmp_path):
    archive = write_zip(tmp_path / "bad.zip", {"a.txt": bytes(range(256)) * 40})
    data = bytearray(archive.read_bytes())
    data[60] ^= 0xFF
    archive.write_bytes(bytes(data))
    with pytest.raises(DatasetError, match="cannot be unpacked as a zip"):
        unpack(archive, tmp_path / "set")
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_damage_anywhere_in_a_member_is_one_sentence(tmp_path, method, share):
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w", method) as target:
        target.writestr("a.txt", np.random.default_rng(0).integers(0, 60, 20_000, np.uint8).tobytes())
        size = target.getinfo("a.txt").compress_size
    data = bytearray(archive.read_bytes())
    data[40 + int(share * (size - 50))] ^= 0xFF
    archive.write_bytes(bytes(data))
    with pytest.raises(DatasetError, match="can"):
        unpack(archive, tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_a_bomb_of_few_bytes_takes_little_memory(tmp_path):
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_LZMA) as target:
        target.writestr("a.txt", bytes(120 << 20))
    tracemalloc.start()
    unpack(archive, tmp_path / "set", ZipLimits(ratio=100_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "set" / "a.txt").stat().st_size == 120 << 20 and peak < 90 << 20


@pytest.mark.parametrize("names", [["."], ["a", "a/b"], ["x" * 300]], ids=["dot", "file and folder", "long"])
def test_names_that_no_folder_can_hold_are_one_sentence(tmp_path, names):
    archive = write_zip(tmp_path / "odd.zip", dict.fromkeys(names, "0"))
    with pytest.raises(DatasetError, match="pack"):
        unpack(archive, tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_what_was_unpacked_of_another_zip_is_not_taken_for_it(tmp_path):
    label = {"size": [80, 60], "region": "cervical", "complete": False, "polygons": {}}
    archive = write_zip(tmp_path / "set.zip", {"labels/a.json": json.dumps(label)})
    assert open_dataset("auto", archive, tmp_path / "out").names == ("a",)
    assert open_dataset("auto", archive, tmp_path / "out").names == ("a",)
    write_zip(archive, {"labels/b.json": json.dumps(label)})
    with pytest.raises(DatasetError, match=r"is not what set\.zip contains now"):
        open_dataset("auto", archive, tmp_path / "out")


def test_a_zip_without_a_data_set_leaves_nothing(tmp_path):
    archive = write_zip(tmp_path / "set.zip", {"a.txt": "nothing"})
    with pytest.raises(DatasetError, match="none of the known layouts"):
        open_dataset("auto", archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["颈椎片.png", "röntgen é.png", "plain.png", "a/b ü.png"])
def test_names_in_utf8_are_read_with_and_without_the_flag(tmp_path, name):
    archive = write_zip(tmp_path / "set.zip", {name: "x"})
    unpack(archive, tmp_path / "flagged")
    unpack(without_flag(archive), tmp_path / "bare")
    for folder in ("flagged", "bare"):
        assert (tmp_path / folder / name).read_text() == "x"


def extra_field(written, name, version=1):
    content = struct.pack("<BL", version, zlib.crc32(written)) + name.encode()
    return struct.pack("<HH", 0x5455, 1) + b"x" + struct.pack("<HH", 0x7075, len(content)) + content


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (extra_field(b"film.png", "颈.png"), "颈.png"),
        (extra_field(b"other.png", "颈.png"), "film.png"),
        (extra_field(b"film.png", "颈.png", version=9), "film.png"),
        (struct.pack("<HH", 0x7075, 900) + b"cut", "film.png"),
    ],
    ids=["for this name", "for another name", "of another version", "cut off"],
)
def test_a_name_in_an_extra_field_counts_where_it_belongs_to_the_member(field, name):
    member = zipfile.ZipInfo("film.png")
    member.extra = field
    assert _name_of(member) == name


@pytest.mark.parametrize("name", ["../aus ü.txt", "/aus ü.txt"])
def test_a_name_without_flag_cannot_lead_out_either(tmp_path, name):
    archive = without_flag(write_zip(tmp_path / "bad.zip", {name: "x"}))
    with pytest.raises(DatasetError, match="leads out of its folder"):
        unpack(archive, tmp_path / "inside" / "set")


def test_a_name_in_an_old_code_page_stays_as_it_is(tmp_path):
    member = zipfile.ZipInfo("r\x94ntgen.png".encode("latin-1").decode("cp437"))
    assert _name_of(member) == member.filename == "röntgen.png"

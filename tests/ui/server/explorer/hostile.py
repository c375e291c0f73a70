"""Zips made to break the explorer, rebuilt small: each is one sentence, and stops nobody else."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from tests.ui.server.stand_in import film_pixels

SQUARE = [[40, 40], [90, 42], [92, 80], [41, 78]]


def film() -> bytes:
    """A film as PNG."""
    stream = io.BytesIO()
    Image.fromarray(film_pixels()).save(stream, "PNG")
    return stream.getvalue()


def labelme(points: object = SQUARE, **more: object) -> bytes:
    """A labelme file of one polygon on `a.png`."""
    height, width = film_pixels().shape
    size = {"imageWidth": width, "imageHeight": height}
    shapes = [{"label": "C5", "points": points, "shape_type": "polygon"}]
    return json.dumps({"shapes": shapes, "imagePath": "a.png", **size, **more}).encode()


def huge_picture() -> bytes:
    """The header of a PNG of 30 000 x 30 000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def many_polygons() -> bytes:
    """A COCO file of thousands of outlines that cover the film."""
    height, width = film_pixels().shape
    outline = [0, 0, width, 0, width, height, 0, height]
    annotations = [{"image_id": 0, "category_id": 1, "segmentation": [outline]} for _ in range(5000)]
    images = [{"id": 0, "file_name": "a.png", "width": width, "height": height}]
    return json.dumps({"images": images, "categories": [{"id": 1, "name": "C5"}], "annotations": annotations}).encode()


FILES: dict[str, tuple[dict[str, bytes], str]] = {
    "far": ({"a.json": labelme([[x, (-1) ** x * 3e7] for x in range(300)]), "a.png": film()}, "farther outside"),
    "many polygons": ({"a.json": many_polygons(), "a.png": film()}, "more than 2000 labels"),
    "deep": ({"a.json": b"[" * 200_000, "a.png": film()}, "nested too deeply"),
    "nan": ({"a.json": labelme([[float("nan"), 1]] * 4), "a.png": film()}, "NaN"),
    "big film": ({"a.json": labelme(imageWidth=None), "a.png": huge_picture()}, "more pixels than any film"),
    "not utf-8": ({"a.json": labelme().replace(b"a.png", b"\xbe\xb1.png"), "a.png": film()}, "not UTF-8"),
    "nothing": ({"a.txt": b"nothing"}, "known layout"),
}
"""Files of each zip, and what its sentence says."""


def write_zip(path: Path, name: str) -> Path:
    """One of `FILES` as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in FILES[name][0].items():
            archive.writestr(member, content)
    return path


def write_nameless(path: Path) -> Path:
    """A zip with a file whose name is a NUL."""
    return _renamed(path, b"x", b"\0")


def write_wrong_name(path: Path) -> Path:
    """A zip with a file name that claims to be UTF-8 and is not."""
    return _renamed(path, "ä".encode(), b"\xff\xfe")


def _renamed(path: Path, old: bytes, new: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(old.decode(), labelme())
    path.write_bytes(path.read_bytes().replace(old, new))
    return path


def bomb_evaluation(source: Path, path: Path, kind: str) -> Path:
    """A finished evaluation as a zip, with a bomb among its files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in sorted(one for one in source.rglob("*") if one.is_file()):
            name = member.relative_to(source).as_posix()
            archive.writestr(f"run/{name}", _content(name, member.read_bytes(), kind))
    return path


def _content(name: str, content: bytes, kind: str) -> bytes:
    if kind == "rows" and name == "films.parquet":
        return _rows(content)
    if kind == "gzip" and name.startswith("traces/"):
        return gzip.compress(bytes(80 << 20))
    if kind == "masks" and name.startswith("traces/"):
        raw = json.loads(gzip.decompress(content))
        raw["events"][0]["detections"][0]["mask"] |= {"size": [5000, 5000], "runs": [25_000_000]}
        return gzip.compress(json.dumps(raw).encode())
    return content


def _rows(content: bytes) -> bytes:
    """A table of a million equal rows."""
    import pandas

    table = pandas.read_parquet(io.BytesIO(content))
    stream = io.BytesIO()
    table.iloc[np.zeros(1_000_000, int)].to_parquet(stream, index=False, compression="zstd")
    return stream.getvalue()

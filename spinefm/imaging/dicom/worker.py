"""The child process that decodes compressed pictures, so that a damaged one can end nothing but this process.

Run as a file, never imported: `python -P worker.py`. It needs the standard library, numpy and imagecodecs, and nothing
of this package. A request is one line of JSON and the compressed bytes; the answer is one line of JSON and the pixels.
Memory and processor time are limited before each film, for that film alone.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[Any]


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # pipes are no files
    _send(answers, {"ready": True})
    for line in iter(requests.readline, b""):
        request = json.loads(line)
        _answer(request, requests.read(request["length"]), answers)


def _answer(request: dict[str, Any], stream: bytes, answers: BinaryIO) -> None:
    try:
        _limit(request["memory"], request["seconds"])
        pixels = np.ascontiguousarray(DECODERS[request["codec"]](stream, request))
    except MemoryError:
        _send(answers, {"error": "memory"})
    except Exception as error:  # noqa: BLE001 (whatever a decoder raises, the film is damaged)
        _send(answers, {"error": type(error).__name__})
    else:
        _send(answers, {"type": pixels.dtype.str, "shape": pixels.shape}, pixels.data.cast("B"))


def _send(answers: BinaryIO, head: dict[str, Any], body: memoryview | bytes = b"") -> None:
    answers.write(json.dumps(head).encode() + b"\n")
    answers.write(body)
    answers.flush()


def _limit(memory: int, seconds: int) -> None:
    """Allow `memory` bytes and `seconds` of processor time beyond what this process has used so far."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else None
    if pages is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + memory, hard))
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def _jpeg(stream: bytes, request: dict[str, Any]) -> Pixels:
    """JPEG of 2 to 16 bits, baseline to lossless, by libjpeg-turbo; colours as they are coded, none converted."""
    space = "GRAYSCALE" if request["samples"] == 1 else "RGB"
    return imagecodecs.jpeg8_decode(stream, colorspace=space, outcolorspace=space)


def _jpeg_ls(stream: bytes, request: dict[str, Any]) -> Pixels:
    """JPEG-LS by CharLS, (H, W) or (H, W, 3); colours that lie one after the other come as (3, H, W)."""
    return _colours_last(imagecodecs.jpegls_decode(stream), request)


def _jpeg_2000(stream: bytes, request: dict[str, Any]) -> Pixels:
    """JPEG 2000, also high-throughput, by OpenJPEG."""
    return _colours_last(imagecodecs.jpeg2k_decode(stream, numthreads=1), request)


def _tiff(stream: bytes, request: dict[str, Any]) -> Pixels:
    """A page of a TIFF file, by libtiff."""
    pixels = _colours_last(imagecodecs.tiff_decode(stream, index=request["page"]), request)
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def _colours_last(pixels: Pixels, request: dict[str, Any]) -> Pixels:
    planes = pixels.ndim == 3 and pixels.shape[0] == request["samples"] and pixels.shape[2] != request["samples"]
    return np.moveaxis(pixels, 0, -1) if planes else pixels


def _run_lengths(stream: bytes, request: dict[str, Any]) -> Pixels:
    """DICOM's run lengths (PS3.5, annex G): for each sample one segment of bytes, the most significant first."""
    height, width, samples, size = (request[key] for key in ("height", "width", "samples", "bytes"))
    count, *offsets = struct.unpack("<16L", stream[:64])
    if count != samples * size:
        raise ValueError("another number of segments")
    planes = np.empty((samples, size, height, width), np.uint8)
    ends = [*offsets[1:count], len(stream)]
    for index, (start, end) in enumerate(zip(offsets, ends, strict=False)):
        planes[index // size, index % size] = _segment(stream[start:end], height * width).reshape(height, width)
    values = np.moveaxis(planes, 1, -1).copy().view(f">u{size}")[..., 0]  # (samples, H, W)
    values = values.astype(f"=u{size}")
    return values[0] if samples == 1 else np.moveaxis(values, 0, -1)


def _segment(packed: bytes, length: int) -> NDArray[np.uint8]:
    """The `length` bytes of a segment; a pad byte may follow them, and nothing else."""
    room = bytearray(length + 128)
    unpacked = imagecodecs.packbits_decode(packed, out=room)
    if not length <= len(unpacked) <= length + 1:
        raise ValueError("another number of bytes")
    return np.frombuffer(unpacked, np.uint8, length)


DECODERS: dict[str, Callable[[bytes, dict[str, Any]], Pixels]] = {
    "jpeg": _jpeg,
    "jpeg-ls": _jpeg_ls,
    "jpeg-2000": _jpeg_2000,
    "run-lengths": _run_lengths,
    "tiff": _tiff,
}

if __name__ == "__main__":
    main()

"""What it costs a compressed DICOM film that it is decoded in a child: time beside the same decoder in this process.

    python -m bench.child_cost [--runs 15]

Prints for each codec, on a film of 1463 x 1755 pixels, the median milliseconds in the child and in this process.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from spinefm.imaging.dicom.decoder import Codec, Coded, Decoders

SIZE = (1755, 1463)
MOST_MORE = 50.0
"""Milliseconds that a film may take longer."""


def main() -> int:
    """Print the table; returns 1 when a codec costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    children, more = Decoders(), []
    start = time.perf_counter()
    children.decode(Coded("jpeg-ls", *SIZE, 1, 2), imagecodecs.jpegls_encode(film()))
    print(f"first film, with the start of the child: {1000 * (time.perf_counter() - start):.0f} ms")
    print("codec      child  here  more (ms)  ratio")
    for codec, (encode, decode) in CODECS.items():
        stream = bytes(encode(film()))
        coded = Coded(codec, *SIZE, 1, 2)
        inside = median(runs, lambda coded=coded, stream=stream: children.decode(coded, stream))  # type: ignore[misc]
        here = median(runs, lambda decode=decode, stream=stream: decode(stream))  # type: ignore[misc]
        more.append(inside - here)
        print(f"{codec:10} {inside:5.0f} {here:5.0f} {inside - here:10.1f} {inside / here:6.2f}")
    children.close()
    return 1 if max(more) > MOST_MORE else 0


CODECS: dict[Codec, tuple[Callable[[NDArray[Any]], bytes | bytearray], Callable[[bytes], NDArray[Any]]]] = {
    "jpeg": (
        lambda values: imagecodecs.jpeg8_encode(values, lossless=True, bitspersample=16),
        imagecodecs.jpeg8_decode,
    ),
    "jpeg-ls": (imagecodecs.jpegls_encode, imagecodecs.jpegls_decode),
    "jpeg-2000": (
        lambda values: imagecodecs.jpeg2k_encode(values, codecformat="j2k", reversible=True),
        lambda stream: imagecodecs.jpeg2k_decode(stream, numthreads=1),
    ),
}


def film() -> NDArray[np.uint16]:
    """A grey wedge (H, W) of 12 bits with the noise of a film."""
    wedge = np.add.outer(np.linspace(0, 2000, SIZE[0]), np.linspace(0, 1900, SIZE[1]))
    return np.clip(wedge + np.random.default_rng(0).normal(0, 20, SIZE), 0, 4095).astype(np.uint16)


def median(runs: int, action: Callable[[], object]) -> float:
    """Median milliseconds of an action."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())

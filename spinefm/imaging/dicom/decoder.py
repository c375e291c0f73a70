"""Compressed pictures and rare TIFF files are decoded in child processes that are kept warm: what a damaged one ends is
only its child.

A child gets a limit of memory for each film, by the size in the film's header, and one of time.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from spinefm.imaging.decoded import UnreadableFilm

Codec = Literal["jpeg", "jpeg-ls", "jpeg-2000", "run-lengths", "tiff"]

CHILDREN = 2
"""Most films that are decoded at the same time."""
SECONDS, VALUES_A_SECOND = 3, 2_000_000
"""Processor time that a film may take: a fixed part, and one by its size; JPEG 2000, the slowest, is twice as fast."""
PATIENCE = 60.0
"""Seconds until a child that neither answers nor computes is ended, or one that does not start."""
MEMORY = 64 << 20
MEMORY_PER_VALUE = 16
"""Bytes that a film may take: a fixed part, and so many for each pixel's each sample."""
TYPES = ("|u1", "<u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f2", "<f4", "<f8")
"""Number types that a child may answer with."""
HANDED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
"""Environment variables that a child needs; all others, secrets among them, are kept from it."""

SIGKILL, SIGXCPU = 9, 24

FAILED = "The film's image data are damaged and could not be decoded: export the film again."
TOO_SLOW = "The film's image data take too long to decode, so they are damaged: export the film again."
TOO_LARGE = "The film's image data need more memory than its size allows: export the film again."
NO_DECODER = "The decoder of compressed films does not start: install requirements.txt, or export uncompressed."


@dataclass(frozen=True)
class Coded:
    """A compressed picture: its codec and size, as the headers of file and stream agree on them; a TIFF's `page`."""

    codec: Codec
    height: int
    width: int
    samples: int
    bytes: int
    page: int = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W), or (H, W, samples) for colours."""
        return (self.height, self.width, self.samples)[: 2 if self.samples == 1 else 3]


class Decoders:
    """At most `CHILDREN` processes that decode; each takes one film at a time and is kept for the next."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(CHILDREN)
        self._idle: list[_Child] = []

    def decode(self, coded: Coded, stream: bytes) -> NDArray[Any]:
        """The pixels of a compressed picture, whole numbers of shape `coded.shape`.

        Raises:
            UnreadableFilm: the decoder failed, died, or reached its limit of time or memory.
        """
        with self._free:
            child = self._take()
            try:
                pixels = child.decode(coded, stream)
            finally:
                self._put_back(child)
        return pixels

    def close(self) -> None:
        """End the idle children."""
        while self._idle:
            self._idle.pop().end()

    def _take(self) -> _Child:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            child.end()
        return _Child()

    def _put_back(self, child: _Child) -> None:
        if child.alive:
            self._idle.append(child)
        else:
            child.end()


@cache
def decoders() -> Decoders:
    """The children of this process, made when they are first asked for."""
    return Decoders()


if hasattr(os, "register_at_fork"):  # two processes must not talk to one child
    os.register_at_fork(after_in_child=decoders.cache_clear)


def _widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold a megabyte where the system can: the two processes then take turns less often."""
    with contextlib.suppress(AttributeError, OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)


class _Child:
    """A decoding process and its pipes."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
        environment |= {"MALLOC_MMAP_THRESHOLD_": str(1 << 20), "OMP_NUM_THREADS": "1"}  # gives freed memory back
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("worker.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        assert self._process.stdin and self._process.stdout
        self._requests, self._answers = self._process.stdin, self._process.stdout
        for pipe in (self._requests, self._answers):
            _widen(pipe)
        self._ready = False
        self._late = False

    @property
    def alive(self) -> bool:
        """Whether the process runs and its pipes hold nothing of an earlier film."""
        return not self._late and self._process.poll() is None

    def end(self) -> None:
        """Kill the process and close its pipes."""
        self._process.kill()
        with contextlib.suppress(OSError):
            self._requests.close()
        self._answers.close()
        self._process.wait()

    def decode(self, coded: Coded, stream: bytes) -> NDArray[Any]:
        """As `Decoders.decode`; afterwards the process may be dead."""
        watchdog = threading.Timer(PATIENCE, self._give_up)
        watchdog.start()
        try:
            self._greet()
            return self._exchange(coded, stream)
        except UnreadableFilm:
            raise
        except (OSError, ValueError, KeyError, TypeError) as error:  # a pipe that broke, an answer that is none
            raise UnreadableFilm(self._cause_of_death()) from error
        finally:
            watchdog.cancel()

    def _cause_of_death(self) -> str:
        """Why the process ended, as a sentence; a process that talks nonsense and lives is ended."""
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return FAILED
        if self._late or code == -SIGXCPU:
            return TOO_SLOW
        return TOO_LARGE if code == -SIGKILL else FAILED  # what the system kills had too much memory

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()

    def _greet(self) -> None:
        """Wait until a new process can decode."""
        if not self._ready:
            if not self._answers.readline(100):
                self._process.kill()
                raise UnreadableFilm(NO_DECODER)
            self._ready = True

    def _exchange(self, coded: Coded, stream: bytes) -> NDArray[Any]:
        values = coded.height * coded.width * coded.samples
        limits = {
            "length": len(stream),
            "memory": MEMORY + MEMORY_PER_VALUE * values,
            "seconds": SECONDS + values // VALUES_A_SECOND,
        }
        self._requests.write(json.dumps(asdict(coded) | limits).encode() + b"\n")
        self._requests.write(stream)
        self._requests.flush()
        answer = json.loads(self._answers.readline(1000))
        if "error" in answer:
            raise UnreadableFilm(TOO_LARGE if answer["error"] == "memory" else FAILED)
        return self._pixels(coded, answer)

    def _pixels(self, coded: Coded, answer: dict[str, Any]) -> NDArray[Any]:
        """The pixels that follow an answer's head; a head that names another shape or type ends the child."""
        if tuple(answer["shape"]) != coded.shape or answer["type"] not in TYPES:
            self._process.kill()
            self._process.wait()
            raise UnreadableFilm(FAILED)
        pixels = np.empty(coded.shape, answer["type"])
        room = pixels.data.cast("B")
        while room:
            count = self._answers.readinto(room)  # type: ignore[attr-defined]
            if not count:
                raise ValueError("the pixels end early")
            room = room[count:]
        return pixels

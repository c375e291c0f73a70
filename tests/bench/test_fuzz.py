"""The fuzzer finds what it must, and a short part of it over every reader of films finds nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from bench import fuzz
from bench.fuzz import TARGETS, Target, mutated


def target_that(action) -> Target:
    """A reader that does `action` with every file."""
    return Target(lambda: [b"valid"], action, ValueError)


def refuse(sentence: str):
    """A reader that refuses all files with a sentence."""

    def read(_: bytes) -> None:
        raise ValueError(sentence)

    return read


def fail(_: bytes) -> None:
    """A reader with a bug."""
    raise LookupError("gone")


def test_files_read_and_refused_are_counted() -> None:
    tally = fuzz.fuzz(target_that(len), 5)
    assert (tally.read, tally.refused, tally.faults) == (5, 0, [])
    tally = fuzz.fuzz(target_that(refuse("It is damaged.")), 5)
    assert (tally.read, tally.refused, tally.faults) == (0, 5, [])


def test_another_error_a_bad_sentence_and_a_death_are_faults() -> None:
    faults = {
        "LookupError: gone": fail,
        "no sentence: 'invalid literal'": refuse("invalid literal"),
        f"died of signal {signal.SIGKILL.value}": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    }
    for what, action in faults.items():
        assert fuzz.fuzz(target_that(action), 3, seed=7).faults == [(7, what), (8, what), (9, what)]


def test_a_file_that_takes_too_long_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SECONDS_EACH", 1)
    assert fuzz.fuzz(target_that(lambda _: time.sleep(60)), 1).faults == [(0, "more than 1 s")]


def test_the_same_number_is_the_same_file() -> None:
    samples = [bytes(range(200))]
    assert [mutated(samples, number) for number in range(30)] == [mutated(samples, number) for number in range(30)]
    assert len({mutated(samples, number) for number in range(30)}) > 25


def test_samples_are_valid() -> None:
    for name, target in TARGETS.items():
        for sample in target.samples():
            assert target.read(sample) is not None, name


def test_no_reader_of_films_has_a_fault() -> None:
    """In a process without threads, since each child is a fork of it."""
    command = [sys.executable, "-m", "bench.fuzz", "--count", "3", "--seconds", "10"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert all(f"{name} " in ended.stdout for name in TARGETS)

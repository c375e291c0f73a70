"""A method made by hand in the place of the networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import spinefm.methods
import spinefm.weights.load
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import CannotStart
from spinefm.trace.model import Setting
from spinefm.trace.registry import Event
from tests.export.handmade import handmade_trace


class HandmadeMethod:
    """Finds the same three vertebrae on every film, but for films whose grey says otherwise."""

    name = "spinefm"
    settings: Mapping[str, Setting] = {}

    def run(self, film: Radiograph) -> Iterator[Event]:
        """The handmade events; films named `hopeless`, `bug` or `interrupted` fail in their own way."""
        stem = Path(film.provenance.name).stem
        yield from handmade_trace().events[:1]
        if stem == "hopeless":
            raise CannotStart("No vertebra was found: click three neighbouring ones.")
        if stem == "bug":
            raise ZeroDivisionError("division by zero")
        if stem == "interrupted":
            raise KeyboardInterrupt
        yield from handmade_trace().events[1:]


class NamedBundle(str):
    """A set of weights in name only."""

    checksums: Mapping[str, str] = {"med_sa": "ab" * 32}


@pytest.fixture
def method(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Put the handmade method in the place of the networks; returns the arguments it was built with."""
    built: list[object] = []

    def build(name: str, bundle: object, settings: object, starts: object, preset: object = None) -> HandmadeMethod:
        built[:] = [name, bundle, settings, starts, preset]
        return HandmadeMethod()

    monkeypatch.setattr(spinefm.weights.load, "load_bundle", lambda name, device: NamedBundle(f"{name} on {device}"))
    monkeypatch.setattr(spinefm.methods, "build_method", build)
    return built

"""Where the page gets its methods from: bundles of networks, loaded once and shared by all visitors."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from typing import Protocol

from spinefm.core.geometry import Point
from spinefm.core.machine import DeviceError
from spinefm.methods import Extensible, build_method
from spinefm.trace.model import Setting
from spinefm.weights.bundle import Bundle
from spinefm.weights.fetch import BundleSource, fetch_source, own_copy
from spinefm.weights.load import fallback_note, load_source
from spinefm.weights.manifest import COMPACT, BundleError

HUB_PATIENCE = 4.0
"""Seconds that the start waits for files from the Hub; after that they are fetched while the page is up."""
NO_COPY = (
    f'The weights of the bundle "{COMPACT}" are not on this machine: put them into the weights folder, or train them '
    "with `python -m spinefm train`."
)


class ServiceError(RuntimeError):
    """The networks cannot run the film at the moment; the message is one sentence that says why and what to do."""


@dataclass(frozen=True)
class Facts:
    """What a visitor reads before a run: method, bundle, device, where the weights are, and why this bundle.

    checksums: of the weights by network, once they are loaded.
    """

    method: str
    bundle: str
    device: str
    weights: str = "weights on disk"
    note: str = ""
    checksums: Mapping[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The facts in one line."""
        parts = (self.method, self.bundle, self.device, self.weights, self.note)
        return " · ".join(part for part in parts if part)


class ModelService(Protocol):
    """Where the page gets its methods from."""

    def facts(self) -> Facts:
        """What a run will use, known without loading anything."""

    def method(
        self,
        settings: Mapping[str, Setting],
        starting_points: Sequence[Point] | None,
        name: str = "spinefm",
        bundle: str | None = None,
    ) -> Extensible:
        """The method called `name` on `bundle` (None: the one in use), ready to run.

        Raises BundleError or ValueError with one clear sentence.
        """


@dataclass(frozen=True)
class _Served:
    """Loaded bundles by name, the one in use, and what the page says about it; replaced as a whole."""

    bundles: Mapping[str, Bundle]
    current: str = COMPACT
    note: str = ""


class BundleService:
    """A model service that holds its bundles in this process.

    `start` loads the wanted bundle. While its files are still on their way from the Hub, and where they cannot be had,
    the compact copy in this repository serves; page and traces say so.
    """

    def __init__(self, wanted: str = COMPACT, device: str = "auto", patience: float = HUB_PATIENCE) -> None:
        self._wanted = wanted
        self._device = device
        self._patience = patience
        self._served = _Served({})

    @classmethod
    def started(cls, wanted: str = COMPACT, device: str = "auto") -> BundleService:
        """A service with its first bundle loaded."""
        service = cls(wanted, device)
        service.start()
        return service

    def start(self) -> Future[BundleSource]:
        """Load what serves first, in the calling thread; call it before the page is launched.

        Returns the wanted bundle's files; where they come later than the page can wait, the bundle takes over then.
        """
        files = _fetched_in_thread(self._wanted)
        if self._wanted != COMPACT:
            self._serve_copy("")
        if wait([files], self._patience).done:
            self._take(files)
        else:
            self._serve_copy(
                f'The bundle "{self._wanted}" is still being fetched, so the copy of "{COMPACT}" that came with the '
                "program is in use."
            )
            files.add_done_callback(self._take)
        return files

    def facts(self) -> Facts:
        """Method, bundle, device and where the weights are from."""
        served = self._served
        bundle = served.bundles.get(served.current)
        if bundle is None:
            return Facts("SpineFM", served.current, self._device.upper(), "weights missing", served.note)
        place = f"weights from {_short(bundle.origin)}" if bundle.origin else "weights on disk"
        return Facts("SpineFM", served.current, str(bundle.device).upper(), place, served.note, dict(bundle.checksums))

    def method(
        self,
        settings: Mapping[str, Setting],
        starting_points: Sequence[Point] | None,
        name: str = "spinefm",
        bundle: str | None = None,
    ) -> Extensible:
        """A method on a shared bundle."""
        return build_method(name, self.bundle(bundle), settings, starting_points)

    def bundle(self, name: str | None = None) -> Bundle:
        """The loaded bundle called `name`, or the one in use; its notes say why it is that one. Raises BundleError."""
        served = self._served
        if not served.bundles:
            raise BundleError(NO_COPY)
        name = name or served.current
        if name not in served.bundles:
            known = " or ".join(sorted(served.bundles))
            raise BundleError(f'This page has no bundle "{name}": choose {known}.')
        bundle = served.bundles[name]
        extra = () if name != served.current or not served.note or served.note in bundle.notes else (served.note,)
        return replace(bundle, notes=(*extra, *bundle.notes))

    def _take(self, files: Future[BundleSource]) -> None:
        """Load fetched files and put the bundle into use; where that fails, the compact copy serves, with a note."""
        try:
            bundle = load_source(files.result(), self._device)
        except Exception as error:  # noqa: BLE001 (this may run in a thread: the page is where it is said)
            known = isinstance(error, (BundleError, DeviceError))
            self._serve_copy(fallback_note(self._wanted, error if known else RuntimeError(_unforeseen(error))))
            return
        self._served = _Served({**self._served.bundles, bundle.name: bundle}, bundle.name, bundle.source_note)

    def _serve_copy(self, note: str) -> None:
        """Put this repository's compact bundle into use, with `note` on the page."""
        if COMPACT in self._served.bundles:
            self._served = replace(self._served, current=COMPACT, note=note)
            return
        copy = own_copy(COMPACT)
        if copy is None:
            self._served = _Served({}, COMPACT, NO_COPY)
        else:
            self._served = _Served({COMPACT: load_source(copy, self._device)}, COMPACT, note)


def _fetched_in_thread(name: str) -> Future[BundleSource]:
    """The files of a bundle, fetched in the background; the thread does not keep the program alive."""
    files: Future[BundleSource] = Future()

    def fetch() -> None:
        try:
            files.set_result(fetch_source(name))
        except Exception as error:  # noqa: BLE001 (handed on to who waits for the result)
            files.set_exception(error)

    threading.Thread(target=fetch, daemon=True).start()
    return files


def _short(origin: str) -> str:
    """`owner/name@commit` with the first seven characters of the commit."""
    repo, _, commit = origin.partition("@")
    return f"{repo}@{commit[:7]}"


def _unforeseen(error: Exception) -> str:
    """An error that no sentence was written for, as one line."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"

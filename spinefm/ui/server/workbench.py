"""What the page works with: one method on one bundle, loaded once and shared by all visitors."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from spinefm.core.geometry import Point
from spinefm.core.machine import DeviceError
from spinefm.methods import Extensible, build_method
from spinefm.trace.model import Setting
from spinefm.weights.load import COMPACT, Bundle, BundleError, fallback_note, load_bundle, on_disk

GPU_DRIVER = Path("/proc/driver/nvidia/version")
"""There when a GPU's driver is: a guess that needs no torch."""


@dataclass(frozen=True)
class Facts:
    """What a visitor is told before a run: method, bundle, device, if the weights are there, and why this bundle.

    checksums: of the weights by network, once they are loaded.
    """

    method: str
    bundle: str
    device: str
    ready: bool
    note: str = ""
    checksums: Mapping[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The facts in one line."""
        weights = "weights on disk" if self.ready else "weights missing"
        parts = (self.method, self.bundle, self.device, weights, self.note)
        return " · ".join(part for part in parts if part)


class Workbench(Protocol):
    """Where the page gets its method from."""

    def facts(self) -> Facts:
        """What a run will use, known without loading anything."""

    def method(
        self, settings: Mapping[str, Setting], seeds: Sequence[Point] | None, name: str = "spinefm"
    ) -> Extensible:
        """The method called `name`, ready to run. Raises BundleError or ValueError with one clear sentence."""


def _unforeseen(error: Exception) -> str:
    """An error that no sentence was written for, as one line."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


class SharedBundle:
    """A workbench whose bundle is loaded at the first run and then shared.

    Another `bundle` than the compact one is fetched and loaded in the background; until it is ready, and where it
    cannot be had, the compact one serves, and both the page and every trace say so.
    """

    def __init__(self, bundle: str = COMPACT, device: str = "auto") -> None:
        self._wanted = bundle
        self._name = COMPACT
        self._device = device
        self._lock = threading.Lock()
        self._bundle: Bundle | None = None
        self._note = ""
        if bundle != COMPACT:
            self._note = (
                f'The bundle "{bundle}" is still being fetched and loaded, so the bundle "{COMPACT}" is in use.'
            )

    def facts(self) -> Facts:
        """Method, bundle, device and whether the weights are on disk."""
        if self._bundle is not None:
            device, checksums = str(self._bundle.device).upper(), dict(self._bundle.checksums)
            return Facts("SpineFM", self._name, device, True, self._note, checksums)
        guess = "GPU" if GPU_DRIVER.exists() else "CPU"
        device = guess if self._device == "auto" else self._device.upper()
        return Facts("SpineFM", self._name, device, self._on_disk(), self._note)

    def method(
        self, settings: Mapping[str, Setting], seeds: Sequence[Point] | None, name: str = "spinefm"
    ) -> Extensible:
        """A method on the shared bundle."""
        return build_method(name, self._loaded(), settings, seeds)

    def warm(self) -> threading.Thread:
        """Start to load the bundle in the background, so that the first visitor waits less."""
        thread = threading.Thread(target=self._load_if_there, daemon=True)
        thread.start()
        return thread

    def _load_if_there(self) -> None:
        with suppress(BundleError, DeviceError):  # the first run says it to who asks for one
            if self._on_disk():
                self._loaded()
        if self._wanted != COMPACT:
            self._exchange()

    def _exchange(self) -> None:
        """Put the wanted bundle in the place of the compact one; where it cannot be had, note why."""
        try:
            bundle = load_bundle(self._wanted, self._device)
        except Exception as error:  # noqa: BLE001 (a thread has nobody else to tell: the page shows it)
            known = isinstance(error, (BundleError, DeviceError))
            self._note = fallback_note(self._wanted, error if known else RuntimeError(_unforeseen(error)))
            return
        with self._lock:
            self._bundle, self._name, self._note = bundle, self._wanted, ""

    def _on_disk(self) -> bool:
        try:
            return on_disk(self._name)
        except BundleError:
            return False

    def _loaded(self) -> Bundle:
        with self._lock:
            if self._bundle is None:
                if not self._on_disk():
                    raise BundleError(
                        f'The weights of the bundle "{self._name}" are not on this machine: '
                        "put them into the weights folder, or train them with `python -m spinefm train`."
                    )
                self._bundle = load_bundle(self._name, self._device)
            if not self._note:
                return self._bundle
            return replace(self._bundle, notes=(self._note, *self._bundle.notes))

"""What segments the films of a batch: a method with its weights, and how a process comes by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from spinefm.batch.plan import BatchPlan, DeviceKind, RunRules
from spinefm.imaging.radiograph import Polarity, Radiograph
from spinefm.measure import Facing
from spinefm.methods import FilmOutcome
from spinefm.methods.base.config import Preset, bundle_preset
from spinefm.trace.model import Setting

if TYPE_CHECKING:
    from spinefm.api import SpineFM


class Segmenter(Protocol):
    """A method that is ready for films."""

    def segment_many(self, films: Iterable[Radiograph]) -> Iterator[FilmOutcome]:
        """What becomes of each film, in the order of `films`."""


class Loader(Protocol):
    """How a process comes by its segmenter; it travels to other processes, so it holds names, not networks."""

    @property
    def device(self) -> str:
        """Where the networks run: "auto", "cpu", "cuda" or "cuda:N"."""
        ...

    def load(self, device: str | None = None) -> Segmenter:
        """Load the weights, onto `device` where another than the loader's own is to be used."""


@dataclass(frozen=True)
class ModelSegmenter:
    """A method with its weights; `settings` are changes of its preset."""

    model: SpineFM
    settings: Mapping[str, Setting] | None = None

    def segment_many(self, films: Iterable[Radiograph]) -> Iterator[FilmOutcome]:
        """What becomes of each film, in the order of `films`."""
        return self.model.segment_many(films, self.settings)


@dataclass(frozen=True)
class WeightsLoader:
    """A method and its set of weights by name.

    settings: changes of the preset. weights: folder of another manifest than the program's own.
    """

    method: str
    bundle: str
    device: str = "auto"
    preset: Preset | None = None
    settings: Mapping[str, Setting] | None = None
    weights: str | None = None

    def load(self, device: str | None = None) -> ModelSegmenter:
        """Load the weights. Raises BundleError, DeviceError, and ValueError for an unknown method or setting."""
        return self.load_with_rules(device)[0]

    def load_with_rules(
        self,
        device: str | None = None,
        polarity: Polarity = "auto",
        facing: Facing | None = None,
        spacing_mm: float | None = None,
        computes: bool = True,
    ) -> tuple[ModelSegmenter, RunRules]:
        """Load the weights; returns the segmenter with all that decides its results. Raises as `load` does.

        computes: whether this process computes on a GPU; without it the weights stay off it, and other processes load
        their own.
        """
        from spinefm.core.machine import pick_device, quiet_allocator

        quiet_allocator()
        from spinefm.api import SpineFM
        from spinefm.weights.bundle import precision_on
        from spinefm.weights.load import load_bundle
        from spinefm.weights.manifest import Manifest

        manifest = Manifest.read(Path(self.weights) / "manifest.json") if self.weights else None
        target = pick_device(device or self.device)
        bundle = load_bundle(self.bundle, str(target) if computes else "cpu", manifest=manifest)
        model = SpineFM(bundle, method=self.method, preset=self.preset)
        kind: DeviceKind = "cuda" if target.type == "cuda" else "cpu"
        rules = RunRules(
            method=self.method,
            bundle=self.bundle,
            checksums=dict(bundle.checksums),
            preset=self.preset or bundle_preset(bundle),
            settings=model.config.changed(self.settings or {}).as_settings(),
            device=kind,
            precision=precision_on(bundle, target),
            polarity=polarity,
            facing=facing,
            spacing_mm=spacing_mm,
        )
        return ModelSegmenter(model, self.settings), rules

    @classmethod
    def of_plan(cls, plan: BatchPlan, device: str | None = None) -> WeightsLoader:
        """The loader that a batch was begun with."""
        rules = plan.rules
        return cls(rules.method, rules.bundle, device or rules.device, rules.preset, rules.settings, plan.weights)

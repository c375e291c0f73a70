"""A bundle: the networks of a set of weights, loaded, on one device and at one precision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from spinefm.weights.manifest import BundleError

if TYPE_CHECKING:
    import torch
    from torch import nn

    from spinefm.networks.instance_net import InstanceNet
    from spinefm.networks.level_classifier import Classifier
    from spinefm.networks.mask_rcnn import SpineMaskRCNN
    from spinefm.networks.med_sa import MedSA
    from spinefm.networks.point_predictor import PointPredictor
    from spinefm.networks.request import Answered, Ask, Request
    from spinefm.networks.unet import UNet
    from spinefm.networks.view import ViewNet

PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True)
class Bundle:
    """The four networks of SpineFM, and those of VertXNet and SPINEPS if it has them, in eval mode on one device."""

    name: str
    device: torch.device
    precision: str
    mask_rcnn: SpineMaskRCNN
    med_sa: MedSA
    classifier: Classifier
    point_predictor: PointPredictor
    checksums: Mapping[str, str]
    notes: tuple[str, ...] = ()
    unet: UNet | None = None
    instance_net: InstanceNet | None = None
    view: ViewNet | None = None
    origin: str = ""
    """`owner/name@commit` on the Hub; empty for the copy in this repository."""
    source_note: str = ""
    """Why the copy in this repository serves in place of the Hub's files; empty where it does not."""
    asked: Ask | None = None
    """Who answers requests in place of the networks at once: a scheduler, which collects them over films."""

    def ask(self, request: Request) -> Answered:
        """The answers to one film's request."""
        from spinefm.weights.answers import answered

        return self.asked(request) if self.asked is not None else answered(self, [request])[0]

    def networks(self) -> dict[str, nn.Module]:
        """The networks by name, without those that the bundle does not have."""
        from spinefm.networks.registry import NETWORKS

        found = {name: getattr(self, name, None) for name in NETWORKS}
        return {name: network for name, network in found.items() if network is not None}

    @contextmanager
    def autocast(self) -> Iterator[None]:
        """The context in which the networks run at the bundle's precision: float32 with all its digits on a GPU too."""
        import torch

        low = self.precision == "bfloat16"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=low), nullcontext() if low else _FULL_FLOAT32:
            yield

    def lowered(self) -> Bundle:
        """This bundle, ready for its device: on a GPU that computes in bfloat16, large frozen weights are kept in it.

        The networks are changed, not copied.
        """
        if (self.device.type, self.precision) == ("cuda", "bfloat16"):
            self.med_sa.lower()
            self.classifier.lower()
        return self


class _FullFloat32:
    """Convolutions in all digits of float32: with TF32's ten bits, a mask depends on the films that share its batch.

    The switch is the whole process's, so the first thread to come in turns TF32 off, and the last to leave sets what
    was before.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._before = True

    def __enter__(self) -> None:
        import torch

        with self._lock:
            if self._inside == 0:
                self._before = torch.backends.cudnn.allow_tf32
                torch.backends.cudnn.allow_tf32 = False
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        import torch

        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                torch.backends.cudnn.allow_tf32 = self._before


_FULL_FLOAT32 = _FullFloat32()


def placed(bundle: Bundle, device: str = "auto") -> Bundle:
    """`bundle` with its networks moved to `device`, at the precision that pays there. Raises DeviceError."""
    from spinefm.core.machine import pick_device

    target = pick_device(device)
    moved = {name: network.to(target) for name, network in bundle.networks().items()}
    precision = chosen_precision("auto", bundle.med_sa, target)
    return replace(bundle, device=target, precision=precision, **cast(dict[str, Any], moved)).lowered()


def precision_on(bundle: Bundle, device: torch.device) -> str:
    """The precision that pays for the networks of `bundle` on `device`."""
    return chosen_precision("auto", bundle.med_sa, device)


def chosen_precision(precision: str, med_sa: nn.Module, device: torch.device) -> str:
    """The requested precision; for "auto" the faster one at this size on this device."""
    from spinefm.core.machine import computes_bfloat16
    from spinefm.networks.med_sa import has_adapters

    if precision != "auto":
        return precision
    return "bfloat16" if has_adapters(med_sa) and computes_bfloat16(device) else "float32"


def refuse_precision(name: str) -> None:
    """Raise BundleError for a precision that there is not."""
    if name not in (*PRECISIONS, "auto"):
        raise BundleError(f'There is no precision "{name}": use auto, {" or ".join(PRECISIONS)}.')

"""A bundle's networks answer requests: those of one film at once, or those of many films as one batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from spinefm.networks.cut import cut_patches
from spinefm.networks.request import Answered, Request
from spinefm.networks.view import judged_both_ways

MOST_CALL_PIXELS = 1 << 26
"""Pixels of patches or films in one call of a network: 64 patches of 1024 px."""
MOST_ITEMS = 256
"""Items in one call of a network, however small: more fill no GPU any better."""


class Networks(Protocol):
    """What holds the networks by name, and the context of their precision: a bundle."""

    def autocast(self) -> AbstractContextManager[Any]:
        """The context in which they run."""
        ...


def answered(bundle: Networks, requests: Sequence[Request]) -> list[Answered]:
    """The answers to requests of one kind, computed together in calls that the device's memory allows.

    A call that needs more memory than there is, is made in halves; each item's answer is its own in any case.
    """
    cutting, network = _Clock(), _Clock()
    with cutting.running():
        patches = [cut_patches(request.cuts) for request in requests if request.cuts]
    with network.running():
        values = _values(bundle, requests, patches)
    items = sum(request.count for request in requests)
    rows = iter(values)
    return [
        Answered(
            [next(rows) for _ in range(request.count)],
            network.seconds * request.count / items,
            cutting.seconds * request.count / items,
        )
        for request in requests
    ]


class _Clock:
    """Wall seconds of one block."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time until the block ends."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds = time.perf_counter() - start


def _values(bundle: Networks, requests: Sequence[Request], patches: Sequence[Tensor]) -> list[Any]:
    """One answer per item of all requests, in their order."""
    name = requests[0].network
    inputs = [_joined(parts) for parts in zip(*(request.inputs for request in requests), strict=True)]
    if patches:
        inputs.insert(0, _joined(patches))
    with torch.inference_mode(), bundle.autocast():
        return _in_parts(getattr(bundle, name), ANSWERS[name], inputs, _most(inputs[0]))


def _joined(parts: Sequence[Tensor | Sequence[Tensor]]) -> Any:
    """The same input of several requests as one: tensors along the batch, films in a list."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], Tensor):
        return torch.cat([part for part in parts if isinstance(part, Tensor)])
    return [film for part in parts for film in part]


def _most(items: Tensor | Sequence[Tensor]) -> int:
    """How many items one call takes."""
    largest = max(item.numel() for item in items)
    return max(1, min(MOST_ITEMS, MOST_CALL_PIXELS // max(1, largest)))


def _in_parts(network: nn.Module, answer: Callable[..., list[Any]], inputs: Sequence[Any], most: int) -> list[Any]:
    """The answers in calls of at most `most` items, fewer where the memory of the device does not hold them."""
    count = len(inputs[0])
    values: list[Any] = []
    while len(values) < count:
        part = [each[len(values) : len(values) + most] for each in inputs]
        try:
            values += answer(network, *part)
            continue
        except torch.OutOfMemoryError:
            if most == 1:
                raise
        most = -(-min(most, count) // 2)
        torch.cuda.empty_cache()  # not above: an error that is handled holds the tensors of the call that failed
    return values


def _views(network: nn.Module, films: Tensor) -> list[Any]:
    """Per film (1, S, S): probabilities of views, turns and facings, and the distance from lateral films."""
    shares = judged_both_ways(network, films)
    parts = (shares.view, shares.turn, shares.facing, shares.distance)
    return list(zip(*(part.tolist() for part in parts), strict=True))


def _detections(network: nn.Module, films: Sequence[Tensor]) -> list[Any]:
    """Per film (1, H, W): boxes (N, 4), scores (N,) and masks (N, 28, 28) as arrays."""
    found = network.detect(list(films))  # type: ignore[operator]
    return [tuple(each[key].float().cpu().numpy() for key in ("boxes", "scores", "masks")) for each in found]


def _points(network: nn.Module, known: Tensor) -> list[Any]:
    """Per triple (3, 2): the next point (2,) as float64; in float32, for bfloat16 places a point on a film 6 px off."""
    with torch.autocast(known.device.type, enabled=False):
        return list(network(known.float()).double().cpu().numpy())


def _bodies(network: nn.Module, patches: Tensor, clicks: Tensor) -> list[Any]:
    """Per patch (1, S, S) and click (2,): the probability of the clicked body, (S, S)."""
    return list(network(patches, clicks).float().sigmoid().cpu().numpy())


def _levels(network: nn.Module, patches: Tensor) -> list[Any]:
    """Per patch (1, S, S): the probabilities of the classes."""
    return network(patches).float().softmax(dim=1).tolist()


def _maps(network: nn.Module, films: Sequence[Tensor]) -> list[Any]:
    """Per film (1, H, W): the probabilities of the classes on the resized film, (classes, h, w)."""
    return [network.segment(film).float().cpu().numpy() for film in films]  # type: ignore[operator]


def _instances(network: nn.Module, maps: Tensor) -> list[Any]:
    """Per map of classes (h, w): the probabilities none, above, centre, below, (4, h, w)."""
    classes = len(network.config.semantic)  # type: ignore[union-attr, arg-type]
    one_hot = nn.functional.one_hot(maps, classes).movedim(-1, 1).float()  # (B, classes, h, w)
    return list(network(one_hot).float().softmax(dim=1).cpu().numpy())


ANSWERS: Mapping[str, Callable[..., list[Any]]] = {
    "view": _views,
    "unet": _maps,
    "mask_rcnn": _detections,
    "point_predictor": _points,
    "med_sa": _bodies,
    "instance_net": _instances,
    "classifier": _levels,
}
"""For each network of a bundle the answers to a batch: a list, one per item, on the CPU."""
ORDER = tuple(ANSWERS)
"""The networks in the order in which a method asks them, in each of its steps."""

"""What a method asks of a network, as a value: a scheduler can collect requests over films and answer them together.

A request is of one film. Its items, a film's patches for example, come first in every input; answers come one per item.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from spinefm.core.geometry import Box


@dataclass(frozen=True, eq=False)
class Cut:
    """A patch yet to be cut: `box` of `film` (H, W), which lies on the networks' device, resampled to (side, side)."""

    film: Tensor
    box: Box
    side: int


@dataclass(frozen=True, eq=False)
class Request:
    """B items for one network.

    network: its name in a bundle. inputs: what it takes beside patches, each a tensor (B, …) or a sequence of B films.
    cuts: B patches, or none where the network sees no patches. alike: only requests that agree here share a batch.
    """

    network: str
    inputs: tuple[Tensor | Sequence[Tensor], ...] = ()
    cuts: tuple[Cut, ...] = ()
    alike: Hashable = ()

    @property
    def count(self) -> int:
        """The number of items, B."""
        return len(self.cuts) if self.cuts else len(self.inputs[0])

    @property
    def kind(self) -> Hashable:
        """What two requests must share to be answered together."""
        return (self.network, self.alike)


@dataclass(frozen=True, eq=False)
class Answered:
    """The answers to a request, one per item, with its share of the seconds in the network and of those for cutting."""

    values: Sequence[Any]
    network_seconds: float
    cut_seconds: float = 0.0


Ask = Callable[[Request], Answered]
"""Who answers a request: the networks at once, or a scheduler that lets other films ask first."""

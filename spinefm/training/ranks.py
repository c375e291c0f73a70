"""Where a run computes: one device, or one process per GPU that `torchrun` started."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from spinefm.core.machine import DeviceError, allowed_cores, computes_bfloat16, pick_device
from spinefm.networks.med_sa import MedSA
from spinefm.training.errors import TrainingError

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Ranks:
    """This process among `count` that train together; `rank` 0 alone writes, validates and keeps the time."""

    rank: int
    count: int
    device: torch.device

    @classmethod
    def join(cls, device: str) -> Ranks:
        """Meet the other processes of `torchrun`, or run alone. Raises TrainingError for a device that is missing."""
        count, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
        try:
            place = pick_device(device)
            if count > 1 and place.type == "cuda":
                place = pick_device(f"cuda:{os.environ['LOCAL_RANK']}")
        except DeviceError as error:
            raise TrainingError(str(error)) from error
        if count > 1 and not torch.distributed.is_initialized():
            torch.distributed.init_process_group("nccl" if place.type == "cuda" else "gloo")
        return cls(rank, count, place)

    @property
    def first(self) -> bool:
        """Whether this process writes and validates."""
        return self.rank == 0

    def together(self, module: nn.Module) -> nn.Module:
        """`module` with its gradients averaged over all processes."""
        if self.count == 1:
            return module
        ids = [self.device.index] if self.device.type == "cuda" else None
        return nn.parallel.DistributedDataParallel(module, device_ids=ids, find_unused_parameters=True)

    def agreed(self, value: float) -> float:
        """The first process's `value`, in all of them: clocks differ, and all must stop at the same step."""
        if self.count == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=self.device)  # (1,)
        torch.distributed.broadcast(shared, src=0)
        return float(shared)

    def workers(self, asked: int | None) -> int:
        """Processes that draw samples for this one: as many as asked for, else those that keep its device busy.

        A GPU gets its share of the machine's cores but one. A processor draws its samples itself, since workers would
        take the cores that it computes with.
        """
        if asked is not None:
            return asked
        return max(1, allowed_cores() // self.count - 1) if self.device.type == "cuda" else 0

    def seed(self, *numbers: int) -> tuple[int, ...]:
        """A seed from `numbers` that no other process has."""
        return numbers if self.rank == 0 else (*numbers, self.rank)


def placed(thing: Thing, device: torch.device) -> Thing:
    """Tensors, and lists, dictionaries and dataclasses of them, on `device`.

    Only copies to a GPU may still run when this returns: the host would read a tensor that is not yet there.
    """
    return each_tensor(thing, lambda tensor: tensor.to(device, non_blocking=device.type != "cpu"))


def each_tensor(thing: Thing, change: Callable[[Tensor], Tensor]) -> Thing:
    """A tensor, or a list, dictionary or dataclass of them, with `change` done to each; anything else as it is."""
    changed: Any = thing
    if isinstance(thing, Tensor):
        changed = change(thing)
    elif isinstance(thing, list):
        changed = [each_tensor(item, change) for item in thing]
    elif isinstance(thing, dict):
        changed = {key: each_tensor(value, change) for key, value in thing.items()}
    elif is_dataclass(thing) and not isinstance(thing, type):
        changed = type(thing)(**{part.name: each_tensor(getattr(thing, part.name), change) for part in fields(thing)})
    result: Thing = changed
    return result


def device_of(model: nn.Module) -> torch.device:
    """Where a network's weights lie."""
    return next(model.parameters()).device


def lower_frozen(model: nn.Module) -> None:
    """Keep in bfloat16 what is frozen of SAM's encoder, where a network has it."""
    if isinstance(model, MedSA):
        model.lower()


def precise(model: nn.Module, bf16: bool) -> torch.autocast:
    """The context in which a network runs in bfloat16, if asked for and its device computes in it, or in float32."""
    device = device_of(model)
    return torch.autocast(device.type, torch.bfloat16, enabled=bf16 and computes_bfloat16(device))

"""A run's folder: checkpoint, averaged weights, log and facts."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from spinefm.core.words import counted
from spinefm.training.errors import TrainingError


@dataclass(frozen=True)
class TrainingFolder:
    """The files of one run: `checkpoint.pt`, `weights.safetensors` (float32, averaged), `log.jsonl`, `run.json`."""

    path: Path

    @classmethod
    def open(cls, path: Path, resume: bool) -> TrainingFolder:
        """Make the folder, or find it again. Raises TrainingError rather than overwrite an earlier run."""
        folder = cls(path)
        if resume and not folder.checkpoint.exists():
            raise TrainingError(f"{path} contains no checkpoint to resume from; start the run without --resume.")
        if not resume and folder.checkpoint.exists():
            raise TrainingError(f"{path} already contains a run; add --resume to go on or choose another folder.")
        if not resume and folder.weights.exists():
            raise TrainingError(
                f"{path} already contains weights but no checkpoint to go on from; choose another folder."
            )
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TrainingError(f"{path} cannot be created ({error.strerror}); choose another folder.") from error
        if not resume:
            folder.lines.unlink(missing_ok=True)  # left by a run that ended before its first checkpoint
        return folder

    @property
    def lines(self) -> Path:
        """The log: one JSON object a line."""
        return self.path / "log.jsonl"

    @property
    def checkpoint(self) -> Path:
        """Everything needed to go on as if nothing had happened."""
        return self.path / "checkpoint.pt"

    @property
    def weights(self) -> Path:
        """The averaged weights."""
        return self.path / "weights.safetensors"

    @property
    def facts(self) -> Path:
        """What was trained on what, for how long, with which scores."""
        return self.path / "run.json"

    def save_checkpoint(self, state: Mapping[str, Any]) -> None:
        """Write the checkpoint so that an interruption leaves either the old or the new one whole."""
        partial = self.checkpoint.with_suffix(".part")
        torch.save(dict(state), partial)
        os.replace(partial, self.checkpoint)

    def load_checkpoint(self) -> dict[str, Any]:
        """The last checkpoint. Raises TrainingError for a damaged one."""
        try:
            state: dict[str, Any] = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, ValueError, LookupError, EOFError, pickle.UnpicklingError) as error:
            raise TrainingError(f"{self.checkpoint} is damaged; remove it and start the run again.") from error
        return state

    def save_weights(self, model: nn.Module, facts: Mapping[str, Any]) -> None:
        """Write the averaged weights and the facts of the run so far."""
        partial = self.weights.with_suffix(".part")
        save_file({key: value.contiguous() for key, value in model.state_dict().items()}, partial)
        os.replace(partial, self.weights)
        self.facts.write_text(json.dumps(dict(facts), indent=1) + "\n")

    def earlier(self, step: int, seconds: float) -> tuple[str, ...]:
        """What the card says of the parts of a run before it was resumed at `step`, one sentence each."""
        facts = json.loads(self.facts.read_text()) if self.facts.exists() else {}
        data = facts.get("data", {})
        films = training_text(data) if data.get("training") else "films that were not noted"
        part = f"resumed after {step} steps ({seconds / 3600:.3f} h) on {films}"
        return (*facts.get("history", ()), part)

    def log(self, **values: float | int | str) -> None:
        """Append one line to the log."""
        with self.lines.open("a") as file:
            file.write(json.dumps(values) + "\n")


def training_text(data: Mapping[str, Any]) -> str:
    """What a network was trained on, and the films on which its answers of before were kept, if there were any."""
    kept = f", and near its answers of before on {films_text(data['kept'])}" if "kept" in data else ""
    return films_text(data["training"]) + kept


def films_text(data: Mapping[str, Any]) -> str:
    """How many films and bodies, from which seeds; older runs noted only the first and the last seed."""
    seeds = data.get("seeds") or f"between {data['first_seed']} and {data['last_seed']}"
    return f"{counted(data['films'], 'film')} with {counted(data['bodies'], 'body', 'bodies')}, seeds {seeds}"

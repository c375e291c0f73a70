"""Tiny drawn films in the layout of simulated ones: bright bodies on grey, so that a network can learn in seconds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level

CERVICAL = (Level.C2, Level.C3, Level.C4, Level.C5, Level.C6)
LUMBAR = (Level.L3, Level.L4, Level.L5, Level.S1)
SIZE = (120, 160)
WIDTH, HEIGHT = 26, 18


def write_stand_ins(folder: Path, seeds: Sequence[int], **changes: object) -> Path:
    """Write one film per seed, cervical for even seeds and lumbar for odd ones; `changes` overwrite label entries."""
    for part in ("films", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        film, labels, truth = draw_stand_in(seed)
        name = f"phantom-{truth['region']}-{seed}"
        cv2.imwrite(str(folder / "films" / f"{name}.png"), film)
        cv2.imwrite(str(folder / "labels" / f"{name}.png"), labels)
        (folder / "labels" / f"{name}.json").write_text(json.dumps(truth | changes))
    return folder


def draw_stand_in(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8], dict[str, object]]:
    """Film and labels, uint8 (H, W), and the label file's entries."""
    rng = np.random.default_rng(seed)
    levels = LUMBAR if seed % 2 else CERVICAL
    width, height = SIZE
    film = rng.normal(70, 8, (height, width))
    labels = np.zeros((height, width), np.uint8)
    x = rng.uniform(50, 70)
    for index, level in enumerate(levels):
        centre = (round(x + 3 * np.sin(index + seed)), 24 + 26 * index)
        left, top = centre[0] - WIDTH // 2, centre[1] - HEIGHT // 2
        labels[top : top + HEIGHT + 1, left : left + WIDTH + 1] = level
    film[labels > 0] += 100
    truth: dict[str, object] = {
        "size": list(SIZE),
        "region": "lumbar" if seed % 2 else "cervical",
        "seed": seed,
        "partial": {},
        "distractors": {"posterior": [[x + 35, 60], [x + 35, 90]], "skull_base": [[10, 10]]},
    }
    return np.clip(film, 0, 255).astype(np.uint8), labels, truth

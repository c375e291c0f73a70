"""What both loops of `bench.paper_speed` run: the paper's networks with random weights, a film, and a clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

SIZE = (1463, 1755)
"""Width and height of the film, as the NHANES II cervical films have them."""
SPACING, FIRST = 170, 230
"""Film pixels between centroids, and from the top to the first."""
PATCH, CLASSIFIER_PATCH = 600, 512
"""Sides of the published patches for these films."""


@dataclass
class Clock:
    """Seconds of the wall clock and of the processor under each name, until the device has done its part."""

    device: str
    wall: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Add the time until the block ends to `name`."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        synchronise(self.device)
        self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall
        self.processor[name] = self.processor.get(name, 0.0) + time.process_time() - processor


def synchronise(device: str) -> None:
    """Wait until a GPU has done what it was given."""
    if device != "cpu":
        import torch

        torch.cuda.synchronize(device)


def prepared(device: str, threads: int, patch: int = 1024) -> Any:
    """The random bundle as this program loads one for the device."""
    return random_bundle(device, threads, patch).lowered()


def with_own_attention(med_sa: Any) -> None:
    """Let each block of the encoder attend as segment_anything does, which this program replaces by the same sums."""
    for block in med_sa.image_encoder.blocks:
        object.__setattr__(block, "_attention", block.attn)


def random_bundle(device: str, threads: int, patch: int) -> Any:
    """The paper's networks with random weights; the adapters and tables that start at zero are woken.

    Med-SA takes patches of `patch` px; the process is set to `threads`.
    """
    import torch

    from spinefm.core.machine import computes_bfloat16
    from spinefm.networks.level_classifier import LevelClassifier, LevelClassifierConfig
    from spinefm.networks.mask_rcnn import MaskRCNNConfig, build_mask_rcnn
    from spinefm.networks.med_sa import MedSA, MedSAConfig
    from spinefm.networks.point_predictor import PointPredictor, PointPredictorConfig
    from spinefm.weights.bundle import Bundle

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    networks: list[Any] = [
        build_mask_rcnn(MaskRCNNConfig.paper()),
        MedSA(MedSAConfig.paper(side_px=PATCH, patch=patch)),
        LevelClassifier(LevelClassifierConfig.paper(side_px=CLASSIFIER_PATCH)),
        PointPredictor(PointPredictorConfig.paper()),
    ]
    for parameter in networks[1].parameters():
        if not parameter.detach().any():
            torch.nn.init.normal_(parameter.data, std=0.02)
    detector, med_sa, classifier, predictor = (net.to(device).eval().requires_grad_(False) for net in networks)
    place = torch.device(device)
    precision = "bfloat16" if computes_bfloat16(place) else "float32"
    return Bundle("random", place, precision, detector, med_sa, classifier, predictor, {})


def noise_film() -> Any:
    """A film of smooth noise: what it shows does not matter, since every decision is forced."""
    import cv2
    import numpy as np

    from spinefm.imaging.radiograph import Radiograph

    coarse = np.random.default_rng(0).random((SIZE[1] // 24, SIZE[0] // 24)).astype(np.float32)
    return Radiograph.from_array(np.clip(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), 0, 1), name="noise")


def column() -> list[Any]:
    """Eight centroids, from the top."""
    from spinefm.core.geometry import Point

    return [Point(SIZE[0] / 2 + 12 * (i % 3), FIRST + SPACING * i) for i in range(8)]

"""Point predictor: three successive centroids in, the next one out (SpineFM, section 2.2)."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class PointPredictorConfig:
    """`frame` names the coordinates that the weights expect.

    "canonical": `spinefm.core.geometry.CanonicalFrame` (origin at the last centroid, unit of the last spacing,
    rotated to the last direction); "absolute": x / film width, y / film height, as published.
    """

    hidden: int = 50
    frame: Literal["canonical", "absolute"] = "canonical"

    def __post_init__(self) -> None:
        if self.frame not in ("canonical", "absolute"):
            raise ValueError(f'frame is "canonical" or "absolute", not "{self.frame}".')

    @classmethod
    def paper(cls) -> "PointPredictorConfig":
        """The published network: 6-50-2 on coordinates divided by the film's size."""
        return cls(hidden=50, frame="absolute")


class PointPredictor(nn.Module):
    """Fully connected 6 -> hidden (ReLU) -> 2."""

    def __init__(self, config: PointPredictorConfig = PointPredictorConfig()) -> None:
        super().__init__()
        self.config = config
        self.fc1 = nn.Linear(6, config.hidden)
        self.fc2 = nn.Linear(config.hidden, 2)

    def forward(self, points: Tensor) -> Tensor:
        """Predict the next centroid.

        Args:
            points: (B, 3, 2) as (x, y) in the configured frame, in the order of the induction, the latest last.

        Returns:
            (B, 2) as (x, y) in the same frame.
        """
        hidden = torch.relu(self.fc1(points.flatten(1)))  # (B, hidden)
        return self.fc2(hidden)  # (B, 2)

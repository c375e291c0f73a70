"""The 6-50-2 point predictor."""

import torch

from spinefm.networks.point_predictor import PointPredictor, PointPredictorConfig


def test_has_the_published_layers() -> None:
    shapes = {name: tuple(value.shape) for name, value in PointPredictor().state_dict().items()}
    assert shapes == {"fc1.weight": (50, 6), "fc1.bias": (50,), "fc2.weight": (2, 50), "fc2.bias": (2,)}


def test_can_hold_a_straight_line() -> None:
    """next = 2 * last - one before, written into the weights through pairs of rectified units."""
    model = PointPredictor(PointPredictorConfig(hidden=4))
    step = torch.tensor([[0.0, 0, -1, 0, 2, 0], [0, 0, 0, -1, 0, 2]])  # (2, 6)
    with torch.no_grad():
        model.fc1.weight.copy_(torch.cat([step, -step]))
        model.fc1.bias.zero_()
        model.fc2.weight.copy_(torch.tensor([[1.0, 0, -1, 0], [0, 1, 0, -1]]))
        model.fc2.bias.zero_()
    points = torch.tensor([[[-2.0, 0.4], [-1.0, 0.1], [0.0, -0.2]]])
    assert torch.allclose(model(points), torch.tensor([[1.0, -0.5]]))


def test_a_batch_is_its_rows() -> None:
    model, points = PointPredictor(), torch.rand(5, 3, 2)
    assert torch.allclose(model(points), torch.cat([model(row[None]) for row in points]), atol=1e-6)

"""Which bodies a reader could see."""

import numpy as np
import pytest

from spinefm.core.visibility import VISIBLE, contrast


def drawn(body_value: float, burnt_rows: int = 0, grain: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    body = np.zeros((120, 120), bool)
    body[40:80, 40:80] = True
    film = np.where(body, body_value, 0.5) + np.linspace(0, 0.2, 120)[:, None] + rng.normal(0, 1, body.shape) * grain
    film[120 - burnt_rows :] = 1.0
    return film.astype(np.float32), body


@pytest.mark.parametrize(
    ("value", "burnt", "grain", "seen"),
    [
        (0.6, 0, 0.0, True),
        (0.53, 0, 0.02, True),
        (0.5, 0, 0.0, False),
        (0.5, 0, 0.02, False),
        (0.6, 120, 0.0, False),
        (0.6, 62, 0.0, False),
    ],
)
def test_what_can_be_seen(value, burnt, grain, seen):
    assert (contrast(*drawn(value, burnt, grain)) >= VISIBLE) is seen


def test_an_empty_body_has_no_contrast():
    assert contrast(np.zeros((9, 9), np.float32), np.zeros((9, 9), bool)) == 0.0

"""Negatives: every subject gives a picture in [0, 1], the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.phantom.negatives import SUBJECTS, simulate_negative


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_gives_a_picture_with_contrast(subject: str) -> None:
    one, two = (simulate_negative(3, subject) for _ in range(2))
    assert one.film.dtype == np.float32 and one.film.ndim == 2
    assert one.film.min() >= 0 and one.film.max() <= 1 and one.film.std() > 0.01
    assert np.array_equal(one.film, two.film)
    assert one.kind == SUBJECTS[subject][0]


def test_subjects_are_drawn_by_their_shares() -> None:
    kinds = {simulate_negative(seed).kind for seed in range(20)}
    assert len(kinds) >= 3


def test_an_unknown_subject_is_refused() -> None:
    with pytest.raises(ValueError, match="banana"):
        simulate_negative(0, "banana")

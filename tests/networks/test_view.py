"""The view network: shapes of its answers, the distance from lateral films, and films fitted into its square."""

from __future__ import annotations

import pytest
import torch

from spinefm.networks.registry import build_network
from spinefm.networks.view import (
    LATERAL,
    VIEWS,
    ViewConfig,
    ViewNet,
    fit_square,
    judged_both_ways,
    without_margins,
)


def test_every_head_answers_for_every_film() -> None:
    scores = ViewNet().eval()(torch.rand(3, 1, 160, 160))
    assert scores.view.shape == (3, len(VIEWS)) and scores.turn.shape == (3, 4) and scores.facing.shape == (3, 2)
    assert scores.distance.shape == (3,) and scores.embedding.shape == (3, 32)


def test_brightness_and_contrast_of_a_film_do_not_matter() -> None:
    model, films = ViewNet().eval(), torch.rand(2, 1, 160, 160)
    assert torch.allclose(model(films).view, model(0.5 * films + 0.2).view, atol=1e-3)


def test_a_mirrored_film_has_the_same_views_and_the_mirrored_turn_and_facing() -> None:
    torch.manual_seed(0)
    model, films = ViewNet().eval(), torch.rand(3, 1, 160, 160)
    with torch.no_grad():
        seen, mirrored = judged_both_ways(model, films), judged_both_ways(model, films.flip(3))
        alone = model(films)
    assert torch.allclose(seen.view, mirrored.view, atol=1e-5)
    assert torch.allclose(seen.distance, mirrored.distance, atol=1e-4)
    assert torch.allclose(seen.turn[:, [0, 3, 2, 1]], mirrored.turn, atol=1e-5)
    assert torch.allclose(seen.facing[:, [1, 0]], mirrored.facing, atol=1e-5)
    assert torch.allclose(seen.turn.sum(dim=1), torch.ones(3)) and seen.view.shape == (3, len(VIEWS))
    assert not torch.allclose(seen.turn, alone.turn.softmax(dim=1), atol=1e-5)


def test_distance_is_about_one_for_known_films_and_grows_away_from_them() -> None:
    model, generator = ViewNet(), torch.Generator().manual_seed(0)
    views = torch.arange(400) % len(LATERAL)
    embeddings = torch.randn(400, 32, generator=generator) * 2 + 10 * views[:, None]
    model.fit_distance(embeddings, views)
    own = (embeddings - model.centres[views]) @ model.whitening
    assert 0.9 < float(own.square().mean(dim=1).sqrt().mean()) < 1.1
    far = (embeddings + 20 - model.centres[views]) @ model.whitening
    assert float(far.square().mean(dim=1).sqrt().min()) > 3


def test_a_film_lies_in_the_middle_of_its_square_with_its_shape_kept() -> None:
    square = fit_square(torch.ones(200, 100), 160)
    assert square.shape == (1, 160, 160)
    assert float(square[0, :, 40:120].min()) == 1 and float(square[0, :, :40].max()) == 0
    assert float(square[0, :, 120:].max()) == 0


@pytest.mark.parametrize("grey", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    ("edges", "cut"),
    [
        ((0, 0, 0, 0), False),
        ((7, 0, 0, 0), False),
        ((3, 5, 6, 2), False),
        ((0, 0, 30, 0), True),
        ((40, 40, 40, 9), True),
    ],
)
def test_margins_of_one_grey_are_left_out_where_they_are_wide(
    grey: float, edges: tuple[int, int, int, int], cut: bool
) -> None:
    picture = torch.rand(20, 30, generator=torch.Generator().manual_seed(1))
    left, right, top, bottom = edges
    framed = torch.nn.functional.pad(picture, (left, right, top, bottom), value=grey)
    assert torch.equal(without_margins(framed), picture if cut else framed)


def test_a_picture_of_one_grey_stays_as_it_is() -> None:
    assert without_margins(torch.full((8, 9), 0.4)).shape == (8, 9)


def test_it_is_small_and_built_from_its_configuration() -> None:
    model = build_network("view", {"side": 160})
    assert 2 * sum(p.numel() for p in model.parameters()) < 3_000_000
    assert isinstance(model, ViewNet) and model.config == ViewConfig()


def test_the_encoder_stays_as_it_is_while_the_rest_learns() -> None:
    model = ViewNet().train()
    before = {name: value.clone() for name, value in model.encoder.state_dict().items()}
    model(torch.rand(4, 1, 160, 160)).view.sum().backward()
    assert all(torch.equal(before[name], value) for name, value in model.encoder.state_dict().items())
    assert all(parameter.grad is None for parameter in model.encoder.parameters())
    assert model.embed.weight.grad is not None

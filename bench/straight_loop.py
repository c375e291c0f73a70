"""The published loop as `bench.paper_speed` times it: one patch after the other, in float32, with film-sized logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.paper_bundle import CLASSIFIER_PATCH, PATCH, Clock

FINAL = 0.9
"""Probability of a mask's pixels before it is smoothed."""


def straight_loop(bundle: Any, film: Any, centroids: Sequence[Any], clock: Clock) -> dict[int, Any]:
    """The published loop: one patch after the other, float32, film-sized logits; the mask (H, W) of each vertebra."""
    import torch

    pixels = torch.from_numpy(film.pixels)[None].expand(3, -1, -1).to(bundle.device)  # (3, H, W)
    masks: dict[int, Any] = {}
    with torch.inference_mode():
        with clock.measure("detector"):
            bundle.mask_rcnn([pixels])
        previous = None
        for index in (3, 4, 5, 2, 1, 0, 6, 7):
            with clock.measure("point predictor"):
                bundle.point_predictor(torch.rand(1, 3, 2, device=bundle.device))
            with clock.measure("Med-SA"):
                logits = straight_mask(bundle, pixels, centroids[index])
            with clock.measure("checks"):
                refined = logits.sigmoid()
                masks[index] = (refined > 0.5).cpu().numpy()
                if previous is not None:
                    ((refined > 0.5) & previous).sum() / ((refined > 0.5) | previous).sum()
                previous = refined > 0.5
            with clock.measure("classifier"):
                patch, _ = straight_patch(pixels, centroids[index], CLASSIFIER_PATCH, 224)
                bundle.classifier(patch[None]).softmax(dim=1).tolist()
            with clock.measure("smoothing"):
                smoothed(logits)
    return masks


def straight_patch(pixels: Any, centre: Any, side: int, size: int) -> tuple[Any, tuple[int, int]]:
    """A padded patch (3, size, size) round `centre`, and its corner on the film."""
    import torch.nn.functional as F

    from spinefm.core.geometry import Box

    box = Box.square(centre, side)
    padded = F.pad(pixels, (side, side, side, side))  # (3, H + 2 side, W + 2 side)
    patch = padded[:, box.y0 + side : box.y1 + side, box.x0 + side : box.x1 + side]  # (3, side, side)
    resized = F.interpolate(patch[None], (size, size), mode="bilinear", align_corners=False)[0]
    return resized, (box.x0, box.y0)


def straight_mask(bundle: Any, pixels: Any, centre: Any) -> Any:
    """Logits of the whole film (H, W) for the vertebra at `centre`."""
    import torch
    import torch.nn.functional as F

    patch, (x0, y0) = straight_patch(pixels, centre, PATCH, 1024)
    logits = bundle.med_sa(patch[None], torch.tensor([[511.5, 511.5]], device=bundle.device))  # (1, 1024, 1024)
    small = F.interpolate(logits[None], (PATCH, PATCH), mode="bilinear", align_corners=False)[0, 0]
    whole = torch.full((pixels.shape[1] + 2 * PATCH, pixels.shape[2] + 2 * PATCH), -10.0, device=bundle.device)
    whole[y0 + PATCH : y0 + 2 * PATCH, x0 + PATCH : x0 + 2 * PATCH] = small
    return whole[PATCH:-PATCH, PATCH:-PATCH]


def smoothed(logits: Any) -> Any:
    """The published post-processing of one mask: 15 x 15 Gaussian, deviation 20, on the whole film."""
    from torchvision.transforms.functional import gaussian_blur

    sure = (logits.sigmoid() > FINAL).float()[None]  # (1, H, W)
    return gaussian_blur(sure, [15, 15], [20.0, 20.0])[0] > 0.5

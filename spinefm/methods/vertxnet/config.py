"""The configuration of VertXNet: every limit of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from spinefm.methods.base.config import WholeFilmConfig, count, number, positive, share
from spinefm.trace.model import Setting

if TYPE_CHECKING:
    from spinefm.weights.bundle import Bundle


class VertXNetConfig(WholeFilmConfig):
    """Limits of a run. The paper gives eta; it names lambda (`deviations`) without a value."""

    TITLE: ClassVar[str] = "VertXNet"
    PUBLISHED: ClassVar[Mapping[str, Setting]] = {
        **WholeFilmConfig.PUBLISHED,
        "deviations": 2.0,
        "least_spread": 0.0,
        "overlap_limit": 1.0,
        "outermost_ends": False,
    }

    result: Literal["ensemble", "unet", "mask_rcnn"] = "ensemble"
    """The ensemble, or one of its parts alone."""
    eta: float = share(0.6, "Ratio above which a piece of the map and a detection are one vertebra (paper: 0.6).")
    deviations: float = number(
        4.0, 100, "Lambda of the area rule. The paper gives no value: 4 was chosen on tuning phantoms."
    )
    least_spread: float = share(
        0.15,
        "Least standard deviation of the areas as a share of their mean: a few masks of one size say little about how "
        "sizes spread along a spine (paper: 0, no such rule).",
    )
    overlap_limit: float = share(
        0.1, "IoU with a kept mask above which a contour is no other vertebra (paper: 1, no such rule)."
    )
    score_limit: float = share(0.6, "Detections with a lower score are dropped.")
    detector_outline_limit: float = share(0.5, "Probability above which a pixel belongs to a detector's mask.")
    detector_mask_limit: float = share(0.9, "Probability above which a detector's pixel counts for the centroid.")
    end_limit: float = share(0.5, "Probability above which the classifier's C2 or S1 is a reference vertebra.")
    outermost_ends: bool = True
    """C2 is a reference only as the topmost vertebra, S1 only as the lowest (paper: no such rule)."""
    classifier_factor: float = positive(4.0, 20, "Side of the classifier's patch in median spacings.")
    classifier_side_px: int = count(0, 0, 8192, "The same as a fixed side; 0: the side follows the spacing.")
    least_patch_px: int = count(8, 1, 1024, "Smallest side of that patch.")

    @classmethod
    def fitted_to(cls, bundle: Bundle) -> dict[str, Any]:
        """The patch side that the bundle's classifier was trained at."""
        config = bundle.classifier.config
        return {"classifier_factor": config.side_in_spacings, "classifier_side_px": config.side_px}

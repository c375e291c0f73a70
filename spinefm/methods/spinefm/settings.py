"""The settings of SpineFM: every limit and factor of a run, with the paper's values named where ours differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from spinefm.methods.settings import with_changes
from spinefm.trace.model import Setting
from spinefm.weights.load import Bundle

SHARES = (
    "score_limit", "score_floor", "score_step", "detector_mask_limit", "duplicate_iou", "outside_limit", "mask_limit",
    "final_limit", "overlap_limit", "background_limit", "end_limit", "distinct_end_limit", "wrong_end_limit",
    "retry_limit", "faint_limit",
)  # fmt: skip
"""Settings that are probabilities or shares."""
MOST: Mapping[str, float] = {
    **dict.fromkeys(SHARES, 1.0),
    **dict.fromkeys(("patch_factor", "classifier_factor"), 20.0),
    **dict.fromkeys(("patch_side_px", "classifier_side_px"), 8192.0),
    "smoothing": 1.0,
}
"""The largest values that mean something; beyond them memory or time would run out."""
ABOVE_ZERO = ("score_step", "patch_factor", "classifier_factor")
"""Settings that make no sense at 0."""


@dataclass(frozen=True)
class SpineFMSettings:
    """Limits and factors of a run. Lengths are in units of the local spacing unless the name ends in `_px`.

    The paper's own rules: plausible_seeds=False, recentre=False, mirrored_view=False, classifier_views=1,
    retry_limit=0, distinct_end_limit=0.5, wrong_end_limit=0.5, faint_limit=0, final_limit=0.9.

    score_limit, score_floor, score_step: detections below the limit are dropped (paper: 0.6); while no three that can
        start are left, the limit is lowered in steps, down to the floor.
    detector_mask_limit: probability above which a detector pixel counts for the centroid (published code: 0.9).
    duplicate_iou, duplicate_distance: two detections of one vertebra overlap more, or lie closer (in body sizes).
    plausible_seeds: the first triple must look like three neighbours (spacing, bend, size); off: the paper's rule.
    patch_factor, patch_side_px: side of the segmentation patch; a fixed side in pixels when it is not 0.
    classifier_factor, classifier_side_px: the same for the classifier's patch.
    recentre, recentre_limit: segment once more round the refined centroid when it moved further than the limit, or when
        the mask reaches the patch's edge; off: the paper's single pass.
    mirrored_view: a patch is segmented as its mirror image too and the two answers are averaged, which steadies the
        outline of a small network for little time; off at the paper's sizes (paper: one view).
    outside_limit: share of a square of one spacing round the centroid that may lie outside the film; at one half the
        centroid is on the film's edge, and a body of which 60 % is in view has less than 0.28.
    mask_limit: probability of a mask's pixels during the walk; final_limit: of the final masks (paper: 0.9). The
        compact network is trained and validated with its outline at 0.5, so that is where its masks are cut.
    least_area: smallest area of a mask, in squares of the spacing; less is a sliver and no vertebra.
    faint_limit: least contrast of a body in the film's grey range (see `spinefm.core.visibility`): behind a burnt-out
        shoulder a mask is a guess. The paper has no such rule (0). On the same phantoms 0.007 takes 29 of 48 doubtful
        masks and none of 865 good ones.
    overlap_limit: intersection over union above which a mask is rejected (paper: 0.1).
    background_limit, end_limit: classifier probability of background that stops, of C2 or S1 that ends the walk. The
        paper takes the most probable class; 0.8 was chosen on 120 phantoms (seeds 930000-930119), where it finds 97.8 %
        of the bodies instead of 97.6 % at 0.65, with no false mask at either.
    classifier_views: so many patches (1 to 3) of slightly different sides are classified and averaged (paper: 1).
    distinct_end_limit: probability of an end that suffices where it is three times likelier than a vertebra (paper: as
        any other end).
    wrong_end_limit: probability of S1 that ends a walk up, of C2 a walk down (paper: as the other end).
    retry_limit: probability of the likeliest kind of vertebra below which a step is looked at again beside the
        predicted point (see `retry`); 0: never (paper).
    revisit_limit: a new centroid this close to an accepted one has been visited.
    step_limit: steps in one direction.
    smoothing: standard deviation of the final Gaussian (0.03 has the published kernel's effect on NHANES II films).
    """

    score_limit: float = 0.6
    score_floor: float = 0.3
    score_step: float = 0.1
    detector_mask_limit: float = 0.9
    duplicate_iou: float = 0.3
    duplicate_distance: float = 0.5
    plausible_seeds: bool = True
    patch_factor: float = 3.0
    patch_side_px: int = 0
    classifier_factor: float = 4.0
    classifier_side_px: int = 0
    recentre: bool = True
    recentre_limit: float = 0.2
    mirrored_view: bool = True
    outside_limit: float = 0.28
    mask_limit: float = 0.5
    final_limit: float = 0.5
    least_area: float = 0.04
    faint_limit: float = 0.007
    overlap_limit: float = 0.1
    background_limit: float = 0.8
    end_limit: float = 0.5
    classifier_views: int = 3
    distinct_end_limit: float = 0.4
    wrong_end_limit: float = 0.8
    retry_limit: float = 0.6
    revisit_limit: float = 0.35
    step_limit: int = 25
    smoothing: float = 0.03

    @classmethod
    def of(cls, bundle: Bundle) -> SpineFMSettings:
        """The defaults, with the patch sides that the bundle's networks were trained at."""
        return cls(
            mirrored_view=bundle.med_sa.config.encoder == "conv",
            patch_factor=bundle.med_sa.config.side_in_spacings,
            patch_side_px=bundle.med_sa.config.side_px,
            classifier_factor=bundle.classifier.config.side_in_spacings,
            classifier_side_px=bundle.classifier.config.side_px,
        )

    def changed(self, changes: Mapping[str, Setting]) -> SpineFMSettings:
        """These settings with `changes` by name. Raises ValueError for an unknown name or a value of the wrong type."""
        changed = with_changes(self, {**_freed(changes), **changes}, "SpineFM")
        for name, value in changes.items():
            _refuse_impossible(name, value, getattr(changed, name))
        return changed

    def as_dict(self) -> dict[str, Setting]:
        """Name to value."""
        return asdict(self)


def _freed(changes: Mapping[str, Setting]) -> dict[str, Setting]:
    """A side asked for in spacings takes the place of a fixed one."""
    pairs = (("patch_factor", "patch_side_px"), ("classifier_factor", "classifier_side_px"))
    return {side: 0 for factor, side in pairs if factor in changes}


def _refuse_impossible(name: str, value: Setting, number: Any) -> None:
    """Raise ValueError for a number, given as `value`, with which there is no run."""
    if name in MOST and number > MOST[name]:
        raise ValueError(f"The setting {name} is {MOST[name]:g} at most, not {value!r}.")
    if name == "classifier_views" and number not in (1, 2, 3):
        raise ValueError(f"The setting classifier_views is 1, 2 or 3, not {value!r}.")
    if name in ABOVE_ZERO and number == 0:
        raise ValueError(f"The setting {name} must be a number above 0, not {value!r}.")

"""The configuration of SpineFM: every limit and factor of a run, with the paper's values where ours differ.

Lengths are in units of the local spacing unless the name ends in `_px`. A body's size is the root of its area.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from spinefm.methods.base.config import ViewCheckConfig, count, number, positive, share
from spinefm.trace.model import Setting

if TYPE_CHECKING:
    from spinefm.weights.bundle import Bundle


PROMISED_DICE = 0.8
"""What a body's probability promises: that its outline has a larger Dice with the true one."""

MOST_RARE = 0.3
"""The largest share of spines that a rare order may have: most spines must be left for the usual one."""


class SpineFMConfig(ViewCheckConfig):
    """Limits and factors of a run; each field's description says what it does.

    The preset `published` is the paper: the three successive detections with the highest mean score start one
    induction; one pass per patch; the most probable class decides; a mask stops a direction when it overlaps the
    previous one by more than 0.1; final masks are cut at 0.9; names count from the spine's ends.
    """

    TITLE: ClassVar[str] = "SpineFM"
    RENAMED: ClassVar[Mapping[str, str]] = {
        **ViewCheckConfig.RENAMED,
        "plausible_seeds": "plausible_starts",
        "mirrored_view": "",
        "test_time_flip": "",
        "classifier_views": "",
        "classifier_narrow": "",
        "classifier_wide": "",
        "faint_limit": "minimum_contrast",
        "likely_end_limit": "",
        "region_limit": "",
        "c2_size": "",
        "c2_growth": "",
        "c2_count": "",
        "uneven_sizes": "",
        "doubted_end_limit": "",
        "refuting_reasons": "",
    }
    PUBLISHED: ClassVar[Mapping[str, Setting]] = {
        **ViewCheckConfig.PUBLISHED,
        "score_floor": 0.6,
        "duplicate_iou": 1.0,
        "duplicate_distance": 0.0,
        "plausible_starts": False,
        "check_starts": False,
        "attempts": 1,
        "closer_look": False,
        "doubted_spine": 0.0,
        "start_spacing_film": 0.0,
        "recentre": False,
        "outside_limit": 1.0,
        "least_area": 0.0,
        "minimum_contrast": 0.0,
        "clear_contrast": 0.0,
        "sharp_limit": 1.0,
        "start_background_limit": 1.0,
        "faint_sharp": 1.0,
        "overlap_any": False,
        "revisit_limit": 0.0,
        "decision": "most probable",
        "retry_limit": 0.0,
        "naming": "ends",
        "doubted_body": 0.0,
        "strays": False,
        "lean_limit": 90.0,
        "final_limit": 0.9,
        "body_probability": "classifier",
    }

    # Detections and starting points
    score_limit: float = share(0.6, "Detections with a lower score are dropped (paper: 0.6).")
    score_floor: float = share(
        0.3, "Down to this score the limit is lowered while no three detections can start (paper: it stays)."
    )
    score_step: float = positive(0.1, 1, "Steps by which the limit is lowered.")
    detector_outline_limit: float = share(0.5, "Probability above which a pixel belongs to a detector's mask.")
    detector_mask_limit: float = share(
        0.9, "Probability above which a detector's pixel counts for the centroid (published code: 0.9)."
    )
    duplicate_iou: float = share(0.3, "Detections that overlap more are one vertebra (paper: 1, no such rule).")
    duplicate_distance: float = number(0.5, 10, "So are two that lie closer, in body sizes (paper: 0, no such rule).")
    plausible_starts: bool = True
    """The starting points must look like three neighbours: spacing, bend, size (paper: any successive three)."""
    start_spacing_ratio: float = number(
        1.7,
        10,
        "Two spacings of one spine differ at most by this factor; C2 to C3 is the longest beside its neighbour.",
    )
    start_spacing_least: float = number(0.65, 10, "Neighbours lie at least this many body sizes apart.")
    start_spacing_most: float = number(
        1.8, 10, "Neighbours lie at most this many body sizes apart; beyond it is a gap."
    )
    start_spacing_film: float = share(
        0.007,
        "Clicked neighbours lie at least this share of the film's longer side apart (paper: 0, no such rule). The "
        "smallest distance of two vertebrae is 0.022 on simulated films and 0.043 on 36 real ones.",
    )
    start_size_ratio: float = number(2.0, 10, "The sizes of neighbours differ at most by this factor.")
    start_bend: float = number(40.0, 180, "Largest angle in degrees between two successive steps along a spine.")
    check_starts: bool = True
    """Starting points are checked as all others are; one that fails ends the attempt (paper: no check)."""
    attempts: int = count(5, 1, 100, "So many triples are tried before the reader is asked to click (paper: 1).")
    closer_look: bool = True
    """Where nothing starts on the whole film, its parts are searched, then the film tilted both ways (paper: no)."""
    closer_share: float = positive(0.6, 1, "Side of such a part in the film's longer side.")
    closer_percentile: float = number(1.0, 49, "A part's greys are stretched from this percentile to its opposite.")
    closer_tilt: float = number(35.0, 90, "Degrees by which the film is tilted for a further look; 0: it is not.")

    doubted_spine: float = share(
        0.5,
        "Median probability of a spine's outlines below which the next starting points are tried; the surest spine "
        "stays (paper: 0, no such rule). Of 176 tuning films (seeds 9340000-9348023) four had a lower one, 0.41 at "
        "most, three of them inverted films taken as they were, and more than half of their outlines lay on no body; "
        "the next had 0.67, the lowest of 36 real ones has 0.95.",
    )

    # Patches and masks
    patch_factor: float = positive(3.0, 20, "Side of the segmentation patch.")
    patch_side_px: int = count(0, 0, 8192, "The same as a fixed side; 0: the side follows the spacing.")
    classifier_factor: float = positive(4.0, 20, "Side of the classifier's patch.")
    classifier_side_px: int = count(0, 0, 8192, "The same as a fixed side; 0: the side follows the spacing.")
    least_patch_px: int = count(8, 1, 1024, "Smallest side of a patch.")
    recentre: bool = True
    """A body far from its patch's centre, or at its edge, is segmented once more (paper: one pass)."""
    recentre_limit: float = number(0.2, 10, "A centroid that moved further is far from the patch's centre.")
    recentre_edge: float = share(0.02, "A mask closer to the patch's edge, in sides of the patch, may be cut off.")
    recentre_room: float = number(1.4, 10, "Side of the second patch in body lengths, where that is more.")
    mask_limit: float = share(0.5, "Probability of a mask's pixels during the induction.")

    # Checks
    outside_limit: float = share(
        0.28,
        "Share of a square of one spacing round the centroid that may lie outside the film (paper: 1, no such rule). "
        "At one half the centroid lies on the edge; a body of which 60 % is in view has less than 0.28.",
    )
    least_area: float = number(0.04, 10, "Smallest area of a mask in squares of the spacing (paper: 0, no such rule).")
    minimum_contrast: float = share(
        0.006,
        "Least contrast of a body, as a share of the grey range that contrast_range names (paper: 0, no such rule). "
        "Behind a burnt-out shoulder a mask is a guess.",
    )
    clear_contrast: float = share(
        0.016, "With less contrast a body counts only where the classifier is sure of it (paper: 0, no such rule)."
    )
    faint_sure: float = share(
        0.7,
        "So probable must the likeliest kind of vertebra be then. On 70 tuning phantoms of hard groups (seeds from "
        "9820000 on) 0.6 and 0.7 instead of 0.8 find eight more bodies of one child.",
    )
    faint_sharp: float = share(
        0.8,
        "Or so sharp its outline (paper: 1, no such rule). On 176 tuning films (seeds 9340000-9348023) 11 of 20 "
        "faint bodies above the least contrast are sharper, and all of these were outlined with a Dice above 0.8.",
    )
    contrast_range: Literal["spine", "film"] = "spine"
    """The range in and round the bodies accepted so far, or the whole film's, which black surrounds widen."""
    contrast_range_most: float = share(
        0.5, "The spine's range counts as at most this share of the film's: a letter or metal beside it widens it too."
    )
    contrast_percentile: float = number(
        1.0, 49, "The spine's grey range lies between this percentile and its opposite."
    )
    contrast_surround: float = number(
        0.5, 10, "Margin round each body whose greys count for that range, in body sizes."
    )
    contrast_side_px: int = count(48, 4, 1024, "Size to which a larger body is shrunk before its contrast is taken.")
    contrast_margin: float = number(0.4, 10, "Window round the body for its contrast, in body sizes.")
    contrast_margin_px: int = count(4, 0, 1024, "Pixels added to that window.")
    sharp_limit: float = share(
        0.8,
        "Sharpness above which an outline counts although it is called background (paper: 1, no such rule). On 300 "
        "tuning films (seeds 9350000-9359029) 13 of 26 bodies that were outlined well and called background are "
        "sharper, and one of 29 masks on no body.",
    )
    overlap_limit: float = share(0.1, "Intersection over union above which a mask is rejected (paper: 0.1).")
    overlap_any: bool = True
    """The limit holds for the overlap with any accepted vertebra (paper: with the previous one)."""
    revisit_limit: float = number(
        0.35, 10, "A centroid this close to an accepted one has been visited (paper: 0, no such rule)."
    )
    step_limit: int = count(25, 1, 100, "Steps in one direction.")

    # Classification
    decision: Literal["limits", "most probable"] = "limits"
    """What decides on a class: its own limit, or that it is the most probable of the four (the paper's rule)."""
    background_limit: float = share(
        0.65,
        "Probability of background that stops. On 70 tuning phantoms of hard groups (seeds from 9840000 on) the same "
        "bodies are found as at 0.8, with six false masks instead of ten.",
    )
    start_background_limit: float = share(
        0.5,
        "The same for a starting point, if it is lower, and no sharp outline outweighs it (paper: 1, no such rule): a "
        "spine begins where its bodies are plain to see. On 36 real films no starting point has more than 0.13.",
    )
    end_limit: float = share(0.5, "Probability of C2 or S1 that ends a direction.")
    wrong_end_limit: float = share(0.8, "The same for S1 on the way up and C2 on the way down: a film upside down.")
    distinct_end_limit: float = share(0.4, "The same for an end that is distinct from a vertebra.")
    distinct_end_ratio: float = number(
        3.0, 100, "An end is distinct when it is so many times likelier than a vertebra."
    )

    # Off-axis retry, which the paper does not have
    retry_limit: float = share(
        0.6,
        "Probability of the likeliest kind of vertebra below which points off the axis are tried; 0: never (paper).",
    )
    retry_accept: float = share(0.8, "So probable must the answer there be to take the place of the first.")
    retry_angle: float = number(25.0, 90, "Degrees between the directions tried.")
    retry_angles: int = count(2, 0, 9, "Directions tried on each side.")
    retry_near: float = positive(0.8, 10, "Second distance tried on the way down, for S1 alone: it lies close to L5.")

    # Names and final masks
    naming: Literal["evidence", "ends"] = "evidence"
    """What names rest on: the likeliest naming by all evidence, or counting from the surest end (the paper's rule)."""
    naming_limit: float = share(
        0.9,
        "Probability of the likeliest naming below which no name is given. Chosen on 394 tuning phantoms (seeds "
        "9200000-9214039, 9510000-9510139): the highest at which usual films keep their names.",
    )
    second_limit: float = share(0.05, "Probability of the second naming above which it is offered beside the first.")
    least_end: float = share(
        0.3, "A naming needs C2 or S1 where the classifier sees it with at least this probability."
    )
    doubted_body: float = share(
        0.1,
        "Probability of a body below which no name is counted over it (paper: no such rule). Of 123 named tuning films "
        "(seeds 9004000-9004059, 9340000-9348039) two have such a body, and both had wrong names beyond it.",
    )
    lean_limit: float = number(
        60.0,
        90,
        "Degrees by which the spine may lean from the film's vertical: beyond, the film lies on its side, and its "
        "upper end may be the lower one, so no names are given (paper: 90, no such rule).",
    )
    strays: bool = True
    """A doubtful outline at an end may lie beyond the spine, on no vertebra (paper: no such rule). On 36 real films in
    20 states (`bench.altered`) 10 instead of 40 names change, and 3523 instead of 3512 stay."""
    four_lumbar: float = number(
        0.03, MOST_RARE, "Share of spines with four lumbar vertebrae, or a first sacral body that is L5's."
    )
    six_lumbar: float = number(0.03, MOST_RARE, "Share of spines with six lumbar vertebrae.")
    thirteen_thoracic: float = number(0.01, MOST_RARE, "Share of spines with thirteen pairs of ribs.")
    missing_share: float = share(0.01, "How often one body of the row is not found.")
    none_share: float = positive(2e-5, 1, "How often the bodies found are no row that a naming explains.")
    none_looser: float = number(3.5, 100, "So much more their sizes and distances scatter then.")
    class_weight: float = number(1.2, 10, "Weight of the classifier's answers among the evidence for a naming.")
    class_floor: float = positive(0.002, 1, "No class counts as less probable: the classifier is too sure of itself.")
    view_weight: float = number(1.0, 10, "Weight of the kind of film, and of where films of that kind begin and end.")
    rare_end: float = positive(
        0.03, 1, "Share added to each level at which films of a kind may begin or end: those of training are not all."
    )
    size_spread: float = positive(0.05, 1, "Standard deviation of a body's log size about its level's in that spine.")
    growth_spread: float = number(0.005, 1, "That of a spine's growth from each body to the next.")
    usual_step: float = number(
        0.1, 1, "A body whose log size is further from its neighbours' mean says less of its level: fractured, or two."
    )
    end_spread: float = number(0.25, 1, "Further standard deviation of the outermost bodies: cut off, C2 or S1.")
    gap_spread: float = positive(0.1, 1, "Standard deviation of the log distance of two neighbours in their sizes.")
    end_gap_spread: float = number(0.12, 1, "Further standard deviation at the outermost bodies.")
    disc_spread: float = number(0.15, 1, "That of a spine's mean log distance: some have high discs.")
    gap_limit: float = number(1.7, 10, "Distance in median distances above which a vertebra may be missing.")
    final_limit: float = share(
        0.5, "Probability of the final masks' pixels (paper: 0.9). The compact network's outline lies at 0.5."
    )
    smoothing: float = share(
        0.03, "Standard deviation of the final Gaussian; 0.03 has the published kernel's effect on NHANES II films."
    )
    smoothing_limit: float = share(0.5, "Value of the blurred mask above which a pixel stays (published code: 0.5).")

    # Doubt
    body_probability: Literal["outline", "classifier"] = "outline"
    """A body's probability: that its outline has a Dice above 0.8, or that it is no background (as published)."""
    sharp_low: float = share(0.25, "An outline is the sharper, the less area lies between this probability …")
    sharp_high: float = share(0.75, "… and this one.")
    sharp_room_px: int = count(3, 0, 1024, "Pixels round a mask in which that area is looked for.")
    sharpness_most: float = share(0.995, "A sharper outline counts as this sharp.")
    outline_offset: float = number(5.73, 100, "Logistic of that probability: this is taken off. Fitted on 131 phantoms")
    outline_sharpness: float = number(
        4.7, 100, "(seeds 9200000-9213011, 1703 bodies): weight of the sharpness' log odds."
    )
    outline_class: float = number(0.08, 100, "Weight of the log odds of no background.")

    # A second spine
    beside_limit: float = number(
        2.0, 100, "A detection further than this from every body, in its sizes, is not of this spine but beside it."
    )

    # Clicks after the run
    click_limit: float = number(2.0, 100, "A click farther from the spine is not on one of its vertebrae.")
    click_reach: float = number(6.0, 100, "The spine is assumed to continue straight so far beyond its ends.")

    @classmethod
    def fitted_to(cls, bundle: Bundle) -> dict[str, Any]:
        """The patch sides that the bundle's networks were trained at."""
        return {
            "patch_factor": bundle.med_sa.config.side_in_spacings,
            "patch_side_px": bundle.med_sa.config.side_px,
            "classifier_factor": bundle.classifier.config.side_in_spacings,
            "classifier_side_px": bundle.classifier.config.side_px,
        }

    def changed(self, changes: Mapping[str, Setting]) -> Self:
        """As in `MethodConfig`; a side given in spacings takes the place of a fixed one."""
        pairs = (("patch_factor", "patch_side_px"), ("classifier_factor", "classifier_side_px"))
        freed = {side: 0 for factor, side in pairs if factor in changes}
        return super().changed({**freed, **changes})

    @property
    def retry_turns(self) -> tuple[float, ...]:
        """Degrees by which the points of a retry are turned about the last centroid."""
        each = range(1, self.retry_angles + 1)
        return tuple(self.retry_angle * turn for turn in (*(-turn for turn in reversed(each)), *each))

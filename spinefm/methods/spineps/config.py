"""The configuration of SPINEPS on radiographs: every limit of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from spinefm.methods.base.config import WholeFilmConfig, count, number, positive, share
from spinefm.trace.model import Setting


class SpinepsConfig(WholeFilmConfig):
    """Limits of a run. The paper's figures are for MR volumes; those of its fusion carry over."""

    TITLE: ClassVar[str] = "SPINEPS"
    PUBLISHED: ClassVar[Mapping[str, Setting]] = {
        **WholeFilmConfig.PUBLISHED,
        "map_limit": 0.5,
        "eroded_away": False,
        "flattest": 0.0,
        "body_and_disc": 0.0,
        "widest_spacing": 0.0,
        "alone_elsewhere": True,
        "alone_limit": 0.0,
        "largest_fringe": 100.0,
    }

    map_limit: float = share(
        0.35,
        "Probability of a body in the map: what is wrongly joined is parted again, what is missing stays missing "
        "(paper: the likelier class, 0.5).",
    )

    # Centres
    erosion: float = share(0.1, "Erosion before the centres are taken, in sizes of a typical piece.")
    eroded_away: bool = True
    """A piece of which that leaves nothing has a centre too, its own centroid (paper: it has none)."""
    split_limit: float = number(1.5, 100, "A piece larger than so many bodies there is split (paper: 1.5).")
    neighbours: int = count(2, 1, 25, "So many pieces on each side say how large a body is there.")
    least_part: float = share(0.12, "What falls off a piece as it is eroded counts from this share of a body's area.")
    flattest: float = number(
        0.7,
        10,
        "Largest area of a body in squares of the spine's width: where all neighbours are merged none shows it. 0: "
        "they alone say how large a body is (paper).",
    )
    width_quantile: float = share(0.75, "Quantile of the pieces' chords that is the spine's width.")
    body_and_disc: float = number(
        1.6,
        10,
        "Area of a body and the disc below it in eroded bodies: a piece without a waist contains one body for each. 0: "
        "what no erosion breaks is one body (paper).",
    )
    along_limit: float = share(0.7, "Least cosine between the direction of a piece that is cut so and the spine's.")
    widest_spacing: float = number(
        1.5, 10, "No spacing is so many widths of the spine: a body between was missed. 0: no such rule (paper)."
    )

    # Fusion
    partner_limit: float = share(0.3, "Dice above which two predictions are partners (paper: 0.3).")
    partner_reach: int = count(2, 1, 25, "Partners come from centres at most so many places away (paper: 2).")
    strict_agreement: float = share(0.45, "Agreement from which three ask for two votes a pixel (paper: 0.45).")
    claimed_limit: float = share(0.6, "Share of a couple's area that may be taken (paper: 0.6).")
    least_area: float = share(0.05, "Parts of an instance below this share of the typical area go (paper: 0.05).")
    alone_elsewhere: bool = False
    """A prediction that no other cutout agrees with is written also where it is not its cutout's own centre (paper: as
    any other); a real body is its own centre."""
    alone_limit: float = share(
        0.4,
        "A prediction that no other cutout agrees with is written from this share of the typical area: its neighbours "
        "see a real body too (paper: 0, no such rule).",
    )
    largest_fringe: float = number(
        0.4,
        100,
        "An unclaimed piece up to this share of the median instance joins what it touches; a larger one is a "
        "body that was missed and would spoil its neighbour (paper: any piece joins).",
    )

    # Names
    least_share: float = positive(0.02, 1, "Share of a class that an instance without a pixel of it keeps.")
    left_out_cost: float = number(3.0, 1000, "Cost of a level left out without a gap, or of a gap without one.")
    most_left_out: int = count(2, 0, 10, "Levels that can be left out between two instances.")
    gap_limit: float = number(1.7, 10, "Distance in median distances from which an instance is missing between two.")
    anchor_limit: float = share(0.3, "Least share of C2 or S1 in an instance on which names may rest.")
    least_margin: float = number(
        1.0, 1000, "By so much the next best path must cost more to say where counting begins."
    )

"""What the explorers call the reasons and groups of the tables, in filters, heads and details alike."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from spinefm.data.archive import NO_ZIP
from spinefm.data.ids import HINT
from spinefm.data.kinds import NO_LAYOUT
from spinefm.evaluation.measure_errors import TITLES
from spinefm.measure.pelvis import MEASURES as PELVIS
from spinefm.methods.decisions import stop_words

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "full": "usual field of view",
        "wide": "wide field of view",
        "narrow": "narrow film",
        "no_anchor": "neither C2 nor S1 in view",
        "three": "about three vertebrae in view",
        "cephalogram": "head film (cephalogram)",
        "spot": "close-up of a few vertebrae",
        "third": "spine on a third of the film",
        "chest": "chest film",
        "strip": "narrow film of the thoracic spine",
        "whole": "whole spine",
        "slip": "with a slipped vertebra",
        "no slip": "without a slipped vertebra",
    }
)
"""The kinds of film of a data set."""

IDS: Mapping[str, str] = MappingProxyType(
    {
        "": "VerSe's where certain",
        "verse": "VerSe",
        "totalspineseg": "TotalSpineSeg",
        "totalsegmentator": "TotalSegmentator",
    }
)
"""What the page calls the numberings of label maps, by the values of `spinefm evaluate --ids`."""
AT_SEGMENT = "bring it to Segment"
CHOOSE_IDS = "choose their numbering under “ids in label maps” and bring the zip again"
ON_THE_PAGE: Mapping[str, str] = MappingProxyType(
    {
        HINT: CHOOSE_IDS,
        NO_ZIP: "not a zip; pack the films and their truth as a zip",
        NO_LAYOUT: "contains no films with truth in a known layout: the list below shows the layouts. Films without "
        "truth go to Segment one at a time, once unpacked; the command spinefm batch takes many",
        "give three neighbouring vertebrae as starting points or set view_check to warn": AT_SEGMENT,
        "set view_check to warn": AT_SEGMENT,
        "(--ids)": "(“ids in label maps”)",
    }
)
"""What the library says of its options and layouts, in the words of the page."""
MEASURES: Mapping[str, str] = MappingProxyType({**TITLES, **{key: name for key, name, _ in PELVIS}})
"""What measures are called, in the order of the tables."""


def measure_at(key: str, place: str) -> str:
    """What a measure is called at a level or disc, which is said once.

    >>> measure_at("slip", "L4-L5"), measure_at("lordosis_l1_s1", "L1-S1")
    ('slip, L4-L5', 'lordosis L1-S1')
    """
    title = MEASURES.get(key, key.replace("_", " "))
    return title if place in title else f"{title}, {place}"


def until(reason: str | None) -> str:
    """Why an induction ended, in plain words; a reason that this version does not know stays as it is.

    >>> until("point outside"), until("another"), until(None)
    ('the edge of the film', 'another', '')
    """
    return stop_words().get(reason or "", reason or "")


def on_the_page(text: str) -> str:
    """A sentence of the library for a visitor, who chooses on the page what the command line has an option for."""
    for said, here in ON_THE_PAGE.items():
        text = text.replace(said, here)
    return text

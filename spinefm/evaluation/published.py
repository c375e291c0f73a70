"""The figures that SpineFM published (Simons and Papież, ISBI 2025, arXiv 2411.00326, table 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NHANES, CSXA = "NHANES II", "CSXA"
SOURCES = {"nhanes2": NHANES, "csxa": CSXA}
"""The published data set behind each kind of data set (`Dataset.kind`)."""


@dataclass(frozen=True)
class Published:
    """Identified in per cent, located DSC, overall DSC."""

    identified: float
    located_dsc: float
    overall_dsc: float


PUBLISHED = {
    NHANES: {
        "C2": Published(100, 0.912, 0.912),
        "C3": Published(100, 0.944, 0.944),
        "C4": Published(100, 0.936, 0.936),
        "C5": Published(100, 0.934, 0.934),
        "C6": Published(100, 0.933, 0.933),
        "C7": Published(96, 0.937, 0.904),
        "T1": Published(62.5, 0.897, 0.561),
        "cervical": Published(98.8, 0.932, 0.916),
        "T12": Published(92, 0.953, 0.880),
        "L1": Published(97, 0.962, 0.937),
        "L2": Published(100, 0.961, 0.961),
        "L3": Published(97, 0.967, 0.942),
        "L4": Published(100, 0.966, 0.966),
        "L5": Published(92, 0.945, 0.873),
        "S1": Published(100, 0.892, 0.892),
        "lumbar": Published(97.3, 0.952, 0.925),
    },
    CSXA: {
        "C3": Published(98, 0.922, 0.899),
        "C4": Published(100, 0.922, 0.922),
        "C5": Published(100, 0.922, 0.922),
        "C6": Published(100, 0.923, 0.923),
        "C7": Published(100, 0.917, 0.917),
        "cervical": Published(99.5, 0.921, 0.917),
    },
}


@dataclass(frozen=True)
class PublishedTable:
    """Published figures by level and region, and the data set they were measured on."""

    source: str
    rows: Mapping[str, Published]


def published_for(dataset: str) -> PublishedTable | None:
    """The published table of a kind of data set; None for any other than those it was published on.

    Figures on other films would say nothing about these: films, and what counts as a body, differ.
    """
    source = SOURCES.get(dataset)
    return PublishedTable(source, PUBLISHED[source]) if source else None

"""The phantom: a simulator of lateral radiographs of the spine with exact masks, this project's only training data.

Anatomy first (`column`, `outlines`), painted as optical depth along each ray (`canvas`, `vertebrae`, `posterior`,
`cervical`, `head`, `lumbar`, `sacrum`), then turned into a film (`film`). Deterministic from a seed.
"""

from spinefm.phantom.folder import write_set
from spinefm.phantom.groups import GROUPS
from spinefm.phantom.mix import MIXED, NEGATIVE
from spinefm.phantom.seeds import RELEASE_SEEDS, TEST_SEEDS, TRAIN_SEEDS
from spinefm.phantom.settings import Settings
from spinefm.phantom.simulate import BodyTruth, Phantom, simulate

GROUP_NAMES = (*GROUPS, NEGATIVE, MIXED)
"""What `phantom --group` takes."""

__all__ = [
    "GROUPS",
    "GROUP_NAMES",
    "MIXED",
    "NEGATIVE",
    "RELEASE_SEEDS",
    "TEST_SEEDS",
    "TRAIN_SEEDS",
    "Phantom",
    "Settings",
    "BodyTruth",
    "simulate",
    "write_set",
]

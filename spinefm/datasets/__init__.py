"""Readers of films with truth, all behind one `Case` type; `open_dataset` knows every layout."""

from spinefm.datasets.case import Case, DamagedCase, Truth
from spinefm.datasets.dataset import Dataset, DatasetError, Skipped, cases, read_or_skip
from spinefm.datasets.folder import case_names, read_case, read_folder
from spinefm.datasets.kinds import KINDS, open_dataset

__all__ = [
    "KINDS",
    "Case",
    "DamagedCase",
    "Dataset",
    "DatasetError",
    "Skipped",
    "Truth",
    "case_names",
    "cases",
    "open_dataset",
    "read_case",
    "read_folder",
    "read_or_skip",
]

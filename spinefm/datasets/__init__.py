"""Readers of films with truth, all behind one `Case` type."""

from spinefm.datasets.case import Case, Truth
from spinefm.datasets.folder import DamagedCase, case_names, read_case, read_folder

__all__ = ["Case", "DamagedCase", "Truth", "case_names", "read_case", "read_folder"]

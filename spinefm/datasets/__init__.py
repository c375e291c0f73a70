"""Readers of films with truth, all behind one `Case` type."""

from spinefm.datasets.case import Case, Truth
from spinefm.datasets.folder import DamagedCase, read_folder

__all__ = ["Case", "DamagedCase", "Truth", "read_folder"]

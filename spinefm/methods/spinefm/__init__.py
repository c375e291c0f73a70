"""SpineFM (Simons and Papiez, 2025), in running order: locate, propose, segment, check, classify, walk, finish."""

from spinefm.methods.spinefm.method import SpineFM
from spinefm.methods.spinefm.settings import SpineFMSettings

__all__ = ["SpineFM", "SpineFMSettings"]

"""What a method is called in a table: another's system is ours only in name, and every table says so."""

from __future__ import annotations

from spinefm.weights.manifest import COMPACT

NEIGHBOURS = {"vertxnet": "VertXNet", "spineps": "SPINEPS"}
"""Methods that others published and this project implements again, on its own networks."""


def neighbour_title(name: str, bundle: str) -> str:
    """The name of another's method with what it is here.

    >>> neighbour_title("VertXNet", "compact")
    'VertXNet (our re-implementation, compact networks)'
    """
    networks = "compact networks" if bundle == COMPACT else f"networks of the bundle {bundle}"
    return f"{name} (our re-implementation, {networks})"


def method_title(method: str, bundle: str) -> str:
    """What a method is called in a table; SpineFM keeps its name.

    >>> method_title("spinefm", "compact")
    'spinefm'
    """
    return neighbour_title(NEIGHBOURS[method], bundle) if method in NEIGHBOURS else method

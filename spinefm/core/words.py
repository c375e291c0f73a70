"""Words for sentences."""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, one: str, many: str = "") -> str:
    """A number and what it counts, `many` where that is not `one` with an s.

    >>> counted(1, "film"), counted(0, "film"), counted(2, "film has", "films have")
    ('1 film', '0 films', '2 films have')
    """
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them; "" for none.

    >>> listed(["L1"]), listed(["L1", "L2"]), listed(["L1", "L2", "S1"])
    ('L1', 'L1 and L2', 'L1, L2 and S1')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))

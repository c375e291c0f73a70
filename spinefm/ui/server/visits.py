"""What each visitor asked for last: an answer to anything before that comes too late to be shown."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count


class Visits:
    """The latest choices and cancels of the visitors who have the page open, by session."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._choices: dict[str, int] = {}
        self._cancels: dict[str, float] = {}

    def choose(self, visitor: str) -> Callable[[], bool]:
        """Note that the visitor chooses what is on show; returns whether that is still the latest choice."""
        number = next(self._numbers)
        self._choices[visitor] = number
        return lambda: self._choices.get(visitor) == number

    def has_chosen(self, visitor: str) -> bool:
        """Whether the visitor has chosen anything since the page was opened."""
        return visitor in self._choices

    def cancel(self, visitor: str, clicked: float) -> None:
        """Note that the visitor cancels whatever was asked for before the time `clicked` (milliseconds)."""
        self._cancels[visitor] = clicked

    def is_cancelled(self, visitor: str, clicked: float) -> bool:
        """Whether the visitor cancelled what was asked for at `clicked`, before it reached the server."""
        return clicked <= self._cancels.get(visitor, -1)

    def leave(self, visitor: str) -> None:
        """Forget a visitor who closed the page."""
        self._choices.pop(visitor, None)
        self._cancels.pop(visitor, None)

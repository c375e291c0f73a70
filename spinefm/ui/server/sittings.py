"""What a reload brings back: a visitor's film, result and corrections, for `KEEP_VISITOR` after their last use.

The browser tab keeps a random token; without it nobody can ask. All is in memory and gone with the server.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from spinefm.ui.server.corrections import CorrectedRun
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.housekeeping import KEEP_VISITOR

MOST = 200
"""Sittings that are kept; the oldest goes first."""
TOKEN = 32
"""Letters that a token has at least: what is shorter could be guessed, and is not kept."""
RECALL = """() => {
  const name = "spinefm-sitting";
  const bytes = () => [...crypto.getRandomValues(new Uint8Array(16))];
  const fresh = () => bytes().map((byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    if (!sessionStorage.getItem(name)) sessionStorage.setItem(name, fresh());
    return sessionStorage.getItem(name);
  } catch { return ""; }
}"""
"""The tab's token, made at its first visit; none where the browser keeps nothing."""


@dataclass(frozen=True)
class Sitting:
    """A visitor's film, and the finished run on it where there is one."""

    choice: Choice
    run: CorrectedRun | None = None

    @property
    def is_corrected(self) -> bool:
        """Whether the run has corrections, which no other run would bring back."""
        return self.run is not None and bool(self.run.done)


class Sittings:
    """The sittings in use lately, by token."""

    def __init__(self, now: Callable[[], float] = time.monotonic, keep: float = KEEP_VISITOR, most: int = MOST) -> None:
        self._now = now
        self._keep = keep
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[float, Sitting]] = OrderedDict()

    def put(self, token: str, sitting: Sitting | None) -> None:
        """Remember a sitting, or forget it."""
        if len(token) < TOKEN:
            return
        with self._lock:
            self._held.pop(token, None)
            if sitting is not None:
                self._held[token] = (self._now(), sitting)
            self._drop_old()

    def get(self, token: str) -> Sitting | None:
        """The sitting of a token, kept from now on as long as a new one, or None."""
        with self._lock:
            self._drop_old()
            held = self._held.pop(token, None)
            if held is None:
                return None
            self._held[token] = (self._now(), held[1])
        return held[1]

    def _drop_old(self) -> None:
        late = self._now() - self._keep
        while self._held and (len(self._held) > self._most or next(iter(self._held.values()))[0] < late):
            self._held.popitem(last=False)

"""The films read last: opening a film, running it and correcting the run read it once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from spinefm.imaging.radiograph import Radiograph, UnreadableFilm
from spinefm.ui.server.examples import Choice

Read = Callable[[Choice], Radiograph]
"""How the film of a choice is read. Raises UnreadableFilm."""
MOST_FILMS = 8
MOST_HELD_PIXELS = 64_000_000
"""Pixels of all films that are held: a quarter of a gigabyte."""

Key = tuple[str, str, int, int, int]


class RecentFilms:
    """The films read last, in memory as long as their files are there; the one asked for longest ago goes first."""

    def __init__(self, most: int = MOST_FILMS, pixels: int = MOST_HELD_PIXELS) -> None:
        self._most = most
        self._pixels = pixels
        self._lock = threading.Lock()
        self._held: OrderedDict[Key, Radiograph] = OrderedDict()

    def read(self, choice: Choice) -> Radiograph:
        """The film of `choice`, read from its file unless it was a moment ago; the file is in use and kept longer.

        Raises UnreadableFilm, also when the file is not there any more, as an upload that has expired.
        """
        key = _key(choice)
        choice.used()
        with self._lock:
            film = self._held.get(key)
        return self._kept(key, choice.read() if film is None else film)

    def _kept(self, key: Key, film: Radiograph) -> Radiograph:
        with self._lock:
            for gone in [one for one in self._held if not Path(one[0]).is_file()]:
                del self._held[gone]
            self._held[key] = film
            self._held.move_to_end(key)
            while len(self._held) > self._most or (len(self._held) > 1 and self._size() > self._pixels):
                self._held.popitem(last=False)
        return film

    def _size(self) -> int:
        return sum(int(film.pixels.size) for film in self._held.values())


def _key(choice: Choice) -> Key:
    """What a film in memory is known by: its file as it is now, its name and how it is turned."""
    try:
        stat = choice.path.stat()
    except OSError as error:
        raise UnreadableFilm(choice.gone) from error
    return str(choice.path), choice.name, choice.quarters, stat.st_mtime_ns, stat.st_size

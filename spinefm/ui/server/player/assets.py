"""The player's html, css and js, read from `spinefm/ui/player`."""

from __future__ import annotations

from importlib.resources import files

SCRIPTS = (
    "dom.js",
    "frames.js",
    "picture.js",
    "card.js",
    "whole_film.js",
    "lists.js",
    "corrections.js",
    "compare.js",
    "lanes.js",
    "progress.js",
    "seeds.js",
    "add.js",
    "player.js",
)
"""The player's scripts in the order in which they build on each other."""


def _text(name: str) -> str:
    return files("spinefm.ui").joinpath("player", name).read_text(encoding="utf-8")


def markup() -> str:
    """The player's html: a skeleton without a value; the script fills it."""
    return _text("player.html")


def style() -> str:
    """The player's css; every rule lies below the class `player`."""
    return _text("player.css")


def script() -> str:
    """The player's js: defines `spinePlayer(element)`, which returns an object with `show(payload)`."""
    return "\n".join(_text(name) for name in SCRIPTS)


def gradio_script(most_bytes: int) -> str:
    """The js of the page's component: shows the component's value, and refuses films of more than `most_bytes`."""
    return f"{script()}\nconst MOST_BYTES = {most_bytes};\n{_text('gradio.js')}"

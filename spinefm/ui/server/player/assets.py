"""The player's html, css and js, read from `spinefm/ui/player`."""

from __future__ import annotations

from spinefm.ui.server.modules import inlined, read


def markup() -> str:
    """The player's html: a skeleton without a value; the script fills it."""
    return read("player/player.html")


def style() -> str:
    """The player's css; every rule lies below the class `player`."""
    return read("player/player.css")


def script() -> str:
    """The player's js: defines `Player`; `new Player(element).show(payload)` shows a run."""
    return inlined("player/player.js")


def gradio_script(most_bytes: int) -> str:
    """The js of the page's component: shows the component's value, and refuses films of more than `most_bytes`."""
    return f"{script()}\nconst MOST_BYTES = {most_bytes};\n{read('player/gradio.js')}"

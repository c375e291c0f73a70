"""The explorer's html, css and js, read from `spinefm/ui/explorer`."""

from __future__ import annotations

from importlib.resources import files

from spinefm.imaging.decoded import MAX_BYTES
from spinefm.ui.server.explorer.words import IDS
from spinefm.ui.server.modules import inlined


def _text(name: str, part: str = "explorer") -> str:
    return files("spinefm.ui").joinpath(part, name).read_text(encoding="utf-8")


def markup() -> str:
    """The explorer's html: a skeleton without a value; the script fills it."""
    ids = "".join(f'<option value="{value}">{words}</option>' for value, words in IDS.items())
    page = _text("explorer.html").replace("{megabytes}", str(MAX_BYTES >> 20))
    return page.replace("{batch}", _text("batch.html")).replace("{ids}", ids)


def style() -> str:
    """The explorer's css; every rule lies below the class `explorer`."""
    return _text("explorer.css") + _text("batch.css")


def script() -> str:
    """The explorer's js: defines the class `Explorer`, and what keeps a reader's own evaluations."""
    return "\n".join(inlined(f"explorer/{name}.js") for name in ("explorer", "own"))


def gradio_script() -> str:
    """The js of the page's component."""
    return f"{script()}\n{_text('gradio.js')}"

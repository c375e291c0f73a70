"""The player as a component of the page."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from spinefm.ui.server.player.assets import gradio_script, markup, style

from gradio.events import Dependency

class PlayerComponent(gr.HTML):
    """The player's html, css and js; its value is a payload.

    A payload travels as one string: of a run's messages, which share almost nothing, gradio would otherwise compute and
    send the difference of each to the one before. One that holds a file stays as it is, for gradio to serve that file.
    """

    def postprocess(self, value: Any) -> Any:
        """The payload as the browser gets it."""
        if not isinstance(value, dict) or value.get("download"):
            return value
        return json.dumps(value, allow_nan=False, separators=(",", ":"))

    def get_block_name(self) -> str:
        """The browser's part is that of gradio's own HTML."""
        return "html"
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component


def build_player(most_bytes: int) -> PlayerComponent:
    """The player for the page; films of more than `most_bytes` are refused before they are sent."""
    return PlayerComponent(
        html_template=markup(),
        css_template=style(),
        js_on_load=gradio_script(most_bytes),
        apply_default_css=False,
        elem_id="player",
    )
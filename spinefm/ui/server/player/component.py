"""The player as a component of the page."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from spinefm.ui.server.player.assets import gradio_script, markup, style


def as_text(payload: Any) -> Any:
    """A payload as it travels: one string.

    A run's messages share almost nothing, and of objects gradio would compute and send the difference of each message
    to the one before. A payload that holds a file stays as it is, for gradio to serve that file.
    """
    if not isinstance(payload, dict) or payload.get("download") or payload.get("exported"):
        return payload
    return json.dumps(payload, allow_nan=False, separators=(",", ":"))


def build_player(most_bytes: int) -> gr.HTML:
    """The player for the page; films of more than `most_bytes` are refused before they are sent."""
    player = gr.HTML(
        html_template=markup(),
        css_template=style(),
        js_on_load=gradio_script(most_bytes),
        apply_default_css=False,
        elem_id="player",
    )
    vars(player)["postprocess"] = as_text  # of a subclass, gradio would write a stub file beside it
    return player

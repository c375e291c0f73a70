"""The row of example films: a thumbnail each, chosen by click or key."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from spinefm.ui.server.examples import Example, thumbnail

PICK = """
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-example]");
  if (!button) return;
  const all = element.querySelectorAll("[data-example]");
  for (const other of all) other.setAttribute("aria-pressed", String(other === button));
  trigger("pick", { name: button.dataset.example });
});
"""


def build_picker(examples: dict[str, Example]) -> Any:
    """The row of `examples` as a component whose event `pick` carries the name; hidden when there is none."""
    buttons = [(example.name, thumbnail(example)) for example in examples.values()]
    shown = [_button(name, picture) for name, picture in buttons if picture]
    heading = "<p class='quiet'>or a simulated example</p>"
    value = f"{heading}<div class='examples' role='group' aria-label='Examples'>{''.join(shown)}</div>"
    return gr.HTML(
        value if shown else "", js_on_load=PICK, apply_default_css=False, elem_id="examples", visible=bool(shown)
    )


def _button(name: str, picture: str) -> str:
    label, value = escape(name.replace("-", " ").replace("_", " "), quote=True), escape(name, quote=True)
    return (
        f"<button type='button' data-example='{value}' aria-pressed='false' title='{label}, a simulated film'>"
        f"<img src='{picture}' alt='{label}'><span>simulated</span></button>"
    )

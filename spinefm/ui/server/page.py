"""The page: a header and the tabs. `build_page` makes it, `launch` serves it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from spinefm.core.foreign import without_folders
from spinefm.imaging.decoded import MAX_BYTES
from spinefm.ui.server.endpoint import Endpoint
from spinefm.ui.server.examples import find_examples
from spinefm.ui.server.explorer import PLAN as EXPLORE
from spinefm.ui.server.headers import GuardedAnswers, hide_upload_addresses
from spinefm.ui.server.housekeeping import KEEP_VISITOR
from spinefm.ui.server.how_tab import PLAN as HOW
from spinefm.ui.server.model_queue import MOST, ModelQueue
from spinefm.ui.server.model_service import ModelService
from spinefm.ui.server.segment_tab import SegmentTab
from spinefm.ui.server.sittings import RECALL
from spinefm.ui.server.tabs import Parts, TabPlan

HEADER = """
<div id="header">
  <h1 class="brand">SpineFM</h1>
  <span class="about">A lateral spine radiograph goes in, named vertebrae come out, and every step can be seen.</span>
  <span class="facts" id="facts">{facts}</span>
  <span class="warning">Research only, not a medical device.</span>
</div>
"""
SEGMENT = "segment"
"""The id of the first tab."""
TABS: tuple[TabPlan, ...] = (EXPLORE, HOW)
"""The tabs after the first, from the left; a further one is one entry here."""
CACHE = (600, KEEP_VISITOR)
"""Every ten minutes gradio deletes uploads and results that were not used for long."""
RUN_ASKED = """(asked) => { if (asked === "run") document.querySelector("#run").click(); }"""
"""Runs the film on show: its run was interrupted by a reload, or a link asks for another method or other limits."""
EVENTS = 200
"""Events of all visitors that the server may hold; those who wait for the networks have a shorter queue."""


def build_page(service: ModelService, examples: Path, most_waiting: int = MOST) -> gr.Blocks:
    """The page on `service`, offering the films of the folder `examples`; nothing is loaded yet.

    most_waiting: visitors who may wait for the networks; the next one is asked to come back.
    """
    with gr.Blocks(title="SpineFM", fill_width=True, delete_cache=CACHE, analytics_enabled=False) as page:
        head = gr.HTML(header(service), apply_default_css=False, elem_id="header-block")
        queue = ModelQueue(most_waiting)
        with gr.Tabs() as tabs:
            with gr.Tab("Segment", id=SEGMENT):
                tab = SegmentTab(service, find_examples(examples), queue)
            for plan in TABS:
                with gr.Tab(plan.label, id=plan.id):
                    plan.build(Parts(service, tab, tabs))
        loaded = page.load(
            tab.on_load,
            tab.recall,
            [tab.choice, tab.player, tab.kept, tab.token, tab.asked],
            js=RECALL,
            api_visibility="private",
            show_progress="hidden",
        )
        quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        linked = loaded.then(tab.on_link, None, [tab.method, *tab.limits, tab.asked], **quick)
        linked.then(None, tab.asked, None, js=RUN_ASKED, **quick)
        page.load(lambda: header(service), None, head, api_visibility="private", show_progress="hidden", queue=False)
        page.unload(tab.on_unload)
        Endpoint(page, service, queue)
    return page.queue(max_size=EVENTS, default_concurrency_limit=8)


def header(service: ModelService) -> str:
    """The page's head, made for each visit: which bundle is in use may change while the server runs."""
    return HEADER.format(facts=escape(without_folders(service.facts().line)))


def theme() -> gr.themes.Base:
    """Quiet greys with one blue, in the system's own typeface: nothing is fetched from elsewhere."""
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="slate",
        radius_size="md",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def launch(page: gr.Blocks, **more: Any) -> Any:
    """Serve the page; `more` goes to gradio's `launch`. No request leaves the page for another host."""
    hide_upload_addresses()
    return page.launch(
        theme=theme(),
        css_paths=[Path(__file__).parents[1] / "page.css"],
        max_file_size=MAX_BYTES,
        ssr_mode=False,
        app_kwargs={"middleware": [Middleware(GuardedAnswers)]},
        enable_monitoring=False,
        footer_links=[],
        mcp_server=True,
        run_history=False,
        **more,
    )

"""What a tab beside the first one gets to build itself from; `page.TABS` lists the tabs in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from spinefm.ui.server.model_service import ModelService
from spinefm.ui.server.segment_tab import SegmentTab


@dataclass(frozen=True)
class Parts:
    """The page so far. `tabs` selects a tab by its id; `segment.player` shows any payload of the player."""

    service: ModelService
    segment: SegmentTab
    tabs: gr.Tabs


@dataclass(frozen=True)
class TabPlan:
    """A tab: its id, the word on it, and the function that builds it and its events inside the current page."""

    id: str
    label: str
    build: Callable[[Parts], None]

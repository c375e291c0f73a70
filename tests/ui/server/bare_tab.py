"""The tab on which a film is segmented, without its parts: what happens on it, called by hand."""

from __future__ import annotations

from types import SimpleNamespace

from spinefm.ui.server.model_queue import ModelQueue
from spinefm.ui.server.model_service import ModelService
from spinefm.ui.server.recent_films import RecentFilms
from spinefm.ui.server.segment_tab import SegmentTab
from spinefm.ui.server.sittings import Sittings
from spinefm.ui.server.visits import Visits

GUEST = SimpleNamespace(session_hash="guest")


def tab_on(service: ModelService) -> SegmentTab:
    """What happens on the tab, without its parts."""
    tab = SegmentTab.__new__(SegmentTab)
    tab.service, tab.queue, tab.films, tab.visits = service, ModelQueue(), RecentFilms(), Visits()
    tab.sittings = Sittings()
    return tab

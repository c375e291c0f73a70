"""The page's start, the same on every machine: `spinefm.core.machine.prepare` first, then `serve`."""

from __future__ import annotations

import os
from pathlib import Path

from spinefm.ui.server import housekeeping
from spinefm.ui.server.model_service import BundleService, ModelService
from spinefm.ui.server.zero_gpu import ZeroGpuService, import_spaces, on_zero_gpu
from spinefm.weights.manifest import COMPACT

BUNDLE_VARIABLE = "SPINEFM_BUNDLE"
"""Which bundle the page uses; `compact` where it is not set."""


def serve(examples: Path) -> None:
    """Serve the page with the films of the folder `examples` until the program is ended.

    The order matters on ZeroGPU: `spaces` is imported before torch, and the networks are loaded, in this thread,
    before the page is launched.
    """
    import_spaces()
    housekeeping.move_in()
    service = build_service(os.environ.get(BUNDLE_VARIABLE) or COMPACT)
    from spinefm.ui.server.page import build_page, launch

    launch(build_page(service, examples))


def build_service(bundle: str) -> ModelService:
    """The model service that fits this machine, with its first bundle loaded."""
    if not on_zero_gpu():
        return BundleService.started(bundle)
    service = BundleService(bundle, device="cpu")
    lent = ZeroGpuService(service)
    service.start()
    return lent

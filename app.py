"""Opens the page: `python app.py`. On a Hugging Face Space this file is what runs."""

from __future__ import annotations

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

from spinefm.core.bundled import bundled_folder
from spinefm.core.machine import quiet_allocator
from spinefm.ui.server import housekeeping, shared_gpu
from spinefm.ui.server.page import build_page, launch
from spinefm.ui.server.workbench import SharedBundle


def main() -> None:
    """Build the page and serve it; the weights are loaded once it answers, so that it answers sooner."""
    shared_gpu.prepare()
    quiet_allocator()
    housekeeping.move_in()
    bench = SharedBundle(os.environ.get("SPINEFM_BUNDLE", "compact"))
    page = build_page(shared_gpu.LentGpu(bench) if shared_gpu.gpu_is_lent() else bench, bundled_folder("examples"))
    launch(page, prevent_thread_lock=True)
    bench.warm()
    page.block_thread()


if __name__ == "__main__":
    main()

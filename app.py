"""Opens the page: `python app.py`. On a Hugging Face Space this file is what runs."""

from __future__ import annotations

import os

from spinefm.core.bundled import bundled_folder
from spinefm.core.machine import prepare


def main() -> None:
    """Set up the process, then serve the page."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported
    prepare()
    from spinefm.ui.server.start import serve  # its libraries read the threads' settings when they are imported

    serve(bundled_folder("examples"))


if __name__ == "__main__":
    main()

"""Seconds until the page answers: `python -m bench.page_start [--runs 3] [--bundle compact]`.

Starts `app.py` as a user would, each time in a new process, and asks for the page until it comes. With `--bundle paper`
and no repository set, the page must start on the compact bundle as fast.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

APP = Path(__file__).resolve().parent.parent / "app.py"
PATIENCE = 60.0
"""Seconds after which a start has failed."""


def main() -> None:
    """Start the page several times, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bundle", default="compact")
    args = parser.parse_args()
    seconds = [until_it_answers(args.bundle) for _ in range(args.runs)]
    print(f"answers after {', '.join(f'{one:.1f}' for one in seconds)} s; median {statistics.median(seconds):.1f} s")


def until_it_answers(bundle: str) -> float:
    """Seconds from the start of a new process to the page's first answer. Raises TimeoutError."""
    port = free_port()
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port), "SPINEFM_BUNDLE": bundle}
    start = time.monotonic()
    silent = subprocess.DEVNULL
    page = subprocess.Popen([sys.executable, APP], env=environment, stdout=silent, stderr=silent)
    try:
        while time.monotonic() - start < PATIENCE:
            if answers(f"http://127.0.0.1:{port}/"):
                return time.monotonic() - start
            time.sleep(0.05)
        raise TimeoutError(f"The page does not answer within {PATIENCE:.0f} s.")
    finally:
        page.kill()
        page.wait()


def answers(address: str) -> bool:
    """Whether a page comes from `address`."""
    try:
        with urllib.request.urlopen(address, timeout=1) as page:
            return bool(page.read())
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


if __name__ == "__main__":
    main()

"""The evaluation that the page offers: `python -m bench.explorer_set [--out examples/evaluations/phantoms] [--n 60]`.

Simulates test phantoms, half of them lumbar, runs the compact bundle on each and writes the finished evaluation: the
tables, traces and small pictures, about 3 MB for 60 films. After a kill it continues when called again; after a
change of the weights, remove the folder first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from spinefm.core.machine import prepare
from spinefm.evaluation import Pace
from spinefm.methods import build_method
from spinefm.ui.server.explorer import EVALUATIONS
from spinefm.ui.server.explorer.making import PHANTOMS, phantom_run
from spinefm.weights.load import load_bundle


def main() -> None:
    """Make it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=EVALUATIONS / "phantoms")
    parser.add_argument("--n", type=int, default=PHANTOMS)
    arguments = parser.parse_args()
    prepare()
    bundle = load_bundle("compact")
    method = build_method("spinefm", bundle)
    for line in phantom_run(arguments.out, method, "compact", dict(bundle.checksums), Pace(), arguments.n):
        print(line, end="\r", flush=True)
    size = sum(path.stat().st_size for path in arguments.out.rglob("*") if path.is_file())
    print(f"\n{(arguments.out / 'table.txt').read_text()}\n{size / 1e6:.1f} MB in {arguments.out}")


if __name__ == "__main__":
    main()

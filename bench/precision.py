"""How far bfloat16 changes the masks: `python -m bench.precision [--n 20] [--first 9000000] [--bundle compact]`.

Segments every body of test phantoms from its true centroid once in float32 and once in bfloat16 and prints the Dice
between the two, with the seconds of each. A processor without instructions for bfloat16 emulates it, slowly.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from bench.phantoms import read_all, write
from bench.real_films import upper_bound
from spinefm.core.machine import computes_bfloat16, prepare
from spinefm.weights.load import load_bundle


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=20, help="phantoms, half of them per region")
    parser.add_argument("--first", type=int, default=9_000_000, help="first seed")
    parser.add_argument("--bundle", default="compact", help="set of weights")
    parser.add_argument("--device", default="auto")
    args = parser.parse_args()
    prepare()
    found, seconds = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), args.n, args.first)
        cases = [case for case in read_all(Path(folder)) if case.truth.bodies]
        for precision in ("float32", "bfloat16"):
            bundle = load_bundle(args.bundle, args.device, precision)
            start = time.perf_counter()
            found[precision] = [vertebra.mask for case in cases for vertebra in upper_bound(case, bundle)]
            seconds[precision] = time.perf_counter() - start
    dice = np.array([a.dice(b) for a, b in zip(found["float32"], found["bfloat16"], strict=True)])
    native = "computes" if computes_bfloat16(bundle.device) else "emulates"
    print(f"{bundle.name} on {bundle.device}, which {native} bfloat16, {torch.get_num_threads()} thread(s)")
    low, lowest = np.quantile(dice, 0.05), dice.min()
    print(f"{len(dice)} bodies: Dice mean {dice.mean():.4f}, 95 % above {low:.4f}, lowest {lowest:.4f}")
    print(f"float32 {seconds['float32']:.1f} s, bfloat16 {seconds['bfloat16']:.1f} s")


if __name__ == "__main__":
    main()

"""The evaluation that the page offers: `python -m bench.explorer_set [--out FOLDER] [--n 60] [--measures]`.

Simulates test phantoms, half of them lumbar, runs the compact bundle on each and writes the finished evaluation: the
tables, traces and small pictures, about 3 MB for 60 films. After a kill it continues when called again; after a
change of the weights, remove the folder first.

`--measures` keeps the runs as they are and measures them again: the films are simulated again for their true landmarks,
and must be those of the evaluation. The measures as CSV are left out: the page makes that file where it is asked for.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from spinefm.core.checksum import sha256_of
from spinefm.core.machine import prepare
from spinefm.data import Case, open_dataset
from spinefm.evaluation import Pace, RunError, RunFolder
from spinefm.evaluation.measured import ComparedMeasure, measured
from spinefm.evaluation.report import finish
from spinefm.imaging.radiograph import read
from spinefm.methods import build_method
from spinefm.phantom import write_set
from spinefm.ui.server.explorer import EVALUATIONS
from spinefm.ui.server.explorer.making import PHANTOM_SEED, PHANTOMS, phantom_run
from spinefm.weights.load import load_bundle


def main() -> None:
    """Make it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=EVALUATIONS / "phantoms")
    parser.add_argument("--n", type=int, default=PHANTOMS)
    parser.add_argument("--measures", action="store_true", help="measure the stored runs again, run nothing")
    arguments = parser.parse_args()
    prepare()
    if arguments.measures:
        measure_again(arguments.out, arguments.n)
    else:
        make(arguments.out, arguments.n)
    (arguments.out / "measures.csv").unlink(missing_ok=True)
    size = sum(path.stat().st_size for path in arguments.out.rglob("*") if path.is_file())
    print(f"\n{(arguments.out / 'table.txt').read_text()}\n{size / 1e6:.1f} MB in {arguments.out}")


def make(out: Path, count: int) -> None:
    """Simulate the films and evaluate the compact bundle on them."""
    bundle = load_bundle("compact")
    method = build_method("spinefm", bundle)
    for line in phantom_run(out, method, "compact", dict(bundle.checksums), Pace(), count):
        print(line, end="\r", flush=True)


def measure_again(out: Path, count: int) -> None:
    """Measure the stored runs of simulated films again, and write the tables."""
    folder = RunFolder(out)
    with tempfile.TemporaryDirectory() as name:
        films = Path(name)
        for done in range(count):
            write_set(films, [PHANTOM_SEED + done], "lumbar" if done % 2 else "cervical")
        dataset = open_dataset("phantom", films)
        for film in dataset.names:
            folder.keep_measures(film, measured_again(folder, dataset.read(film)))
        finish(folder, dataset, [])


def measured_again(folder: RunFolder, case: Case) -> tuple[ComparedMeasure, ...]:
    """The measures of a stored run. Raises RunError for a film other than the one that was run."""
    result = folder.done(case.name)
    if result is None or result.row.film_sha256 != sha256_of(case.film):
        raise RunError(f"{case.name} is not the film that was evaluated; make the evaluation again.")
    return measured(case, folder.trace(case.name), read(case.source), case.spacing_mm)


if __name__ == "__main__":
    main()

"""Whether two trees of the code give the same results, bit for bit.

`digest` runs every method over films and writes, per method and film, the SHA-256 of each mask, the names, the
centroids and the chain of verdicts. `compare` reads two such files and lists what differs.

    python -m spinefm phantom --n 60 --seed 9004000 --out FILMS
    python bench/equality.py digest --tree OLD --films FILMS/films --out old.json
    python bench/equality.py digest --tree . --films FILMS/films --out new.json
    python bench/equality.py compare old.json new.json

Where the trees differ in weights or in a rule, `--weights OLD/weights` runs both with one set, and `--set name=value …`
turns the new rule off (settings of the method spinefm). The rules of view, visibility and doubted ends, all newer than
commit b3aed36, are off with

    --set view_check=off minimum_contrast=0.007 contrast_range=film doubted_end_limit=0 refuting_reasons=100

`--tree` is the root of a checkout; its `spinefm` and its example films are used. Run both digests on one machine with
`OMP_NUM_THREADS=1`: another number of threads may change the last bit of a sum.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

METHODS = {"spinefm": None, "vertxnet": 15, "spineps": 15}
"""Each method and how many of the phantoms it runs on (None: all); every method runs on all example films."""


def main() -> int:
    """Run `digest` or `compare`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    make = verbs.add_parser("digest", help="run a tree and write its digests")
    make.add_argument("--tree", type=Path, required=True, help="root of a checkout")
    make.add_argument("--films", type=Path, required=True, help="folder of phantom films")
    make.add_argument("--out", type=Path, required=True, help="JSON file to write")
    make.add_argument("--preset", help="preset of every method (default: the tree's own)")
    make.add_argument("--weights", type=Path, help="folder of the manifest to load (default: the tree's own)")
    make.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of the method spinefm")
    make.set_defaults(run=digest)
    both = verbs.add_parser("compare", help="list what differs between two digests")
    both.add_argument("old", type=Path)
    both.add_argument("new", type=Path)
    both.set_defaults(run=compare)
    args = parser.parse_args()
    return int(args.run(args))


def digest(args: argparse.Namespace) -> int:
    """Write one digest per method and film."""
    tree = args.tree.resolve()
    sys.path.insert(0, str(tree))
    examples = sorted((tree / "examples" / "films").iterdir())
    phantoms = sorted(args.films.iterdir())
    bundle = _bundle(args.weights)
    more = {"preset": args.preset} if args.preset else {}
    settings = {"spinefm": dict(pair.split("=", 1) for pair in args.set)}
    found: dict[str, dict[str, Any]] = {}
    for name, count in METHODS.items():
        method = import_module("spinefm.methods").build_method(name, bundle, settings.get(name), **more)
        found[name] = {film.name: digest_of(method, film) for film in [*examples, *phantoms[:count]]}
        print(f"{name}: {len(found[name])} films")
    args.out.write_text(json.dumps(found, indent=1))
    return 0


def _bundle(weights: Path | None) -> Any:
    """The compact weights of the tree, or of another folder."""
    loading = _first("spinefm.weights.load", "spinefm.bundles")
    more = {} if weights is None else {"manifest": loading.Manifest.read(weights / "manifest.json")}
    return loading.load_bundle("compact", "cpu", **more)


def _first(*modules: str) -> Any:
    """The first of `modules` that the tree has: the layout changed over time."""
    for name in modules:
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if not (error.name and name.startswith(error.name)):
                raise
    raise ModuleNotFoundError(f"The tree has none of {', '.join(modules)}.")


def digest_of(method: Any, path: Path) -> dict[str, Any]:
    """What a run on one film found and decided; where no run can start, the sentence that says why."""
    methods = import_module("spinefm.methods")
    film = _first("spinefm.imaging.radiograph", "spinefm.radiograph").read(path)
    verdicts: list[str] = []
    try:
        trace = methods.run_to_trace(method, film, lambda event: verdicts.extend(_verdict(event)))
    except methods.CannotStart as error:
        return {"error": str(error), "verdicts": verdicts}
    return {
        "masks": [_mask_hash(vertebra.mask) for vertebra in trace.vertebrae],
        "names": [vertebra.name for vertebra in trace.vertebrae],
        "centroids": [[float(value).hex() for value in vertebra.centroid] for vertebra in trace.vertebrae],
        "verdicts": verdicts,
    }


def _mask_hash(mask: Any) -> str:
    head = repr((tuple(mask.origin), mask.crop.shape)).encode()
    return hashlib.sha256(head + mask.crop.astype("uint8").tobytes()).hexdigest()


def _verdict(event: Any) -> Iterable[str]:
    """The event as one word chain where it decides anything: its place, verdict, reason and value."""
    if hasattr(event, "verdict"):
        parts = ("kind", "direction", "step", "index", "detection", "order", "verdict", "reason", "value")
        yield " ".join(str(getattr(event, part)) for part in parts if hasattr(event, part))


def compare(args: argparse.Namespace) -> int:
    """Print every film and field that differs; returns 1 where anything does."""
    old, new = (json.loads(path.read_text()) for path in (args.old, args.new))
    differing = [line for method in METHODS for line in _differences(method, old.get(method, {}), new.get(method, {}))]
    print("\n".join(differing) or "no difference")
    films = {method: len(old.get(method, {})) for method in METHODS}
    masks = {method: sum(len(film.get("masks", ())) for film in old.get(method, {}).values()) for method in METHODS}
    print(f"films compared: {films}; masks: {masks}; films that differ: {len(differing)}")
    return 1 if differing else 0


def _differences(method: str, old: dict[str, Any], new: dict[str, Any]) -> Iterable[str]:
    for film in sorted({*old, *new}):
        before, after = old.get(film, {}), new.get(film, {})
        fields = [field for field in sorted({*before, *after}) if before.get(field) != after.get(field)]
        if fields:
            yield f"{method} {film}: {', '.join(fields)}"


if __name__ == "__main__":
    sys.exit(main())

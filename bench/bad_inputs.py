"""Twenty bad inputs beside two good films through the real command line: a sentence each, exit code, good films done.

    python -m bench.bad_inputs

Exits with 0 if every bad input left its own sentence, both good films are done and the exit code was 1.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from spinefm.phantom import TEST_SEEDS, write_set
from tests.bad_films import write_bad_films

GOOD = 2
"""Good films, one before and one after the bad ones."""


def main() -> int:
    """Make the films, run the command, print the table."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return check(Path(folder))


def check(folder: Path) -> int:
    """Run in `folder`; returns 0 if every check holds."""
    (folder / "bad").mkdir()
    phrases = write_bad_films(folder / "bad")
    good = write_good_films(folder / "good")
    films = [good[0], *(folder / "bad" / name for name in phrases), *good[1:]]
    command = [sys.executable, "-m", "spinefm", "segment", *map(str, films), "--out", str(folder / "out")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    sentences = read_sentences(folder / "out")
    done = sum((folder / "out" / film.stem / "labels.png").exists() for film in good)
    right = sum(phrase in sentences.get(name, "") for name, phrase in phrases.items())
    print_table(phrases, sentences)
    print(f"\nright sentences: {right} of {len(phrases)}")
    print(f"good films done: {done} of {GOOD}")
    print(f"exit code: {ended.returncode}")
    if ended.returncode not in (0, 1):
        print(ended.stderr)
    return 0 if (right, done, ended.returncode) == (len(phrases), GOOD, 1) else 1


def write_good_films(folder: Path) -> list[Path]:
    """Two whole test phantoms, one per region."""
    for seed, region in zip(TEST_SEEDS, ("cervical", "lumbar"), strict=False):
        write_set(folder, [seed], region, layout="full")
    return sorted((folder / "films").iterdir())


def read_sentences(out: Path) -> dict[str, str]:
    """Film name -> the sentence in its `error.json`; a traceback would show here."""
    errors = [json.loads(path.read_text(encoding="utf-8")) for path in out.glob("*/error.json")]
    return {error["film"]: error["error"] + error.get("detail", "") for error in errors}


def print_table(phrases: dict[str, str], sentences: dict[str, str]) -> None:
    """One line per bad input; a sentence that lacks the expected words is marked."""
    width = max(map(len, phrases))
    for name, phrase in phrases.items():
        sentence = sentences.get(name, "(no error.json)")
        print(f"{' ' if phrase in sentence else '!'} {name:{width}}  {sentence}")


if __name__ == "__main__":
    sys.exit(main())

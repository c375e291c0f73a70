"""`spinefm weights fetch | verify | convert | export | publish`: sets of weights on disk and on the Hub.

Exit codes: 0 done, 1 something is wrong with weights, 2 a wrong call.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spinefm.cli.exits import DONE, SOME_FAILED
from spinefm.cli.options import GivenPath, ListCommand
from spinefm.core.words import counted
from spinefm.training.errors import TrainingError
from spinefm.weights.fetch import fetch, is_begun, known_bundle, known_bundles
from spinefm.weights.hub import REPO_VARIABLE
from spinefm.weights.manifest import WEIGHTS_FOLDER, BundleError, Manifest
from spinefm.weights.publish import check, publish

if TYPE_CHECKING:
    from collections.abc import Callable

    from spinefm.cli.options import Verb


@click.group(name="weights")
def command() -> None:
    """Fetch, verify, convert, export or publish sets of weights."""


def _action(act: Callable[..., Iterable[str]]) -> Verb:
    """An action that returns lines: add the folder of the manifest, write the lines, report what is wrong."""

    @wraps(act)
    def run(**options: Any) -> int:
        try:
            lines = list(act(**options))
        except (BundleError, TrainingError) as error:
            sys.stderr.write(f"{error}\n")
            return SOME_FAILED
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        return DONE

    return _folder_option(run)


_folder_option = click.option(
    "--weights", "folder", type=GivenPath(), default=WEIGHTS_FOLDER, metavar="DIR", help="Folder of the manifest."
)
_bundle_option = click.option("--bundle", default="paper", show_default=True, help="The bundle's name.")


@command.command(name="fetch")
@click.option("--bundle", help=f"This one alone (default: all of the manifest and of {REPO_VARIABLE}).")
@_action
def fetch_files(bundle: str | None, folder: Path) -> list[str]:
    """Download the files of bundles that are not on disk, and check them."""
    manifest, names = _known(bundle, folder)
    return [f"{name} {network}: {path}" for name in names for network, path in fetch(manifest, name).items()]


@command.command(name="verify")
@click.option("--bundle", help="This one alone (default: all that are on disk).")
@_action
def verify_files(bundle: str | None, folder: Path) -> list[str]:
    """Check the files of bundles on disk against the manifest."""
    manifest, names = _known(bundle, folder)
    here = [name for name in names if bundle or is_begun(name, manifest)]
    if not here:
        raise BundleError("No file of a bundle is on disk: get one with spinefm weights fetch.")
    return [f"{part}: ok" for part in check(manifest, *here)]


def _known(bundle: str | None, folder: Path) -> tuple[Manifest, list[str]]:
    """The manifest, and the bundle that was named or else all of the manifest and of the owner's repository."""
    manifest = _manifest(folder)
    if bundle is not None:
        return known_bundle(bundle, manifest), [bundle]
    known = known_bundles(manifest)
    return known, sorted(known.bundles)


@command.command(name="convert")
@click.argument("files", type=GivenPath(), nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--films",
    type=click.Choice(["csxa", "nhanes"]),
    default="csxa",
    show_default=True,
    help="The data set they were trained on.",
)
@_bundle_option
@_action
def convert_files(files: Sequence[Path], films: str, bundle: str, folder: Path) -> list[str]:
    """Convert the four files of SpineFM's authors, or SAM's checkpoint, into a bundle.

    FILE is a published .pth file. Every file is checked before any is written.
    """
    from spinefm.weights.authors import convert_published

    return [f"{path} -> {written}" for path, written in convert_published(files, films, bundle, folder).items()]


@command.command(name="export", cls=ListCommand)
@click.argument("runs", type=GivenPath(), nargs=-1, required=True, metavar="RUN…")
@click.option(
    "--halfway",
    multiple=True,
    metavar="NETWORK…",
    help="Networks that become the mean of the run's weights and the bundle's.",
)
@_action
def export_files(runs: Sequence[Path], halfway: Sequence[str], folder: Path) -> list[str]:
    """Write the weights of finished trainings into their bundle, with a model card.

    RUN is a folder that `spinefm train` wrote. Networks of the bundle without a run stay as they are.
    """
    from spinefm.training.export import export_runs

    facts = export_runs(runs, folder, halfway)
    return [f"{network} {json.dumps(about['scores'])}" for network, about in facts.items()]


@command.command(name="publish")
@click.option(
    "--repo", required=True, metavar="OWNER/NAME", help="A model repository on the Hub; made if there is none."
)
@click.option(
    "--figures", type=GivenPath(), metavar="RUN", help="An evaluation's folder, or Markdown with figures, for the card."
)
@_bundle_option
@_action
def publish_files(repo: str, figures: Path | None, bundle: str, folder: Path) -> list[str]:
    """Upload a bundle's files, manifest and card to a repository on the Hub."""
    count, commit = publish(_manifest(folder), bundle, repo, figures)
    return [f"{counted(count, 'file')} in {repo} at {commit}; use them with SPINEFM_WEIGHTS_REPO={repo}@{commit}"]


def _manifest(folder: Path) -> Manifest:
    return Manifest.read(folder / "manifest.json")

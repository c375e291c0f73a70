"""The `weights` verb: fetch, verify, convert and publish sets of weights.

Exit codes: 0 done, 1 something is wrong with weights, 2 a wrong call.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from spinefm.weights.hub import upload
from spinefm.weights.load import fetch as fetch_bundle
from spinefm.weights.load import known_bundle, verify, write_bundle
from spinefm.weights.manifest import SAM_VIT_B, WEIGHTS_FOLDER, BaseFile, BundleEntry, BundleError, Manifest

if TYPE_CHECKING:
    from torch import Tensor, nn

PUBLISHED_TRAINED_ON = "the films that the authors of SpineFM trained on (their own files, converted)"
PUBLISHED_LICENCE = "as the authors of SpineFM state for their files"


def add_weights_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `python -m spinefm weights` to `parser`."""
    verbs = parser.add_subparsers(title="what to do", metavar="ACTION", required=True)
    child = verbs.add_parser("fetch", help="have a bundle's files on disk, checked")
    _bundle_arguments(child)
    child.set_defaults(act=fetch)
    child = verbs.add_parser("verify", help="check a bundle's files on disk against the manifest")
    _bundle_arguments(child)
    child.set_defaults(act=check)
    child = verbs.add_parser("convert", help="turn the authors' four files, or SAM's checkpoint, into ours")
    child.add_argument("files", type=Path, nargs="+", metavar="FILE", help="the published .pth files")
    child.add_argument("--films", choices=("csxa", "nhanes"), default="csxa", help="what they were trained on")
    _bundle_arguments(child)
    child.set_defaults(act=convert)
    child = verbs.add_parser("publish", help="put a bundle's files, manifest and card into a repository on the Hub")
    child.add_argument("--repo", required=True, metavar="OWNER/NAME", help="a model repository; made where none is")
    child.add_argument("--figures", type=Path, metavar="RUN", help="an evaluation's folder, or Markdown with figures")
    _bundle_arguments(child)
    child.set_defaults(act=publish)


def run_weights(args: argparse.Namespace) -> int:
    """Do what the arguments say; what went wrong is one sentence on standard error."""
    try:
        lines = args.act(args)
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def fetch(args: argparse.Namespace) -> list[str]:
    """Fetch what is not on disk yet; a line per file. Raises BundleError."""
    manifest = known_bundle(args.bundle, _manifest(args.weights))
    return [f"{network}: {path}" for network, path in fetch_bundle(manifest, args.bundle).items()]


def check(args: argparse.Namespace) -> list[str]:
    """Check every file; a line each. Raises BundleError that names the files that are not as they should be."""
    report = verify(known_bundle(args.bundle, _manifest(args.weights)), args.bundle)
    wrong = [f"{network}: {sentence}" for network, sentence in report.items() if sentence != "ok"]
    if wrong:
        raise BundleError("\n".join(wrong))
    return [f"{network}: ok" for network in report]


def convert(args: argparse.Namespace) -> list[str]:
    """Convert each file into the bundle; all of them are understood before one is written. Raises BundleError."""
    from spinefm.weights.convert import converted, read_checkpoint
    from spinefm.weights.pretrained import convert_base

    contents = {path: read_checkpoint(path) for path in args.files}
    bases = [path for path, content in contents.items() if _is_sam(content)]
    found = {path: converted(contents[path], args.films) for path in contents if path not in bases}
    twice = [each.network for each in found.values()]
    if len(set(twice)) < len(twice):
        raise BundleError(f"Two of the files hold the same network ({', '.join(twice)}): give one of each.")
    lines = [f"{path} -> {convert_base(SAM_VIT_B, path, args.weights)}" for path in bases]
    for path, each in found.items():
        lines.append(f"{path} -> {_write(each.network, each.config, each.state, args)}")
    return lines


def publish(args: argparse.Namespace) -> list[str]:
    """Check the bundle, then upload its files with a manifest and a card. Raises BundleError."""
    manifest = _manifest(args.weights)
    entry = manifest.bundle(args.bundle)
    missing = [file.file for file in entry.networks.values() if not manifest.local_path(file).is_file()]
    if missing:
        raise BundleError(f"{', '.join(missing)} is not in {manifest.folder}: train, convert or fetch it first.")
    check(args)
    networks = {name: replace(file, repo_id=args.repo, revision=None) for name, file in entry.networks.items()}
    published = Manifest(args.weights / f".publish-{args.bundle}", {args.bundle: replace(entry, networks=networks)})
    published.write()
    card = published.folder / "README.md"
    card.write_text(model_card(args.bundle, entry, _figures(args.figures)), encoding="utf-8")
    files = {file.file: manifest.local_path(file) for file in networks.values()}
    files |= {"manifest.json": published.folder / "manifest.json", "README.md": card}
    commit = upload(args.repo, files, f"Weights of SpineFM: bundle {args.bundle}")
    return [f"{len(files)} files in {args.repo} at {commit}; use them with SPINEFM_WEIGHTS_REPO={args.repo}@{commit}"]


def model_card(name: str, entry: BundleEntry, figures: str) -> str:
    """The repository's README: what the files are, what they were trained on, and what they score."""
    rows = [
        f"| {network} | `{file.file}` | {file.bytes / 1e6:.1f} | {file.base.name if file.base else ''} |"
        for network, file in entry.networks.items()
    ]
    return "\n".join(
        [
            "---",
            f"license: {entry.licence.lower() if entry.licence == 'Apache-2.0' else 'other'}",
            "library_name: spinefm",
            "pipeline_tag: image-segmentation",
            "tags: [medical, radiograph, spine, vertebrae]",
            "---",
            "",
            f"# Weights of SpineFM, bundle {name}",
            "",
            f"Licence: {entry.licence}. Trained on {entry.trained_on}.",
            "Not a medical device: for research only. Files are safetensors; `manifest.json` holds checksums and the",
            "networks' sizes. A shared base is frozen and comes from its own public repository.",
            "",
            "| network | file | MB | on the shared base |",
            "|---|---|---|---|",
            *rows,
            "",
            figures or "No evaluation was given with these weights: their scores are not known.",
            "",
        ]
    )


def _bundle_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bundle", default="paper", help="the bundle's name (default: paper)")
    parser.add_argument("--weights", type=Path, default=WEIGHTS_FOLDER, metavar="DIR", help="folder of the manifest")


def _manifest(folder: Path) -> Manifest:
    return Manifest.read(folder / "manifest.json")


def _is_sam(content: Mapping[str, object]) -> bool:
    """Whether a checkpoint is SAM's own: its encoder, and no adapters."""
    return "image_encoder.patch_embed.proj.weight" in content and not any("Adapter" in name for name in content)


def _write(network: str, config: object, state: Mapping[str, Tensor], args: argparse.Namespace) -> Path:
    from spinefm.networks.registry import NETWORKS

    model = NETWORKS[network].build(config)
    model.load_state_dict(dict(state))
    base = _base_of(network, model, args.weights)
    manifest = write_bundle(
        args.weights,
        args.bundle,
        {network: model},
        licence=PUBLISHED_LICENCE,
        trained_on=PUBLISHED_TRAINED_ON,
        base=base,
        half=False,
    )
    return manifest.local_path(manifest.bundle(args.bundle).networks[network])


def _base_of(network: str, model: nn.Module, folder: Path) -> BaseFile | None:
    """SAM, where it is on disk and is what the frozen part of a converted Med-SA holds; else the file stays whole."""
    from spinefm.weights.load import stands_on
    from spinefm.weights.pretrained import base_path

    path = base_path(SAM_VIT_B, folder) if network == "med_sa" else None
    return SAM_VIT_B if path is not None and stands_on(model, path) else None


def _figures(path: Path | None) -> str:
    """Markdown as it is, or the table of a run of `evaluate` as a block. Raises BundleError."""
    if path is None:
        return ""
    try:
        if path.is_dir():
            return f"```\n{(path / 'table.txt').read_text(encoding='utf-8').rstrip()}\n```"
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(
            f"The figures {path} cannot be read ({error}): give the folder of a run of evaluate, or a Markdown file."
        ) from error

"""A bundle on the Hub: its files, its part of the manifest, and a model card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from spinefm.weights.fetch import verify
from spinefm.weights.hub import upload
from spinefm.weights.manifest import BundleEntry, BundleError, Manifest

NO_FIGURES = "No evaluation was given with these weights: their scores are not known."


def check(manifest: Manifest, *names: str) -> list[str]:
    """Check every file of bundles on disk; returns bundle and name of each network and shared base.

    Raises:
        BundleError: with a line per file that is missing or not the one that the manifest names.
    """
    report = {f"{name} {part}": said for name in names for part, said in verify(manifest, name).items()}
    wrong = [f"{part}: {said}" for part, said in report.items() if said != "ok"]
    if wrong:
        raise BundleError("\n".join(wrong))
    return list(report)


def publish(manifest: Manifest, name: str, repo: str, figures: Path | None = None) -> tuple[int, str]:
    """Check a bundle, then upload its files, a manifest of them and a card as one commit.

    Args:
        manifest: the manifest that lists the bundle.
        name: the bundle.
        repo: a model repository on the Hub (owner/name), made if there is none.
        figures: the folder of an evaluation, or a Markdown file, for the card.

    Returns:
        The number of files and the commit.

    Raises:
        BundleError: a file is missing or damaged, the figures cannot be read, or the Hub refuses.
    """
    entry = manifest.bundle(name)
    missing = [file.file for file in entry.networks.values() if not manifest.local_path(file).is_file()]
    if missing:
        raise BundleError(f"{', '.join(missing)} is not in {manifest.folder}: train, convert or fetch it first.")
    check(manifest, name)
    networks = {network: replace(file, repo_id=repo, revision=None) for network, file in entry.networks.items()}
    published = Manifest(manifest.folder / f".publish-{name}", {name: replace(entry, networks=networks)})
    published.write()
    card = published.folder / "README.md"
    card.write_text(model_card(name, entry, read_figures(figures)), encoding="utf-8")
    files = {file.file: manifest.local_path(file) for file in networks.values()}
    files |= {"manifest.json": published.folder / "manifest.json", "README.md": card}
    return len(files), upload(repo, files, f"Weights of SpineFM: bundle {name}")


def model_card(name: str, entry: BundleEntry, figures: str) -> str:
    """The repository's README in the Hub's form: what the files are, what they were trained on, what they score."""
    rows = [
        f"| {network} | `{file.file}` | {file.bytes / 1e6:.1f} | {file.base.name if file.base else ''} |"
        for network, file in entry.networks.items()
    ]
    return "\n".join(
        [
            front_matter(entry.licence),
            f"# Weights of SpineFM, bundle {name}",
            "",
            f"Licence: {entry.licence}. Trained on {entry.trained_on}.",
            "Not a medical device: for research only. Files are safetensors; `manifest.json` has checksums and the",
            "networks' sizes. A shared base is frozen and comes from its own public repository.",
            "",
            "| network | file | MB | on the shared base |",
            "|---|---|---|---|",
            *rows,
            "",
            figures or NO_FIGURES,
            "",
        ]
    )


def front_matter(licence: str) -> str:
    """The YAML block that the Hub reads at the head of a model card."""
    return "\n".join(
        [
            "---",
            f"license: {licence.lower() if licence == 'Apache-2.0' else 'other'}",
            "library_name: spinefm",
            "pipeline_tag: image-segmentation",
            "tags: [medical, radiograph, spine, vertebrae]",
            "---",
            "",
        ]
    )


def read_figures(path: Path | None) -> str:
    """A Markdown file as it is, or the table of an evaluation's folder as a code block. Raises BundleError."""
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

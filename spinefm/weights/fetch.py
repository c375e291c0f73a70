"""Where a bundle's files come from: the owner's repository on the Hub, or the copy in this repository.

Nothing here imports torch, so files can be fetched in a thread while the page is built.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from spinefm.weights.hub import REPO_VARIABLE, Place, cached, discard, download, owners_repository
from spinefm.weights.manifest import BundleEntry, BundleError, Manifest, WeightFile, problem_of

SPACE_VARIABLE = "SPACE_ID"
"""Set by the Hub on every Space: `owner/name` of the Space."""


@dataclass(frozen=True)
class BundleSource:
    """A bundle whose files are on disk and checked.

    Attributes:
        name: the bundle's name in `manifest`.
        paths: network -> its safetensors file.
        origin: `owner/name@commit` of a repository on the Hub; empty for the copy in this repository.
        note: one sentence where the copy serves in place of the Hub's files; the page and every trace show it.
        fallback: the copy in this repository, for files of the Hub that turn out not to fit their networks.
    """

    name: str
    manifest: Manifest
    paths: Mapping[str, Path]
    origin: str = ""
    note: str = ""
    fallback: BundleSource | None = None


def fetch_source(name: str) -> BundleSource:
    """Have the files of the bundle `name` on disk: from the owner's repository where one is set, else the own copy.

    A file comes from the Hub once and then from its cache. Where the owner's repository cannot be used, the copy in
    this repository serves, and the source's note says why.

    Raises BundleError when neither has the bundle.
    """
    owner = owners_repository()
    if owner is None:
        return _from_manifest(name)
    copy = own_copy(name)
    try:
        manifest, commit = published_bundle(name, *owner)
        return BundleSource(name, manifest, fetch(manifest, name), f"{owner[0]}@{commit}", fallback=copy)
    except BundleError as error:
        if copy is None:
            raise
        return in_place_of_hub(copy, error)


def own_copy(name: str) -> BundleSource | None:
    """The copy of a bundle in this repository, where it is complete and undamaged; None where it is not."""
    try:
        manifest = Manifest.read()
        entries = manifest.bundle(name).networks
    except BundleError:
        return None
    paths = {network: manifest.local_path(entry) for network, entry in entries.items()}
    if not paths or any(not path.is_file() or problem_of(entries[key], path) for key, path in paths.items()):
        return None
    return BundleSource(name, manifest, paths)


def in_place_of_hub(copy: BundleSource, error: Exception) -> BundleSource:
    """`copy` with the sentence that says why it serves in place of the Hub's files."""
    return replace(copy, note=f'The weights "{copy.name}" are the copy that came with the program. {error}')


def published_bundle(name: str, repo: str, revision: str | None) -> tuple[Manifest, str]:
    """The manifest that a repository on the Hub publishes for the bundle `name`, pinned to one commit, and the commit.

    revision: a commit, tag or branch; None is the newest commit. Raises BundleError.
    """
    published, commit = _published(repo, revision)
    return Manifest(published.folder, {name: published.bundle(name)}), commit


def _published(repo: str, revision: str | None) -> tuple[Manifest, str]:
    """The manifest of a repository on the Hub with all its files pinned to one commit, and the commit."""
    path = download(Place(repo, "manifest.json", revision))
    commit = path.parent.name  # the cache keeps each commit's files in a folder of its name
    bundles = {name: _pinned(entry, repo, commit) for name, entry in Manifest.read(path).bundles.items()}
    return Manifest(path.parent, bundles), commit


def _pinned(entry: BundleEntry, repo: str, commit: str) -> BundleEntry:
    """An entry whose files are those of a commit."""
    networks = {key: replace(file, repo_id=repo, revision=commit) for key, file in entry.networks.items()}
    return replace(entry, networks=networks)


def known_bundle(name: str, manifest: Manifest) -> Manifest:
    """`manifest`, with the bundle `name` of the owner's repository where it lists none of that name itself.

    The files are then pinned to the commit of the repository's manifest.json. Raises BundleError.
    """
    if name in manifest.bundles:
        return manifest
    owner = owners_repository()
    if owner is None:
        known = ", ".join(sorted(manifest.bundles)) or "none"
        raise BundleError(
            f'There is no bundle "{name}" here (the bundles are {known}): set {REPO_VARIABLE} to the repository on the '
            "Hub that contains it (owner/name)."
        )
    published, _ = published_bundle(name, *owner)
    return Manifest(manifest.folder, {**manifest.bundles, **published.bundles})


def known_bundles(manifest: Manifest) -> Manifest:
    """`manifest`, with every bundle of the owner's repository that it does not list itself. Raises BundleError."""
    owner = owners_repository()
    if owner is None:
        return manifest
    published, _ = _published(*owner)
    others = {name: entry for name, entry in published.bundles.items() if name not in manifest.bundles}
    return Manifest(manifest.folder, {**manifest.bundles, **others})


def is_begun(name: str, manifest: Manifest) -> bool:
    """Whether any file of a bundle is on disk, in the manifest's folder or the Hub's cache."""
    return any(_path_on_disk(manifest, entry) is not None for entry in manifest.bundle(name).networks.values())


def fetch(manifest: Manifest, name: str) -> dict[str, Path]:
    """Have every file of a bundle on disk, from the manifest's folder or else the Hub, checked.

    Returns:
        network -> path of its safetensors file.

    Raises:
        BundleError: a file cannot be had, or is not the one that the manifest names.
    """
    from spinefm.weights.pretrained import fetch_base

    paths = {}
    for network, entry in manifest.bundle(name).networks.items():
        paths[network] = _checked(entry, manifest.local_path(entry))
        if entry.base is not None:
            fetch_base(entry.base, manifest.folder)
    return paths


def verify(manifest: Manifest, name: str) -> dict[str, str]:
    """Check a bundle's files on disk against the manifest, without a download.

    Returns:
        network (or shared base) -> "ok" or one sentence that says what is wrong.
    """
    from spinefm.weights.pretrained import base_problem

    report = {}
    for network, entry in manifest.bundle(name).networks.items():
        path = _path_on_disk(manifest, entry)
        report[network] = (problem_of(entry, path) or "ok") if path else f"{entry.file} is not on disk."
        if entry.base is not None:
            report[entry.base.name] = base_problem(entry.base, manifest.folder) or "ok"
    return report


def on_disk(name: str, manifest: Manifest | None = None) -> bool:
    """Whether all files of a bundle are there, in the manifest's folder or the Hub's cache (sizes, not contents)."""
    from spinefm.weights.pretrained import base_path

    manifest = manifest or Manifest.read()
    entries = manifest.bundle(name).networks.values()
    bases = [entry.base for entry in entries if entry.base is not None]
    paths = [_path_on_disk(manifest, entry) for entry in entries]
    here = bool(paths) and all(
        path is not None and path.stat().st_size == entry.bytes for path, entry in zip(paths, entries, strict=True)
    )
    return here and all(base_path(base, manifest.folder) is not None for base in bases)


def _from_manifest(name: str) -> BundleSource:
    """The bundle of this repository's manifest; on a Space with the sentence that names the Hub's variable."""
    manifest = known_bundle(name, Manifest.read())
    source = BundleSource(name, manifest, fetch(manifest, name))
    local = {manifest.local_path(entry) for entry in manifest.bundle(name).networks.values()}
    if SPACE_VARIABLE not in os.environ or not local >= set(source.paths.values()):
        return source
    return in_place_of_hub(source, BundleError(f"Set {REPO_VARIABLE} to owner/name@revision to fetch them."))


def _checked(entry: WeightFile, local: Path) -> Path:
    """The file of `entry` at `local` or from the Hub; a damaged one in the Hub's cache is fetched once more."""
    path = local if local.is_file() else _download(entry, local)
    problem = problem_of(entry, path)
    if problem and _is_cached(entry, path):  # what is in the Hub's cache would be handed out again as it is
        discard(path)
        path = _download(entry, local)
        problem = problem_of(entry, path)
    if problem:
        raise BundleError(f"{problem} Delete it and fetch it again.")
    return path


def _is_cached(entry: WeightFile, path: Path) -> bool:
    place = _place(entry)
    return place is not None and path == cached(place)


def _place(entry: WeightFile) -> Place | None:
    """Where the Hub has a file: the owner's repository comes first, which has its own history of revisions."""
    owner = owners_repository()
    if owner is not None and entry.repo_id != owner[0]:
        return Place(owner[0], entry.file, owner[1])
    return Place(entry.repo_id, entry.file, entry.revision) if entry.repo_id else None


def _path_on_disk(manifest: Manifest, entry: WeightFile) -> Path | None:
    local, place = manifest.local_path(entry), _place(entry)
    if local.is_file() or place is None:
        return local if local.is_file() else None
    return cached(place)


def _download(entry: WeightFile, local: Path) -> Path:
    place = _place(entry)
    if place is None:
        raise BundleError(f"{local} is missing and the manifest names no repository: set {REPO_VARIABLE} to one.")
    return download(place)

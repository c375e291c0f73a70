"""The frozen base that fine-tuned networks share: SAM ViT-B, fetched once, checked, kept as safetensors.

A checkpoint in another format is converted on the machine that fetched it; a note beside the converted file holds its
own checksum and that of its source, so that both are checked whenever it is loaded.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from spinefm.core.checksum import sha256_of
from spinefm.core.files import write_whole
from spinefm.weights.hub import Place, cached, discard, download
from spinefm.weights.manifest import BaseFile, BundleError, problem_of

CACHE_VARIABLE = "SPINEFM_CACHE"


def cache_folder() -> Path:
    """The folder of converted bases: `$SPINEFM_CACHE`, or the user's own cache."""
    return Path(os.environ.get(CACHE_VARIABLE) or Path.home() / ".cache" / "spinefm")


def base_path(base: BaseFile, folder: Path) -> Path | None:
    """A base's path as safetensors: in the weights' own `folder`, the cache or the Hub's cache; None if in none."""
    for place in (folder, cache_folder()):
        if (place / f"{base.name}.safetensors").is_file():
            return place / f"{base.name}.safetensors"
    return cached(_place(base)) if base.file.endswith(".safetensors") else None


def base_problem(base: BaseFile, folder: Path) -> str | None:
    """What is wrong with a base on disk, as a sentence, or None."""
    path = base_path(base, folder)
    if path is None:
        return f"{base.name} is not on disk."
    if base.file.endswith(".safetensors"):
        return problem_of(base, path)
    try:
        note = json.loads(_note(path).read_text())
        if note["source_sha256"] != base.sha256:
            return f"{path} was made from another file than the manifest's."
        return None if note["sha256"] == sha256_of(path) else f"{path} is damaged (its sha256 is not the noted one)."
    except (OSError, ValueError, LookupError, TypeError):
        return f"{_note(path)} does not say what {path.name} was made from."


def fetch_base(base: BaseFile, folder: Path) -> Path:
    """The base as safetensors on disk, checked; downloaded and converted if it is missing.

    Raises BundleError.
    """
    if base_path(base, folder) is None:
        source = download(_place(base))
        if problem_of(base, source):
            discard(source)
            source = download(_place(base))
        problem = problem_of(base, source)
        if problem:
            raise BundleError(f"{problem} Delete it and fetch it again.")
        if not base.file.endswith(".safetensors"):
            convert_base(base, source, cache_folder())
    problem = base_problem(base, folder)
    path = base_path(base, folder)
    if problem or path is None:
        raise BundleError(f"{problem} Delete it and fetch it again.")
    return path


def convert_base(base: BaseFile, source: Path, folder: Path) -> Path:
    """Write SAM's checkpoint `source` as `folder/<name>.safetensors` with its note. Raises BundleError."""
    from safetensors.torch import save

    from spinefm.networks.med_sa import MedSAConfig
    from spinefm.weights.convert import read_checkpoint, sam_base

    problem = problem_of(base, source)
    if problem:
        raise BundleError(f"{problem} It is not the released SAM: download it again.")
    content = save(sam_base(read_checkpoint(source), MedSAConfig.paper()))
    path = folder / f"{base.name}.safetensors"
    note = {"source_sha256": base.sha256, "sha256": hashlib.sha256(content).hexdigest()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(_note(path), (json.dumps(note) + "\n").encode())  # first: a base without a note is refused
        write_whole(path, content)
    except OSError as error:
        raise BundleError(f"{path} cannot be written ({error.strerror}): set {CACHE_VARIABLE} to a folder.") from error
    return path


def _note(path: Path) -> Path:
    return path.with_suffix(".json")


def _place(base: BaseFile) -> Place:
    return Place(base.repo_id, base.file, base.revision)

"""The manifest of bundles: which files make up a set of weights, what they must hash to, and where they come from.

Reading it imports neither torch nor the Hub's client, so `spinefm info` answers at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from spinefm.core.bundled import bundled_folder
from spinefm.core.checksum import sha256_of
from spinefm.core.files import write_whole
from spinefm.core.foreign import foreign_input, read_json

WEIGHTS_FOLDER = bundled_folder("weights")
SCHEMA = 1
COMPACT = "compact"
"""The bundle that comes with the package and runs anywhere."""


class BundleError(RuntimeError):
    """A bundle cannot be used; the message is one sentence that says why and what to do."""


@dataclass(frozen=True)
class BaseFile:
    """Frozen weights that several networks share, in a public repository: SAM's own checkpoint, or safetensors.

    `file` is the path there; a checkpoint (.pth) is converted to safetensors once, on the machine that fetched it.
    """

    name: str
    repo_id: str
    file: str
    sha256: str
    bytes: int
    licence: str
    revision: str | None = None


SAM_VIT_B = BaseFile(
    name="sam_vit_b",
    repo_id="ybelkada/segment-anything",
    file="checkpoints/sam_vit_b_01ec64.pth",
    sha256="ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912",
    bytes=375_042_383,
    licence="Apache-2.0",
)
"""Meta's SAM ViT-B as it was released; the checksum pins the content, whichever repository hands it out."""


@dataclass(frozen=True)
class WeightFile:
    """One network's weights: file, checksum, and the configuration of the network that they fit.

    With a `base` the file holds only what was trained on top of it.
    """

    file: str
    sha256: str
    bytes: int
    config: Mapping[str, Any]
    licence: str
    repo_id: str | None = None
    revision: str | None = None
    base: BaseFile | None = None


@dataclass(frozen=True)
class BundleEntry:
    """One bundle of the manifest."""

    licence: str
    trained_on: str
    networks: Mapping[str, WeightFile]


@dataclass(frozen=True)
class Manifest:
    """All bundles, and the folder that is searched first for their files."""

    folder: Path
    bundles: Mapping[str, BundleEntry]

    @classmethod
    def read(cls, path: Path | None = None) -> Manifest:
        """Read `manifest.json` (of the repository's `weights/` without a path).

        Raises:
            BundleError: the file is missing or not a manifest.
        """
        path = path or WEIGHTS_FOLDER / "manifest.json"
        if not path.exists():
            raise BundleError(f"There is no manifest at {path}: restore the weights folder or name another.")
        with foreign_input(lambda reason: BundleError(f"The manifest {path} cannot be read ({reason}): restore it.")):
            raw = read_json(path)
        return cls(folder=path.parent, bundles=_read_bundles(raw, path))

    def bundle(self, name: str) -> BundleEntry:
        """The bundle called `name`.

        Raises:
            BundleError: there is none.
        """
        if name not in self.bundles:
            known = ", ".join(sorted(self.bundles)) or "none"
            raise BundleError(f'There is no bundle "{name}" in the manifest: the bundles are {known}.')
        return self.bundles[name]

    def local_path(self, entry: WeightFile) -> Path:
        """A file's path in the manifest's own folder."""
        return self.folder / entry.file

    def write(self) -> None:
        """Write `manifest.json` into the folder, whole or not at all. Raises OSError."""
        raw = {"schema": SCHEMA, "bundles": {name: asdict(entry) for name, entry in self.bundles.items()}}
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / "manifest.json", (json.dumps(raw, indent=2) + "\n").encode())


def problem_of(entry: WeightFile | BaseFile, path: Path) -> str | None:
    """What is wrong with the file at `path`, as a sentence, or None."""
    size = path.stat().st_size
    if size != entry.bytes:
        return f"{path} has {size} bytes where the manifest says {entry.bytes}."
    return None if sha256_of(path) == entry.sha256 else f"{path} is damaged (its sha256 is not the manifest's)."


def _read_bundles(raw: Any, path: Path) -> dict[str, BundleEntry]:
    try:
        if raw["schema"] != SCHEMA:
            raise BundleError(f"The manifest {path} has schema {raw['schema']}, this version reads {SCHEMA}.")
        return {name: _read_entry(values) for name, values in raw["bundles"].items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BundleError(f"The manifest {path} is incomplete or wrong ({error}): restore it.") from error


def _read_entry(values: Mapping[str, Any]) -> BundleEntry:
    networks = {network: _read_file(file) for network, file in values["networks"].items()}
    return BundleEntry(values["licence"], values["trained_on"], networks)


def _read_file(values: Mapping[str, Any]) -> WeightFile:
    base = BaseFile(**values["base"]) if values.get("base") else None
    file = WeightFile(**{**values, "base": base})
    _refuse_path(file.file, (".safetensors",))
    if base is not None:
        _refuse_path(base.file, (".safetensors", ".pth"))
        _refuse_path(f"{base.name}.safetensors", (".safetensors",))
    return file


def _refuse_path(file: str, suffixes: tuple[str, ...]) -> None:
    parts = PurePosixPath(file)
    if parts.is_absolute() or ".." in parts.parts or "\\" in file or parts.suffix not in suffixes:
        raise ValueError(f'"{file}" is not a safetensors file below the weights folder')

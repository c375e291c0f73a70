"""`spinefm info`: versions, device and weights, without loading any library that takes time."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from spinefm import __version__
from spinefm.cli.exits import DONE
from spinefm.core.words import counted


@click.command(name="info")
def command() -> int:
    """Show versions, device and weights."""
    from spinefm.core.machine import library_versions

    lines = [f"SpineFM {__version__}", *(f"  {name} {version}" for name, version in library_versions().items())]
    lines += [f"device: {_likely_device()}", *_bundle_lines()]
    sys.stdout.write("\n".join(lines) + "\n")
    return DONE


def _likely_device() -> str:
    """What `--device auto` will most likely pick; torch itself would take seconds to say so."""
    driver = Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None
    return "cuda (an NVIDIA driver is installed)" if driver else "cpu (no NVIDIA driver is installed)"


def _bundle_lines() -> list[str]:
    from spinefm.weights.fetch import on_disk
    from spinefm.weights.manifest import BundleError, Manifest

    try:
        manifest = Manifest.read()
    except BundleError as error:
        return [f"weights: none. {error}"]
    lines = [f"weights: {manifest.folder}"]
    for name, entry in manifest.bundles.items():
        size = sum(file.bytes for file in entry.networks.values()) / 1e6
        place = "on disk" if on_disk(name, manifest) else "not on disk"
        lines.append(f"  {name}: {place}, {counted(len(entry.networks), 'network')}, {size:.1f} MB, {entry.licence}")
    return lines

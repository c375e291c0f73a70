"""Where the files beside the code lie: weights and examples.

An installed package carries them in `spinefm/bundled/`; in the repository they are the folders `weights/` and
`examples/` beside `spinefm/`.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def bundled_folder(name: str, package: Path = PACKAGE) -> Path:
    """The folder `name` ("weights" or "examples") of the installed package, or else of the repository.

    Args:
        name: the folder.
        package: the folder of the package `spinefm`.
    """
    installed = package / "bundled"
    return (installed if installed.is_dir() else package.parent) / name

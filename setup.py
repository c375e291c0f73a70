"""The wheel also carries the compact weights and the page's examples, as `spinefm/bundled/`.

In the repository they lie in `weights/` and `examples/`, where a Hugging Face Space finds them. All else about the
package is in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
BUNDLED = (
    "weights/manifest.json",
    "weights/compact/*.safetensors",
    "weights/compact/training.json",
    "examples/films/*",
    "examples/labels/*",
    "examples/traces/*",
    "examples/thumbnails/*",
    "examples/evaluations/**/*",
)


class BuildWithData(build_py):
    """Build the modules, then copy what `BUNDLED` names; an editable install reads the repository's own folders."""

    def run(self) -> None:
        """Build as setuptools does, and copy."""
        super().run()
        if self.editable_mode:
            return
        for source in sorted({path for pattern in BUNDLED for path in ROOT.glob(pattern) if path.is_file()}):
            target = Path(self.build_lib, "spinefm", "bundled", source.relative_to(ROOT))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


setup(cmdclass={"build_py": BuildWithData})

"""The checksum of a file is that of its bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from spinefm.core.checksum import sha256_of


def test_it_is_the_sha256_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "film.png").write_bytes(b"film")
    assert sha256_of(tmp_path / "film.png") == hashlib.sha256(b"film").hexdigest()

"""`spinefm phantom`."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinefm.cli.app import main


def test_phantom_writes_films_and_labels_with_a_bar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = f"phantom --n 2 --seed 9000000 --region lumbar --out {tmp_path}".split()
    assert main(arguments) == 0
    assert sorted(path.name for path in (tmp_path / "films").iterdir()) == [
        "phantom-lumbar-9000000.png", "phantom-lumbar-9000001.png",
    ]  # fmt: skip
    assert len(list((tmp_path / "labels").glob("*.json"))) == 2
    assert "2/2" in capsys.readouterr().err

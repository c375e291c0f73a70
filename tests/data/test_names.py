"""What people write for a level."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinefm.core.levels import Level
from spinefm.data import DatasetError
from spinefm.data.names import Names, read_names

LEVELS = {
    "C5": Level.C5,
    "c5": Level.C5,
    "C_5": Level.C5,
    "C05": Level.C5,
    "C 5": Level.C5,
    "C-5": Level.C5,
    "C5 body": Level.C5,
    "c5_body": Level.C5,
    "vertebra C5": Level.C5,
    "vertebra_C5_corpus": Level.C5,
    "CV5": Level.C5,
    "Ｃ５": Level.C5,
    "Th12": Level.T12,
    "TH_12": Level.T12,
    "T12": Level.T12,
    "thoracic 12": Level.T12,
    "dorsal 12": Level.T12,
    "LV5": Level.L5,
    "L5": Level.L5,
    "lumbar_5": Level.L5,
    "L6": Level.L6,
    "S1": Level.S1,
    "Sacrum": Level.S1,
    "atlas": Level.C1,
    "axis (C2)": Level.C2,
    "dens": Level.C2,
}
OTHERS = (
    *("disc C5/C6", "C4 disc", "IVD_L4", "L4-L5", "C5/6", "L4/5", "L3 pedicle", "L1 spinous process", "C2 endplate"),
    *("T13", "C9", "L45", "S2", "skull", "", "vertebra", "C5 and C6", "person", "AC5", "C5x", "D5"),
)


@pytest.mark.parametrize(("text", "level"), LEVELS.items())
def test_a_level_is_known_however_it_is_written(text: str, level: Level) -> None:
    assert Names().read(text).level is level


@pytest.mark.parametrize("text", OTHERS)
def test_what_names_no_one_body_is_left_out_with_a_reason(text: str) -> None:
    named = Names().read(text)
    assert named.level is None and named.why


def test_a_users_table_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes("\ufefflabel,level\nKörper 5,C5\nC4,\nclass 7,t1\n".encode())
    names = read_names(path)
    assert names.read("körper  5").level is Level.C5
    assert names.read("Class_7").level is Level.T1
    assert names.read("C4") == names.read("c4") and "your table" in names.read("C4").why
    assert names.read("C6").level is Level.C6


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,C55\n", "no level 'C55'"),
        (b"only one\n", "no second column"),
        (b"\xff\xfe", "not UTF-8"),
        (None, "missing"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "names.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=words):
        read_names(path)

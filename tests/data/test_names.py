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
    "\u0421 5": Level.C5,  # a Cyrillic letter
    "\u042212": Level.T12,  # a Cyrillic letter
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
    "D12": Level.T12,
    "d 5": Level.T5,
    "HWK5": Level.C5,
    "BWK 12": Level.T12,
    "LWK5": Level.L5,
    "VL5": Level.L5,
    "VT12": Level.T12,
    "Lum1": Level.L1,
    "lumbal 1": Level.L1,
    "Cervical vertebra 5": Level.C5,
    "Lendenwirbel 5": Level.L5,
    "5th lumbar": Level.L5,
    "3rd cervical vertebra": Level.C3,
    "lumbar vertebra L5": Level.L5,
    "腰5": Level.L5,
    "胸12": Level.T12,
    "第5腰椎": Level.L5,
    "C5椎体": Level.C5,
    "L5 vertebral_body": Level.L5,
    "body of L5": Level.L5,
    "corps vertébral L4": Level.L4,
    "Wirbelkörper L4": Level.L4,
    "vertebrae_L5": Level.L5,
    "label_C5": Level.C5,
    "L5 mask": Level.L5,
    "L5?": Level.L5,
    "C5 (1)": Level.C5,
    "20_L1": Level.L1,
    "sacrum S1": Level.S1,
    "L1 annotation": Level.L1,
    "ground truth L1": Level.L1,
    "rater1 L1": Level.L1,
    "T12 fractured": Level.T12,
    "vertebra lombare L3": Level.L3,
    "C5-1": Level.C5,
    "C5-01": Level.C5,
    "L4-2": Level.L4,
    "VertebraC5": Level.C5,
    "vertC5": Level.C5,
    "vertebraeTh12": Level.T12,
    "C5body": Level.C5,
    "fifth cervical": Level.C5,
    "twelfth thoracic vertebra": Level.T12,
    "Th XII": Level.T12,
    "L IV": Level.L4,
    "第5頚椎": Level.C5,
    "頚椎5": Level.C5,
    "第五腰椎": Level.L5,
    "第十二胸椎": Level.T12,
}
OTHERS = (
    *("disc C5/C6", "C4 disc", "IVD_L4", "L4-L5", "C5/6", "L4/5", "L3 pedicle", "L1 spinous process", "C2 endplate"),
    *("disco C4", "disque L4", "Bandscheibe L4", "proc. spin. C5", "spinosus L5", "arcus L1", "L5椎间盘", "D5/D6"),
    *("L3 sup", "L3 inf", "L3 SEP", "L3 anterior", "L3 left", "C5_top", "C5_bottom", "hernia L4", "stenosis L4"),
    *("L4_5", "T12_1", "L5 1", "L1 fracture", "C5 spine", "axis C3", "lumbar C5", "5th lumbar and L4", "14th lumbar"),
    *("C5-7", "C6-5", "C5/1", "C7-1", "4-5th lumbar", "L IV-L V", "C IV/C V", "fifth disc", "L V", "bodyguard C5"),
    *("T13", "C9", "L45", "S2", "skull", "", "vertebra", "C5 and C6", "person", "AC5", "C5x"),
)


@pytest.mark.parametrize(("text", "level"), LEVELS.items())
def test_a_level_is_known_however_it_is_written(text: str, level: Level) -> None:
    assert Names().read(text).level is level


@pytest.mark.parametrize("text", OTHERS)
def test_what_names_no_one_body_is_left_out_with_a_reason(text: str) -> None:
    named = Names().read(text)
    assert named.level is None and named.why


def test_a_word_that_is_not_known_is_named_with_what_to_do() -> None:
    why = "the word 'disco' may mean another part than the body; if not, list the label in --names"
    assert Names().read("Disco C4").why == why
    assert Names({"disco c4": Level.C4}).read("Disco C4").level is Level.C4


@pytest.mark.parametrize("text", ["T12_1", "L5 1", "C7_1", "C5-7", "C6-5", "C5/1", "L5-1"])
def test_a_number_that_may_be_a_level_is_named_with_what_to_do(text: str) -> None:
    number = text[-1]
    why = f"the number {number} may mean another level; if it counts labels, list the label in --names"
    assert Names().read(text).why == why


@pytest.mark.parametrize("text", ["C5-6", "C5_6", "L4/5", "D4-5", "C4-C5", "L5-S1"])
def test_a_disc_is_told_as_such(text: str) -> None:
    assert Names().read(text).why == "it names a part that is not a vertebral body"


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
        (b"v5,C5\nv5,C5\nV5,C6\n", "names.csv lists 'V5' twice, as C5 and C6; keep one of the rows"),
        (b"V_5,\nV 5,C5\n", "names.csv lists 'V 5' twice, as no body and C5; keep"),
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

"""What the README promises exists: files, commands, names, and the Space's front matter."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

import spinefm
from spinefm.cli.app import spinefm as program
from spinefm.cli.train import NETWORKS
from spinefm.phantom import TEST_SEEDS, TRAIN_SEEDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FRONT_MATTER = dict(line.split(": ", 1) for line in README.split("---\n")[1].splitlines())
DOCUMENTS = ("README.md", "ARCHITECTURE.md")


def block(language: str, containing: str) -> str:
    """The README's code block of `language` that holds `containing`."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return next(text for text in blocks if containing in text)


def test_the_spaces_gradio_is_the_one_in_requirements() -> None:
    assert f"gradio=={FRONT_MATTER['sdk_version']}\n" in (ROOT / "requirements.txt").read_text()
    assert (ROOT / FRONT_MATTER["app_file"]).exists()
    assert len(FRONT_MATTER["short_description"]) <= 60
    assert FRONT_MATTER["license"] == "apache-2.0" and "Apache License" in (ROOT / "LICENSE").read_text()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    assert not [target for target in targets if not (ROOT / target).exists()]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_place_named_in_backticks_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    places = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py))`", text)
    missing = [place for place in places if not (ROOT / place).exists() and not (ROOT / "spinefm" / place).exists()]
    assert len(places) > 0 or document == "README.md"
    assert not missing


def test_the_python_lines_are_six_and_use_public_names() -> None:
    code = block("python", "import spinefm")
    assert len([line for line in code.splitlines() if line.strip()]) == 6
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "spinefm":
            assert callable(getattr(spinefm, node.attr))


def test_every_public_name_can_be_imported() -> None:
    for name in spinefm.__all__:
        assert getattr(spinefm, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = spinefm.nonsense


COMMANDS = [line.split("spinefm ", 1)[1] for line in re.findall(r"^(?:python -m )?spinefm .*", README, re.MULTILINE)]


def parsed(line: str) -> tuple[str, dict[str, Any]]:
    """The verb of a command line and the values of its options; raises UsageError for what it does not take."""
    command: click.Command | None = program
    context, words = click.Context(program), shlex.split(line)
    while isinstance(command, click.Group):
        verb, *words = words
        command = command.get_command(context, verb)
    assert command is not None, f"{line}: no such verb"
    return verb, command.make_context(verb, words).params


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_line_is_one_the_parser_takes(line: str) -> None:
    assert parsed(line)


def test_the_training_lines_work_in_their_order() -> None:
    calls = [parsed(line) for line in COMMANDS]
    made = {call["out"]: range(call["seed"], call["seed"] + call["count"]) for verb, call in calls if verb == "phantom"}
    trained = [call for verb, call in calls if verb == "train"]
    assert {call["network"] for call in trained} == set(NETWORKS)
    for call in trained:
        (data,), (validation,) = call["data"], call["validation"]
        assert made[data][-1] in TRAIN_SEEDS and made[validation][-1] in TRAIN_SEEDS
        assert not set(made[data]) & set(made[validation])


@pytest.mark.parametrize("command", re.findall(r"^python -m (bench\.\w+)", README, re.MULTILINE))
def test_every_bench_command_exists(command: str) -> None:
    assert (ROOT / f"{command.replace('.', '/')}.py").exists()


@pytest.mark.weights
def test_the_python_lines_run_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from spinefm.phantom import write_set

    (name,) = write_set(tmp_path / "set", TEST_SEEDS[:1], "lumbar")
    (tmp_path / "set" / "films" / f"{name}.png").rename(tmp_path / "film.png")
    monkeypatch.chdir(tmp_path)
    exec(compile(block("python", "import spinefm"), "README.md", "exec"), {})
    assert (tmp_path / "out" / "film" / "labels.png").exists()

"""What the documents promise exists: files, commands, names, versions, and the Space's front matter."""

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
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
TRAINING = "docs/how-to/train.md"


def block(language: str, containing: str) -> str:
    """The README's code block of `language` that holds `containing`."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return next(text for text in blocks if containing in text)


def test_the_spaces_gradio_is_the_one_in_requirements() -> None:
    assert f"gradio[mcp]=={FRONT_MATTER['sdk_version']}\n" in (ROOT / "requirements.txt").read_text()
    assert (ROOT / FRONT_MATTER["app_file"]).exists()
    assert len(FRONT_MATTER["short_description"]) <= 60
    assert FRONT_MATTER["license"] == "apache-2.0" and "Apache License" in (ROOT / "LICENSE").read_text()


def text_of(document: str) -> str:
    """A document's text."""
    return (ROOT / document).read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 130


def test_the_version_is_the_same_everywhere() -> None:
    assert f"\nversion: {spinefm.__version__}\n" in text_of("CITATION.cff")
    assert f"\n## {spinefm.__version__}\n" in text_of("CHANGELOG.md")


@pytest.mark.parametrize("document", [*DOCUMENTS, *PAGES])
def test_every_link_leads_to_a_file(document: str) -> None:
    folder = (ROOT / document).parent
    targets = [
        target.split("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text_of(document)) if "://" not in target
    ]
    assert not [target for target in targets if not (folder / target).exists()]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_place_named_in_backticks_exists(document: str) -> None:
    text = text_of(document)
    places = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py))`", text)
    missing = [place for place in places if not (ROOT / place).exists() and not (ROOT / "spinefm" / place).exists()]
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
    assert {*spinefm.__all__} <= {*dir(spinefm)}
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = spinefm.nonsense


def commands_of(document: str) -> list[str]:
    """The lines of a document that call `spinefm`, without that word."""
    return re.findall(r"^(?:python -m )?spinefm (\w.*)$", text_of(document), re.MULTILINE)


def parsed(line: str) -> tuple[str, dict[str, Any]]:
    """The verb of a command line and the values of its options; raises UsageError for what it does not take."""
    command: click.Command | None = program
    context, words = click.Context(program), shlex.split(line)
    while isinstance(command, click.Group):
        verb, command, words = command.resolve_command(context, words)
    assert command is not None and verb is not None, f"{line}: no such verb"
    return verb, command.make_context(verb, words).params


@pytest.mark.parametrize("document", ["README.md", *PAGES])
def test_every_command_line_is_one_the_parser_takes(document: str) -> None:
    for line in commands_of(document):
        assert parsed(line)


def test_readme_and_pages_show_commands() -> None:
    assert len(commands_of("README.md")) > 5 and sum(len(commands_of(page)) for page in PAGES) > 15


def test_the_training_lines_work_in_their_order() -> None:
    calls = [parsed(line) for line in commands_of(TRAINING)]
    made = {call["out"]: range(call["seed"], call["seed"] + call["count"]) for verb, call in calls if verb == "phantom"}
    trained = [call for verb, call in calls if verb == "train"]
    other = {str(out) for out in re.findall(r"^python -m bench\.\w+ .*--out (\S+)", text_of(TRAINING), re.MULTILINE)}
    assert {call["network"] for call in trained} == set(NETWORKS)
    for call in trained:
        (validation,) = call["validation"]
        films = [data for data in call["data"] if str(data) not in other]
        for data in films:
            assert made[data][-1] in TRAIN_SEEDS and made[validation][-1] in TRAIN_SEEDS
            assert not set(made[data]) & set(made[validation])
        assert films


@pytest.mark.parametrize(
    "command", re.findall(r"^python -m (bench\.\w+)", text_of("docs/how-to/evaluate.md"), re.MULTILINE)
)
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

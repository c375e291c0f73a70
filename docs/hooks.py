"""What mkdocs cannot do alone: the navigation from the folders, the help of each verb, the settings of each method."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

SECTIONS = {"Start": "start", "How to": "how-to", "Concepts": "concepts", "Reference": "reference"}
"""The four kinds of pages and their folders; pages beside the folders come last."""
HELP = re.compile(r"^<!-- help: (.+) -->$", re.MULTILINE)
SETTINGS = re.compile(r"^<!-- settings: (\w+) -->$", re.MULTILINE)


def on_config(config: Any) -> Any:
    """Fill the navigation, so that a new page needs no entry, and make the checkout's `spinefm` importable."""
    docs = Path(config["docs_dir"])
    sys.path.insert(0, str(docs.parent))
    nav: list[Any] = ["index.md"]
    for title, folder in SECTIONS.items():
        nav.append({title: [page.relative_to(docs).as_posix() for page in sorted((docs / folder).glob("*.md"))]})
    config["nav"] = [*nav, *(page.name for page in sorted(docs.glob("*.md")) if page.name != "index.md")]
    return config


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill `<!-- help: VERB -->` with what `spinefm VERB --help` prints, and `<!-- settings: METHOD -->`."""
    helped = HELP.sub(lambda found: f"```text\n{help_of(found[1].split())}\n```", markdown)
    return SETTINGS.sub(lambda found: settings_of(found[1]), helped)


def settings_of(method: str) -> str:
    """A table of the settings of a method: name, default, what the preset `published` sets, meaning."""
    from spinefm.methods.registry import method_spec

    config = method_spec(method).config
    rows = [
        f"| `{name}` | {field.default} | {config.PUBLISHED.get(name, '')} | {one_line(field.description)} |"
        for name, field in config.model_fields.items()
    ]
    return "\n".join(["| setting | default | `published` | meaning |", "|---|---|---|---|", *rows])


def one_line(text: str | None) -> str:
    """A description on one line."""
    return " ".join((text or "").split())


def help_of(words: list[str]) -> str:
    """The help of a verb, as the command line prints it."""
    from spinefm.cli.app import spinefm

    context = click.Context(spinefm, info_name="spinefm", max_content_width=100)
    for word in words:
        assert isinstance(context.command, click.Group)
        command = context.command.get_command(context, word)
        assert command is not None, f"there is no verb {word}"
        context = click.Context(command, parent=context, info_name=word)
    return context.get_help()

"""What a film may be is said in many places: each says what the reader reads, up to its limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from spinefm.cli.app import spinefm
from spinefm.imaging.decoded import KINDS_READ, MAX_BYTES, MILLIONS
from spinefm.ui.server.endpoint import Endpoint
from spinefm.ui.server.explorer.assets import markup

ROOT = Path(__file__).parents[1]
SIZES = f"at most {MAX_BYTES >> 20} MB and {MILLIONS} pixels"


def _plain(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "docs/space.md"])
def test_the_documentation_names_every_kind(name: str) -> None:
    text = _plain((ROOT / name).read_text(encoding="utf-8"))
    assert KINDS_READ in text and (SIZES in text or name == "ARCHITECTURE.md")


@pytest.mark.parametrize("verb", ["segment", "batch run"])
def test_the_command_line_names_every_kind(verb: str) -> None:
    assert KINDS_READ in _plain(CliRunner().invoke(spinefm, [*verb.split(), "--help"]).output)


def test_the_endpoint_names_every_kind_and_the_largest_film() -> None:
    words = _plain(Endpoint.segment.__doc__ or "")
    assert KINDS_READ in words and SIZES.removeprefix("at most ") in words


def test_the_page_names_the_largest_zip() -> None:
    assert f"at most {MAX_BYTES >> 20} MB. Previews" in markup()

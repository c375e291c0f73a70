"""The films that the page offers."""

from __future__ import annotations

from pathlib import Path

from spinefm.ui.server.examples import find_examples, small_jpeg, thumbnail
from tests.ui.server.conftest import write_examples


def test_examples_come_by_name_with_thumbnails(tmp_path: Path) -> None:
    examples = find_examples(write_examples(tmp_path))
    assert list(examples) == ["a-finished", "b-film-only"]
    assert all(str(thumbnail(example)).startswith("data:image/jpeg") for example in examples.values())


def test_a_thumbnail_at_hand_is_taken_and_its_film_not_read(tmp_path: Path) -> None:
    example = find_examples(write_examples(tmp_path))["a-finished"]
    drawn = thumbnail(example)
    example.small.parent.mkdir()
    example.small.write_bytes(small_jpeg(example.read()))
    example.film.unlink()
    assert thumbnail(example) == drawn


def test_a_folder_without_examples_offers_none(tmp_path: Path) -> None:
    assert find_examples(tmp_path) == {}

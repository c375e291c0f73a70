"""What the documentation says of the presets is what the configurations say."""

from pathlib import Path

import pytest

from spinefm.methods.registry import specs

GUIDE = (Path(__file__).parents[2] / "docs" / "how-to" / "choose-a-preset.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("method", "setting", "value", "words"),
    [
        ("spinefm", "attempts", 1, "three successive detections"),
        ("spinefm", "plausible_starts", False, "three successive detections"),
        ("spinefm", "score_floor", 0.6, "lowered from 0.6 to 0.3"),
        ("spinefm", "recentre", False, "one pass per patch"),
        ("spinefm", "decision", "most probable", "the most probable one"),
        ("spinefm", "overlap_any", False, "with the previous vertebra"),
        ("spinefm", "final_limit", 0.9, "probability 0.9"),
        ("vertxnet", "deviations", 2.0, "lambda = 2"),
        ("vertxnet", "least_piece", 0.0, "because of its size"),
        ("vertxnet", "overlap_limit", 1.0, "keeps a mask that lies on a kept one"),
        ("vertxnet", "outermost_ends", False, "wherever they are seen"),
        ("vertxnet", "view_check", "off", "does not ask for the kind of film"),
        ("spineps", "map_limit", 0.5, "cuts its map at 0.5"),
        ("spineps", "least_piece", 0.0, "because of its size"),
        ("spineps", "body_and_disc", 0.0, "more erosion breaks it"),
        ("spineps", "alone_elsewhere", True, "What one cutout alone sees is written"),
        ("spineps", "alone_limit", 0.0, "What one cutout alone sees is written"),
    ],
)
def test_the_published_presets_are_described_as_they_are(method: str, setting: str, value: object, words: str) -> None:
    config = specs()[method].config
    assert config.PUBLISHED[setting] == value != config.model_fields[setting].default
    assert words in GUIDE


def test_the_overlap_limit_is_the_papers_in_both() -> None:
    config = specs()["spinefm"].config
    assert "overlap_limit" not in config.PUBLISHED and config.model_fields["overlap_limit"].default == 0.1

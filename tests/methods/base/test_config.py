"""What every method's configuration does: ranges, presets, changes by name, and old names."""

from types import SimpleNamespace
from typing import Any

import pytest

from spinefm.methods.base.config import MethodConfig, bundle_preset, wanted
from spinefm.methods.registry import specs
from tests.methods.drawn import whole_bundle

CONFIGS = {name: spec.config for name, spec in specs().items()}


def bundle(compat: str = "") -> Any:
    """A bundle whose click network is the authors' own ("medsa") or another."""
    config = SimpleNamespace(encoder="conv", side_in_spacings=3.0, side_px=0, compat=compat)
    whole = whole_bundle()
    return SimpleNamespace(med_sa=SimpleNamespace(config=config), classifier=whole.classifier)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_every_field_says_its_range_in_words(config: type[MethodConfig]) -> None:
    for name, field in config.model_fields.items():
        text = wanted(field)
        assert text.startswith(("true or false", "one of ", "a number ", "a whole number ")), name


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
@pytest.mark.parametrize("preset", ["published", "tuned"])
def test_settings_of_a_preset_give_that_preset_again(config: type[MethodConfig], preset: Any) -> None:
    chosen = config.of(bundle(), preset)
    assert config().changed(chosen.as_settings()) == chosen
    as_text = {name: str(value) for name, value in chosen.as_settings().items()}
    assert config().changed(as_text) == chosen, "a command line gives every value as text"


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_the_presets_differ_and_published_names_only_settings_that_exist(config: type[MethodConfig]) -> None:
    published, tuned = (config.of(bundle(), preset) for preset in ("published", "tuned"))
    differing = {name for name, value in published.as_settings().items() if value != tuned.as_settings()[name]}
    assert differing == set(config.PUBLISHED)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_an_old_name_is_refused_with_the_new_one(config: type[MethodConfig]) -> None:
    for old, new in config.RENAMED.items():
        assert old not in config.model_fields and (not new or new in config.model_fields)
        now = f"is called {new} now" if new else "decides nothing any more"
        with pytest.raises(ValueError, match=f"The setting {old} of {config.TITLE} {now}"):
            config().changed({old: 0})


def test_the_authors_weights_get_the_papers_rules_by_default() -> None:
    assert bundle_preset(bundle("medsa")) == "published" and bundle_preset(bundle()) == "tuned"
    assert CONFIGS["spinefm"].of(bundle("medsa")).as_settings()["final_limit"] == 0.9
    assert CONFIGS["spinefm"].of(bundle("medsa"), "tuned").as_settings()["final_limit"] == 0.5


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(ValueError, match="no preset 'paper'; choose one of: published, tuned"):
        CONFIGS["spinefm"].of(bundle(), "paper")

"""What two evaluations differ in, in words."""

from dataclasses import replace

from spinefm.evaluation.facts import differences_text, preset_of, titled
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.vertxnet.config import VertXNetConfig
from tests.evaluation.stand_in_set import plan

TUNED = SpineFMConfig().as_settings()
PUBLISHED = {**TUNED, **SpineFMConfig.PUBLISHED}
RUN = plan(method="spinefm", bundle="compact", settings=TUNED, checksums={"unet": "17d35ae71a47c70113d0"})


def test_the_preset_follows_from_the_settings_even_where_some_were_changed():
    assert preset_of("spinefm", TUNED) == "tuned"
    assert preset_of("spinefm", {**PUBLISHED, "overlap_any": True}) == "published"
    assert preset_of("spinefm", {**TUNED, "recentre": False}) == "tuned"
    assert preset_of("unknown here", TUNED) == ""
    assert titled(RUN) == "phantom · spinefm · compact · tuned"
    assert titled(plan()) == "phantom · stand-in · none"


def test_settings_that_follow_from_another_preset_are_not_listed():
    other = replace(RUN, settings={**PUBLISHED, "overlap_limit": 0.25})
    assert differences_text(RUN, other) == "They differ in (A / B): preset tuned / published; overlap_limit 0.1 / 0.25."


def test_every_other_choice_of_a_run_is_compared():
    assert differences_text(RUN, RUN) == "Both are of the same method, weights and settings."
    changes = {"split": "test", "polarity": "invert", "labels": "ids: verse", "complete": True, "version": "0.1"}
    for name, value in changes.items():
        assert "true" in differences_text(RUN, replace(RUN, **{name: value})) or str(value) in differences_text(
            RUN, replace(RUN, **{name: value})
        ), name
    retrained = replace(RUN, checksums={"unet": "ffffffffffffffffffff"})
    assert differences_text(RUN, retrained) == "They differ in (A / B): weights of unet 17d35ae7 / ffffffff."
    assert differences_text(RUN, replace(RUN, root="elsewhere")) == differences_text(RUN, RUN)


def test_settings_of_one_version_alone_and_of_another_method_are_named():
    older = replace(RUN, settings={name: value for name, value in TUNED.items() if name != "strays"})
    assert differences_text(older, RUN) == "They differ in (A / B): strays – / true."
    other = replace(RUN, method="vertxnet", settings=VertXNetConfig().as_settings())
    assert "method spinefm / vertxnet" in differences_text(RUN, other)

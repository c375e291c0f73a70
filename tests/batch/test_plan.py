"""The plan: what it fixes, what it refuses, and how it cuts films into shards."""

from __future__ import annotations

import pytest

from spinefm.batch.errors import BatchError
from spinefm.batch.plan import BatchPlan, RunRules, group_size
from tests.batch.fake import RULES

PLAN = BatchPlan(rules=RULES, films=1000, manifest="f" * 64, together=8, spread=2)


def test_it_is_read_back() -> None:
    assert BatchPlan.from_json(PLAN.to_json()) == PLAN


def test_a_plan_of_an_older_version_that_inverts_all_films_is_read() -> None:
    older = (
        PLAN.to_json()
        .replace(b'"polarity": "auto"', b'"polarity": "turn"')
        .replace(b'"polarity":"auto"', b'"polarity":"turn"')
    )
    assert BatchPlan.from_json(older).rules.polarity == "invert"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"layout": 1}', PLAN.to_json().replace(b"together", b"apart")])
def test_another_file_is_one_sentence(content: bytes) -> None:
    with pytest.raises(BatchError, match=r"^plan\.json is not a plan of this version \(.*\); plan again\.$"):
        BatchPlan.from_json(content)


@pytest.mark.parametrize("films", [0, 1, 7, 8, 9, 100, 1000, 54321])
@pytest.mark.parametrize("spread", [1, 2, 16])
@pytest.mark.parametrize("size", [1, 8, 100, 256])
def test_shards_cover_every_film_once_in_whole_groups(films: int, spread: int, size: int) -> None:
    plan = PLAN.model_copy(update={"films": films, "spread": spread, "shard_size": size})
    shards = list(plan.shards())
    assert [shard.index for shard in shards] == list(range(len(shards)))
    assert [shard.start for shard in shards] == [0, *(shard.stop for shard in shards)][:-1] if shards else films == 0
    assert not shards or shards[-1].stop == films
    assert all(shard.start % plan.together == 0 and 0 < shard.films <= max(size, plan.together) for shard in shards)


def test_shards_begin_short_grow_and_end_short() -> None:
    sizes = [shard.films for shard in PLAN.model_copy(update={"films": 5000}).shards()]
    assert sizes[:6] == [8, 8, 16, 16, 32, 32] and max(sizes) == 256 and sizes[-2:] == [8, 8]


@pytest.mark.parametrize("spread", [1, 16])
@pytest.mark.parametrize("films", [5, 100, 2000])
def test_where_many_films_advance_at_once_the_first_groups_are_small_however_they_are_spread(
    films: int, spread: int
) -> None:
    plan = PLAN.model_copy(update={"films": films, "together": 50, "small": 6, "spread": spread})
    shards = list(plan.shards())
    opening, rest = shards[:32], shards[32:]
    assert [shard.start for shard in opening] == list(range(0, min(films, 32 * 6), 6))
    assert all(shard.films <= 6 for shard in opening) and sum(shard.films for shard in shards) == films
    assert all((shard.start - 32 * 6) % 50 == 0 for shard in rest)


def test_a_plan_without_small_groups_is_cut_as_it_was_begun() -> None:
    begun = BatchPlan.from_json(PLAN.to_json().replace(b'  "small": 0,\n', b""))
    assert begun.small == 0 and list(begun.shards()) == list(PLAN.shards())
    assert {shard.start % 64 for shard in PLAN.model_copy(update={"films": 5000, "together": 64}).shards()} == {0}


def test_a_small_batch_is_spread_over_all_processes() -> None:
    for films in (2, 10, 40, 200):
        plan = PLAN.model_copy(update={"films": films, "together": group_size(films, "cpu")})
        assert len(list(plan.shards())) >= min(films, 2 * plan.spread)


def test_names_of_shards_are_in_order() -> None:
    names = [shard.name for shard in PLAN.model_copy(update={"films": 5000}).shards()]
    assert names == sorted(names) and len(set(map(len, names))) == 1


OTHER = {
    "spinefm": "0.0.1",
    "method": "vertxnet",
    "bundle": "paper",
    "checksums": {"med_sa": "cd" * 32},
    "preset": "published",
    "settings": {"overlap_limit": 0.2},
    "device": "cuda",
    "precision": "bfloat16",
    "polarity": "keep",
    "facing": "left",
    "spacing_mm": 0.2,
}
"""Another value for everything that decides results."""


def test_every_rule_has_another_value() -> None:
    assert set(OTHER) == set(RunRules.model_fields)


@pytest.mark.parametrize("name", OTHER)
def test_a_batch_does_not_go_on_with_other_rules(name: str) -> None:
    other = PLAN.model_copy(update={"rules": RULES.model_copy(update={name: OTHER[name]})})
    with pytest.raises(BatchError, match=r"^The batch was begun with .*; .*choose another --out\.$"):
        PLAN.refuse_other(other)


def test_the_refusal_says_what_differs() -> None:
    def refusal(**update: object) -> str:
        with pytest.raises(BatchError) as caught:
            PLAN.refuse_other(PLAN.model_copy(update={"rules": RULES.model_copy(update=update)}))
        return str(caught.value)

    assert "with setting overlap_limit 0.1, not 0.2;" in refusal(settings={"overlap_limit": 0.2})
    assert "with setting overlap_limit 0.1, not none;" in refusal(settings={})
    assert "other weights of med_sa" in refusal(checksums={"med_sa": "0"})
    assert "with SpineFM 9.9, not" in str(
        pytest.raises(BatchError, PLAN.model_copy(
            update={"rules": RULES.model_copy(update={"spinefm": "9.9"})}
        ).refuse_other, PLAN).value
    )  # fmt: skip


@pytest.mark.parametrize(
    ("update", "words"),
    [({"manifest": "0" * 64, "films": 7}, r"other films \(1000, now 7\)"), ({"together": 4}, "8 films at once, not 4")],
)
def test_a_batch_does_not_go_on_with_other_films(update: dict[str, object], words: str) -> None:
    with pytest.raises(BatchError, match=words):
        PLAN.refuse_other(PLAN.model_copy(update=update))


def test_how_it_is_spread_decides_nothing() -> None:
    PLAN.refuse_other(PLAN.model_copy(update={"shard_size": 8, "spread": 64, "weights": "/elsewhere"}))


def test_groups_grow_with_the_batch() -> None:
    for device in ("cpu", "cuda"):
        sizes = [group_size(films, device) for films in (0, 1, 40, 300, 100_000)]
        assert sizes == sorted(sizes) and sizes[0] == 1
    assert group_size(100_000, "cuda") > group_size(100_000, "cpu")

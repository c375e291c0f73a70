"""What an evaluation was run with, as facts in words, and those in which two evaluations differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spinefm.evaluation.runs import Plan
from spinefm.trace.model import Setting

SHORT = 8
"""Digits of a checksum that tell two files apart."""
ABSENT = "–"
SAME = "Both are of the same method, weights and settings."


@dataclass(frozen=True)
class Fact:
    """One choice of a run. follows_preset: it is a setting, and has the value that the run's preset gives it."""

    name: str
    text: str
    follows_preset: bool = False


def preset_of(method: str, settings: Mapping[str, Setting]) -> str:
    """The preset whose values most of the settings have; "" for a method without presets, or one not known here."""
    from spinefm.methods.registry import specs

    spec = specs().get(method)
    if spec is None or not spec.config.PUBLISHED:
        return ""
    telling = [name for name in spec.config.PUBLISHED if name in settings]
    published = sum(settings[name] == spec.config.PUBLISHED[name] for name in telling)
    return "published" if 2 * published > len(telling) else "tuned"


def preset_values(method: str, preset: str) -> dict[str, Setting]:
    """What a preset of a method sets; nothing for "" as the preset."""
    from spinefm.methods.registry import method_spec

    if not preset:
        return {}
    config = method_spec(method).config
    tuned = {name: field.default for name, field in config.model_fields.items()}
    return {**tuned, **(config.PUBLISHED if preset == "published" else {})}


def run_facts(plan: Plan) -> list[Fact]:
    """Everything that a run was made with, but for the place of its films."""
    preset = preset_of(plan.method, plan.settings)
    usual = preset_values(plan.method, preset)
    choices = {
        "data set": plan.dataset,
        "part": plan.split,
        "method": plan.method,
        "weights": plan.bundle,
        "preset": preset,
        "polarity": plan.polarity,
        "names and ids": plan.labels,
        "complete truth": _text(plan.complete),
        "version": plan.version,
        **{f"weights of {name}": str(checksum)[:SHORT] for name, checksum in sorted(plan.checksums.items())},
    }
    settings = [Fact(name, _text(value), usual.get(name) == value) for name, value in sorted(plan.settings.items())]
    return [*(Fact(name, text or ABSENT) for name, text in choices.items()), *settings]


def differences(first: Sequence[Fact], second: Sequence[Fact]) -> list[tuple[str, str, str]]:
    """Name and both texts of every fact that differs; of two presets, not what merely follows from them."""
    one, two = ({fact.name: fact for fact in facts} for facts in (first, second))
    pairs = [(name, one.get(name, Fact(name, ABSENT)), two.get(name, Fact(name, ABSENT))) for name in {**one, **two}]
    presets = [facts["preset"].text for facts in (one, two)]
    implied = presets[0] != presets[1]
    return [
        (name, a.text, b.text)
        for name, a, b in pairs
        if a.text != b.text and not (implied and a.follows_preset and b.follows_preset)
    ]


def differences_text(first: Plan, second: Plan) -> str:
    """The differences of two runs as one sentence, the first's value before the second's."""
    found = differences(run_facts(first), run_facts(second))
    if not found:
        return SAME
    return f"They differ in (A / B): {'; '.join(f'{name} {a} / {b}' for name, a, b in found)}."


def titled(plan: Plan) -> str:
    """A run's title with its preset, where the method has presets."""
    return " · ".join(filter(None, [plan.title, preset_of(plan.method, plan.settings)]))


def _text(value: Setting) -> str:
    """A setting as the command line takes it."""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)

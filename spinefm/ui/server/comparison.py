"""Two runs on one film side by side: which settings changed, which vertebrae, and where the runs first part."""

from __future__ import annotations

from typing import Any

from spinefm.core.numbers import percent
from spinefm.methods import TITLES
from spinefm.methods.base.decisions import Decision
from spinefm.methods.decisions import decisions_of
from spinefm.trace.model import Trace, Vertebra
from spinefm.ui.server.corrections import SAME
from spinefm.ui.server.limits import label_of

CLOSE = 0.005
"""Values that differ less count as the same: they are shown with two decimals."""


def compare(old: Trace, new: Trace) -> dict[str, Any]:
    """Changed settings, one row a vertebra from the top, and the first step at which the runs part (or None).

    Runs of two methods share neither settings nor steps: `methods` then holds their titles.
    """
    methods = _other_methods(old, new)
    return {
        "methods": methods,
        "settings": [] if methods else _changed_settings(old, new),
        "rows": _rows(old, new),
        "divergence": None if methods else _divergence(old, new),
    }


def _other_methods(old: Trace, new: Trace) -> list[str] | None:
    """The titles of both methods; None where they are the same."""
    titles = {name: title for title, name in TITLES.items()}
    return None if old.method == new.method else [titles.get(run.method, run.method) for run in (old, new)]


def _changed_settings(old: Trace, new: Trace) -> list[dict[str, Any]]:
    both = [name for name in new.settings if name in old.settings]
    changed = [name for name in both if new.settings[name] != old.settings[name]]
    return [
        {"name": name, "label": label_of(new.method, name), "old": old.settings[name], "new": new.settings[name]}
        for name in changed
    ]


def _rows(old: Trace, new: Trace) -> list[dict[str, Any]]:
    left = list(old.vertebrae)
    placed = []
    for vertebra in new.vertebrae:
        match = max(left, key=lambda other: vertebra.mask.dice(other.mask), default=None)
        dice = match.mask.dice(vertebra.mask) if match else 0.0
        if match is not None and dice > SAME:
            left.remove(match)
        placed.append((vertebra.centroid.y, _row(match if dice > SAME else None, vertebra, dice)))
    placed += [(vertebra.centroid.y, _row(vertebra, None, 0.0)) for vertebra in left]
    return [row for _, row in sorted(placed, key=lambda item: item[0])]


def _row(old: Vertebra | None, new: Vertebra | None, dice: float) -> dict[str, Any]:
    both = old is not None and new is not None
    return {
        "old": old.name if old else None,
        "new": new.name if new else None,
        "dice": round(dice, 4) if both else None,
        "same": both and old is not None and new is not None and old.name == new.name and dice > 1 - CLOSE,
    }


def _divergence(old: Trace, new: Trace) -> dict[str, Any] | None:
    """The first step that only one of the runs took, or that they decided otherwise; else the first other value."""
    before, after = _decisions(old), _decisions(new)
    keys = list(dict.fromkeys([*after, *before]))
    parted = [key for key in keys if not _same_verdict(before.get(key), after.get(key))]
    moved = [key for key in keys if not parted and _moved(before[key], after[key])]
    for key in [*parted, *moved]:
        direction, step = key
        return {"direction": direction, "step": step, "old": _words(before.get(key)), "new": _words(after.get(key))}
    return None


def _decisions(trace: Trace) -> dict[tuple[str, int], Decision]:
    """The decisions of the last starting points that held, or of the last ones tried, by direction and step."""
    steps = decisions_of(trace.events).steps
    held = [step.attempt for step in steps if step.direction != "seed"]
    last = held[-1] if held else steps[-1].attempt if steps else 0
    return {(step.direction, step.step): step for step in steps if step.attempt == last}


def _same_verdict(old: Decision | None, new: Decision | None) -> bool:
    return old is not None and new is not None and (old.verdict, old.reason) == (new.verdict, new.reason)


def _moved(old: Decision, new: Decision) -> bool:
    return abs((old.value or 0.0) - (new.value or 0.0)) >= CLOSE


def _words(decision: Decision | None) -> str:
    if decision is None:
        return "not reached"
    if decision.verdict == "stopped":
        return f"stopped, {decision.words}"
    if decision.by_hand:
        return f"kept by hand, against {decision.words}"
    kept = "kept" if decision.verdict == "accepted" else f"kept, spine end {decision.reason}"
    return kept if decision.value is None else f"{kept} {percent(decision.value)}"

"""What the browser asks of a batch, and the answer: one page of films, and counts over all that pass the filters.

A filter's own counts are over what passes all the others, so that its other choices stay to be chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from spinefm.batch.tables import DONE, FAILED
from spinefm.evaluation.measure_errors import level_order
from spinefm.measure.references import GENERAL, reference_of
from spinefm.methods.decisions import stop_words
from spinefm.ui.server.explorer.batch.columns import Codes, Flags, WordCodes
from spinefm.ui.server.explorer.batch.index import LEVEL_NAMES, PROBABILITY_BINS, BatchIndex
from spinefm.ui.server.explorer.measures import range_of
from spinefm.ui.server.explorer.words import MEASURES, on_the_page
from spinefm.ui.server.player.payload import colours

MOST_ON_PAGE = 100
MOST_BINS = 40
MOST_SENTENCES = 12
NONE = "none"
"""What a filter by word calls films that have none."""
Answer = dict[str, Any]
Order = Literal["doubtful", "name", "fewest", "most", "low", "high"]


class BatchQuestion(BaseModel):
    """Filters, all of which a film must pass, the order, and which page; "" and None filter nothing.

    levels: all of which were seen. stop: why the induction ended, in either direction. search: part of the film's name.
    span: least and most value of `measure`, at the level `place` or at any.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    status: Literal["", "done", "failed"] = ""
    view: str = Field(default="", max_length=200)
    anchor: str = Field(default="", max_length=200)
    stop: str = Field(default="", max_length=400)
    sentence: str = Field(default="", max_length=2000)
    doubtful: Literal["", "some", "none"] = ""
    levels: list[str] = Field(default=[], max_length=40)
    search: str = Field(default="", max_length=200)
    measure: str = Field(default="", max_length=100)
    place: str = Field(default="", max_length=40)
    span: tuple[float, float] | None = None
    sort: Order = "doubtful"
    offset: int = Field(default=0, ge=0, le=1 << 40)
    count: int = Field(default=40, ge=1, le=MOST_ON_PAGE)


@dataclass(frozen=True, eq=False)
class ChosenMeasure:
    """The rows of one measure at the chosen level: the films' places (M,), rising, and the values, NaN for none."""

    film: Codes
    value: NDArray[np.float32]


def opening(run: str, index: BatchIndex) -> Answer:
    """What the browser needs of a batch before it asks for films."""
    everything = np.ones(len(index), bool)
    stops = {**index.words["stop_up"].counts(everything), **index.words["stop_down"].counts(everything)}
    return {
        "kind": "batch",
        "run": run,
        "title": run,
        "films": len(index),
        "views": sorted(index.words["view"].words),
        "anchors": sorted(index.words["anchor"].words, key=level_order),
        "stops": sorted(stops),
        "stop_words": dict(stop_words()),
        "levels": [name for bit, name in enumerate(LEVEL_NAMES) if (index.levels >> np.uint32(bit) & 1).any()],
        "colours": colours(),
    }


def catalog(index: BatchIndex) -> list[Answer]:
    """The measures of a batch with title, unit, levels and reference ranges."""
    known = index.measures
    units = dict(zip(known.keys, known.units, strict=True))
    keys = [*(key for key in MEASURES if key in units), *sorted(set(units) - set(MEASURES))]
    found = [
        _kind(key, units[key], sorted(known.places(key), key=level_order)) for key in keys if _measured(index, key)
    ]
    return found


def _measured(index: BatchIndex, key: str) -> bool:
    """Whether any film has a value of a measure."""
    return bool((~np.isnan(index.measures.value[index.measures.rows(key)])).any())


def _kind(key: str, unit: str, levels: list[str]) -> Answer:
    ranges = {place: reference_of(key, tuple(place.split("-"))) for place in levels} | {"": GENERAL.get(key)}
    references = {place: range_of(one) for place, one in ranges.items() if one is not None}
    return {"key": key, "title": MEASURES.get(key, key), "unit": unit, "levels": levels, "references": references}


def answer(index: BatchIndex, asked: BatchQuestion) -> Answer:
    """The page and the counts."""
    chosen = chosen_measure(index, asked)
    masks = masks_of(index, asked, chosen)
    passing = all_of(masks, len(index))
    counts = facets(index, masks)
    places = ordered(index, asked, passing, chosen)[asked.offset : asked.offset + asked.count]
    return {
        "total": int(passing.sum()),
        "offset": asked.offset,
        "rows": _rows(index, places, chosen, asked.sort),
        "counts": counts,
        "sentence_words": {sentence: on_the_page(sentence) for sentence in counts["sentence"]},
        "levels": _level_counts(index, all_of(masks, len(index), "levels")),
        "probability": _probabilities(index, passing),
        "measure": histogram(chosen, all_of(masks, len(index), "span")) if chosen else None,
    }


def masks_of(index: BatchIndex, asked: BatchQuestion, chosen: ChosenMeasure | None) -> dict[str, Flags]:
    """Which films (N,) pass each filter that is set."""
    words = index.words
    made: dict[str, Callable[[], Flags]] = {
        "status": lambda: words["status"].codes == words["status"].code(asked.status),
        "view": lambda: _is(words["view"], asked.view),
        "anchor": lambda: _is(words["anchor"], asked.anchor),
        "sentence": lambda: _is(words["sentence"], asked.sentence),
        "stop": lambda: _is(words["stop_up"], asked.stop) | _is(words["stop_down"], asked.stop),
        "doubtful": lambda: (index.doubtful > 0) == (asked.doubtful == "some"),
        "levels": lambda: _seen(index, asked.levels),
        "search": lambda: _named(index, asked.search),
    }
    masks = {name: make() for name, make in made.items() if getattr(asked, name)}
    if asked.span is not None and chosen is not None:
        masks["span"] = _within(chosen, asked.span, len(index))
    return masks


def all_of(masks: Mapping[str, Flags], count: int, without: str = "") -> Flags:
    """Which films (N,) pass all filters, or all but that called `without`."""
    used = [mask for name, mask in masks.items() if name != without]
    return reduce(np.logical_and, used, np.ones(count, bool))


def _is(column: WordCodes, word: str) -> Flags:
    return column.codes == (-1 if word == NONE else column.code(word))


def _seen(index: BatchIndex, levels: list[str]) -> Flags:
    """Which films show all of these levels; none where one of them is no level."""
    if not set(levels) <= set(LEVEL_NAMES):
        return np.zeros(len(index), bool)
    wanted = np.uint32(sum(1 << LEVEL_NAMES.index(level) for level in set(levels)))
    return (index.levels & wanted) == wanted


def _named(index: BatchIndex, search: str) -> Flags:
    """Which films have that text in their name, whatever its case."""
    found = pc.match_substring(index.names, search, ignore_case=True)
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def _within(chosen: ChosenMeasure, span: tuple[float, float], count: int) -> Flags:
    """Which films have a value from one end of a span to the other."""
    inside = (chosen.value >= np.float32(span[0])) & (chosen.value <= np.float32(span[1]))
    passing = np.zeros(count, bool)
    passing[chosen.film[inside]] = True
    return passing


def chosen_measure(index: BatchIndex, asked: BatchQuestion) -> ChosenMeasure | None:
    """The measure that is asked about, at its level; None where none is."""
    if not asked.measure:
        return None
    known, rows = index.measures, index.measures.rows(asked.measure)
    film, value, place = known.film[rows], known.value[rows], known.place.codes[rows]
    if not asked.place:
        return ChosenMeasure(film, value)
    there = place == known.place.code(asked.place)
    return ChosenMeasure(film[there], value[there])


def facets(index: BatchIndex, masks: Mapping[str, Flags]) -> dict[str, dict[str, int]]:
    """How many films each choice of a filter would leave; of the reasons to end, how many ends they have."""
    count, words = len(index), index.words
    of = {name: all_of(masks, count, name) for name in ("status", "view", "anchor", "sentence", "stop", "doubtful")}
    some = int((index.doubtful[of["doubtful"]] > 0).sum())
    sentences = words["sentence"].counts(of["sentence"])
    return {
        "status": {name: words["status"].counts(of["status"]).get(name, 0) for name in (DONE, FAILED)},
        "view": _with_none(words["view"], of["view"]),
        "anchor": _with_none(words["anchor"], of["anchor"]),
        "sentence": dict(list(sentences.items())[:MOST_SENTENCES]),
        "stop": _stops(index, of["stop"]),
        "doubtful": {"some": some, "none": int(of["doubtful"].sum()) - some},
    }


def _with_none(column: WordCodes, chosen: Flags) -> dict[str, int]:
    nothing = int((column.codes[chosen] < 0).sum())
    return column.counts(chosen) | ({NONE: nothing} if nothing else {})


def _stops(index: BatchIndex, chosen: Flags) -> dict[str, int]:
    """How many ends each reason has, upwards and downwards."""
    ends = sum((Counter(index.words[name].counts(chosen)) for name in ("stop_up", "stop_down")), Counter[str]())
    return dict(ends.most_common())


def _level_counts(index: BatchIndex, chosen: Flags) -> dict[str, int]:
    """How many of the chosen films show each level."""
    seen = index.levels[chosen]
    counts = {name: int((seen >> np.uint32(bit) & np.uint32(1)).sum()) for bit, name in enumerate(LEVEL_NAMES)}
    return {name: count for name, count in counts.items() if count}


def _probabilities(index: BatchIndex, chosen: Flags) -> Answer:
    """The distribution of the probabilities of the chosen films' vertebrae."""
    bins = index.bodies.probability[chosen[index.bodies.film]]
    counts = np.bincount(bins, minlength=PROBABILITY_BINS + 1)
    edges = [bin_ / PROBABILITY_BINS for bin_ in range(PROBABILITY_BINS + 1)]
    return {"edges": edges, "counts": counts[:PROBABILITY_BINS].tolist(), "without": int(counts[PROBABILITY_BINS])}


def histogram(chosen: ChosenMeasure, passing: Flags) -> Answer:
    """The distribution of a measure over the films that pass: bins of round width, quartiles, and what has no value."""
    values = chosen.value[passing[chosen.film]]
    known = values[~np.isnan(values)]
    if not len(known):
        return {"edges": [0.0, 1.0], "counts": [0], "count": 0, "missing": len(values), "quartiles": None}
    edges = round_edges(float(known.min()), float(known.max()))
    step = edges[1] - edges[0]
    bins = np.clip(((known - edges[0]) / step + 1e-6).astype(np.int32), 0, len(edges) - 2)
    counts = np.bincount(bins, minlength=len(edges) - 1)
    quartiles = np.percentile(known, (25, 50, 75)).round(4).tolist()
    return {
        "edges": [round(float(edge), 9) for edge in edges],
        "counts": counts.tolist(),
        "count": len(known),
        "missing": len(values) - len(known),
        "quartiles": quartiles,
    }


def round_edges(low: float, high: float) -> NDArray[np.float64]:
    """At most MOST_BINS + 1 edges of bins, 1, 2 or 5 times a power of ten apart, that hold `low` and `high`.

    >>> round_edges(0.3, 3.75)[[0, 1, -1]].round(6).tolist()
    [0.3, 0.4, 3.8]
    """
    rough = max(high - low, abs(high) * 1e-6, 1e-9) / MOST_BINS
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(times * power for times in (1, 2, 5, 10, 20) if times * power >= rough * (1 - 1e-9))
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    return np.asarray(np.arange(first, max(last, first + 1) + 1) * step)


def ordered(index: BatchIndex, asked: BatchQuestion, passing: Flags, chosen: ChosenMeasure | None) -> Codes:
    """The places of the films that pass, in the order asked for; those alike stay in the order of their names."""
    places = index.by_name[passing[index.by_name]]
    key = _order_key(index, asked.sort, chosen)
    return places if key is None else places[np.argsort(key[places], kind="stable")]


def _order_key(index: BatchIndex, sort: Order, chosen: ChosenMeasure | None) -> NDArray[Any] | None:
    """What the films (N,) are sorted by, rising; None for the order of their names."""
    match sort:
        case "doubtful":
            return -index.doubtful
        case "fewest":
            return index.vertebrae
        case "most":
            return -index.vertebrae
        case "low" | "high" if chosen is not None:
            return _extreme(chosen, len(index), sort == "low")
    return None


def _extreme(chosen: ChosenMeasure, count: int, lowest: bool) -> NDArray[np.float32]:
    """The lowest value of each film, or the highest with its sign changed; endless where there is none."""
    known = ~np.isnan(chosen.value)
    value = chosen.value[known] if lowest else -chosen.value[known]
    least = np.full(count, np.inf, np.float32)
    np.minimum.at(least, chosen.film[known], value)
    return least


def _rows(index: BatchIndex, places: Codes, chosen: ChosenMeasure | None, sort: Order) -> list[Answer]:
    """The films of a page as the browser lists them; where they are sorted by value, so are the values of each."""
    values = _values(chosen, places)
    if sort in ("low", "high"):
        values = [sorted(own, reverse=sort == "high") for own in values]
    words = {name: index.words[name] for name in index.words}
    return [
        {
            "id": index.ids[int(at)].as_py(),
            "name": index.names[int(at)].as_py(),
            **{name: on_the_page(_word(column, int(at))) for name, column in words.items()},
            "vertebrae": int(index.vertebrae[at]),
            "doubtful": int(index.doubtful[at]),
            "values": values[row],
        }
        for row, at in enumerate(places)
    ]


def _word(column: WordCodes, at: int) -> str:
    code = int(column.codes[at])
    return column.words[code] if code >= 0 else ""


def _values(chosen: ChosenMeasure | None, places: Codes) -> list[list[float]]:
    """The values of the measure on each film of a page."""
    if chosen is None:
        return [[] for _ in places]
    starts, ends = (np.searchsorted(chosen.film, places, side) for side in ("left", "right"))
    own = [chosen.value[start:end] for start, end in zip(starts, ends, strict=True)]
    return [[round(float(value), 4) for value in values[~np.isnan(values)]] for values in own]

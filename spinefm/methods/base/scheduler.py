"""Many films at once: each run goes on until it asks a network, and what the runs ask is answered as one batch.

A method stays a plain generator that knows one film. Its run lives in a greenlet of its own; `Bundle.ask` leaves the
greenlet with the request and comes back with the answer. Nothing runs in parallel here, so the order of all steps, and
with it every batch, follows from the films alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Generic, TypeVar

from greenlet import getcurrent, greenlet

from spinefm.networks.request import Answered, Request
from spinefm.weights.answers import ORDER, answered
from spinefm.weights.bundle import Bundle

IN_FLIGHT = 32
"""Films that run at once on a GPU: some thirty patches in a call of Med-SA, forty of the classifier."""
REFILL = 0.5
"""New runs start together, once no more than this share of the places is taken: so they share their first calls."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Batch:
    """One call of a network: how many runs asked, and how many items they asked about."""

    network: str
    requests: int
    items: int


@dataclass(eq=False)
class _Run(Generic[Item, Result]):
    """A run in its greenlet: what it waits for, and its result once it has ended."""

    greenlet: greenlet
    waits_for: Request | None = None
    ended: list[Result] = field(default_factory=list)


class Scheduler(Generic[Item, Result]):
    """Runs `work` over many items and collects what their runs ask of a bundle's networks.

    Args:
        bundle: the networks.
        work: what to do with an item; called with the item and a bundle whose requests are collected. What it raises
            ends all runs, so it turns what concerns its item alone into a result. A network's fault is raised where the
            network was asked.
        in_flight: runs that are under way at once. 1 asks the networks directly.
        on_batch: told of every call of a network.

    On a CPU a batch over films is hardly faster, and float32 sums depend on the batch in their last digits: the default
    there is 1, which gives bit for bit what one film alone gives.
    """

    def __init__(
        self,
        bundle: Bundle,
        work: Callable[[Item, Bundle], Result],
        in_flight: int | None = None,
        on_batch: Callable[[Batch], None] | None = None,
    ) -> None:
        self._bundle = bundle
        self._collecting = replace(bundle, asked=_leave_with)
        self._work = work
        self._in_flight = in_flight or (1 if bundle.device.type == "cpu" else IN_FLIGHT)
        self._on_batch = on_batch or _ignore

    def map(self, items: Iterable[Item]) -> Iterator[Result]:
        """The result of each item, in the order of the items.

        At most twice `in_flight` items are taken ahead of the one whose result comes next.
        """
        if self._in_flight == 1:
            yield from (self._work(item, self._bundle) for item in items)
            return
        waiting: deque[_Run[Item, Result]] = deque()
        source = iter(items)
        try:
            while True:
                self._fill(waiting, source)
                if not waiting:
                    return
                while waiting and waiting[0].ended:
                    yield waiting.popleft().ended[0]
                self._answer(waiting)
        finally:
            for run in waiting:
                _end(run)

    def _fill(self, runs: deque[_Run[Item, Result]], source: Iterator[Item]) -> None:
        """Start runs until all places are taken, or too many wait for the first to end."""
        under_way = sum(not run.ended for run in runs)
        if under_way > REFILL * self._in_flight:
            return
        for item in islice(source, min(self._in_flight - under_way, 2 * self._in_flight - len(runs))):
            run: _Run[Item, Result] = _Run(greenlet(self._work))
            runs.append(run)
            _go_on(run, item, self._collecting)

    def _answer(self, asking: Sequence[_Run[Item, Result]]) -> None:
        """Answer requests of one kind, and let their runs go on to their next ones.

        Of all networks that are waited for it is the one that a step asks first. So runs that lag behind catch up with
        those that wait for the last one, the classifier, and from there all go on together: replayed requests of films
        shared twice as large batches as with the kind that most wait for (`bench.many_films`).
        """
        kinds: dict[Hashable, list[tuple[_Run[Item, Result], Request]]] = {}
        for run in asking:
            if run.waits_for is not None:
                kinds.setdefault(run.waits_for.kind, []).append((run, run.waits_for))
        if not kinds:
            return
        runs, requests = zip(*min(kinds.values(), key=_turn), strict=True)
        self._on_batch(Batch(requests[0].network, len(requests), sum(request.count for request in requests)))
        for run, answer in zip(runs, self._answers(requests), strict=True):
            _go_on(run, answer)

    def _answers(self, requests: Sequence[Request]) -> Sequence[Answered | Exception]:
        """The answers; what the network raises goes to every run that asked, and each says so of its item."""
        try:
            return answered(self._bundle, requests)
        except Exception as error:  # noqa: BLE001 (raised again within the runs)
            return [error] * len(requests)


def _ignore(_: Batch) -> None:
    pass


def _turn(asking: Sequence[tuple[object, Request]]) -> tuple[int, int]:
    """The place of requests of one kind in the order of answers: by their network, then the most items first."""
    return ORDER.index(asking[0][1].network), -sum(request.count for _, request in asking)


def _leave_with(request: Request) -> Answered:
    """Leave the run's greenlet with a request; come back with its answer. Raises what the network raised."""
    parent = getcurrent().parent
    assert parent is not None, "a collecting bundle is asked within a run only"
    answer: Answered | Exception = parent.switch(request)
    if isinstance(answer, Exception):
        raise answer
    return answer


def _go_on(run: _Run[Item, Result], *values: object) -> None:
    """Let a run go on with `values` until it asks or ends."""
    run.greenlet.parent = getcurrent()
    left_with = run.greenlet.switch(*values)
    if run.greenlet.dead:
        run.waits_for = None
        run.ended.append(left_with)
    else:
        run.waits_for = left_with


def _end(run: _Run[Item, Result]) -> None:
    """End a run that nobody waits for any more."""
    if not run.greenlet.dead:
        run.greenlet.parent = getcurrent()
        run.greenlet.throw()

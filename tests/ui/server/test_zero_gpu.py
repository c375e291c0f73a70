"""A GPU lent per call: a stand-in for `spaces` runs each call in a process of its own, as ZeroGPU does."""

from __future__ import annotations

import inspect
import multiprocessing
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.methods import CannotAdd, CannotStart, run_to_trace
from spinefm.trace.model import Finished
from spinefm.ui.server.model_service import BundleService
from spinefm.ui.server.zero_gpu import LENT, RUN_SECONDS, ZeroGpuService, borrowing, gpu_is_lent, prepare
from tests.ui.server.stand_in import CENTRES, StandIn, StandInService, film_pixels

ROOT = Path(__file__).parents[3]
FORK = multiprocessing.get_context("fork")


class Spaces(ModuleType):
    """What of `spaces` is used; it notes the seconds asked for and the processes that worked."""

    def __init__(self) -> None:
        super().__init__("spaces")
        self.durations: list[int] = []
        self.workers: list[int] = []

    def GPU(self, duration: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        self.durations.append(duration)
        return lambda call: self.streamed(call) if inspect.isgeneratorfunction(call) else self.once(call)

    def streamed(self, call: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
        """`call` in a forked process; arguments and answers are pickled."""

        def lent(*args: Any) -> Iterator[Any]:
            queue: Any = FORK.SimpleQueue()
            sent = pickle.dumps(args)

            def work() -> None:
                torch.set_num_threads(1)  # the parent's threads did not come along
                for answer in call(*pickle.loads(sent)):
                    queue.put(pickle.dumps(answer))
                queue.put(None)

            worker = FORK.Process(target=work)
            worker.start()
            self.workers.append(worker.pid or 0)
            while (answer := queue.get()) is not None:
                yield pickle.loads(answer)
            worker.join()

        return lent

    def once(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same for one answer."""
        streamed = self.streamed(lambda *args: iter([call(*args)]))
        return lambda *args: next(streamed(*args))


@pytest.fixture
def spaces(monkeypatch: pytest.MonkeyPatch) -> Spaces:
    module = Spaces()
    monkeypatch.setenv(LENT, "true")
    monkeypatch.setitem(sys.modules, "spaces", module)
    return module


@pytest.fixture
def film() -> Radiograph:
    return Radiograph.from_array(film_pixels(), name="drawn")


def test_where_no_gpu_is_lent_nothing_is_changed_or_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LENT, raising=False)
    monkeypatch.setitem(sys.modules, "spaces", None)  # an import of it would fail
    prepare()
    assert not gpu_is_lent()
    assert borrowing(len) is len


def test_events_of_a_run_come_from_the_other_process(spaces: Spaces, film: Radiograph) -> None:
    bench = ZeroGpuService(StandInService())
    lent, own = bench.method({"overlap_limit": 0.2}, None), StandInService().method({"overlap_limit": 0.2}, None)
    assert len(list(lent.run(film))) == len(list(own.run(film)))
    assert (lent.name, lent.settings) == (own.name, own.settings)
    assert spaces.workers and os.getpid() not in spaces.workers
    assert spaces.durations == [RUN_SECONDS, RUN_SECONDS]
    assert bench.facts() == StandInService().facts()


def test_a_refusal_keeps_its_type_and_its_sentence(
    spaces: Spaces, film: Radiograph, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = ZeroGpuService(StandInService()).method({}, None)
    trace = run_to_trace(method, film)
    with pytest.raises(CannotAdd, match="No new vertebra was found"):
        method.add(film, trace, Point(5, 5))
    assert method.add(film, trace, CENTRES[6]).vertebrae
    assert method.go_on(film, trace, "down").vertebrae

    def none(self: StandIn, film: Radiograph) -> Iterator[Any]:
        raise CannotStart("Nothing can start here; click three.")

    monkeypatch.setattr(StandIn, "run", none)
    with pytest.raises(CannotStart, match="click three"):
        list(ZeroGpuService(StandInService()).method({}, None).run(film))


@pytest.mark.weights
def test_the_networks_answer_as_on_the_own_device(spaces: Spaces) -> None:
    film = read(next((ROOT / "examples").rglob("films/*.png")))
    bench = BundleService()
    own = list(bench.method({}, None).run(film))
    lent = list(ZeroGpuService(bench).method({}, None).run(film))
    assert [type(event) for event in lent] == [type(event) for event in own]
    ends = [next(event for event in events if isinstance(event, Finished)) for events in (lent, own)]
    assert [vertebra.name for vertebra in ends[0].vertebrae] == [vertebra.name for vertebra in ends[1].vertebrae]


def test_torch_is_not_there_yet_when_spaces_is_to_be_imported() -> None:
    code = "import sys, app; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

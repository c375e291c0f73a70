"""A program on an emulated ZeroGPU Space, run by `test_zero_gpu.py`: scenarios in turn, and their findings as JSON.

    python -m tests.ui.server.zero_gpu_program SCENARIO…

`spaces` is the real package. On a machine without a GPU the two functions of it that touch the GPU in a worker, to
initialise CUDA and to move emulated tensors there, do nothing; the worker then takes the CPU.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from spinefm.core.geometry import Point
from spinefm.core.machine import prepare
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.methods import CannotAdd, CannotStart, run_to_trace
from spinefm.trace.captions import caption
from spinefm.trace.model import Finished
from spinefm.ui.server import model_service
from spinefm.ui.server.model_service import BundleService, ModelService, ServiceError
from spinefm.ui.server.start import build_service
from spinefm.ui.server.zero_gpu import ZeroGpuService, import_spaces
from spinefm.weights.fetch import fetch_source

ROOT = Path(__file__).parents[3]
FILM = ROOT / "examples" / "films" / "cervical.png"
SEEDS = [Point(300, 300), Point(300, 380), Point(300, 460)]


def without_gpu() -> None:
    """Let a worker go on where there is no GPU."""
    import spaces.zero.torch as zero
    import torch

    if not Path("/dev/nvidiactl").exists():
        zero.init = lambda uuid: None
        zero.move = lambda callback=None: None
    assert torch.cuda.is_available(), "CUDA is emulated"


def finished(events: Any) -> Finished:
    """The last event of a run that ended well."""
    last = list(events)[-1]
    assert isinstance(last, Finished)
    return last


def outcome(service: ModelService, film: Radiograph, bundle: str) -> list[str]:
    """What the networks of a bundle say from `SEEDS` on: a line per event, or the refusal."""
    lines = []
    try:
        for event in service.method({}, SEEDS, bundle=bundle).run(film):
            lines.append(f"{type(event).__name__} {caption(event)}")
    except CannotStart as error:
        lines.append(str(error))
    return lines


def film_through_the_page() -> dict[str, Any]:
    """The service as `app.py` builds it, a page that is launched, one film, a correction, and a wrong click."""
    import gradio

    service = build_service("compact")
    with gradio.Blocks() as page:
        gradio.HTML("page")
    page.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    film = read(FILM)
    method = service.method({"overlap_limit": 0.2}, None)
    trace = run_to_trace(method, film)
    refused = ""
    try:
        method.add(film, trace, Point(5, 5))
    except CannotAdd as error:
        refused = str(error)
    own = run_to_trace(BundleService.started("compact", "cpu").method({"overlap_limit": 0.2}, None), film)
    page.close()
    return {
        "names": [vertebra.name for vertebra in trace.vertebrae],
        "own": [vertebra.name for vertebra in own.vertebrae],
        "settings": dict(trace.settings) == dict(own.settings),
        "refused": refused,
        "device": service.facts().device,
    }


def change_of_bundle() -> dict[str, Any]:
    """A worker is forked while the compact bundle serves; then `paper` arrives, in a thread, and it takes over."""
    arrive = threading.Event()
    vars(model_service)["fetch_source"] = lambda name: fetch_source(name) if arrive.wait(100) else None
    service = BundleService("paper", "cpu", patience=0.0)
    lent = ZeroGpuService(service)
    files = service.start()
    film = read(FILM)
    before, note = finished(lent.method({}, None).run(film)), lent.facts().note
    taken = threading.Event()
    files.add_done_callback(lambda _: taken.set())  # callbacks run in turn: this one when the bundle has taken over
    arrive.set()
    assert taken.wait(100)
    after = outcome(lent, film, "paper")
    again = finished(lent.method({}, None, bundle="compact").run(film))
    return {
        "before": [before.bundle, list(before.notes)],
        "note": note,
        "after": after,
        "own": outcome(service, film, "paper"),
        "compact": outcome(service, film, "compact"),
        "notes": list(service.bundle().notes),
        "again": [again.bundle, list(again.notes)],
        "line": lent.facts().line,
    }


def cancelled_run() -> dict[str, Any]:
    """A run that its visitor gives up after one event, and the next one on the same worker."""
    lent = build_service("compact")
    run: Any = lent.method({}, None).run(read(FILM))
    first = type(next(run)).__name__
    run.close()
    return {"first": first, "next": len(finished(lent.method({}, None).run(read(FILM))).vertebrae)}


class Broken(ZeroGpuService):
    """A service whose worker fails."""

    def _run_there(self, wanted: Any, film: Radiograph) -> Iterator[Any]:
        yield from ()
        raise ZeroDivisionError("inside the worker")


def error_inside() -> dict[str, Any]:
    """A film on which no run can start, and a fault of the program, each in the worker."""
    import numpy as np

    service = BundleService.started("compact", "cpu")
    noise = np.random.default_rng(0).random((300, 300), np.float32)
    blank = Radiograph.from_array(noise, name="noise")
    said = {}
    for name, lent in (("refused", ZeroGpuService(service)), ("broken", Broken(service))):
        try:
            list(lent.method({}, None).run(blank))
        except (CannotStart, ServiceError, RuntimeError) as error:
            said[name] = [type(error).__name__, str(error)]
    return said


def used_up_quota() -> dict[str, Any]:
    """A visitor whose seconds of the day are used up."""
    try:
        list(build_service("compact").method({}, None).run(read(FILM)))
    except ServiceError as error:
        return {"sentence": str(error)}
    return {}


SCENARIOS: dict[str, Callable[[], dict[str, Any]]] = {
    scenario.__name__: scenario
    for scenario in (film_through_the_page, change_of_bundle, cancelled_run, error_inside, used_up_quota)
}

if __name__ == "__main__":
    prepare()
    import_spaces()
    without_gpu()
    result = {name: SCENARIOS[name]() for name in sys.argv[1:]}
    Path(os.environ["FINDINGS"]).write_text(json.dumps(result), encoding="utf-8")

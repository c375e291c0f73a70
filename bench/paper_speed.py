"""The paper's sizes on one film of eight vertebrae: the published loop, done directly, against this program's.

    python -m bench.paper_speed [--threads 1] [--device cpu --device cuda] [--films 16 --processes 1 --processes 4]

Both run the same networks with the same random weights over the same eight vertebrae: three to start, then up and down.
Every network answers, and its answer is timed and kept, but the decisions are forced, because random weights know no
vertebrae. The straight loop takes one patch at a time in float32 with segment_anything's own attention and keeps
film-sized logits, as published; ours is the program itself (`spinefm.methods`), in bfloat16 where the device computes
in it. Prints seconds (of the clock and of the processor), peak memory, the share outside the networks, and the Dice
between the two at every vertebra. Then comes the program with Med-SA's patches as small as our recipe trains it for:
another network, whose masks are not compared; and, with `--films`, the program over so many films at once, per film, in
one process or in several that share the device, as `spinefm batch` does it.
On a GPU each runs three times and the last one counts: the first ones choose kernels and take memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

SIZE = (1463, 1755)
"""Width and height of the film, as the NHANES II cervical films have them."""
SPACING, FIRST = 170, 230
"""Film pixels between centroids, and from the top to the first."""
PATCH, CLASSIFIER_PATCH = 600, 512
"""Sides of the published patches for these films."""
FINAL = 0.9
RUNS = 3
"""Runs on a GPU."""
KINDS = ("wall", "processor")


@dataclass
class Clock:
    """Seconds of the wall clock and of the processor under each name, until the device has done its part."""

    device: str
    wall: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Add the time until the block ends to `name`."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        synchronise(self.device)
        self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall
        self.processor[name] = self.processor.get(name, 0.0) + time.process_time() - processor


def synchronise(device: str) -> None:
    """Wait until a GPU has done what it was given."""
    if device != "cpu":
        import torch

        torch.cuda.synchronize(device)


@dataclass(frozen=True)
class Measured:
    """One of the two: masks (H, W) by vertebra, its clock, peak memory in GB, the share outside the networks."""

    name: str
    masks: dict[int, Any]
    clock: Clock
    peak: float
    outside: float | None = None


def main() -> int:
    """Run both, each in a process of its own, so that neither has the other's memory; print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", action="append", help="cpu or cuda; may be named twice (default: cpu)")
    parser.add_argument("--films", type=int, default=0, help="also run so many films at once, in each process")
    parser.add_argument("--processes", type=int, action="append", help="may be named several times (default: 1)")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(args.threads)
    for device in args.device or ["cpu"]:
        print(f"{args.threads} thread(s), {device}, film {SIZE[0]} x {SIZE[1]}, {len(column())} vertebrae")
        compare(device, args.threads, args.films, args.processes or [1])
    return 0


def compare(device: str, threads: int, films: int, processes: Sequence[int]) -> None:
    """The straight loop, the program, and the program with small patches, on one device."""
    before, same, smaller = (alone(each, device, threads) for each in (straight, ours, ours_with_small_patches))
    compare_masks(before, same)
    compare_times(before, same)
    compare_times(before, smaller)
    for count in processes if films else []:
        compare_times(before, alone(ours_together, device, threads, films, count))


def alone(measured: Callable[..., Measured], *arguments: Any) -> Measured:
    """One of them in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        found = pool.submit(measured, *arguments).result()
    report(found)
    return found


def straight(device: str, threads: int) -> Measured:
    """The published loop in this process."""
    bundle = random_bundle(device, threads, 1024)
    with_own_attention(bundle.med_sa)
    for clock in clocks(device):
        with clock.measure("total"):
            masks = straight_loop(bundle, noise_film(), column(), clock)
    return Measured("straight loop, float32", masks, clock, peak_memory())


def clocks(device: str) -> list[Clock]:
    """A clock for every run; the last one counts."""
    return [Clock(device) for _ in range(1 if device == "cpu" else RUNS)]


def ours(device: str, threads: int) -> Measured:
    """This program in this process."""
    return _ours("ours", device, threads, 1024)


def ours_with_small_patches(device: str, threads: int) -> Measured:
    """This program in this process, Med-SA as our recipe trains it."""
    from spinefm.training.scale import OUR_PATCH

    return _ours(f"ours, Med-SA at {OUR_PATCH} px", device, threads, OUR_PATCH)


def _ours(name: str, device: str, threads: int, patch: int) -> Measured:
    from spinefm.core.machine import prepare

    prepare()
    bundle = prepared(device, threads, patch)
    for clock in clocks(device):
        masks, seconds = our_induction(bundle, noise_film(), column(), clock)
    share = seconds["outside_networks"] / seconds["total"]
    return Measured(f"{name}, {bundle.precision}", masks, clock, peak_memory(), share)


def ours_together(device: str, threads: int, films: int, processes: int) -> Measured:
    """This program over many films at once; its clock is per film, from the first process's start to the last's end."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(processes, context) as pool:
        barrier = manager.Barrier(processes)
        tasks = [pool.submit(_together, device, threads, films, barrier) for _ in range(processes)]
        runs = [task.result() for task in tasks]
    starts, ends, busy = zip(*((run.start, run.end, run.processor) for run in runs), strict=True)
    count = films * processes
    clock = Clock(device, {"total": (max(ends) - min(starts)) / count}, {"total": sum(busy) / count})
    name = f"ours, {processes} process(es), {films} films at once in each, per film, {runs[0].precision}"
    return Measured(name, {}, clock, sum(run.peak for run in runs))


@dataclass(frozen=True)
class Together:
    """When a process's films began and ended by the machine's clock, its processor seconds and memory in GB."""

    start: float
    end: float
    processor: float
    peak: float
    precision: str


def _together(device: str, threads: int, films: int, barrier: Any) -> Together:
    """Many films at once in this process; the last run begins with those of the other processes."""
    from spinefm.core.machine import prepare
    from spinefm.methods import run_to_trace
    from spinefm.methods.base.scheduler import Scheduler
    from spinefm.methods.spinefm import SpineFMMethod

    prepare()
    bundle = prepared(device, threads)

    def work(film: Any, collecting: Any) -> Any:
        def stages(watch: Any) -> Forced:
            return Forced(collecting, watch, column())

        return run_to_trace(SpineFMMethod(collecting, forced_settings(bundle), stages=stages), film)

    for clock in clocks(device):
        barrier.wait()
        start = time.perf_counter()
        with clock.measure("total"):
            list(Scheduler(bundle, work, films).map([noise_film()] * films))
    return Together(start, time.perf_counter(), clock.processor["total"], peak_memory(), bundle.precision)


def prepared(device: str, threads: int, patch: int = 1024) -> Any:
    """The random bundle as this program loads one for the device."""
    return random_bundle(device, threads, patch).lowered()


def with_own_attention(med_sa: Any) -> None:
    """Let each block of the encoder attend as segment_anything does, which this program replaces by the same sums."""
    for block in med_sa.image_encoder.blocks:
        object.__setattr__(block, "_attention", block.attn)


def peak_memory() -> float:
    """The most memory that this process has held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def report(measured: Measured) -> None:
    """Seconds of each stage, and the peak memory."""
    print(measured.name)
    for stage, wall in measured.clock.wall.items():
        print(f"  {wall:8.3f} s, {measured.clock.processor[stage]:8.3f} s of processor  {stage}")
    print(f"  {measured.peak:8.2f} GB peak memory", flush=True)
    if measured.outside is not None:
        print(f"  outside the networks: {measured.outside:.1%} of the run")


def compare_masks(straight: Measured, ours: Measured) -> None:
    """Dice at each vertebra."""
    import numpy as np

    dice = []
    for index, truth in straight.masks.items():
        mask = ours.masks[index]
        dice.append(2 * np.logical_and(truth, mask).sum() / max(1, truth.sum() + mask.sum()))
        print(f"  vertebra {index}: {truth.sum()} px, Dice {dice[-1]:.4f}")
    print(f"Dice between the two: median {statistics.median(dice):.4f}, worst {min(dice):.4f}")


def compare_times(straight: Measured, other: Measured) -> None:
    """How many times faster than the straight loop."""
    wall, processor = (getattr(straight.clock, k)["total"] / getattr(other.clock, k)["total"] for k in KINDS)
    print(f"{other.name}: {wall:.2f} times faster by the clock, {processor:.2f} times by the processor's seconds")


def random_bundle(device: str, threads: int, patch: int) -> Any:
    """The paper's networks with random weights; the adapters and tables that start at zero are woken.

    Med-SA takes patches of `patch` px; the process is set to `threads`.
    """
    import torch

    from spinefm.core.machine import computes_bfloat16
    from spinefm.networks.level_classifier import LevelClassifier, LevelClassifierConfig
    from spinefm.networks.mask_rcnn import MaskRCNNConfig, build_mask_rcnn
    from spinefm.networks.med_sa import MedSA, MedSAConfig
    from spinefm.networks.point_predictor import PointPredictor, PointPredictorConfig
    from spinefm.weights.load import Bundle

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    networks: list[Any] = [
        build_mask_rcnn(MaskRCNNConfig.paper()),
        MedSA(MedSAConfig.paper(side_px=PATCH, patch=patch)),
        LevelClassifier(LevelClassifierConfig.paper(side_px=CLASSIFIER_PATCH)),
        PointPredictor(PointPredictorConfig.paper()),
    ]
    for parameter in networks[1].parameters():
        if not parameter.detach().any():
            torch.nn.init.normal_(parameter.data, std=0.02)
    detector, med_sa, classifier, predictor = (net.to(device).eval().requires_grad_(False) for net in networks)
    place = torch.device(device)
    precision = "bfloat16" if computes_bfloat16(place) else "float32"
    return Bundle("random", place, precision, detector, med_sa, classifier, predictor, {})


def noise_film() -> Any:
    """A film of smooth noise: what it shows does not matter, since every decision is forced."""
    import cv2
    import numpy as np

    from spinefm.imaging.radiograph import Radiograph

    coarse = np.random.default_rng(0).random((SIZE[1] // 24, SIZE[0] // 24)).astype(np.float32)
    return Radiograph.from_array(np.clip(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), 0, 1), name="noise")


def column() -> list[Any]:
    """Eight centroids, from the top."""
    from spinefm.core.geometry import Point

    return [Point(SIZE[0] / 2 + 12 * (i % 3), FIRST + SPACING * i) for i in range(8)]


def straight_loop(bundle: Any, film: Any, centroids: Sequence[Any], clock: Clock) -> dict[int, Any]:
    """The published loop: one patch after the other, float32, film-sized logits; the mask (H, W) of each vertebra."""
    import torch

    pixels = torch.from_numpy(film.pixels)[None].expand(3, -1, -1).to(bundle.device)  # (3, H, W)
    masks: dict[int, Any] = {}
    with torch.inference_mode():
        with clock.measure("detector"):
            bundle.mask_rcnn([pixels])
        previous = None
        for index in (3, 4, 5, 2, 1, 0, 6, 7):
            with clock.measure("point predictor"):
                bundle.point_predictor(torch.rand(1, 3, 2, device=bundle.device))
            with clock.measure("Med-SA"):
                logits = straight_mask(bundle, pixels, centroids[index])
            with clock.measure("checks"):
                refined = logits.sigmoid()
                masks[index] = (refined > 0.5).cpu().numpy()
                if previous is not None:
                    ((refined > 0.5) & previous).sum() / ((refined > 0.5) | previous).sum()
                previous = refined > 0.5
            with clock.measure("classifier"):
                patch, _ = straight_patch(pixels, centroids[index], CLASSIFIER_PATCH, 224)
                bundle.classifier(patch[None]).softmax(dim=1).tolist()
            with clock.measure("smoothing"):
                smoothed(logits)
    return masks


def straight_patch(pixels: Any, centre: Any, side: int, size: int) -> tuple[Any, tuple[int, int]]:
    """A padded patch (3, size, size) round `centre`, and its corner on the film."""
    import torch.nn.functional as F

    from spinefm.core.geometry import Box

    box = Box.square(centre, side)
    padded = F.pad(pixels, (side, side, side, side))  # (3, H + 2 side, W + 2 side)
    patch = padded[:, box.y0 + side : box.y1 + side, box.x0 + side : box.x1 + side]  # (3, side, side)
    resized = F.interpolate(patch[None], (size, size), mode="bilinear", align_corners=False)[0]
    return resized, (box.x0, box.y0)


def straight_mask(bundle: Any, pixels: Any, centre: Any) -> Any:
    """Logits of the whole film (H, W) for the vertebra at `centre`."""
    import torch
    import torch.nn.functional as F

    patch, (x0, y0) = straight_patch(pixels, centre, PATCH, 1024)
    logits = bundle.med_sa(patch[None], torch.tensor([[511.5, 511.5]], device=bundle.device))  # (1, 1024, 1024)
    small = F.interpolate(logits[None], (PATCH, PATCH), mode="bilinear", align_corners=False)[0, 0]
    whole = torch.full((pixels.shape[1] + 2 * PATCH, pixels.shape[2] + 2 * PATCH), -10.0, device=bundle.device)
    whole[y0 + PATCH : y0 + 2 * PATCH, x0 + PATCH : x0 + 2 * PATCH] = small
    return whole[PATCH:-PATCH, PATCH:-PATCH]


def smoothed(logits: Any) -> Any:
    """The published post-processing of one mask: 15 x 15 Gaussian, deviation 20, on the whole film."""
    from torchvision.transforms.functional import gaussian_blur

    sure = (logits.sigmoid() > FINAL).float()[None]  # (1, H, W)
    return gaussian_blur(sure, [15, 15], [20.0, 20.0])[0] > 0.5


def our_induction(bundle: Any, film: Any, centroids: Sequence[Any], clock: Clock) -> tuple[dict[int, Any], Any]:
    """The program itself over the forced column; the mask (H, W) of each vertebra, and the run's seconds."""
    from spinefm.methods import run_to_trace
    from spinefm.methods.spinefm import SpineFMMethod
    from spinefm.trace.model import Finished

    forced: list[Forced] = []

    def stages(watch: Any) -> Any:
        forced.append(Forced(bundle, watch, centroids))
        return forced[0]

    with clock.measure("total"):
        trace = run_to_trace(SpineFMMethod(bundle, forced_settings(bundle), stages=stages), film)
    finished = next(event for event in trace.events if isinstance(event, Finished))
    if len(finished.vertebrae) != len(centroids):
        raise SystemExit(f"The forced induction took {len(finished.vertebrae)} vertebrae instead of {len(centroids)}.")
    for name, seconds in finished.seconds.items():
        if name != "total":
            clock.wall[name], clock.processor[name] = seconds, float("nan")
    return forced[0].masks, finished.seconds


def forced_settings(bundle: Any) -> Any:
    """Settings under which no mask is asked for twice."""
    from spinefm.methods.spinefm import SpineFMConfig

    return SpineFMConfig.of(bundle, "tuned").changed({"recentre": False, "plausible_starts": False})


class Forced:
    """Stages whose networks all answer, and whose answers are then replaced by those of a known column."""

    def __init__(self, bundle: Any, watch: Any, centroids: Sequence[Any]) -> None:
        from spinefm.methods.base.stages import NetworkStages

        self._stages = NetworkStages(bundle, watch)
        self._centroids = list(centroids)
        self.masks: dict[int, Any] = {}

    def detect(self, film: Any, sure: float) -> list[Any]:
        """The third, fourth and fifth body, whatever the detector says."""
        from spinefm.core.geometry import Box
        from spinefm.core.masks import Mask
        from spinefm.methods.base.stages import Candidate

        self._stages.detect(film, sure)
        boxes = [Box.square(centre, 120) for centre in self._centroids[3:6]]
        bodies = [Mask.from_array(_disc(box, box), (box.x0, box.y0)) for box in boxes]
        return [Candidate(0.9, mask.box, mask, mask.centroid) for mask in bodies]

    def next_point(self, film: Any, known: Sequence[Any]) -> Any:
        """The next body of the column, or a point outside the film past its end."""
        from spinefm.core.geometry import Point

        self._stages.next_point(film, known)
        step = 1 if known[-1].y > known[0].y else -1
        index = self._nearest(known[-1]) + step
        return self._centroids[index] if 0 <= index < len(self._centroids) else Point(-1e4, -1e4)

    def segment(self, film: Any, boxes: Sequence[Any], clicks: Sequence[Any]) -> list[Any]:
        """A disc at each click; what the network says is kept."""
        from spinefm.core.geometry import Box

        answers = self._stages.segment(film, boxes, clicks)
        for box, click, values in zip(boxes, clicks, answers, strict=True):
            self.masks[self._nearest(click)] = _on_film(values > 0.5, box, film)
        return [_disc(box, Box.square(click, 120)).astype("float32") for box, click in zip(boxes, clicks, strict=True)]

    def view(self, film: Any) -> None:
        """Not asked: the paper has no such stage."""

    def classify(self, film: Any, boxes: Sequence[Any]) -> list[Any]:
        """A vertebra, whatever the classifier says."""
        from spinefm.methods.base.stages import Probabilities

        return [Probabilities(0.0, 1.0, 0.0, 0.0) for _ in self._stages.classify(film, boxes)]

    def _nearest(self, point: Any) -> int:
        return min(range(len(self._centroids)), key=lambda i: point.distance(self._centroids[i]))


@cache
def _disc(box: Any, inner: Any) -> Any:
    """Where the disc in the square `inner` lies on `box`, (h, w)."""
    import numpy as np

    y, x = np.mgrid[box.y0 : box.y1, box.x0 : box.x1]
    radius = inner.width / 2
    return (x - inner.x0 - radius) ** 2 + (y - inner.y0 - radius) ** 2 <= radius**2


def _on_film(mask: Any, box: Any, film: Any) -> Any:
    """A patch's mask (h, w) on the whole film (H, W)."""
    import numpy as np

    whole = np.zeros((film.height, film.width), bool)
    inside = box.clipped(whole.shape)
    whole[inside.rows, inside.columns] = mask[
        inside.y0 - box.y0 : inside.y1 - box.y0, inside.x0 - box.x0 : inside.x1 - box.x0
    ]
    return whole


if __name__ == "__main__":
    sys.exit(main())

"""From a seed to a phantom: settings, spine, view, painting, film, truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import Canvas, CanvasView, cover
from spinefm.phantom.cervical import paint_neck
from spinefm.phantom.column import ColumnVertebra, build_column
from spinefm.phantom.film import Developed, FilmSettings, develop
from spinefm.phantom.groups import group_of, veil
from spinefm.phantom.lumbar import paint_trunk
from spinefm.phantom.outlines import Outline, annotated, body_outline
from spinefm.phantom.posterior import paint_arch
from spinefm.phantom.scene import Scene
from spinefm.phantom.settings import RegionName, Settings
from spinefm.phantom.torso import paint_torso
from spinefm.phantom.vertebrae import paint_body, paint_discs
from spinefm.phantom.view import view_of

Points = NDArray[np.float64]

FINE_SCALE = 3.2
"""Films with fewer pixels per mm are painted at twice their resolution: cortex is thinner than a pixel there."""

LEAST_VISIBLE = 0.02
"""A body of which less than this share is on the film is not in the truth."""


@dataclass(frozen=True, eq=False)
class BodyTruth:
    """What is known of one body, in film pixels.

    `polygon` (N, 2) before any clipping by the film, of C2 as collections annotate it (see `outlines.annotated`);
    `corners` (4, 2) superior-anterior, superior-posterior, inferior-posterior, inferior-anterior; `visible`, the share
    of its area inside the collimated film. `superior` and `inferior` (M, 2), the endplates from anterior to posterior.
    """

    polygon: Points
    corners: Points
    visible: float
    superior: Points
    inferior: Points


@dataclass(frozen=True, eq=False)
class Phantom:
    """A simulated radiograph with its exact truth.

    `film` (H, W) float32 in [0, 1]; `labels` (H, W) uint8 VerSe ids of the bodies; `truth` per level, from the top;
    `centroids` (x, y) of the labelled pixels; `faces` the side of the film to which the patient looks; `spacing_mm` mm
    per pixel; `distractors` (K, 2) film pixels per kind of structure that is no vertebral body; `settings` as plain
    JSON data; `group` as asked for, "" for none; `gain` the factor that a veil left of the film's contrast.
    """

    film: NDArray[np.float32]
    labels: NDArray[np.uint8]
    truth: Mapping[Level, BodyTruth]
    centroids: Mapping[Level, tuple[float, float]]
    distractors: Mapping[str, NDArray[np.float32]]
    region: RegionName
    seed: int
    layout: str
    faces: str
    inverted: bool
    spacing_mm: float
    settings: dict[str, Any]
    group: str = ""
    gain: float = 1.0


def simulate(
    seed: int,
    region: RegionName | None = None,
    size: tuple[int, int] | None = None,
    layout: str | None = None,
    group: str | None = None,
) -> Phantom:
    """Simulate one lateral radiograph; the same arguments give the same phantom.

    `size` is (width, height) in pixels; `group` names a kind of patient or film (see `groups`). What is None is drawn,
    but for the group: without one the phantom is of the usual kind. Raises ValueError for a layout that the region does
    not have and for an unknown group.
    """
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(5)]
    kind = group_of(group)
    if group:
        region, layout = kind.region_and_layout(streams[4], region, layout)
    settings = replace(
        kind.patient(Settings.draw(seed, streams[0], region, size, layout), streams[4]), group=group or ""
    )
    column = build_column(settings.region, settings.column, streams[1])
    outlines = {vertebra.level: body_outline(vertebra, streams[1]) for vertebra in column}
    view = view_of(settings, outlines, streams[1])
    scene = Scene(_canvas(view, settings, streams[2]), column, settings, streams[2])
    _paint(scene, outlines)
    kind.paint(scene)
    film_settings = kind.film(FilmSettings.draw(streams[3], settings.region), streams[4])
    developed = develop(_on_film(scene), film_settings, streams[3])
    gain = 1.0
    if kind.veil is not None:
        film, gain = veil(developed.film, developed.visible, kind.veil, streams[4])
        developed = replace(developed, film=film)
    return _with_truth(scene, view, outlines, developed, film_settings, gain)


def _with_truth(
    scene: Scene,
    view: CanvasView,
    outlines: dict[Level, Outline],
    developed: Developed,
    film_settings: FilmSettings,
    gain: float,
) -> Phantom:
    """The developed film with what is known of it."""
    settings = scene.settings
    labels, truth = _truth(view, outlines, developed.visible)
    return Phantom(
        film=developed.film,
        labels=labels,
        truth=truth,
        centroids={level: _centroid(labels, level) for level in truth},
        distractors=_distractors(scene.noted, view, developed.visible, labels),
        region=settings.region,
        seed=settings.seed,
        layout=settings.layout,
        faces=settings.faces,
        inverted=bool(developed.inverted),
        spacing_mm=1.0 / view.scale,
        settings=settings.to_json() | {"film": asdict(film_settings)},
        group=settings.group,
        gain=gain,
    )


def _canvas(view: CanvasView, settings: Settings, rng: np.random.Generator) -> Canvas:
    """An empty canvas, finer than the film: pixel centre p of the film is k * p + (k - 1) / 2 on it."""
    k = 2 if view.scale < FINE_SCALE else 1
    fine = replace(view, scale=k * view.scale, centre_px=k * view.centre_px + (k - 1) / 2)
    return Canvas(fine, (k * settings.height, k * settings.width), rng)


def _on_film(scene: Scene) -> NDArray[np.float32]:
    """The painted optical depth at the film's resolution (H, W)."""
    size = (scene.settings.width, scene.settings.height)
    return np.asarray(cv2.resize(scene.canvas.depth, size, interpolation=cv2.INTER_AREA), np.float32)


def _paint(scene: Scene, outlines: dict[Level, Outline]) -> None:
    """Paint the surroundings, then the arches, then the bodies: the order changes nothing but the random stream."""
    if scene.settings.region == "lumbar":
        paint_trunk(scene)
    else:
        surround = paint_neck if scene.settings.region == "cervical" else paint_torso
        surround(scene, _dens_tip(scene.vertebra(Level.C2), outlines[Level.C2]))
    for vertebra in scene.column:
        paint_arch(scene, vertebra)
    for vertebra in scene.column:
        strength = scene.settings.bone.body * float(np.exp(scene.rng.normal(0, 0.06)))
        paint_body(scene, vertebra, outlines[vertebra.level], strength)
    paint_discs(scene, outlines)
    np.maximum(scene.canvas.depth, 0.0, out=scene.canvas.depth)


def _dens_tip(axis: ColumnVertebra, outline: Outline) -> Points:
    """The highest point (2,) of C2 along its own axis."""
    up = np.array([np.sin(axis.angle), -np.cos(axis.angle)])
    return np.asarray(outline.polygon[np.argmax(outline.polygon @ up)], float)


def _truth(
    view: CanvasView, outlines: dict[Level, Outline], visible: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], dict[Level, BodyTruth]]:
    """Labels (H, W) and what is known per level; where neighbours touch, the upper one keeps the pixel."""
    labels = np.zeros(visible.shape, np.uint8)
    truth: dict[Level, BodyTruth] = {}
    for level, outline in outlines.items():
        known = annotated(level, outline)
        polygon = view(known.polygon)
        patch = cover(polygon, visible.shape)
        if patch is None:
            continue
        seen = visible[patch.rows, patch.columns]
        crop = labels[patch.rows, patch.columns]
        body = (patch.cover >= 0.5) & seen & (crop == 0)
        share = min(1.0, float((patch.cover * seen).sum()) / _area(polygon))
        if share < LEAST_VISIBLE or not body.any():
            continue
        crop[body] = level
        truth[level] = BodyTruth(polygon, view(known.corners), share, view(known.superior), view(known.inferior))
    return labels, truth


def _area(polygon: Points) -> float:
    x, y = polygon[:, 0], polygon[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def _centroid(labels: NDArray[np.uint8], level: Level) -> tuple[float, float]:
    rows, columns = np.nonzero(labels == level)
    return float(columns.mean()), float(rows.mean())


def _distractors(
    noted: Mapping[str, list[Points]], view: CanvasView, visible: NDArray[np.bool_], labels: NDArray[np.uint8]
) -> dict[str, NDArray[np.float32]]:
    """The noted points on the visible film and on no body, as film pixels."""
    found: dict[str, NDArray[np.float32]] = {}
    height, width = visible.shape
    for kind, groups in noted.items():
        points = view(np.concatenate(groups))
        at = np.round(points).astype(int)
        inside = (at[:, 0] >= 0) & (at[:, 1] >= 0) & (at[:, 0] < width) & (at[:, 1] < height)
        points, at = points[inside], at[inside]
        free = visible & (labels == 0)
        points = points[free[at[:, 1], at[:, 0]]]
        if len(points):
            found[kind] = points.astype(np.float32)
    return found

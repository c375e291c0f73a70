"""Kinds of patients and films beyond the usual ones: children, chests, fractures, implants, veiled films and others.

A group changes what is drawn for a phantom; masks stay exact. Its own random stream decides the changes, so a phantom
without a group is the same whatever is added here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.column import ColumnVertebra
from spinefm.phantom.film import FilmSettings
from spinefm.phantom.implants import paint_implants
from spinefm.phantom.scene import Scene
from spinefm.phantom.settings import RegionName, Settings

Image = NDArray[np.float32]
Layouts = Mapping[RegionName, tuple[str, ...]]

USUAL: Layouts = {
    "cervical": ("full", "full", "wide", "cephalogram"),
    "lumbar": ("full", "full", "wide", "narrow"),
}
TRUNKS: Layouts = {"lumbar": ("full", "wide", "narrow"), "thoracic": ("chest", "strip")}
EVERY: Layouts = {**USUAL, "thoracic": ("chest", "strip"), "whole": ("whole",)}


def _as_drawn(settings: Settings, _: np.random.Generator) -> Settings:
    return settings


def _nothing(scene: Scene) -> None:
    pass


def _as_developed(settings: FilmSettings, _: np.random.Generator) -> FilmSettings:
    return settings


@dataclass(frozen=True)
class Group:
    """What a group changes.

    `layouts` per region, each equally likely; `patient` changes the settings; `paint` adds to the painted patient;
    `film` changes how the film is developed; `veil`, the range of the factor left of the film's contrast.
    """

    layouts: Layouts = field(default_factory=lambda: USUAL)
    patient: Callable[[Settings, np.random.Generator], Settings] = _as_drawn
    paint: Callable[[Scene], None] = _nothing
    film: Callable[[FilmSettings, np.random.Generator], FilmSettings] = _as_developed
    veil: tuple[float, float] | None = None

    def region_and_layout(
        self, rng: np.random.Generator, region: RegionName | None, layout: str | None
    ) -> tuple[RegionName, str | None]:
        """The region and the layout; those given are kept, the others drawn from the group's."""
        regions = list(self.layouts)
        chosen = region or regions[int(rng.integers(len(regions)))]
        layouts = self.layouts.get(chosen, ())
        return chosen, layout or (layouts[int(rng.integers(len(layouts)))] if layouts else None)


def _child(settings: Settings, rng: np.random.Generator) -> Settings:
    column = replace(
        settings.column,
        youth=float(rng.uniform(0.5, 1.25)),
        size=float(rng.uniform(0.5, 0.85)),
        degeneration=0.0,
        fracture_rate=0.0,
        disc=float(rng.uniform(0.65, 1.0)),
    )
    return replace(settings, column=column)


def _paint_child(scene: Scene) -> None:
    """The open joint between dens and body, the atlas' wide gap, and rings of growing bone at the bodies' corners."""
    youth = scene.settings.column.youth
    for vertebra in scene.column:
        if vertebra.level is Level.C2 and scene.chance(0.7):
            ends = vertebra.units(np.array([(-0.38, -0.42), (0.0, -0.36), (0.42, -0.45)]))
            scene.canvas.line(ends, scene.uniform(0.6, 1.8), -scene.uniform(0.05, 0.25) * youth, 0.2)
        for u in (-0.46, 0.46):
            if vertebra.level is not Level.C2 and scene.chance(0.25 * youth):
                tip = vertebra.units(np.array([(u * 0.7, 0.56), (u * 1.05, 0.55)]))
                scene.canvas.line(tip, scene.uniform(0.6, 1.2), scene.uniform(0.03, 0.15), 0.1)


def _paint_young(scene: Scene) -> None:
    """A child's neck whose bodies hardly differ in front from the soft tissue before them."""
    _paint_child(scene)
    faint = scene.uniform(0.2, 0.75)
    for vertebra in scene.column:
        if vertebra.level is not Level.C2 and scene.chance(0.8):
            _paint_faint_front(scene, vertebra, faint * scene.uniform(0.6, 1.0))


def _paint_faint_front(scene: Scene, vertebra: ColumnVertebra, share: float) -> None:
    """Take `share` of the marrow from the front of a body, whose inner border may be brighter than its front wall."""
    inner, top, foot = scene.uniform(-0.3, 0.05), scene.uniform(-0.5, -0.2), scene.uniform(0.3, 0.46)
    front = [(-0.42, top), (inner, -0.45), (inner + scene.uniform(-0.1, 0.1), 0.42), (-0.44, foot)]
    marrow = scene.settings.bone.body * scene.settings.bone.marrow
    scene.canvas.tissue(vertebra.units(np.array(front)), -0.8 * share * marrow, scene.uniform(0.2, 1.0))
    if scene.chance(0.5):
        border = vertebra.units(np.array([(inner, -0.42), (inner - 0.04, 0.0), (inner, 0.42)]))
        scene.canvas.line(border, scene.uniform(0.5, 1.2), scene.uniform(0.05, 0.25), 0.2)


def _fractured(settings: Settings, rng: np.random.Generator) -> Settings:
    column = replace(
        settings.column,
        fracture_rate=float(rng.uniform(0.15, 0.55)),
        crush=float(rng.uniform(0.9, 1.7)),
        settle=float(rng.uniform(0.5, 1.0)),
        kyphosis=float(rng.uniform(40, 85)),
        degeneration=float(rng.uniform(0.3, 1.0)),
    )
    bone = replace(settings.bone, marrow=settings.bone.marrow * float(rng.uniform(0.5, 1.0)))
    return replace(settings, column=column, bone=bone)


def _slipped(settings: Settings, rng: np.random.Generator) -> Settings:
    column = replace(settings.column, slip_rate=float(rng.uniform(0.15, 0.6)), degeneration=float(rng.uniform(0.3, 1)))
    return replace(settings, column=column)


def _turned(settings: Settings, rng: np.random.Generator) -> Settings:
    column = replace(
        settings.column,
        obliquity=float(rng.normal(0, 7)),
        rotation=float(rng.normal(0, 14)),
        divergence=float(rng.normal(0, 2.5)),
    )
    return replace(settings, column=column)


def _counted(settings: Settings, rng: np.random.Generator) -> Settings:
    return replace(settings, column=replace(settings.column, lumbar_count=4 if rng.random() < 0.5 else 6))


def _standing(settings: Settings, rng: np.random.Generator) -> Settings:
    column = replace(
        settings.column,
        kyphosis=float(np.clip(rng.normal(42, 13), 12, 85)),
        divergence=0.4 * settings.column.divergence,
        fracture_rate=float(rng.choice([0.0, 0.06, 0.25], p=[0.6, 0.25, 0.15])),
        settle=float(rng.uniform(0.3, 1.0)),
    )
    return replace(settings, column=column)


def _tilted(settings: Settings, rng: np.random.Generator) -> Settings:
    return replace(settings, tilt=float(rng.choice([-1, 1]) * rng.uniform(15, 45)))


def _shut(settings: FilmSettings, rng: np.random.Generator) -> FilmSettings:
    """Shutters that leave a window, black or burnt out round it."""
    sides = rng.uniform(0.0, 0.28, 4) * (rng.random(4) < 0.75)
    collimation = replace(
        settings.collimation,
        sides=(float(sides[0]), float(sides[1]), float(sides[2]), float(sides[3])),
        angle=float(rng.normal(0, 4.0)),
        corner=float(rng.uniform(0.0, 0.5)) if rng.random() < 0.4 else 0.0,
        shade=float(rng.choice([0.0, 0.0, 0.0, 1.0, rng.uniform(0, 1)])),
    )
    return replace(settings, collimation=collimation)


def _coarse(settings: FilmSettings, rng: np.random.Generator) -> FilmSettings:
    """Few grey levels, strong compression, softness."""
    carrier = replace(
        settings.carrier,
        grey_levels=int(rng.integers(8, 40)),
        jpeg_quality=int(rng.integers(8, 60)) if rng.random() < 0.5 else 0,
        softness=float(rng.uniform(0.3, 1.0)),
    )
    return replace(settings, carrier=carrier)


def _chest_film(settings: FilmSettings, rng: np.random.Generator) -> FilmSettings:
    """A hard beam and a narrow window, as chest films have: lungs dark, shoulders and belly burnt out."""
    response = replace(settings.response, white_percentile=float(rng.uniform(80, 99.5)))
    return replace(settings, response=response, beam=replace(settings.beam, quality=float(rng.uniform(0.6, 1.0))))


GROUPS: Mapping[str, Group] = {
    "chest": Group({"thoracic": ("chest",)}, _standing, film=_chest_film),
    "thoracic": Group({"thoracic": ("strip",)}, _standing),
    "whole": Group({"whole": ("whole",)}, _standing),
    "child": Group({**USUAL, "thoracic": ("strip",)}, _child, _paint_child),
    "fracture": Group({**TRUNKS, "cervical": ("full",)}, _fractured),
    "slip": Group(USUAL, _slipped),
    "turned": Group({**USUAL, **TRUNKS}, _turned),
    "implant": Group({**USUAL, **TRUNKS}, paint=paint_implants),
    "veiled": Group(EVERY, film=_shut, veil=(0.08, 0.45)),
    "coarse": Group({**USUAL, **TRUNKS}, film=_coarse),
    "shut": Group({**USUAL, **TRUNKS}, film=_shut),
    "spot": Group({"cervical": ("spot",), "lumbar": ("spot",)}, film=_shut),
    "third": Group({"cervical": ("third",), "lumbar": ("third",)}),
    "tilted": Group({**USUAL, **TRUNKS}, _tilted),
    "count": Group({"lumbar": ("full", "wide"), "whole": ("whole",)}, _counted),
    "young": Group({"cervical": ("full", "cephalogram", "cephalogram")}, _child, _paint_young),
}
"""The groups by name."""

PLAIN = Group()
"""No group: nothing is changed."""


def group_of(name: str | None) -> Group:
    """The group of a name, PLAIN for none. Raises ValueError for an unknown name."""
    if not name:
        return PLAIN
    if name not in GROUPS:
        raise ValueError(f"There is no group {name!r}; choose one of {', '.join(GROUPS)}.")
    return GROUPS[name]


def veil(
    film: Image, visible: NDArray[np.bool_], limits: tuple[float, float], rng: np.random.Generator
) -> tuple[Image, float]:
    """The film (H, W) with its contrast cut by a factor from `limits`, as by scatter or a wrong window; the factor.

    What the shutters hide keeps its grey. Grain and a slow haze lie over the rest; 256 grey levels remain.
    """
    gain = float(np.exp(rng.uniform(*np.log(limits))))
    base = float(rng.uniform(0.05, 0.95 - gain))
    haze = cv2.resize(
        rng.normal(0, 0.15 * gain, (3, 3)).astype(np.float32), film.shape[::-1], interpolation=cv2.INTER_CUBIC
    )
    flat = np.float32(base) + np.float32(gain) * film + haze
    flat = flat + rng.standard_normal(film.shape, dtype=np.float32) * np.float32(rng.uniform(0, 0.03) * gain)
    veiled = np.where(visible, np.clip(flat, 0, 1), film)
    return np.asarray(np.round(veiled * 255) / 255, np.float32), gain

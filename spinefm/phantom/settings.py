"""What is drawn once per phantom, before anything is painted: region, layout, film size, patient, bone, surroundings.

Everything here is plain numbers and words, so `dataclasses.asdict` of it goes into JSON and back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

RegionName = Literal["cervical", "lumbar", "thoracic", "whole"]
Facing = Literal["left", "right"]

LAYOUTS: dict[str, dict[str, float]] = {
    "cervical": {"full": 0.5, "wide": 0.07, "narrow": 0.06, "no_anchor": 0.09, "three": 0.07, "cephalogram": 0.21,
                 "spot": 0.0, "third": 0.0},
    "lumbar": {"full": 0.50, "wide": 0.15, "narrow": 0.13, "no_anchor": 0.12, "three": 0.10,
               "spot": 0.0, "third": 0.0},
    "thoracic": {"chest": 0.6, "strip": 0.4},
    "whole": {"whole": 1.0},
}  # fmt: skip
"""How often each layout is drawn, per region; those of share 0 and the last two regions belong to groups."""

FILM_SIZES: dict[str, tuple[tuple[int, int], ...]] = {
    "full": ((480, 640), (512, 640), (560, 640), (640, 640), (480, 640), (640, 512)),
    "wide": ((512, 640), (560, 640), (640, 640), (640, 560)),
    "narrow": ((320, 640), (360, 640), (400, 640), (420, 640)),
    "no_anchor": ((480, 640), (512, 640), (560, 560), (640, 512)),
    "three": ((480, 480), (512, 512), (480, 560), (560, 480)),
    "cephalogram": ((516, 640), (512, 640), (560, 640), (640, 560), (640, 640)),
    "spot": ((400, 480), (480, 480), (420, 560), (512, 640)),
    "third": ((640, 640), (640, 512), (560, 640), (640, 480)),
    "chest": ((512, 640), (560, 640), (640, 640), (600, 640)),
    "strip": ((300, 640), (340, 640), (400, 640), (480, 640)),
    "whole": ((320, 800), (400, 900), (360, 900), (300, 720), (460, 800)),
}
"""Sizes (width, height) in pixels that a layout draws from."""


@dataclass(frozen=True)
class ColumnSettings:
    """The patient's spine. Angles in degrees; factors multiply the published means.

    `youth`, from 0 (grown up) to 1 (a child of about eight): flatter, wedge-shaped bodies with more disc between them.
    `lumbar_count` is 4, 5 or 6; `crush` multiplies the lost height of fractured bodies, `settle` is the share of a
    wedge by which the spine above leans forward; `slip_rate` adds to the share of slipped bodies; `kyphosis` is the
    thoracic kyphosis of a spine that is drawn whole, in degrees.
    """

    size: float
    depth: float
    height: float
    disc: float
    slope: float
    lordosis: float
    bend: float
    wobble: float
    degeneration: float
    fracture_rate: float
    obliquity: float
    divergence: float
    rotation: float
    youth: float = 0.0
    lumbar_count: int = 5
    crush: float = 1.0
    settle: float = 0.0
    slip_rate: float = 0.0
    kyphosis: float = 40.0


@dataclass(frozen=True)
class BoneSettings:
    """How bone attenuates: `body` is the optical depth of a body's marrow, the others factors; lengths in mm."""

    body: float
    marrow: float
    cortex: float
    cortex_mm: float
    trabeculae: float
    posterior: float
    roundness: float
    shells: float


@dataclass(frozen=True)
class SurroundSettings:
    """What lies around the spine; each is explained where it is painted."""

    tissue: float
    girth: float
    clutter: float
    burn: float
    head_tilt: float
    gas: float
    metal: float


@dataclass(frozen=True)
class Settings:
    """All drawn settings; `field` is the film's height as a multiple of the length of spine it must show.

    `group` names the kind of patient or film asked for (see `groups`), "" for none.
    """

    seed: int
    region: RegionName
    layout: str
    width: int
    height: int
    faces: Facing
    field: float
    tilt: float
    column: ColumnSettings
    bone: BoneSettings
    surround: SurroundSettings
    group: str = ""

    def to_json(self) -> dict[str, Any]:
        """The settings as plain numbers and words."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Settings:
        """The inverse of `to_json`."""
        parts = {
            "column": ColumnSettings(**data["column"]),
            "bone": BoneSettings(**data["bone"]),
            "surround": SurroundSettings(**data["surround"]),
        }
        return cls(**{**data, **parts})

    @classmethod
    def draw(
        cls,
        seed: int,
        rng: np.random.Generator,
        region: RegionName | None = None,
        size: tuple[int, int] | None = None,
        layout: str | None = None,
    ) -> Settings:
        """Draw the settings; what is given is kept. Raises ValueError for a layout that the region does not have."""
        drawn_region: RegionName = "cervical" if rng.random() < 0.5 else "lumbar"
        region = region or drawn_region
        layout = _layout(rng, region, layout)
        sizes = FILM_SIZES[layout]
        width, height = size or sizes[rng.integers(len(sizes))]
        return cls(
            seed=int(seed),
            region=region,
            layout=layout,
            width=int(width),
            height=int(height),
            faces="left" if rng.random() < 0.5 else "right",
            field=_field(rng, region, layout),
            tilt=float(rng.normal(0, 3.5) if rng.random() < 0.88 else rng.normal(0, 11.0)),
            column=_column(rng, region),
            bone=_bone(rng, region),
            surround=_surround(rng),
        )


def _layout(rng: np.random.Generator, region: str, wanted: str | None) -> str:
    shares = LAYOUTS[region]
    drawn = str(rng.choice(list(shares), p=np.array(list(shares.values())) / sum(shares.values())))
    if wanted is not None and wanted not in shares:
        raise ValueError(f"The {region} phantom has no layout {wanted!r}; choose one of {', '.join(shares)}.")
    return wanted or drawn


def _field(rng: np.random.Generator, region: str, layout: str) -> float:
    """Height of the film over the length of spine it must show (see `simulate.view_of`)."""
    limits = {
        "full": (1.2, 2.15) if region == "cervical" else (1.1, 2.0),
        "wide": (2.2, 2.8) if region == "cervical" else (1.9, 2.5),
        "narrow": (1.1, 1.6),
        "no_anchor": (1.05, 1.6),
        "three": (1.02, 1.35),
        "cephalogram": (1.02, 1.3),
        "spot": (1.1, 2.0),
        "third": (2.6, 3.6),
        "chest": (1.05, 1.3),
        "strip": (1.02, 1.3),
        "whole": (1.03, 1.35),
    }
    return float(rng.uniform(*limits[layout]))


def _column(rng: np.random.Generator, region: str) -> ColumnSettings:
    cervical = region == "cervical"
    slope = float(rng.normal(-18, 8) if cervical else np.clip(rng.normal(-42, 12), -75, -8))
    # The balanced spine: the steeper its base, the more lordosis (r about 0.8).
    lordosis = float(-0.8 * slope + rng.normal(2, 13) if cervical else -0.95 * slope + rng.normal(13, 9))
    return ColumnSettings(
        size=float(np.clip(rng.normal(1.0, 0.08), 0.78, 1.25)),
        depth=float(np.clip(rng.normal(1.0, 0.07), 0.82, 1.2)),
        height=float(np.clip(rng.normal(1.0, 0.08), 0.78, 1.22)),
        disc=float(np.clip(rng.normal(0.95 if cervical else 0.8, 0.2), 0.4, 1.6)),
        slope=slope,
        lordosis=lordosis,
        bend=float(rng.normal(0, 7)),
        wobble=float(rng.uniform(0.5, 2.5)),
        degeneration=float(rng.beta(1.1, 2.2)),
        fracture_rate=float(rng.choice([0.0, 0.04, 0.25], p=[0.55, 0.35, 0.10])),
        obliquity=float(rng.normal(0, 2.7)),
        divergence=float(rng.normal(0, 1.5)),
        rotation=float(rng.normal(0, 5.0)),
        youth=float(max(0.0, rng.uniform(-2.0, 1.0))) if cervical else 0.0,
    )


def _bone(rng: np.random.Generator, region: str) -> BoneSettings:
    least, most, usual = (0.11, 0.5, 0.3) if region == "cervical" else (0.14, 0.8, 0.4)
    body = float(np.exp(rng.uniform(np.log(least), np.log(most))))
    return BoneSettings(
        body=body,
        marrow=float(rng.uniform(0.55 if region == "cervical" else 0.2, 1.35)),
        cortex=float(rng.uniform(0.5, 1.6)),
        cortex_mm=float(rng.uniform(0.35, 1.1)),
        trabeculae=float(rng.uniform(0.04, 0.3)),
        posterior=float(rng.uniform(0.6, 1.35) * np.sqrt(body / usual)),
        roundness=float(rng.uniform(0.15, 0.8)),
        shells=float(rng.uniform(0.5, 1.4)),
    )


def _surround(rng: np.random.Generator) -> SurroundSettings:
    return SurroundSettings(
        tissue=float(rng.uniform(0.7, 1.4)),
        girth=float(np.clip(rng.normal(1.0, 0.18), 0.65, 1.6)),
        clutter=float(rng.uniform(0.4, 1.3)),
        burn=float(rng.uniform(0.4, 1.6)),
        head_tilt=float(rng.normal(4, 11)),
        gas=float(rng.uniform(0.0, 1.0)),
        metal=float(rng.random()),
    )

"""From attenuation to film: beam, detector, response, enhancement, shutters, marks and the carrier, all randomised.

The input is the optical depth along each ray (0 in the air beside the patient); the output is what a radiographer,
a film digitiser or a publisher would have left of it. Every number that shapes a film is in `FilmSettings`;
the generator passed to `develop` only places the random detail (grain, scratches, dust).
Lengths in the settings are fractions of the film's shorter side unless their name says pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.phantom.film_marks import Collimation, Marks, collimate, mark

Image = NDArray[np.float32]

PATIENT_DEPTH = 0.25
"""Rays with at least this optical depth have passed through the patient."""
FOG = 2e-3
"""Least exposure that a detector reads, as a share of the exposure behind the patient's median depth."""
THIN_PERCENTILE = 8
"""Percentile of the patient's optical depth that counts as its thin parts."""
FEWEST_PATIENT_PIXELS = 16
"""With fewer pixels of patient than this (of every sixteenth) the whole film counts as patient."""
EXTREME_SHARE = 0.12
"""Share of films in which one group of settings is drawn from its wide, extreme range."""


@dataclass(frozen=True)
class Beam:
    """The beam and the scatter: what reaches the detector."""

    quality: float  # factor on the optical depth: hard beam below 1, soft beam above
    scatter: float  # scattered share added to the primary beam, as a factor of its wide blur
    scatter_reach: float  # sigma of that blur
    tilt: tuple[float, float]  # heel effect and compensating wedge: change of optical depth across the film, x and y
    falloff: float  # optical depth that the beam's edge adds at the film's far corner
    falloff_centre: tuple[float, float]  # as shares of width and height
    falloff_start: float  # distance from the centre, in half diagonals, at which the falloff begins

    @classmethod
    def draw(cls, rng: np.random.Generator, region: str) -> Beam:
        """Draw a beam; trunk films carry more scatter than neck films."""
        wide = rng.random() < EXTREME_SHARE
        trunk = region != "cervical"
        falls = rng.random() < (0.25 if trunk else 0.45)
        return cls(
            quality=float(rng.uniform(0.6, 1.35)),
            scatter=float(rng.uniform(0.0, 0.9 if wide else (0.35 if trunk else 0.22))),
            scatter_reach=float(rng.uniform(0.05, 0.25)),
            tilt=(float(rng.normal(0, 0.35 if trunk else 0.2)), float(rng.normal(0, 0.25))),
            falloff=float(rng.uniform(0.2, 3.0)) if falls else 0.0,
            falloff_centre=(float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.3, 0.7))),
            falloff_start=float(rng.uniform(0.3, 0.8)),
        )


@dataclass(frozen=True)
class Detector:
    """Blur, quantum grain, the anti-scatter grid's lines and the read-out's streaks."""

    blur_pixels: float  # sigma of focal spot and screen
    motion_pixels: float
    motion_angle: float  # degrees
    quanta: float  # counted per pixel behind the patient's median depth, where the exposure is automatic
    grain_pixels: float  # sigma of the grain's correlation
    grid_strength: float
    grid_pitch_pixels: float
    grid_vertical: bool
    bands: tuple[tuple[float, float, float], ...]  # vertical bands: left edge, width, change of optical depth
    streaks: float  # spread of the line-to-line gain

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Detector:
        """Draw a detector; most are sharp and nearly free of lines."""
        wide = rng.random() < EXTREME_SHARE
        band_count = int(rng.integers(1, 4)) if rng.random() < 0.12 else 0
        return cls(
            blur_pixels=float(rng.uniform(0.2, 2.2 if wide else 1.1)),
            motion_pixels=float(rng.uniform(1.5, 6.0)) if rng.random() < 0.05 else 0.0,
            motion_angle=float(rng.uniform(0, 180)),
            quanta=float(10 ** rng.uniform(2.0 if wide else 2.7, 5.0)),
            grain_pixels=float(rng.uniform(0.0, 1.1)),
            grid_strength=float(rng.uniform(0.005, 0.05)) if rng.random() < 0.12 else 0.0,
            grid_pitch_pixels=float(rng.uniform(2.2, 9.0)),
            grid_vertical=bool(rng.random() < 0.7),
            bands=tuple(
                (float(rng.uniform(0, 1)), float(rng.uniform(0.03, 0.25)), float(rng.normal(0, 0.12)))
                for _ in range(band_count)
            ),
            streaks=float(rng.uniform(0.002, 0.03)) if rng.random() < 0.12 else 0.0,
        )


@dataclass(frozen=True)
class Response:
    """The curve from exposure to brightness, and the window in which it lies."""

    curve: str  # "film" (sigmoid of log exposure), "log" or "linear" (digital)
    steepness: float  # of the sigmoid, or the exponent of the linear response
    black_point: float  # 0: at the unattenuated beam, 1: at the patient's thin parts (air burnt out)
    white_percentile: float  # of the patient's optical depth; thicker parts saturate
    white_stretch: float  # factor on the window's width above that
    gamma: float
    floor: float  # brightness of full exposure
    ceiling: float  # brightness of no exposure

    @classmethod
    def draw(cls, rng: np.random.Generator, region: str) -> Response:
        """Draw a response; trunk films are more often digital with black air."""
        wide = rng.random() < EXTREME_SHARE
        trunk = region != "cervical"
        curve = str(rng.choice(["film", "log", "linear"], p=[0.3, 0.45, 0.25] if trunk else [0.5, 0.3, 0.2]))
        return cls(
            curve=curve,
            steepness=float(rng.uniform(3.0, 6.5) if curve == "film" else rng.uniform(0.5, 2.5)),
            black_point=float(rng.beta(2.5, 1.0) if trunk else rng.beta(1.0, 2.0)),
            white_percentile=float(rng.uniform(75 if wide else (94 if trunk else 89), 99.9)),
            white_stretch=float(rng.uniform(0.9, 1.6 if wide else 1.35)),
            gamma=float(np.exp(rng.normal(0.2 if trunk else -0.3, 0.45 if wide else 0.3))),
            floor=float(rng.uniform(0, 0.14)) if rng.random() < 0.5 else 0.0,
            ceiling=float(rng.uniform(0.72, 1.0)),
        )


@dataclass(frozen=True)
class Enhancement:
    """What digital systems do to the picture: sharpening, local equalisation, gains per scale."""

    sharpen: float
    sharpen_pixels: float
    equalise: float  # share of the locally equalised film mixed in
    equalise_limit: float
    equalise_tiles: int
    scale_gains: tuple[float, ...]  # on three bands from fine to coarse; empty: not used

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Enhancement:
        """Draw an enhancement; about a third of the films have none."""
        kind = rng.choice(["none", "sharpen", "equalise", "scales"], p=[0.35, 0.25, 0.15, 0.25])
        gains = tuple(float(g) for g in rng.uniform([0.8, 1.0, 1.0], [1.8, 2.2, 1.6])) if kind == "scales" else ()
        return cls(
            sharpen=float(rng.uniform(0.2, 1.5)) if kind == "sharpen" else 0.0,
            sharpen_pixels=float(10 ** rng.uniform(0.1, 1.6)),
            equalise=float(rng.uniform(0.2, 1.0)) if kind == "equalise" else 0.0,
            equalise_limit=float(rng.uniform(1.0, 4.0)),
            equalise_tiles=int(rng.integers(2, 9)),
            scale_gains=gains,
        )


@dataclass(frozen=True)
class Carrier:
    """What the picture went through afterwards: softness, few grey levels, JPEG."""

    softness: float  # factor of a down- and up-sampling; 1: none
    grey_levels: int  # 0: not reduced
    jpeg_quality: int  # 0: not compressed

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Carrier:
        """Draw a carrier; most films come through whole."""
        return cls(
            softness=float(rng.uniform(0.35, 0.9)) if rng.random() < 0.25 else 1.0,
            grey_levels=int(rng.integers(24, 128)) if rng.random() < 0.06 else 0,
            jpeg_quality=int(rng.integers(25, 95)) if rng.random() < 0.3 else 0,
        )


@dataclass(frozen=True)
class FilmSettings:
    """Everything that turns one attenuation image into one film; `dataclasses.asdict` of it is JSON."""

    beam: Beam
    detector: Detector
    response: Response
    enhancement: Enhancement
    collimation: Collimation
    marks: Marks
    carrier: Carrier
    inverted: bool

    @classmethod
    def draw(cls, rng: np.random.Generator, region: str) -> FilmSettings:
        """Draw settings for a film of `region` (any but "cervical" is a trunk)."""
        return cls(
            beam=Beam.draw(rng, region),
            detector=Detector.draw(rng),
            response=Response.draw(rng, region),
            enhancement=Enhancement.draw(rng),
            collimation=Collimation.draw(rng),
            marks=Marks.draw(rng),
            carrier=Carrier.draw(rng),
            inverted=bool(rng.random() < 0.04),
        )


@dataclass(frozen=True, eq=False)
class Developed:
    """A film (H, W) float32 in [0, 1], where its anatomy is visible (H, W) bool, and whether bone is dark in it."""

    film: Image
    visible: NDArray[np.bool_]
    inverted: bool


def develop(attenuation: Image, settings: FilmSettings, rng: np.random.Generator) -> Developed:
    """Develop optical depths (H, W), float32, into a film; the same generator state gives the same film."""
    patient = attenuation[::4, ::4] > PATIENT_DEPTH
    exposure = expose(attenuation, settings.beam)
    exposure = exposure / _behind(exposure, patient)
    depth = detect(exposure, settings.detector, rng)
    film = enhance(respond(depth, patient, settings.response), settings.enhancement)
    film, visible = collimate(film, settings.collimation)
    film = mark(film, settings.marks, rng)
    film = carry(film, settings.carrier)
    film = 1.0 - film if settings.inverted else film
    return Developed(np.clip(film, 0.0, 1.0, dtype=np.float32), visible, settings.inverted)


def _behind(exposure: Image, patient: NDArray[np.bool_]) -> np.float32:
    """Exposure behind the patient's median depth, which automatic exposure holds constant."""
    seen = exposure[::4, ::4]
    return np.float32(np.median(seen[patient] if patient.sum() > FEWEST_PATIENT_PIXELS else seen))


def expose(attenuation: Image, beam: Beam) -> Image:
    """Exposure (H, W) as a share of the unattenuated beam: primary with heel effect and falloff, plus scatter."""
    height, width = attenuation.shape
    x = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :]
    y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None]
    shape = beam.tilt[0] * x + beam.tilt[1] * y + _falloff(x, y, beam)  # (H, W)
    primary = np.exp(-beam.quality * attenuation - shape)
    if beam.scatter == 0:
        return primary
    haze = np.exp(wide_blur(np.log(primary), beam.scatter_reach * min(height, width)))  # air beside adds no haze within
    return np.asarray(primary + np.float32(beam.scatter) * haze, np.float32)


def _falloff(x: Image, y: Image, beam: Beam) -> Image:
    """Optical depth that the beam's edge adds, growing with the square of the distance beyond its start."""
    if beam.falloff == 0:
        return np.zeros((1, 1), np.float32)
    cx, cy = beam.falloff_centre[0] - 0.5, beam.falloff_centre[1] - 0.5
    distance = np.sqrt((x - cx) ** 2 + (y - cy) ** 2) / np.float32(np.sqrt(0.5))  # half diagonals of a square
    beyond = np.maximum(distance - beam.falloff_start, 0) / (1.3 - beam.falloff_start)
    return np.asarray(np.float32(beam.falloff) * beyond**2, np.float32)


def wide_blur(image: Image, sigma: float) -> Image:
    """Gaussian blur of (H, W) that is as fast for wide kernels as for narrow ones: blurred on a coarse copy."""
    step = max(1, int(sigma / 3))
    if step == 1:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), max(sigma, 0.05)), np.float32)
    height, width = image.shape
    coarse = cv2.resize(image, (max(2, width // step), max(2, height // step)), interpolation=cv2.INTER_AREA)
    coarse = cv2.GaussianBlur(coarse, (0, 0), sigma / step)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def detect(exposure: Image, detector: Detector, rng: np.random.Generator) -> Image:
    """Optical depth (H, W), 0 behind the patient's median, with blur and grain that grows where few quanta arrive.

    `exposure` (H, W) is 1 behind the patient's median depth.
    """
    exposure = _motion(wide_blur(exposure, detector.blur_pixels), detector)
    grain = rng.standard_normal(exposure.shape, dtype=np.float32)
    if detector.grain_pixels > 0.3:
        grain = wide_blur(grain, detector.grain_pixels)
        grain *= 1.0 / float(grain.std())
    exposure = exposure + grain * np.sqrt(exposure * np.float32(1 / detector.quanta))
    depth = -np.log(np.maximum(exposure, np.float32(FOG)))
    return depth + _lines(depth.shape, detector, rng)


def _motion(exposure: Image, detector: Detector) -> Image:
    if detector.motion_pixels == 0:
        return exposure
    side = 2 * int(np.ceil(detector.motion_pixels)) + 1
    half = detector.motion_pixels / 2
    angle = np.deg2rad(detector.motion_angle)
    end = np.array([np.cos(angle), np.sin(angle)]) * half
    kernel = np.zeros((side, side), np.float32)
    middle = np.array([side // 2, side // 2])
    start, stop = np.round((middle - end) * 16).astype(int), np.round((middle + end) * 16).astype(int)
    cv2.line(kernel, start.tolist(), stop.tolist(), 1.0, 1, cv2.LINE_8, 4)
    return np.asarray(cv2.filter2D(exposure, -1, kernel / kernel.sum()), np.float32)


def _lines(shape: tuple[int, ...], detector: Detector, rng: np.random.Generator) -> Image:
    """Change of optical depth by grid lines, wide bands and streaks; broadcasts against (H, W)."""
    height, width = shape
    columns = np.zeros((1, width), np.float32)
    rows = np.zeros((height, 1), np.float32)
    if detector.grid_strength:
        target = columns if detector.grid_vertical else rows
        positions = np.arange(target.size, dtype=np.float32).reshape(target.shape)
        phase = positions * np.float32(2 * np.pi / detector.grid_pitch_pixels)
        target += np.float32(detector.grid_strength) * np.sin(phase)
    for left, share, change in detector.bands:
        columns[:, int(left * width) : int((left + share) * width)] += np.float32(change)
    if detector.streaks:
        rows += rng.normal(0, detector.streaks, rows.shape).astype(np.float32)
    return np.asarray(rows + columns, np.float32)


def respond(depth: Image, patient: NDArray[np.bool_], response: Response) -> Image:
    """Brightness (H, W) of optical depths, windowed by the patient's own; `patient` is every fourth pixel's mask."""
    seen = depth[::4, ::4]
    inside = seen[patient] if patient.sum() > FEWEST_PATIENT_PIXELS else seen.ravel()
    thin, thick = np.percentile(inside, [THIN_PERCENTILE, response.white_percentile])
    air = min(float(np.percentile(seen, 1)), float(thin))
    black = air + response.black_point * (thin - air)
    width = max(response.white_stretch * (thick - black), 0.05)
    level = np.clip((depth - np.float32(black)) * np.float32(1 / width), 0.0, 1.0)
    level = _curve(level, response)
    return np.float32(response.floor) + np.float32(response.ceiling - response.floor) * level


def _curve(level: Image, response: Response) -> Image:
    """The response's shape on window positions in [0, 1]; 0 and 1 stay where they are."""
    if response.curve == "film":
        half = response.steepness / 2
        low, high = 1 / (1 + np.exp(half)), 1 / (1 + np.exp(-half))
        level = (1 / (1 + np.exp(np.float32(half) - np.float32(response.steepness) * level)) - low) / (high - low)
    elif response.curve == "linear":
        level = (1 - np.exp(np.float32(-response.steepness) * level)) / (1 - np.exp(-response.steepness))
    return np.asarray(np.power(np.clip(level, 0, 1), np.float32(response.gamma)), np.float32)


def enhance(film: Image, enhancement: Enhancement) -> Image:
    """Sharpened, locally equalised or scale-wise amplified film (H, W), clipped to [0, 1]."""
    if enhancement.sharpen:
        film = film + np.float32(enhancement.sharpen) * (film - wide_blur(film, enhancement.sharpen_pixels))
    if enhancement.equalise:
        tiles = (enhancement.equalise_tiles, enhancement.equalise_tiles)
        operator = cv2.createCLAHE(clipLimit=enhancement.equalise_limit, tileGridSize=tiles)
        equal = operator.apply(np.round(film * 65535).astype(np.uint16)).astype(np.float32) * np.float32(1 / 65535)
        film = film + np.float32(enhancement.equalise) * (equal - film)
    if enhancement.scale_gains:
        film = _amplify_scales(film, enhancement.scale_gains)
    return np.clip(film, 0.0, 1.0)


def _amplify_scales(film: Image, gains: tuple[float, ...]) -> Image:
    """Add each band-pass of the film times its gain minus one; sigmas of 1.5, 6 and 24 pixels."""
    amplified, finer = film, film
    for index, gain in enumerate(gains):
        coarser = wide_blur(film, 1.5 * 4**index)
        amplified = amplified + np.float32(gain - 1) * (finer - coarser)
        finer = coarser
    return amplified


def carry(film: Image, carrier: Carrier) -> Image:
    """The film (H, W) after resampling, reduction to few grey levels and JPEG compression."""
    height, width = film.shape
    if carrier.softness < 1:
        small = (max(8, int(width * carrier.softness)), max(8, int(height * carrier.softness)))
        film = cv2.resize(cv2.resize(film, small, interpolation=cv2.INTER_AREA), (width, height)).astype(np.float32)
    if carrier.grey_levels:
        film = np.round(film * (carrier.grey_levels - 1)) / np.float32(carrier.grey_levels - 1)
    if carrier.jpeg_quality:
        film = _jpeg(film, carrier.jpeg_quality)
    return np.asarray(film, np.float32)


def _jpeg(film: Image, quality: int) -> Image:
    """The film (H, W) after JPEG compression, in 256 grey levels."""
    grey = np.round(np.clip(film, 0, 1) * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32) * np.float32(1 / 255)

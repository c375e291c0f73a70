"""What lies on top of a film's anatomy: shutters, borders, lead letters, burnt-in text, scratches and dust."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
WORDS = ("R", "L", "R", "L", "RT.", "LT.", "LAT", "L LAT", "R 12", "ERECT", "STANDING", "FLEX", "EXT", "NEUTRAL")
LINES = ("C-SPINE LAT", "L-SPINE LAT 75KV 20MAS", "ID 004217", "W 4096 L 2048", "MAG 1.00", "10 CM", "DOSE 0.4")


@dataclass(frozen=True)
class Collimation:
    """Shutters that hide the film's outer part, and the plain border that a scan or a page puts around it."""

    sides: tuple[float, float, float, float]  # left, top, right, bottom: hidden shares of width or height
    angle: float  # degrees by which the shutters' rectangle is tilted
    corner: float  # radius of its corners, as a share of the shorter side
    soft_pixels: float  # width of its penumbra
    shade: float  # brightness of what is hidden
    border: tuple[float, float, float, float]  # left, top, right, bottom: shares of the film
    border_shade: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Collimation:
        """Draw shutters (on 30 % of the films) and borders (on 30 %), most of them narrow."""
        shut, bordered = rng.random() < 0.3, rng.random() < 0.3
        return cls(
            sides=_draw_sides(rng, 0.1) if shut else (0.0, 0.0, 0.0, 0.0),
            angle=float(rng.normal(0, 2.0)) if shut and rng.random() < 0.5 else 0.0,
            corner=float(rng.uniform(0.02, 0.2)) if shut and rng.random() < 0.3 else 0.0,
            soft_pixels=float(rng.uniform(0, 6)),
            shade=float(rng.choice([0.0, 1.0, rng.uniform(0, 1)], p=[0.55, 0.3, 0.15])),
            border=_draw_sides(rng, 0.04) if bordered else (0.0, 0.0, 0.0, 0.0),
            border_shade=float(rng.choice([0.0, 1.0, rng.uniform(0, 1)], p=[0.55, 0.35, 0.1])),
        )


def _draw_sides(rng: np.random.Generator, most: float) -> tuple[float, float, float, float]:
    """Four hidden shares, each present with probability 0.6, small ones more often."""
    shares = rng.random(4) ** 2 * most * (rng.random(4) < 0.6)
    return float(shares[0]), float(shares[1]), float(shares[2]), float(shares[3])


@dataclass(frozen=True)
class Text:
    """One piece of text on the film, at a share of its width and height."""

    words: str
    x: float
    y: float
    height: float  # of a capital letter, as a share of the shorter side
    font: int
    stroke: int
    brightness: float
    box: float | None  # brightness of the box behind it; None: no box
    mirrored: bool

    @classmethod
    def draw(cls, rng: np.random.Generator, words: str, small: bool) -> Text:
        """Draw the place and look of `words`; near the film's edge more often than not."""
        along, across = rng.uniform(0.02, 0.9), rng.beta(0.35, 0.35) * 0.92 + 0.03
        x, y = (along, across) if rng.random() < 0.5 else (across, along)
        box = float(rng.random() < 0.7) if rng.random() < (0.1 if small else 0.25) else None
        ink = float(rng.uniform(0.6, 1.0)) if rng.random() < 0.95 else 0.0
        return cls(
            words=words,
            x=float(x),
            y=float(y),
            height=float(rng.uniform(0.008, 0.02) if small else rng.uniform(0.015, 0.05)),
            font=int(rng.choice(FONTS)),
            stroke=int(rng.integers(1, 2 if small else 4)),
            brightness=ink if box is None else 1.0 - box,
            box=box,
            mirrored=bool(rng.random() < 0.05),
        )


@dataclass(frozen=True)
class Marks:
    """Letters and lines of text, blocks at the edge, and the damage of a handled film."""

    texts: tuple[Text, ...]
    blocks: tuple[tuple[float, float, float, float], ...]  # x, y, width, height: bright notches of a scan's edge
    scratches: int
    dust: int
    creases: int

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Marks:
        """Draw marks; a film has a letter or two, and one in twelve is scratched or dusty."""
        letters = [Text.draw(rng, str(rng.choice(WORDS)), False) for _ in range(rng.choice(3, p=[0.35, 0.5, 0.15]))]
        lines = [Text.draw(rng, str(rng.choice(LINES)), True) for _ in range(rng.choice(4, p=[0.75, 0.12, 0.08, 0.05]))]
        worn = rng.random() < 0.08
        return cls(
            texts=tuple(letters + lines),
            blocks=_draw_blocks(rng) if rng.random() < 0.06 else (),
            scratches=int(rng.integers(0, 7)) if worn else 0,
            dust=int(rng.integers(0, 60)) if worn else 0,
            creases=int(rng.integers(0, 3)) if worn else 0,
        )


def _draw_blocks(rng: np.random.Generator) -> tuple[tuple[float, float, float, float], ...]:
    """Two to six notches along the upper and lower edge."""
    return tuple(
        (
            float(rng.uniform(0, 0.95)),
            float(rng.choice([0.0, 0.985])),
            float(rng.uniform(0.02, 0.08)),
            float(rng.uniform(0.008, 0.03)),
        )
        for _ in range(rng.integers(2, 7))
    )


def collimate(film: Image, collimation: Collimation) -> tuple[Image, NDArray[np.bool_]]:
    """The film (H, W) behind shutters and border, and (H, W) bool: where it still shows."""
    visible = np.ones(film.shape, bool)
    if any(collimation.sides):
        opening = _opening(film.shape, collimation)
        film = film * opening + np.float32(collimation.shade) * (1 - opening)
        visible = opening > 0.5
    if any(collimation.border):
        frame = _frame(film.shape, collimation.border)
        film = np.where(frame, np.float32(collimation.border_shade), film)
        visible = visible & ~frame
    return film, visible


def _opening(shape: tuple[int, ...], collimation: Collimation) -> Image:
    """Transparency (H, W) of the shutters: a tilted rectangle with rounded corners and a soft edge."""
    height, width = shape
    left, top, right, bottom = collimation.sides
    radius = collimation.corner * min(height, width)
    half = np.array([width * (1 - left - right), height * (1 - top - bottom)]) / 2 - radius
    centre = np.array([width * (1 + left - right), height * (1 + top - bottom)]) / 2
    angle = np.deg2rad(collimation.angle)
    # A side that is not shut lies far outside, so that a tilt never cuts it.
    far = width + height
    low = np.array([-far if left == 0 else -half[0], -far if top == 0 else -half[1]])
    high = np.array([far if right == 0 else half[0], far if bottom == 0 else half[1]])
    x = np.arange(width, dtype=np.float32)[None, :] - np.float32(centre[0])
    y = np.arange(height, dtype=np.float32)[:, None] - np.float32(centre[1])
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    u, v = x * cos + y * sin, y * cos - x * sin
    du = np.maximum(np.float32(low[0]) - u, u - np.float32(high[0]))
    dv = np.maximum(np.float32(low[1]) - v, v - np.float32(high[1]))
    outside = np.sqrt(np.maximum(du, 0) ** 2 + np.maximum(dv, 0) ** 2)
    distance = outside + np.minimum(np.maximum(du, dv), 0) - np.float32(radius)  # (H, W), pixels, negative inside
    return np.clip(np.float32(0.5) - distance / np.float32(max(collimation.soft_pixels, 1.0)), 0, 1)


def _frame(shape: tuple[int, ...], border: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    height, width = shape
    left, top, right, bottom = border
    frame = np.ones(shape, bool)
    frame[int(top * height) : height - int(bottom * height), int(left * width) : width - int(right * width)] = False
    return frame


def mark(film: Image, marks: Marks, rng: np.random.Generator) -> Image:
    """The film (H, W) with its text, notches, scratches, creases and dust; the input is not changed."""
    film = film.copy()
    for x, y, width, height in marks.blocks:
        _fill(film, x, y, width, height)
    for text in marks.texts:
        _write(film, text)
    _damage(film, marks, rng)
    return film


def _fill(film: Image, x: float, y: float, width: float, height: float) -> None:
    rows, columns = film.shape
    film[int(y * rows) : int((y + height) * rows), int(x * columns) : int((x + width) * columns)] = 1.0


def _write(film: Image, text: Text) -> None:
    """Blend one text into the film in place; what does not fit is cut at the film's edge."""
    rows, columns = film.shape
    size = text.height * min(rows, columns) / 21  # the fonts' capitals are 21 pixels high at scale 1
    (width, height), base = cv2.getTextSize(text.words, text.font, size, text.stroke)
    drawn = np.zeros((height + base + 4, width + 4), np.uint8)
    cv2.putText(drawn, text.words, (2, height + 1), text.font, size, 255, text.stroke, cv2.LINE_AA)
    stamp = (drawn[:, ::-1] if text.mirrored else drawn).astype(np.float32) * np.float32(1 / 255)
    x, y = int(text.x * columns), int(text.y * rows)
    target = film[y : y + stamp.shape[0], x : x + stamp.shape[1]]
    stamp = stamp[: target.shape[0], : target.shape[1]]
    if text.box is not None:
        target[:] = text.box
    target += stamp * (np.float32(text.brightness) - target)


def _damage(film: Image, marks: Marks, rng: np.random.Generator) -> None:
    """Scratches (thin, bright or dark), creases (wide, faint) and dust, drawn in place."""
    rows, columns = film.shape
    overlay = np.zeros_like(film)
    for count, width in ((marks.scratches, 1), (marks.creases, 3)):
        for _ in range(count):
            ends = (rng.random((2, 2)) * [columns, rows] * 16).astype(int)
            value = float(rng.choice([-1, 1]) * rng.uniform(0.05, 0.5) / width)
            cv2.line(overlay, ends[0].tolist(), ends[1].tolist(), value, width, cv2.LINE_8, 4)
    for _ in range(marks.dust):
        centre = (rng.random(2) * [columns, rows]).astype(int)
        value = float(rng.choice([-1, 1]) * rng.uniform(0.1, 0.6))
        cv2.circle(overlay, centre.tolist(), int(rng.integers(0, 3)), value, -1)
    if marks.scratches or marks.creases or marks.dust:
        film += cv2.GaussianBlur(overlay, (0, 0), 0.6)
        np.clip(film, 0, 1, out=film)

"""Run lengths as COCO has them: down the columns of a film, as numbers or packed into a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from spinefm.core.masks import MOST_PIXELS, Mask


def counts_of(mask: Mask, shape: tuple[int, int]) -> str:
    """A mask on a film of `shape` (H, W) as packed run lengths; what lies outside the film is cut off."""
    return packed(column_runs(mask, shape))


def mask_of(counts: str, shape: tuple[int, int]) -> Mask:
    """The mask on a film of `shape` (H, W) whose packed run lengths are `counts`.

    Raises ValueError for what are no run lengths, or do not fill the film.
    """
    return from_column_runs(unpacked(counts), shape)


def column_runs(mask: Mask, shape: tuple[int, int]) -> list[int]:
    """Run lengths down the columns of a film of `shape` (H, W), starting with a run of False.

    Only the mask's own box is looked at, so that the time follows the vertebra's size, not the film's.
    """
    height, width = shape
    box = mask.box.clipped(shape)
    if box.is_empty:
        return [height * width]
    inside = np.zeros((box.width, box.height + 1), np.int8)  # a pixel of background below each column
    inside[:, :-1] = mask.within(box).T
    places = np.flatnonzero(np.diff(inside.ravel(), prepend=np.int8(0)))  # in turn: first pixel of a run, first behind
    columns, rows = np.divmod(places, box.height + 1)
    edges = (columns + box.x0) * height + rows + box.y0
    joined = np.flatnonzero(edges[1:-1:2] == edges[2::2])  # a run to the film's lower edge goes on in the next column
    edges = np.delete(edges, np.concatenate([2 * joined + 1, 2 * joined + 2]))
    runs: list[int] = np.diff(edges, prepend=0, append=height * width).tolist()
    return runs if runs[-1] else runs[:-1]


def from_column_runs(runs: Sequence[int], shape: tuple[int, int]) -> Mask:
    """The mask on a film of `shape` (H, W) with these run lengths. Raises ValueError where they do not fill it."""
    height, width = shape
    if not 0 <= height * width <= MOST_PIXELS or min(runs, default=0) < 0 or sum(runs) != height * width:
        raise ValueError("run lengths do not fill the film")
    values = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return Mask.from_array(values.reshape(width, height).T)


def packed(runs: Sequence[int]) -> str:
    """Run lengths as text: five bits a character, low ones first; from the fourth number on as differences."""
    lengths = np.array(runs, np.int64)
    rest, goes_on = lengths.copy(), np.ones(lengths.shape, bool)
    rest[3:] -= lengths[1:-2]
    characters, used = [], []
    while goes_on.any():  # the next character of every number that has one
        used.append(goes_on)
        bits, rest = rest & 31, rest >> 5
        goes_on = goes_on & (rest != np.where(bits & 16, -1, 0))
        characters.append(48 + bits + 32 * goes_on)
    text = np.stack(characters, axis=1)[np.stack(used, axis=1)] if runs else lengths
    return text.astype(np.uint8).tobytes().decode("ascii")


def unpacked(text: str) -> list[int]:
    """The run lengths that `packed` wrote. Raises ValueError for another text."""
    runs: list[int] = []
    for index, value in enumerate(_values(text)):
        runs.append(value + (runs[index - 2] if index > 2 else 0))
    return runs


def _values(text: str) -> Iterator[int]:
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or shift > 60:
            raise ValueError("run lengths have a character that they cannot have")
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            yield value - (1 << shift) if bits & 16 else value
            value = shift = 0
    if shift:
        raise ValueError("run lengths do not fill the film: their text is cut off")

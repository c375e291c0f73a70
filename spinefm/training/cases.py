"""Films of data sets (CSXA, NHANES II and the other layouts that `spinefm.data` reads) for training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinefm.data import Case, Dataset, DatasetError, Skipped, cases, open_dataset
from spinefm.imaging.radiograph import UnreadableFilm, read
from spinefm.training.errors import TrainingError
from spinefm.training.films import NO_SEED, TrainingFilm, bodies_of

PARTS = {"train": ("train", "disjoint-train"), "val": ("val", "disjoint-val")}
"""Names of a data set's splits, the published one first."""


def films_of(folder: Path, part: str, whole: bool = False) -> Iterator[TrainingFilm]:
    """The films of one part ("train" or "val") of the data set in `folder`; films that cannot be read are left out.

    whole: take all films where the parts are not published but drawn by a checksum, as for a folder of one's own.

    Raises TrainingError for a folder that is no data set or has no such part.
    """
    try:
        dataset = _part(open_dataset("auto", folder), part, whole)
    except DatasetError as error:
        raise TrainingError(str(error)) from error
    for case in cases(dataset):
        film = None if isinstance(case, Skipped) else film_of(case)
        if film is not None:
            yield film


def film_of(case: Case) -> TrainingFilm | None:
    """A data set's film with its bodies; None where it shows none or cannot be read."""
    try:
        pixels = read(case.source).pixels
    except UnreadableFilm:
        return None
    labels = label_map(case, pixels.shape)
    centroids, sizes = bodies_of(labels)
    if not centroids:
        return None
    visible = {level: 0.5 if level in case.truth.partial else 1.0 for level in centroids}
    film = np.round(255 * pixels).astype(np.uint8)
    return TrainingFilm(case.name, NO_SEED, film, labels, centroids, sizes, visible, {})


def label_map(case: Case, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """VerSe ids, (H, W); whole bodies lie over those cut by the film's edge."""
    labels = np.zeros(shape, np.uint8)
    for level, mask in (*case.truth.partial.items(), *case.truth.bodies.items()):
        labels[mask.on_film((shape[0], shape[1]))] = level
    return labels


def _part(dataset: Dataset, part: str, whole: bool) -> Dataset:
    if whole and not any(published in dataset.splits for published, _ in PARTS.values()):
        return dataset
    for name in PARTS[part]:
        if name in dataset.splits:
            return dataset.part(name)
    raise DatasetError(f"This data set has no films for {part}; give folders of its parts as --data and --validation.")

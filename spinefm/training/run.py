"""From settings to a finished run: read the films, choose the trainer, start the loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from spinefm.core.machine import quiet_allocator
from spinefm.core.words import counted, listed
from spinefm.training.cases import films_of
from spinefm.training.errors import TrainingError
from spinefm.training.films import NO_SEED, FilmSet
from spinefm.training.kept import KeptFilms
from spinefm.training.loop import Loop, Trainer
from spinefm.training.record import TrainingFolder
from spinefm.training.scale import sizes_and_recipe, with_published_sides
from spinefm.training.settings import TrainSettings
from spinefm.training.start import bundled
from spinefm.training.train_classifier import ClassifierTrainer
from spinefm.training.train_instance_net import InstanceNetTrainer
from spinefm.training.train_mask_rcnn import MaskRCNNTrainer
from spinefm.training.train_med_sa import MedSATrainer
from spinefm.training.train_point_predictor import PointPredictorTrainer
from spinefm.training.train_unet import UNetTrainer
from spinefm.training.train_view import ViewTrainer

HELD_OUT = 20
"""Where no unseen films are given, one in so many is held out: 5 % cost little training and give a stable score."""

TRAINERS: dict[str, Callable[..., Any]] = {
    "mask_rcnn": MaskRCNNTrainer,
    "med_sa": MedSATrainer,
    "classifier": ClassifierTrainer,
    "point_predictor": PointPredictorTrainer,
    "unet": UNetTrainer,
    "instance_net": InstanceNetTrainer,
    "view": ViewTrainer,
}

KEEPING = ("med_sa", "classifier")
"""The networks that can be kept near their own answers on some films."""

BUDGETS = {
    "mask_rcnn": 0.3,
    "med_sa": 0.25,
    "classifier": 0.2,
    "unet": 0.1,
    "point_predictor": 0.02,
    "instance_net": 0.05,
    "view": 0.08,
}
"""The networks in the order in which they are trained together, and the share of the budget that each is given."""


def run(network: str, settings: TrainSettings) -> dict[str, float]:
    """See `spinefm.training.train`."""
    quiet_allocator()
    return Loop(make_trainer(network, settings), settings).run()


def run_all(settings: TrainSettings) -> dict[str, dict[str, float]]:
    """Train every network in turn on the same films, each into a folder of its name; returns the scores of each.

    With `resume` a network that had its share is left as it is. Raises TrainingError where a network's run would.
    """
    quiet_allocator()
    films, unseen = read_films(settings)
    scores = {}
    for network, share in BUDGETS.items():
        own = replace(
            settings,
            out=settings.out / network,
            minutes=share * settings.minutes if settings.minutes is not None else None,
            start="" if network == "view" else settings.start,
            keep=settings.keep if network in KEEPING else (),
            resume=settings.resume and TrainingFolder(settings.out / network).checkpoint.exists(),
        )
        scores[network] = Loop(_trainer_on(network, own, films, unseen), own).run()
    return scores


def make_trainer(network: str, settings: TrainSettings) -> Trainer:
    """The trainer of `network` with its films in memory. Raises TrainingError for an unknown network."""
    if network not in TRAINERS:
        raise TrainingError(f"There is no network {network}; choose one of {', '.join(TRAINERS)}.")
    if settings.keep and network not in KEEPING:
        raise TrainingError(f"Only {listed(KEEPING)} can be kept near their answers; train {network} without --keep.")
    sizes_and_recipe(network, settings.bundle, settings.recipe)  # refuses what there is not before films are read
    return _trainer_on(network, settings, *read_films(settings))


def _trainer_on(network: str, settings: TrainSettings, films: FilmSet, unseen: FilmSet) -> Trainer:
    """The trainer of `network` on given films, in the sizes that the settings ask for."""
    scale = sizes_and_recipe(network, settings.bundle, settings.recipe)
    more: dict[str, Any] = {"kept": _kept(network, settings, unseen)} if settings.keep else {}
    if scale is not None:
        config, recipe = scale
        config = with_published_sides(config, settings.data) if recipe.published else config
        more |= {"config": config, "recipe": recipe}
    trainer: Trainer = TRAINERS[network](films, unseen, **more)
    return trainer


def _kept(network: str, settings: TrainSettings, unseen: FilmSet) -> KeptFilms:
    """The films on which `network` is to stay as it is, and that network. Raises TrainingError where it cannot be."""
    if settings.recipe == "paper":
        raise TrainingError("The published recipe learns from the truth alone; leave out --keep or --recipe paper.")
    films = _read(settings.keep, "train")
    _refuse_shared(films, unseen)
    return KeptFilms(films, bundled(network, settings.start))


def read_films(settings: TrainSettings) -> tuple[FilmSet, FilmSet]:
    """The films to train on and the unseen ones; without folders of unseen films each HELD_OUT-th one is held out.

    With them, data sets whose parts were not published are taken whole, unless one folder serves for both.

    Raises TrainingError when a phantom is in both.
    """
    with tqdm(desc="films", unit="film") as bar:
        apart = bool(settings.validation) and not set(settings.data) & set(settings.validation)
        films = _read(settings.data, "train", lambda: bar.update(), apart)
    if not settings.validation:
        return _held_out(films, [folder for folder in settings.data if not _simulated(folder)])
    unseen = _read(settings.validation, "val", whole=apart)
    _refuse_shared(films, unseen)
    return films, unseen


def _refuse_shared(films: FilmSet, unseen: FilmSet) -> None:
    """Raises TrainingError for phantoms in both."""
    shared = films.seeds & unseen.seeds
    if shared:
        raise TrainingError(
            f"{counted(len(shared), 'phantom is', 'phantoms are')} in both training and validation "
            f"(seed {min(shared)} is one); simulate the validation films from other seeds."
        )


def _held_out(films: FilmSet, datasets: Sequence[Path]) -> tuple[FilmSet, FilmSet]:
    """Each HELD_OUT-th phantom, and the data sets' own part for it, away from the films to train on."""
    phantoms = [film for film in films.films if film.seed != NO_SEED]
    kept, unseen = FilmSet(tuple(phantoms)).held_out(HELD_OUT) if phantoms else (FilmSet(()), FilmSet(()))
    real = [film for film in films.films if film.seed == NO_SEED]
    others = _read(datasets, "val").films if datasets else ()
    return FilmSet((*kept.films, *real)), FilmSet((*unseen.films, *others))


def _read(
    folders: Sequence[Path], part: str, progress: Callable[[], object] = lambda: None, whole: bool = False
) -> FilmSet:
    """Folders of phantoms whole, of data sets their `part`, or all of it; see `films_of`."""
    phantoms = [folder for folder in folders if _simulated(folder)]
    films = list(FilmSet.read(phantoms, progress).films)
    for folder in folders:
        if folder not in phantoms:
            films += films_of(folder, part, whole)
    if not films:
        raise TrainingError(f"{folders[0]} contains no labelled films for {part}; give a folder that does.")
    return FilmSet(tuple(films))


def _simulated(folder: Path) -> bool:
    """Whether a folder has the layout of phantoms; so does one without any films, which is then said to be empty."""
    return (folder / "films").is_dir() or not folder.is_dir() or not any(folder.iterdir())

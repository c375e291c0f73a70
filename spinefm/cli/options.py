"""Options that several verbs share, and the types of their values."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from spinefm.cli.exits import WrongCall

if TYPE_CHECKING:
    from spinefm.core.geometry import Point
    from spinefm.imaging.radiograph import Polarity
    from spinefm.methods import Method
    from spinefm.methods.base.config import Preset
    from spinefm.weights.bundle import Bundle

FilmName = TypeVar("FilmName", str, Path)
SETTING = re.compile(r"[a-z_][a-z0-9_]*=")
"""How a setting begins, and no address does."""
Verb = Callable[..., int]
"""The function behind a verb: it takes the values of the options and returns the exit code."""


class Assignment(click.ParamType[tuple[str, str]]):
    """`NAME=VALUE`, as the pair (name, value)."""

    name = "assignment"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split at the first equals sign."""
        if not isinstance(value, str):
            return value
        name, sign, text = value.partition("=")
        if not (name and sign):
            self.fail(f"{value!r} is not NAME=VALUE", param, ctx)
        return name, text


class Pixel(click.ParamType[tuple[float, float]]):
    """`X,Y`, a place on the film in pixels."""

    name = "pixel"

    def convert(
        self, value: str | tuple[float, float], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """Read the two numbers."""
        if not isinstance(value, str):
            return value
        try:
            x, y = (float(part) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not X,Y in pixels", param, ctx)
        return x, y


class Millimetres(click.ParamType[float]):
    """The scale of a film in millimetres per pixel."""

    name = "millimetres"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the number."""
        from spinefm.imaging.decoded import scale_fault

        try:
            scale = float(value)
        except ValueError:
            self.fail(f"{value!r} is not a number of millimetres per pixel", param, ctx)
        if fault := scale_fault(scale):
            self.fail(fault, param, ctx)
        return scale


class GivenText(click.ParamType[str]):
    """The text of a path or an address. The empty one is refused: as a path it is the folder one is in."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse the empty text."""
        if not value:
            self.fail("the path is empty; for the folder you are in, write a dot", param, ctx)
        return value


class GivenPath(click.ParamType[Path]):
    """A path that is not empty."""

    name = "path"

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Make the text a path."""
        return value if isinstance(value, Path) else Path(GivenText().convert(value, param, ctx))


def films_only(ctx: click.Context, param: click.Parameter, films: Sequence[FilmName]) -> Sequence[FilmName]:
    """The films of a call, refused where one is a setting: `--set a=1 b=2` takes b=2 for a film."""
    for film in map(str, films):
        if SETTING.match(film) and not os.path.exists(film):  # not Path.exists: a NUL in a name
            raise click.BadParameter(f"there is no film {film}; write a setting as --set {film}", ctx, param)
    return films


class ListCommand(click.Command):
    """A command whose repeatable options also take several values at once: `--data A B` is `--data A --data B`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each further value, then parse."""
        lists = {name for option in self.params if getattr(option, "multiple", False) for name in option.opts}
        return super().parse_args(ctx, list(_repeated(args, lists)))


def _repeated(arguments: Sequence[str], lists: set[str]) -> Iterator[str]:
    option, values = "", 0
    for argument in arguments:
        if argument.startswith("--"):
            option, values = (argument if argument in lists else ""), 0
        elif option:
            values += 1
            if values > 1:
                yield option
        yield argument


@dataclass(frozen=True)
class RunOptions:
    """How films are segmented: what `segment` and `evaluate` have in common.

    `preset` is "published", "tuned" or None for what fits the bundle; `settings` are changes to it, as text;
    `polarity` is "auto", "keep" or "invert"; `weights` is the folder of another manifest than the program's own.
    """

    method: str
    bundle: str
    device: str
    preset: Preset | None
    settings: Mapping[str, str]
    polarity: Polarity
    weights: Path | None = None


_RUN_OPTIONS = (
    click.option("--method", default="spinefm", show_default=True, help="How to segment."),
    click.option("--bundle", default="compact", show_default=True, help="Set of weights."),
    click.option(
        "--weights",
        type=GivenPath(),
        metavar="DIR",
        help="Folder of another manifest, for weights of your own.",
    ),
    click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N."),
    click.option(
        "--preset",
        type=click.Choice(["published", "tuned"]),
        help="The paper's rules, or this project's (default: what fits the weights).",
    ),
    click.option(
        "--set", "settings", type=Assignment(), multiple=True, metavar="NAME=VALUE", help="Change one of the settings."
    ),
    click.option(
        "--polarity",
        type=click.Choice(["auto", "keep", "invert"]),
        default="auto",
        show_default=True,
        help="Films with dark bone: invert only those (auto), none (keep) or all films (invert).",
    ),
)


def run_options(verb: Verb) -> Verb:
    """Add the options of a run to a verb, which gets them as one `RunOptions` named `run`."""

    @wraps(verb)
    def gathered(
        method: str,
        bundle: str,
        device: str,
        preset: Preset | None,
        settings: Sequence[tuple[str, str]],
        polarity: Polarity,
        weights: Path | None,
        **others: object,
    ) -> int:
        return verb(run=RunOptions(method, bundle, device, preset, dict(settings), polarity, weights), **others)

    for option in reversed(_RUN_OPTIONS):
        option(gathered)
    return gathered


def load_method(run: RunOptions, starting_points: Sequence[Point] | None = None) -> tuple[Method, Bundle]:
    """Load the weights and build the method.

    Raises:
        WrongCall: an unknown method, setting, bundle or device, or starting points that cannot serve.
    """
    from spinefm.core.machine import DeviceError, quiet_allocator

    quiet_allocator()
    from spinefm.methods import METHODS, build_method
    from spinefm.weights.manifest import BundleError

    if run.method not in METHODS:
        raise WrongCall(f"There is no method {run.method!r}; choose one of: {', '.join(METHODS)}.")
    try:
        bundle = _bundle_of(run)
        return build_method(run.method, bundle, run.settings, starting_points, run.preset), bundle
    except (BundleError, DeviceError, ValueError) as error:
        raise WrongCall(str(error)) from error


def _bundle_of(run: RunOptions) -> Bundle:
    """The weights of the program, or those of the folder that was given. Raises BundleError, DeviceError."""
    from spinefm.weights.load import load_bundle
    from spinefm.weights.manifest import Manifest

    if run.weights is None:
        return load_bundle(run.bundle, run.device)
    return load_bundle(run.bundle, run.device, manifest=Manifest.read(run.weights / "manifest.json"))


def out_option(text: str) -> Callable[[Verb], Verb]:
    """`--out DIR`, where a verb writes; `text` says what."""
    return click.option("--out", type=GivenPath(), required=True, metavar="DIR", help=text)

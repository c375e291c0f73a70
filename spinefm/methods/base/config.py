"""One configuration per method: every number that decides anything in a run, with its range, and presets by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from spinefm.trace.model import Setting

if TYPE_CHECKING:
    from spinefm.weights.bundle import Bundle

Preset = Literal["published", "tuned"]
"""`published`: the paper's rules and nothing else. `tuned`: this project's, measured on simulated films."""
PRESETS: tuple[Preset, ...] = get_args(Preset)
MOST_SIZES = 1000.0
"""A distance in body sizes that no film is long enough for."""


def share(default: float, text: str) -> Any:
    """A field from 0 to 1."""
    return Field(default, ge=0, le=1, description=text)


def number(default: float, most: float, text: str) -> Any:
    """A field from 0 to `most`."""
    return Field(default, ge=0, le=most, description=text)


def positive(default: float, most: float, text: str) -> Any:
    """A field above 0, up to `most`."""
    return Field(default, gt=0, le=most, description=text)


def count(default: int, least: int, most: int, text: str) -> Any:
    """A field of whole numbers from `least` to `most`."""
    return Field(default, ge=least, le=most, description=text)


class MethodConfig(BaseModel):
    """Base of a method's configuration. Its defaults are the preset `tuned`.

    A trace keeps `as_settings()`; `of(bundle).changed(trace.settings)` is the configuration of that run again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    TITLE: ClassVar[str]
    """The method's name in messages."""
    PUBLISHED: ClassVar[Mapping[str, Setting]] = {}
    """What the preset `published` sets otherwise than the defaults."""
    RENAMED: ClassVar[Mapping[str, str]] = {}
    """Settings of earlier versions -> their names now; "" for one that decides nothing any more."""

    @classmethod
    def of(cls, bundle: Bundle, preset: Preset | None = None) -> Self:
        """The configuration of a preset, with what the bundle's networks were trained at.

        Without a `preset` it is the bundle's own: see `bundle_preset`. Raises ValueError for an unknown preset.
        """
        chosen = preset or bundle_preset(bundle)
        if chosen not in PRESETS:
            raise ValueError(f"There is no preset {chosen!r}; choose one of: {', '.join(PRESETS)}.")
        return cls(**{**cls.fitted_to(bundle), **(cls.PUBLISHED if chosen == "published" else {})})

    @classmethod
    def fitted_to(cls, bundle: Bundle) -> dict[str, Any]:  # noqa: ARG003 (some methods read it)
        """Settings that follow from how the bundle's networks were trained."""
        return {}

    def changed(self, changes: Mapping[str, Setting]) -> Self:
        """This configuration with `changes` by name; numbers may arrive as text.

        Raises ValueError, in one sentence, for an unknown or renamed setting and for a value outside its range.
        """
        for name, value in changes.items():
            self._refuse_unknown(name)
            if isinstance(value, bool) and type(self).model_fields[name].annotation is not bool:
                raise ValueError(_refusal(name, value, type(self).model_fields[name]))
        try:
            return type(self)(**{**self.model_dump(), **changes})
        except ValidationError as error:
            name = str(error.errors(include_url=False)[0]["loc"][0])
            raise ValueError(_refusal(name, changes[name], type(self).model_fields[name])) from error

    def _refuse_unknown(self, name: str) -> None:
        if self.RENAMED.get(name) == "":
            raise ValueError(f"The setting {name} of {self.TITLE} decides nothing any more: leave it out.")
        if name in self.RENAMED:
            raise ValueError(f"The setting {name} of {self.TITLE} is called {self.RENAMED[name]} now: use that name.")
        if name not in type(self).model_fields:
            known = ", ".join(type(self).model_fields)
            raise ValueError(f"{self.TITLE} has no setting named {name!r}; it has: {known}.")

    def as_settings(self) -> dict[str, Setting]:
        """Every setting by name, as a trace keeps it."""
        return self.model_dump()


def bundle_preset(bundle: Bundle) -> Preset:
    """The preset that fits a bundle: `published` for the authors' own networks, which its configuration marks."""
    config = getattr(bundle.med_sa, "config", None)
    return "published" if getattr(config, "compat", None) == "medsa" else "tuned"


def _refusal(name: str, value: Setting, field: FieldInfo) -> str:
    return f"The setting {name} is {wanted(field)}, not {value!r}."


def wanted(field: FieldInfo) -> str:
    """What a field takes, in words: "a number from 0 to 1"."""
    if field.annotation is bool:
        return "true or false"
    if get_origin(field.annotation) is Literal:
        return f"one of {', '.join(map(str, get_args(field.annotation)))}"
    bounds = {
        name: getattr(part, name) for part in field.metadata for name in ("ge", "gt", "le") if hasattr(part, name)
    }
    kind = "a whole number" if field.annotation is int else "a number"
    low = f"from {bounds['ge']:g}" if "ge" in bounds else f"above {bounds['gt']:g}"
    joint = " to" if "ge" in bounds else " and at most"
    return f"{kind} {low}{joint} {bounds['le']:g}"


class ViewCheckConfig(MethodConfig):
    """Settings of the question that comes before every run: what kind of film this is. No paper asks it."""

    RENAMED: ClassVar[Mapping[str, str]] = {"turn_film": "rotate_film", "turn_limit": "rotation_limit"}
    PUBLISHED: ClassVar[Mapping[str, Setting]] = {"view_check": "off", "rotate_film": False}

    view_check: Literal["refuse", "warn", "off"] = "refuse"
    """What happens to a film that is no lateral spine film: no run, a warning beside the result, or it is not asked."""
    view_limit: float = share(
        0.4,
        "Probability of all lateral views together below which a film is none of them. Of 265 real photographs, charts "
        "and screenshots that were not trained on 4 have more; of 180 views of 36 real films the lowest has 0.86.",
    )
    distance_limit: float = number(
        2.0, 100, "Distance from the lateral films of training above which a film is called unlike them."
    )
    rotation_limit: float = share(
        0.99,
        "Probability above which a film lies on its side or upside down, by two looks: at the film, and at the film "
        "rotated upright. Of 834 views of simulated films in four positions the surest wrong answer has 0.985, of 172 "
        "of real films and examples none is wrong.",
    )
    rotate_film: bool = True
    """Program and page rotate such a film upright before the run, and `spinefm evaluate` its truth with it."""


class WholeFilmConfig(ViewCheckConfig):
    """Settings of the methods that begin with a U-Net's map of the whole film."""

    RENAMED: ClassVar[Mapping[str, str]] = {**ViewCheckConfig.RENAMED, "mirrored_view": "test_time_flip"}
    PUBLISHED: ClassVar[Mapping[str, Setting]] = {
        **ViewCheckConfig.PUBLISHED,
        "test_time_flip": False,
        "close_view": 0.0,
        "least_piece": 0.0,
        "far_limit": MOST_SIZES,
    }

    map_limit: float = share(0.5, "Probability of a body in the map.")
    test_time_flip: bool = True
    """The film is mapped as its mirror image too and both answers are averaged (paper: no)."""
    close_view: float = share(
        0.8,
        "Where the bodies fill less than this share of the film's longer side they are mapped a second time, enlarged: "
        "the discs between small bodies are lost where the whole film is made small. 0: never (paper).",
    )
    close_view_piece: float = share(0.15, "Pieces from this share of the typical area are what that view is cut round.")
    close_view_margin: float = number(1.5, 10, "Room round them in sizes of a typical piece: a body may be missing.")
    least_piece: float = share(
        0.2, "Pieces of the map below this share of the typical area are specks (paper: 0, no such rule)."
    )
    far_limit: float = number(
        4.0,
        MOST_SIZES,
        "A piece so many typical sizes from all others is not of the spine: two bodies may be missed (paper: no such "
        "rule).",
    )
    lone_spacing: float = number(1.2, 10, "Spacing in sizes of the body where there is only one.")

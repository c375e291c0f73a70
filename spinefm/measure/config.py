"""Every number that decides something in landmarks and measures, with its range."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class MeasureConfig(BaseModel):
    """Settings of landmarks and measures; lengths are pixels or shares of the body's own size."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    contour_points: int = Field(default=360, ge=60, le=4000, description="points of an outline, evenly spaced")
    contour_blur: float = Field(default=1.0, ge=0, le=5, description="Gaussian that smooths the pixels' steps, px")
    corner_reach: float = Field(
        default=0.03, gt=0, le=0.5, description="points this close to the furthest one make a corner"
    )
    border: int = Field(default=1, ge=0, le=20, description="a body this close to the film's border may be cut, px")
    edge_gap: float = Field(
        default=0.08, gt=0, le=1, description="how far outside a body exposure is looked for, body widths"
    )
    edge_range: float = Field(
        default=0.008, ge=0, le=1, description="a smaller range of greys there is no exposed film"
    )
    least_width: float = Field(default=12.0, ge=1, description="a narrower body has no landmarks, px")
    least_fit: float = Field(
        default=0.8, ge=0, le=1, description="least Dice of an outline and its landmarks' quadrangle"
    )
    width_range: float = Field(
        default=0.3, gt=0, le=1, description="share by which a width may differ from that of its neighbours"
    )
    most_spread: float = Field(
        default=0.096, gt=0, description="most expected error of a landmark, share of the body's width"
    )
    spread_factor: float = Field(
        default=1.2,
        gt=0,
        le=10,
        description="factor of the expected errors of landmarks: real films are harder than those of the fit",
    )
    facing_probability: float = Field(
        default=0.8, ge=0.5, le=1, description="least probability of a facing that is taken"
    )
    trunk_probability: float = Field(
        default=0.98, ge=0.5, le=1, description="an unnamed body this surely thoracic or lumbar is graded"
    )
    slope_spread: float = Field(
        default=20.0, gt=0, description="spread of an endplate's slope between patients, degrees"
    )
    upright_limit: float = Field(
        default=35.0, gt=0, le=90, description="most tilt of a spine on an upright film, degrees"
    )
    genant_limits: tuple[float, float, float] = Field(
        default=(20.0, 25.0, 40.0), description="least loss of grades 1 to 3, %"
    )
    slip_limit: float = Field(default=5.0, ge=0, le=100, description="a smaller slip is none, % of the endplate")
    neck_slip_limit: float = Field(
        default=12.0, ge=0, le=100, description="the same from C2/3 to C7/T1: 2 mm of an endplate of 16.5 mm"
    )
    grade_probability: float = Field(
        default=0.7, ge=0, le=1, description="share of resampled corners that must agree on a grade, or it is uncertain"
    )
    most_uncertainty: dict[str, float] = Field(
        default={"°": 12.0, "slip": 8.0, "disc_height_index": 0.096, "height_loss": 10.5, "ratio": 0.3},
        description="most ± of a measure that is sure, by its key, or else by its unit",
    )
    doubt_factor: float = Field(
        default=2.0, ge=1, description="up to so many times that ± a value is given as doubtful, beyond it not at all"
    )
    resamples: int = Field(default=400, ge=20, le=10000, description="draws of the corners for an uncertainty")
    random_seed: int = Field(default=0, ge=0, description="of those draws")

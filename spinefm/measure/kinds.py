"""The measures of single bodies and discs: what each is called and how it is computed, whichever bodies it is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spinefm.measure.model import Group, Unit


@dataclass(frozen=True)
class MeasureKind:
    """What all measures with one key have in common.

    title: what follows the name of a body or disc. short: the same in a table. method: how it is computed at any level;
    where that depends on the level, the measure itself says which endplates and bodies it is of.
    """

    key: str
    group: Group
    unit: Unit
    title: str
    short: str
    method: str

    def name(self, where: str) -> str:
        """The measure of a body or disc in words."""
        return f"{where} {self.title}"


ACROSS_DISC = "between the endplates, along the normal of the disc"
_KINDS = (
    MeasureKind("anterior_height", "body", "mm", "anterior height Ha", "Ha", "between the anterior corners"),
    MeasureKind("middle_height", "body", "mm", "middle height Hm", "Hm", "between the endplates' mid-points"),
    MeasureKind("posterior_height", "body", "mm", "posterior height Hp", "Hp", "between the posterior corners"),
    MeasureKind("width", "body", "mm", "width", "width", "mean length of both endplates"),
    MeasureKind("anterior_ratio", "body", "ratio", "Ha/Hp", "Ha/Hp", "anterior over posterior height"),
    MeasureKind("middle_ratio", "body", "ratio", "Hm/Hp", "Hm/Hp", "middle over posterior height"),
    MeasureKind(
        key="neighbour_ratio",
        group="body",
        unit="ratio",
        title="Hp/neighbours",
        short="Hp/neighbours",
        method="Hp over the mean Hp of the bodies above and below",
    ),
    MeasureKind(
        key="height_loss",
        group="body",
        unit="%",
        title="height loss",
        short="height loss",
        method="largest of 1 - Ha/Hp, 1 - Hm/Hp and the loss against the neighbours, of thoracic and lumbar bodies; "
        "graded as by Genant",
    ),
    MeasureKind("disc_height_anterior", "disc", "mm", "disc height, anterior", "anterior disc height", ACROSS_DISC),
    MeasureKind("disc_height_middle", "disc", "mm", "disc height, middle", "disc height", ACROSS_DISC),
    MeasureKind("disc_height_posterior", "disc", "mm", "disc height, posterior", "posterior disc height", ACROSS_DISC),
    MeasureKind(
        key="disc_height_index",
        group="disc",
        unit="ratio",
        title="disc height index",
        short="disc height index",
        method="mean of three disc heights over the mean height of the bodies beside",
    ),
    MeasureKind(
        key="segmental_angle",
        group="alignment",
        unit="°",
        title="segmental angle",
        short="segmental angle",
        method="superior endplate to the inferior endplate of the body below (of C2 the inferior, of S1 the superior "
        "one), lordosis positive",
    ),
    MeasureKind(
        key="slip",
        group="slip",
        unit="%",
        title="slip",
        short="slip",
        method="of the posterior corners as a share of the endplate below, anterior positive; graded as by Meyerding",
    ),
)
KINDS: Mapping[str, MeasureKind] = {kind.key: kind for kind in _KINDS}

"""What would be measured at the pelvis, and why it is not: no method here outlines the femoral heads."""

from __future__ import annotations

from collections.abc import Iterator

from spinefm.core.levels import Level, Region
from spinefm.measure.spine import Draft, Spine

NO_HEADS = "the femoral heads are not outlined; the sacral slope is what S1 alone gives"
MEASURES = (
    ("pelvic_incidence", "pelvic incidence", "normal of the S1 endplate to the line to the femoral heads' axis"),
    ("pelvic_tilt", "pelvic tilt", "vertical to the line from the femoral heads' axis to the S1 endplate's middle"),
    ("incidence_lordosis", "pelvic incidence minus lordosis L1-S1", "pelvic incidence minus lordosis L1-S1"),
)


def drafts(spine: Spine) -> Iterator[Draft]:
    """Pelvic incidence and tilt as not measurable, on films that show the lumbar spine or the sacrum."""
    shown = [body.level.region for body in spine.bodies if body.level]
    if Region.LUMBAR in shown or Region.SACRAL in shown:
        for key, name, method in MEASURES:
            yield Draft(key, "pelvis", (Level.S1.name,), name, "°", method, reason=NO_HEADS)

"""CVAT's XML, "CVAT for images 1.1": one file of all films, a polygon per body with what is doubtful as attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.data.cvat import NOTE
from spinefm.export.outlines import EDGE, outlines
from spinefm.export.subject import Part, Subject, notes_of
from spinefm.imaging.radiograph import printable
from spinefm.measure.doubt import doubtful
from spinefm.trace.model import Vertebra

FILE = "annotations.xml"


@dataclass(frozen=True)
class Attribute:
    """An attribute of a label, as CVAT declares it."""

    name: str
    kind: str
    default: str
    values: str


DOUBTFUL = Attribute("doubtful", "checkbox", "false", "false")
PROBABILITY = Attribute("probability", "text", "", "")
TEXT = Attribute("text", "text", "", "")


def part(subject: Subject) -> Part:
    """The film, and its `image` element, without a number yet."""
    width, height = subject.trace.film.size
    image = Element("image", name=printable(subject.film_path()), width=str(width), height=str(height))
    unsure = doubtful(subject.trace)
    for vertebra in subject.trace.vertebrae:
        for outline in outlines(vertebra.mask):
            _add_polygon(image, vertebra, outline, vertebra.number in unsure)
    for note in notes_of(subject.trace):
        tag = SubElement(image, "tag", label=NOTE, source="auto")
        _add_value(tag, TEXT, printable(note))
    return Part(subject.film_files(), image)


def whole(entries: Sequence[Element]) -> Mapping[str, bytes]:
    """The one file of all films."""
    top = Element("annotations")
    SubElement(top, "version").text = "1.1"
    task = SubElement(SubElement(top, "meta"), "task")
    for name, value in (("name", "SpineFM"), ("size", str(len(entries))), ("mode", "annotation"), ("overlap", "0")):
        SubElement(task, name).text = value
    _add_labels(SubElement(task, "labels"), entries)
    for number, image in enumerate(entries):
        image.set("id", str(number))
        top.append(image)
    ElementTree.indent(top)
    return {FILE: ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)}


def _add_polygon(image: Element, vertebra: Vertebra, outline: NDArray[np.float64], is_doubtful: bool) -> None:
    """A polygon; the parts of one body share a group."""
    polygon = SubElement(
        image,
        "polygon",
        label=vertebra.name,
        source="auto",
        occluded="0",
        points=";".join(f"{x:.2f},{y:.2f}" for x, y in outline + EDGE),
        z_order="0",
        group_id=str(vertebra.number + 1),  # 0 means no group
    )
    _add_value(polygon, DOUBTFUL, str(is_doubtful).lower())
    _add_value(polygon, PROBABILITY, "" if vertebra.probability is None else f"{vertebra.probability:.4f}")


def _add_value(shape: Element, attribute: Attribute, value: str) -> None:
    SubElement(shape, "attribute", name=attribute.name).text = value


def _add_labels(labels: Element, images: Iterable[Element]) -> None:
    """Every level, and whatever else the films use."""
    used = {shape.get("label", "") for image in images for shape in image.iter("polygon")}
    known = [level.name for level in Level]
    for name in [*known, *sorted(used - set(known))]:
        _add_label(labels, name, (DOUBTFUL, PROBABILITY))
    _add_label(labels, NOTE, (TEXT,))


def _add_label(labels: Element, name: str, attributes: Iterable[Attribute]) -> None:
    label = SubElement(labels, "label")
    SubElement(label, "name").text = name
    declared = SubElement(label, "attributes")
    for attribute in attributes:
        one = SubElement(declared, "attribute")
        for key, value in (
            ("name", attribute.name),
            ("mutable", "False"),
            ("input_type", attribute.kind),
            ("default_value", attribute.default),
            ("values", attribute.values),
        ):
            SubElement(one, key).text = value

"""XML that others made, read within bounds."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from spinefm.core.foreign import read_bytes

MOST_BYTES = 64 << 20


def read_xml(path: Path) -> ElementTree.Element:
    """The top element of an XML file.

    Raises ValueError for what is none, for more than `MOST_BYTES`, and for a document type: it could be a bomb.
    """
    data = read_bytes(path, MOST_BYTES)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ValueError("it declares a document type")
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise ValueError(f"it is not valid XML, see line {error.position[0]}") from error

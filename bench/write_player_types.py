"""Writes the page's types of the drawing primitives: `python -m bench.write_player_types [--check]`.

From the JSON schema of `spinefm.trace.primitives` come `ui/shared/trace.schema.json` and `ui/shared/trace.d.ts`, which
the page's modules name in their comments. With --check nothing is written: exit code 1 says that they are old.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import spinefm.ui
from spinefm.trace.primitives import schema

FOLDER = Path(spinefm.ui.__file__).parent / "shared"
HEAD = "// Made by `python -m bench.write_player_types` from spinefm/trace/primitives.py; do not edit.\n\n"
PLAIN = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"}

Node = Mapping[str, Any]


def type_of(node: Node) -> str:
    """A schema's node as a TypeScript type."""
    if "$ref" in node:
        return str(node["$ref"]).rpartition("/")[2]
    if "const" in node or "enum" in node:
        values = [node["const"]] if "const" in node else node["enum"]
        return " | ".join(json.dumps(value) for value in values)
    if "anyOf" in node:
        return " | ".join(type_of(part) for part in node["anyOf"])
    if node.get("type") == "array":
        return f"({type_of(node['items'])})[]"
    return PLAIN[node["type"]]


def interface(name: str, node: Node) -> str:
    """One interface; fields with a default may be missing, except `kind`, which is always sent."""
    needed = {*node.get("required", ()), "kind"}
    lines = [
        f"  {field}{'' if field in needed else '?'}: {type_of(part)};" for field, part in node["properties"].items()
    ]
    return "\n".join([f"export interface {name} {{", *lines, "}\n"])


def declarations(whole: Node) -> str:
    """All interfaces, and the union of the primitives."""
    parts = {**whole["$defs"], whole["title"]: whole}
    primitives = [name for name, node in parts.items() if "kind" in node["properties"]]
    union = f"export type Primitive = {' | '.join(primitives)};\n"
    return HEAD + "\n".join([*(interface(name, node) for name, node in parts.items()), union])


def _bare(node: Any) -> Any:
    """A schema without descriptions, which only some versions of pydantic take from docstrings."""
    if isinstance(node, list):
        return [_bare(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {key: _bare(part) for key, part in node.items() if not (key == "description" and isinstance(part, str))}


def outputs() -> dict[Path, str]:
    """What the files must hold."""
    whole = _bare(schema())
    return {
        FOLDER / "trace.schema.json": json.dumps(whole, indent=1, sort_keys=True) + "\n",
        FOLDER / "trace.d.ts": declarations(whole),
    }


def main() -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is old")
    args = parser.parse_args()
    old = [path for path, text in outputs().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if args.check:
        print("\n".join(f"{path.name} is old: run this without --check." for path in old))
        return 1 if old else 0
    for path, text in outputs().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

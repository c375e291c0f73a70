"""ES modules as one script, for pages that cannot load files: the standalone player and gradio's components.

Each module becomes a function called once; what it exports is handed to those that import it. Only the forms used in
this project are known: `import { a, b } from "./x.js"` and `export` before function, class or const.
"""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from importlib.resources import files
from posixpath import dirname, join, normpath

IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) +(\w+))", re.MULTILINE)


def read(name: str) -> str:
    """A file below `spinefm/ui`, by its path there."""
    return files("spinefm.ui").joinpath(*name.split("/")).read_text(encoding="utf-8")


def inlined(entry: str) -> str:
    """A script that defines everything the module `entry` exports; needs no other file and sets no other name."""
    order = _order(entry)
    modules = "\n".join(_as_function(name) for name in order)
    names = ", ".join(_exports(read(entry)))
    return f"const {{ {names} }} = (() => {{\n{modules}\nreturn {_variable(entry)};\n}})();"


def _order(entry: str) -> list[str]:
    """The modules that `entry` needs, itself last."""
    graph: dict[str, list[str]] = {}
    left = [entry]
    while left:
        name = left.pop()
        if name not in graph:
            graph[name] = [_path(name, where) for _, where in IMPORT.findall(read(name))]
            left += graph[name]
    return list(TopologicalSorter(graph).static_order())


def _path(importer: str, where: str) -> str:
    return normpath(join(dirname(importer), where))


def _variable(name: str) -> str:
    return "module_" + re.sub(r"\W", "_", name)


def _exports(text: str) -> list[str]:
    return [name for _, name in EXPORT.findall(text)]


def _as_function(name: str) -> str:
    text = read(name)
    imports = [f"const {{{names}}} = {_variable(_path(name, where))};" for names, where in IMPORT.findall(text)]
    body = EXPORT.sub(r"\1", IMPORT.sub("", text))
    return "\n".join(
        [f"const {_variable(name)} = (() => {{", *imports, body, f"return {{ {', '.join(_exports(text))} }};", "})();"]
    )

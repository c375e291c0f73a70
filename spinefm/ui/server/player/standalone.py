"""The player as one html file that opens without a server and asks nobody for anything."""

from __future__ import annotations

import json
from html import escape

from spinefm.ui.server.player.assets import markup, script, style
from spinefm.ui.server.player.payload import Payload

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ margin: 0; padding: 16px; container: page / inline-size; background: #fff; }}
.dark body {{ background: #0c0e11; }}
.dark body > p {{ color: #a3adba; }}
body > p {{ margin: 0 0 10px; font: 13px system-ui, sans-serif; color: #535d6c; }}
#root {{
{style}
}}
</style>
</head>
<body>
<p>Research only, not a medical device.</p>
<div id="root">
{markup}
</div>
<script type="application/json" id="run">{payload}</script>
<script>
document.documentElement.classList.toggle("dark", matchMedia("(prefers-color-scheme: dark)").matches);
{script}
const player = new Player(document.getElementById("root"));
player.show(JSON.parse(document.getElementById("run").textContent));
</script>
</body>
</html>
"""


def standalone_page(payload: Payload) -> str:
    """One html file that replays `payload`; the film and all data lie inside it."""
    alone = {**payload, "download": None, "example": None, "play": True}
    data = json.dumps(alone, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    title = escape(f"SpineFM: {(payload['film'] or {}).get('name', 'film')}")
    return PAGE.format(title=title, style=style(), markup=markup(), payload=data, script=script())

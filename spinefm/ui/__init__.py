"""The web page: its tabs, and the step player that replays a run in the browser."""

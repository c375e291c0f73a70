"""A web server on this machine for films, with what goes wrong on the web."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@dataclass
class Web:
    """What is served: `files` (path -> content), after the `statuses` that wait for a path are used up.

    parts: whether Range is honoured. together: so many requests must have come before the first of them is answered.
    endless: paths whose body never ends. broken: how often a path's transfer ends in the middle. requests: (method,
    path) of all that came.
    """

    files: dict[str, bytes]
    statuses: dict[str, list[int]] = field(default_factory=dict)
    parts: bool = True
    together: int = 0
    endless: frozenset[str] = frozenset()
    broken: dict[str, int] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    arrivals: threading.Condition = field(default_factory=threading.Condition)
    sent: int = 0
    address: str = ""


@contextmanager
def serving(web: Web) -> Iterator[Web]:
    """The server, at `web.address`."""

    class Handler(_Handler):
        site = web

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    web.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    site: Web
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._respond(False)

    def do_GET(self) -> None:
        self._respond(True)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def _respond(self, with_body: bool) -> None:
        path = unquote(self.path.partition("?")[0])
        with self.site.arrivals:
            self.site.requests.append((self.command, self.path))
            self.site.arrivals.notify_all()
            self.site.arrivals.wait_for(lambda: len(self.site.requests) >= self.site.together, 60)
        waiting = self.site.statuses.get(path, [])
        if waiting and with_body:
            self._head(waiting.pop(0), 0)
        elif path in self.site.endless and with_body:
            self._endless()
        elif path not in self.site.files:
            self._head(404, 0)
        else:
            self._file(path, self.site.files[path], with_body)

    def _file(self, path: str, content: bytes, with_body: bool) -> None:
        asked = self.headers.get("Range")
        first, last = 0, len(content) - 1
        if asked and self.site.parts:
            start, _, end = asked.removeprefix("bytes=").partition("-")
            first, last = int(start), min(int(end) if end else last, last)
        part = content[first : last + 1]
        given = asked is not None and self.site.parts
        self._head(206 if given else 200, len(part), f"bytes {first}-{last}/{len(content)}" if given else "")
        if not with_body:
            return
        if self.site.broken.get(path, 0):
            self.site.broken[path] -= 1
            self.close_connection = True
            part = part[: len(part) // 2]
        self.wfile.write(part)

    def _head(self, status: int, length: int, part: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        if self.site.parts:
            self.send_header("Accept-Ranges", "bytes")
        if part:
            self.send_header("Content-Range", part)
        self.end_headers()

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            while True:
                self.wfile.write(bytes(1 << 20))
                self.site.sent += 1 << 20
        except OSError:
            return

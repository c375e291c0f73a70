"""What a ZeroGPU Space has around a program: the device service that lends the GPU, and the variables that name it."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

QUOTA = {"left": 1, "wait": 3600}
"""The answer to a visitor who has used up the day's seconds."""


@dataclass
class DeviceService:
    """Lends one GPU, `most` times; `calls` keeps what was asked, `durations` the seconds asked for."""

    most: int = 1000
    calls: list[str] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)

    def __enter__(self) -> DeviceService:
        service = self

        class Handler(_Handler):
            lending = service

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def environment(self, home: Path) -> dict[str, str]:
        """Variables under which the package `spaces` takes this machine for a ZeroGPU Space."""
        home.mkdir(exist_ok=True)
        (home / "cgroup").write_text("0::/space\n", encoding="ascii")
        return {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            "SPACES_ZERO_GPU": "true",
            "SPACES_ZERO_DEVICE_API_URL": f"http://127.0.0.1:{self._server.server_port}",
            "ZEROGPU_PROC_SELF_CGROUP_PATH": str(home / "cgroup"),
            "ZEROGPU_OFFLOAD_DIR": str(home / "tensors"),
            "GRADIO_ANALYTICS_ENABLED": "False",
            "HOME": str(home),
        }

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, object]:
        """Status and content of the answer to `path`."""
        self.calls.append(path)
        if path != "/schedule":
            return 200, {}
        self.durations.append(int(query["durationSeconds"][0]))
        if len(self.durations) > self.most:
            return 429, QUOTA
        return 200, {"idle": True, "nvidiaIndex": 0, "nvidiaUUID": "GPU-0", "allowToken": "token"}


class _Handler(BaseHTTPRequestHandler):
    lending: DeviceService

    def do_POST(self) -> None:
        asked = urlsplit(self.path)
        status, content = self.lending.answer(asked.path, parse_qs(asked.query))
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

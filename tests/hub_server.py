"""A small local server that speaks as much of the Hugging Face Hub's protocol as its real client needs."""

import hashlib
import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Refusal:
    """An HTTP status with the Hub's error code, such as (404, "EntryNotFound")."""

    status: int
    code: str


@dataclass
class HubServer:
    """Serves `files` (repo -> file -> content); `refusals` (repo/file -> Refusal) come first.

    `requests` keeps the method and path of everything that was asked.
    """

    files: dict[str, dict[str, bytes]]
    refusals: dict[str, Refusal] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self) -> "HubServer":
        hub = self

        class Handler(_Handler):
            server_files = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def environment(self, home: Path) -> dict[str, str]:
        """Variables under which a new process takes this server for the Hub, with an empty cache in `home`."""
        return {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            "HF_ENDPOINT": f"http://127.0.0.1:{self._server.server_port}",
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }

    def answer(self, path: str) -> bytes | Refusal:
        """What the Hub would say to `/{repo}/resolve/{revision}/{file}`, and to its questions on a whole repository.

        A data set's repo is `datasets/{owner}/{name}`, a model's `{owner}/{name}`.
        """
        path = path.partition("?")[0]
        if path.startswith("/api/"):
            return self._describe(path.removeprefix("/api/").removeprefix("models/"))
        repo, _, rest = path.strip("/").partition("/resolve/")
        name = rest.partition("/")[2]
        if f"{repo}/{name}" in self.refusals:
            return self.refusals[f"{repo}/{name}"]
        if repo not in self.files:
            return Refusal(401, "RepoNotFound")
        return self.files[repo].get(name, Refusal(404, "EntryNotFound"))

    def _describe(self, path: str) -> bytes | Refusal:
        """What `/api/{kind}/{repo}/revision/{revision}` and `…/tree/{commit}` say."""
        repo, _, _ = path.partition("/tree/" if "/tree/" in path else "/revision/")
        if repo not in self.files:
            return Refusal(401, "RepoNotFound")
        if "/tree/" in path:
            entries = [{"type": "file", "path": n, "size": len(c), "oid": n} for n, c in self.files[repo].items()]
            return json.dumps(entries).encode()
        siblings = [{"rfilename": name} for name in self.files[repo]]
        return json.dumps({"id": repo.removeprefix("datasets/"), "sha": COMMIT, "siblings": siblings}).encode()


class _Handler(BaseHTTPRequestHandler):
    server_files: HubServer
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def _respond(self, with_body: bool) -> None:
        self.server_files.requests.append((self.command, self.path))
        answer = self.server_files.answer(self.path)
        content = b"" if isinstance(answer, Refusal) else answer
        self.send_response(answer.status if isinstance(answer, Refusal) else 200)
        if isinstance(answer, Refusal):
            self.send_header("X-Error-Code", answer.code)
        else:
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body:
            self.wfile.write(content)

"""A small local server that speaks as much of the Hugging Face Hub's protocol as its real client needs."""

import base64
import hashlib
import json
import os
import threading
import time
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


@dataclass(frozen=True)
class Break:
    """A download that ends after `sent` bytes, though more were promised."""

    sent: int


@dataclass(frozen=True)
class Drip:
    """A download in pieces of `piece` bytes with `seconds` between them."""

    piece: int
    seconds: float


@dataclass
class HubServer:
    """Serves `files` (repo -> file -> content); `refusals` (repo/file -> Refusal) come first.

    `faults` (repo/file -> what goes wrong) are used up, one a download, before the file is served as it should be.
    `requests` keeps the method and path of everything that was asked, `ranges` the Range headers that came. What is
    committed becomes part of `files`.
    """

    files: dict[str, dict[str, bytes]]
    refusals: dict[str, Refusal] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, list[Refusal | Break | Drip]] = field(default_factory=dict)
    ranges: list[str] = field(default_factory=list)

    def __enter__(self) -> "HubServer":
        hub = self

        class Handler(_Handler):
            server_files = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def environment(self, home: Path) -> dict[str, str]:
        """Variables under which a new process takes this server for the Hub, with an empty cache in `home`."""
        return {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            "HF_ENDPOINT": self.endpoint,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }

    def answer(self, path: str) -> bytes | Refusal:
        """What the Hub would say to `/{repo}/resolve/{revision}/{file}`, and to its questions on a data set.

        A data set's repo is `datasets/{owner}/{name}`, a model's `{owner}/{name}`.
        """
        path = path.partition("?")[0]
        if path.startswith("/api/datasets/"):
            return self._describe(path.removeprefix("/api/"))
        repo, _, rest = path.strip("/").partition("/resolve/")
        name = rest.partition("/")[2]
        if f"{repo}/{name}" in self.refusals:
            return self.refusals[f"{repo}/{name}"]
        if repo not in self.files:
            return Refusal(401, "RepoNotFound")
        return self.files[repo].get(name, Refusal(404, "EntryNotFound"))

    def _describe(self, path: str) -> bytes | Refusal:
        """What `/api/{repo}/revision/{revision}` and `…/tree/{commit}` say."""
        repo, _, _ = path.partition("/tree/" if "/tree/" in path else "/revision/")
        if repo not in self.files:
            return Refusal(401, "RepoNotFound")
        if "/tree/" in path:
            entries = [{"type": "file", "path": n, "size": len(c), "oid": n} for n, c in self.files[repo].items()]
            return json.dumps(entries).encode()
        siblings = [{"rfilename": name} for name in self.files[repo]]
        return json.dumps({"id": repo.removeprefix("datasets/"), "sha": COMMIT, "siblings": siblings}).encode()

    def fault(self, path: str) -> Refusal | Break | Drip | None:
        """The next fault of the file at `path`, which is then used up."""
        waiting = self.faults.get(path.strip("/").replace("/resolve/", "/").replace("/main/", "/", 1), [])
        return waiting.pop(0) if waiting else None

    def post(self, path: str, body: bytes) -> dict[str, object] | Refusal:
        """What the Hub says to making a repository, a card's front matter, asking how to upload, and committing."""
        if path == "/api/repos/create":
            wanted = json.loads(body)
            repo = f"{wanted['organization']}/{wanted['name']}"
            self.files.setdefault(repo, {})
            return {"url": f"{self.endpoint}/{repo}"}
        if path == "/api/validate-yaml":
            return {"errors": [], "warnings": []}
        repo = "/".join(path.split("/")[3:5])
        if f"{repo}/commit" in self.refusals:
            return self.refusals[f"{repo}/commit"]
        if "/preupload/" in path:
            asked = [file["path"] for file in json.loads(body)["files"]]
            return {"files": [{"path": name, "uploadMode": "regular", "shouldIgnore": False} for name in asked]}
        for item in map(json.loads, body.splitlines()):
            if item["key"] == "file":
                self.files[repo][item["value"]["path"]] = base64.b64decode(item["value"]["content"])
        return {"commitUrl": f"{self.endpoint}/{repo}/commit/{COMMIT}", "commitOid": COMMIT}


class _Handler(BaseHTTPRequestHandler):
    server_files: HubServer
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_POST(self) -> None:
        self.server_files.requests.append((self.command, self.path))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server_files.post(self.path.partition("?")[0], body)
        content = b"" if isinstance(answer, Refusal) else json.dumps(answer).encode()
        self.send_response(answer.status if isinstance(answer, Refusal) else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def _respond(self, with_body: bool) -> None:
        self.server_files.requests.append((self.command, self.path))
        answer = self.server_files.answer(self.path)
        fault = self.server_files.fault(self.path) if with_body else None
        if isinstance(fault, Refusal):
            answer = fault
        content = b"" if isinstance(answer, Refusal) else answer
        status, start = (answer.status, 0) if isinstance(answer, Refusal) else self._range(with_body)
        self.send_response(status)
        if isinstance(answer, Refusal):
            self.send_header("X-Error-Code", answer.code)
        else:
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if with_body:
            self._send(content[start:], fault)

    def _range(self, with_body: bool) -> tuple[int, int]:
        """Status and first byte of what is asked for."""
        asked = self.headers.get("Range") if with_body else None
        if not asked:
            return 200, 0
        self.server_files.ranges.append(asked)
        return 206, int(asked.removeprefix("bytes=").partition("-")[0])

    def _send(self, content: bytes, fault: Refusal | Break | Drip | None) -> None:
        if isinstance(fault, Break):
            self.wfile.write(content[: fault.sent])
            self.close_connection = True
        elif isinstance(fault, Drip):
            for start in range(0, len(content), fault.piece):
                self.wfile.write(content[start : start + fault.piece])
                self.wfile.flush()
                time.sleep(fault.seconds)
        else:
            self.wfile.write(content)

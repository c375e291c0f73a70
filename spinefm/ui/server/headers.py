"""What every answer of the server carries, and which of gradio's addresses are closed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from gradio import processing_utils
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLOSED = ("/monitoring", "/gradio_api/deep_link", "/gradio_api/runs", "/gradio_api/vibe", "/gradio_api/dev")
"""Addresses of gradio that this page has no use for: statistics of visitors, links that store what they see."""
FRAMED_BY = ("'self'", "https://huggingface.co", "https://*.huggingface.co", "https://*.hf.space")
"""A Space is shown in a frame of these."""
POLICY = {
    "default-src": ("'self'",),
    "script-src": ("'self'", "'unsafe-inline'", "'unsafe-eval'", "blob:"),  # gradio makes functions of a part's script
    "style-src": ("'self'", "'unsafe-inline'"),
    "img-src": ("'self'", "data:", "blob:"),
    "font-src": ("'self'", "data:"),
    "media-src": ("'self'", "data:", "blob:"),
    "connect-src": ("'self'", "data:", "blob:"),
    "worker-src": ("'self'", "blob:"),
    "object-src": ("'none'",),
    "base-uri": ("'self'",),
    "form-action": ("'self'",),
    "frame-ancestors": FRAMED_BY,
}
HEADERS = {
    "content-security-policy": "; ".join(f"{name} {' '.join(sources)}" for name, sources in POLICY.items()),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-resource-policy": "cross-origin",
}
FILE_POLICY = "sandbox; default-src 'none'"
"""For uploads and results: opened on their own, they run nothing."""
FILES = "/gradio_api/file"


class GuardedAnswers:
    """ASGI middleware: headers for every answer, and "not found" at closed addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = _plain(scope["path"])
        if is_closed(path):
            await _not_found(send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_ours(message.get("headers", ()), path)
            await send(message)

        await self._app(scope, receive, guarded)


def hide_upload_addresses() -> None:
    """Make addresses of uploads depend on a secret: else the hash seed on disk and a film's content give them away."""
    processing_utils.hash_seed = secrets.token_bytes(32)


def is_closed(path: str) -> bool:
    """Whether nothing is answered at `path`."""
    return any(path == closed or path.startswith(f"{closed}/") for closed in CLOSED)


def _plain(path: str) -> str:
    """A path without doubled or trailing slashes."""
    return "/" + "/".join(part for part in path.split("/") if part)


def _with_ours(headers: Iterable[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    ours = {**HEADERS, "content-security-policy": FILE_POLICY} if path.startswith(FILES) else HEADERS
    kept = [(name, value) for name, value in headers if name.decode("latin-1").lower() not in ours]
    return [*kept, *((name.encode(), value.encode()) for name, value in ours.items())]


async def _not_found(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), *((name.encode(), value.encode()) for name, value in HEADERS.items())]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not found"})

"""What a browser may ask the page's server for, whatever lies behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from talkingface.page.folders import Folders

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_OWN_NAMES = ("127.0.0.1", "localhost")
_FILE = "/file="
# Gradio would fetch addresses for whom asks, and has pages of its own that nobody needs here.
_CLOSED = ("/proxy=", "/monitoring", "/runs", "/docs", "/redoc", "/openapi.json")
# What comes with a file, and what a request without one has at the most.
_ROOM = 1_000_000
# The page shall ask no other host, even if a later version of its framework wants to.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'none'; "
    "form-action 'self'; base-uri 'self'; object-src 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Guard:
    """An ASGI application in front of another, which sees only what may pass.

    Refused are other sites that reach for this server through the user's browser, by a name of
    their own that leads here or by a request from their page; files outside the folder that may be
    shown; addresses for the server to fetch; and requests that are too large.

    Args:
        app: what is guarded.
        folders: says which files may be shown.
        largest_bytes: of an uploaded file.
    """

    def __init__(self, app: App, folders: Folders, largest_bytes: int) -> None:
        self._app = app
        self._folders = folders
        self._largest = largest_bytes + _ROOM

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            # The server's own start and end; there are no web sockets.
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        status = self._refusal(scope)
        if status:
            await _refuse(send, status)
            return

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, sent)

    def _refusal(self, scope: Scope) -> int:
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        host = headers.get("host", "")
        if host.partition(":")[0] not in _OWN_NAMES:
            return 400
        if headers.get("origin", f"http://{host}") != f"http://{host}":
            return 403
        return self._body_refusal(scope["method"], headers) or self._path_refusal(scope["path"])

    def _body_refusal(self, method: str, headers: dict[str, str]) -> int:
        if method in ("GET", "HEAD"):
            return 0
        length = headers.get("content-length", "")
        if not length.isdecimal():
            return 411
        upload = headers.get("content-type", "").startswith("multipart/form-data")
        return 413 if int(length) > (self._largest if upload else _ROOM) else 0

    def _path_refusal(self, path: str) -> int:
        if _FILE in path:
            return 0 if self._folders.shown_file(path.split(_FILE, 1)[1]) else 403
        return 404 if any(closed in path for closed in _CLOSED) else 0


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"refused\n"})

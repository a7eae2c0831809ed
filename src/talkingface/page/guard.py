"""What a browser may ask the page's server for, whatever lies behind it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from talkingface.page.folders import Folders

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_OWN_NAMES = ("127.0.0.1", "localhost")
_FILE = "/file="
# Gradio would fetch addresses for whom asks, keeps recordings where they are never removed, and
# has pages of its own that nobody needs here.
_CLOSED = (
    "/proxy=", "/monitoring", "/runs", "/docs", "/redoc", "/openapi.json", "/process_recording",
    "/component_server", "/deep_link", "/vibe",
)  # fmt: skip
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")
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
    their own that leads here or by a request from their page; requests for, or with, files outside
    the folder that may be shown or addresses to fetch; and requests that are too large.

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
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        status = self._refusal(scope, headers)
        if not status and scope["method"] not in _WITHOUT_BODY and not _is_upload(headers):
            body = await _body(receive)
            receive = _again(body, receive)
            status = self._names_refusal(body)
        if status:
            await _refuse(send, status)
            return

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, sent)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> int:
        host = headers.get("host", "")
        if host.partition(":")[0] not in _OWN_NAMES:
            return 400
        if headers.get("origin", f"http://{host}") != f"http://{host}":
            return 403
        return self._size_refusal(scope["method"], headers) or self._path_refusal(scope["path"])

    def _size_refusal(self, method: str, headers: dict[str, str]) -> int:
        if method in _WITHOUT_BODY:
            return 0
        length = headers.get("content-length", "")
        if not length.isdecimal():
            return 411
        return 413 if int(length) > (self._largest if _is_upload(headers) else _ROOM) else 0

    def _names_refusal(self, body: bytes) -> int:
        try:
            names = list(_named_files(json.loads(body or b"null")))
        except (ValueError, RecursionError):
            return 400
        return 0 if all(self._folders.shown_file(name) for name in names) else 403

    def _path_refusal(self, path: str) -> int:
        if _FILE in path:
            return 0 if self._folders.shown_file(path.split(_FILE, 1)[1]) else 403
        return 404 if any(closed in path for closed in _CLOSED) else 0


def _is_upload(headers: dict[str, str]) -> bool:
    return headers.get("content-type", "").startswith("multipart/form-data")


def _named_files(value: Any) -> Iterator[str]:
    """Yield what a request names as a file, however deep."""
    if isinstance(value, dict):
        if value.get("path") is not None:
            yield str(value["path"])
        for each in value.values():
            yield from _named_files(each)
    elif isinstance(value, list):
        for each in value:
            yield from _named_files(each)


async def _body(receive: Receive) -> bytes:
    pieces, more = [], True
    while more:
        message = await receive()
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(pieces)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read once more, and then what comes after it."""
    given = False

    async def received() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"refused\n"})

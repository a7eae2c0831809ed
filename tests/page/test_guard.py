"""Requests that nobody who uses the page sends get nothing."""

import asyncio
import json
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from talkingface.page.folders import Folders, page_folders
from talkingface.page.guard import Guard, Receive, Scope, Send

GOOD = {"host": "127.0.0.1:7860"}


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
    await send({"type": "http.response.body", "body": b"passed"})


@pytest.fixture
def folders(tmp_path: Path) -> Any:
    with page_folders(tmp_path) as made:
        yield made


def answer(
    folders: Folders, path: str = "/", method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str]]:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body}

    named = {name.replace("_", "-"): value for name, value in (GOOD | headers).items()}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    asyncio.run(Guard(behind, folders, 5000)(scope, receive, send))
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "localhost"])
def test_the_page_answers_to_its_own_names(folders: Folders, host: str) -> None:
    assert answer(folders, host=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example:7860", "127.0.0.1.evil.example", "", "[::", "0"])
def test_a_foreign_name_that_leads_here_gets_nothing(folders: Folders, host: str) -> None:
    assert answer(folders, host=host)[0] == 400


def test_another_sites_page_may_ask_for_nothing(folders: Folders) -> None:
    assert answer(folders, origin="http://127.0.0.1:7860")[0] == 200
    for origin in ("http://evil.example", "null", "http://127.0.0.1:9999", "http://[", ""):
        assert answer(folders, origin=origin)[0] == 403


def test_files_outside_the_shown_folder_are_refused(folders: Folders, tmp_path: Path) -> None:
    shown, secret = folders.shown / "a.png", tmp_path / "secret.txt"
    for path in (shown, secret):
        path.write_text("x")
    (folders.shown / "link").symlink_to(secret)
    ask = "/gradio_api/file="
    assert answer(folders, f"{ask}{shown}")[0] == 200
    for name in (
        secret, "/etc/passwd", f"{folders.shown}/../../secret.txt", folders.shown / "link",
        "http://127.0.0.1:7860/config", "secret.txt", "", "a\0", folders.root / "lock",
    ):  # fmt: skip
        assert answer(folders, f"{ask}{name}")[0] == 403, name


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/proxy=http://a.b/", "/monitoring", "/docs", "/gradio_api/process_recording"],
)
def test_what_the_page_does_not_need_is_closed(folders: Folders, path: str) -> None:
    assert answer(folders, path)[0] == 404


def test_requests_that_are_too_large_or_of_unknown_size_are_refused(folders: Folders) -> None:
    form = "multipart/form-data; boundary=x"
    send = ("/gradio_api/upload", "POST")
    assert answer(folders, *send, content_length="900000", content_type=form)[0] == 200
    assert answer(folders, *send, content_length="1005001", content_type=form)[0] == 413
    assert answer(folders, *send, content_length="1000001")[0] == 413
    for length in ("", "-1", "many"):
        assert answer(folders, *send, content_length=length)[0] == 411


def test_a_request_may_name_no_file_outside_the_shown_folder(
    folders: Folders, tmp_path: Path
) -> None:
    shown, secret = folders.shown / "a.png", tmp_path / "secret.txt"
    for path in (shown, secret):
        path.write_text("x")

    def status(body: object) -> int:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        join = ("/gradio_api/queue/join", "POST", text)
        return answer(folders, *join, content_length=str(len(text)))[0]

    def data(path: object) -> object:
        return {"data": [{"video": {"path": path, "meta": {"_type": "gradio.FileData"}}}, 1]}

    assert status(data(str(shown))) == 200
    assert status({"data": [None, "a/b", {"path": None}]}) == 200
    for wrong in (str(secret), f"{shown}/../../../secret.txt", "http://example.org/a", "", 7):
        assert status(data(wrong)) == 403, wrong
    for broken in (b"{", b"\xff", b"[" * 100_000):
        assert status(broken) == 400


def test_what_was_looked_at_is_passed_on_whole(folders: Folders) -> None:
    pieces = [(b'{"a', True), (b'": 1}', False)]
    got: list[bytes] = []

    async def receive() -> MutableMapping[str, Any]:
        body, more = pieces.pop(0)
        return {"type": "http.request", "body": body, "more_body": more}

    async def reads(scope: Scope, receive: Receive, send: Send) -> None:
        got.append((await receive())["body"])

    async def send(message: MutableMapping[str, Any]) -> None:
        raise AssertionError(message)

    headers = [(b"host", b"localhost"), (b"content-length", b"8")]
    scope = {"type": "http", "method": "POST", "path": "/a", "headers": headers}
    asyncio.run(Guard(reads, folders, 5000)(scope, receive, send))
    assert got == [b'{"a": 1}']


def test_the_browser_is_told_to_ask_no_other_host(folders: Folders) -> None:
    status, headers = answer(folders)
    assert status == 200
    assert headers["a"] == "b"
    assert headers["content-security-policy"].startswith("default-src 'self' ")
    assert "http" not in headers["content-security-policy"]

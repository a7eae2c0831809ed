"""A page that is served, and ways to ask it for something."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture
def same_environment() -> Iterator[None]:
    """The environment after the test is that before."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless browser that plays H.264; skips where none is installed.

    It has an event loop on the main thread, where other tests need none: so it does not stay.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    switches = ["--disable-gpu", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--autoplay-policy=no-user-gesture-required"]  # fmt: skip
    if os.geteuid() == 0:
        switches.append("--no-sandbox")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=switches)
        yield browser
        browser.close()


@dataclass
class Served:
    """A page in a process of its own."""

    address: str
    process: subprocess.Popen[str]
    temporary: Path

    @property
    def root(self) -> Path:
        (root,) = self.temporary.glob("talkingface-page-*")
        return root

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.address + path, timeout=60) as answer:
            return answer.read()

    def post(self, path: str, body: object) -> Any:
        request = urllib.request.Request(
            self.address + path,
            json.dumps(body).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def upload(self, path: Path) -> str:
        """Upload a file as a browser does; return where it lies."""
        start = (
            f'--x\r\ncontent-disposition: form-data; name="files"; filename="{path.name}"\r\n\r\n'
        )
        request = urllib.request.Request(
            f"{self.address}/gradio_api/upload",
            start.encode() + path.read_bytes() + b"\r\n--x--\r\n",
            {"content-type": "multipart/form-data; boundary=x"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)[0]

    def join(self, session: str, portrait: object, reference: object) -> None:
        """Ask for a video."""
        dependencies = json.loads(self.get("/config"))["dependencies"]
        number = next(each["id"] for each in dependencies if len(each["inputs"]) == 10)
        files = [
            {"path": path, "meta": {"_type": "gradio.FileData"}} for path in (portrait, reference)
        ]
        data = [*files, 1, 1, False, False, False, "nearest", "largest", "largest"]
        body = {"data": data, "fn_index": number, "session_hash": session}
        self.post("/gradio_api/queue/join", body)

    def told(self, session: str) -> Iterator[dict[str, Any]]:
        """Yield the news of what a session has asked for, to its end."""
        url = f"{self.address}/gradio_api/queue/data?session_hash={session}"
        with urllib.request.urlopen(url, timeout=120) as stream:
            for line in stream:
                if line.startswith(b"data:"):
                    news = json.loads(line[5:])
                    yield news
                    if news["msg"] in ("process_completed", "close_stream"):
                        return

    def end(self) -> int:
        """Tell the page to stop; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@contextmanager
def serving(
    temporary: Path, *fields: str, start: tuple[str, ...] = ("-m", "talkingface.cli")
) -> Iterator[Served]:
    """Serve the page with fields of the configuration, in a folder for temporary files."""
    temporary.mkdir(exist_ok=True)
    command = [sys.executable, *start, "serve", "port=0", *fields]
    environment = os.environ | {"TMPDIR": str(temporary), "OMP_NUM_THREADS": "1"}
    # What a user may have set must open nothing.
    environment |= {"GRADIO_ALLOWED_PATHS": "/", "GRADIO_SERVER_NAME": "0.0.0.0"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    yield Served(found[0], process, temporary)
                    break
            else:
                raise AssertionError("".join(said))
        finally:
            process.kill()

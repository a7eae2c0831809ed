"""Servers on this machine that are as bad as W&B's may get."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

A_KEY = "a" * 40


@contextmanager
def refused() -> Iterator[str]:
    """The address of a port where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def silent() -> Iterator[str]:
    """The address of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def answering(status: int, answer: object) -> Iterator[str]:
    """The address of a server with one answer to everything."""
    with serving(lambda path, body: (status, answer)) as url:
        yield url


@contextmanager
def serving(reply: Callable[[str, bytes], tuple[int, object]]) -> Iterator[str]:
    """The address of a server that replies to a path and a body with a status and JSON."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = reply(unquote(self.path), body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST  # noqa: N815 - the names that the library looks for

        def log_message(self, *arguments: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def wrong_key() -> object:
    """A server that answers 401 to everything, as W&B's does when it does not know the key."""
    return answering(401, {"errors": [{"message": "user is not logged in"}]})

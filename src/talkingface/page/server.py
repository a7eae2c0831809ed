"""A server that this machine alone can reach."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from talkingface.errors import UserError

HOST = "127.0.0.1"
_START_SECONDS, _END_SECONDS = 60, 10


@contextmanager
def served(app: Any, port: int) -> Iterator[str]:
    """Serve an ASGI application on the loopback address while the block runs; give its address.

    Args:
        app: the application.
        port: 0 takes any free one.

    Raises:
        UserError: the port cannot be had.
    """
    with _listening(port) as own:
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, proxy_headers=False, server_header=False,
            ws="none", lifespan="on", timeout_graceful_shutdown=2,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([own],), name="page", daemon=True)
        thread.start()
        try:
            _wait_for(server, thread)
            yield f"http://{HOST}:{own.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_END_SECONDS)


def _listening(port: int) -> socket.socket:
    own = socket.socket()
    try:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind((HOST, port))
    except (OSError, OverflowError) as error:
        own.close()
        raise UserError(
            f"port={port}: cannot be had ({error}). Choose another one, or 0 for any that is free."
        ) from error
    return own


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise RuntimeError("the page's server did not start; see its messages above")
        time.sleep(0.02)

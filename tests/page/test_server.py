"""The page's server is for this machine alone."""

import socket
import urllib.request
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from talkingface.errors import UserError

served = pytest.importorskip("talkingface.page.server", reason="gradio is not installed").served
Message = MutableMapping[str, Any]


async def hello(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    if scope["type"] == "lifespan":
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def test_it_answers_while_the_block_runs_and_no_longer() -> None:
    with served(hello, 0) as address:
        assert urllib.request.urlopen(address, timeout=10).read() == b"hello"
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=10)


def test_no_other_address_of_this_machine_answers() -> None:
    with served(hello, 0) as address:
        port = int(address.rpartition(":")[2])
        assert address == f"http://127.0.0.1:{port}"
        # All of 127.0.0.0/8 leads here, so this is as good as another network card.
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), timeout=5)


def test_a_port_in_use_is_one_line() -> None:
    with served(hello, 0) as address:
        port = int(address.rpartition(":")[2])
        with pytest.raises(UserError, match=f"port={port}: cannot be had"):
            served(hello, port).__enter__()

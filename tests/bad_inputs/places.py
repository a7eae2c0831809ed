"""Good videos under names that trip programs up, and names without a readable file behind them."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from talkingface.reasons import Reason

from .material import copied
from .recipe import READ, Recipe

NOT_A_FILE = frozenset({Reason.NOT_A_FILE})
NAMES: tuple[str | bytes, ...] = (
    "with blanks .mp4",
    "with \"quotes\" and 'more'.mp4",
    "with\nnewline.mp4",
    "with\ttab.mp4",
    "Zoë 説話 🙂.mp4",
    b"not-\xff\xfe-utf8.mp4",
    "l" * 240 + ".mp4",
    "-leading.mp4",
    "a:b.mp4",
    "http:x.mp4",
    "percent-%s-%03d.mp4",
    "star-*-?.mp4",
    "$(touch broken);`ls`.mp4",
    "back\\slash.mp4",
    "no-suffix-but.mp4.MP4",
    "comma,semicolon;.mp4",
)


def recipes() -> Iterator[Recipe]:
    """Yield all inputs of these families."""
    for name in NAMES:
        yield Recipe("name", name, copied(), READ)
    yield Recipe("link", "to-a-video.mp4", _link_to_a_video, READ)
    yield Recipe("link", "dangling.mp4", lambda path: path.symlink_to("nowhere"), NOT_A_FILE)
    yield Recipe("link", "itself.mp4", lambda path: path.symlink_to(path.name), NOT_A_FILE)
    yield Recipe("link", "null.mp4", lambda path: path.symlink_to("/dev/null"), NOT_A_FILE)
    yield Recipe("device", "pipe.mp4", os.mkfifo, NOT_A_FILE)
    yield Recipe("device", "socket.mp4", _socket, NOT_A_FILE)
    yield Recipe("device", "folder.mp4", Path.mkdir, NOT_A_FILE)
    if os.geteuid():
        yield Recipe("locked", "mode.mp4", _locked, frozenset({Reason.NO_PERMISSION}))


def _link_to_a_video(path: Path) -> None:
    # Outside the tree, so that the video is not there twice.
    target = path.parents[2] / "linked.mp4"
    copied()(target)
    path.symlink_to(target)


def _socket(path: Path) -> None:
    # A socket's name has at most 107 bytes.
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _locked(path: Path) -> None:
    copied()(path)
    path.chmod(0)

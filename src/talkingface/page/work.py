"""What the page does for one who uses it, without the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from talkingface.animation.framing import Framing
from talkingface.animation.making import Made, Settings, animate
from talkingface.animation.parts import Parts
from talkingface.animation.reference import read_motion
from talkingface.animation.still import read_still
from talkingface.animation.watch import Watch
from talkingface.errors import UserError
from talkingface.faces.choice import FaceChoice
from talkingface.motion.path import MotionPath
from talkingface.motion.transfer import Transfer
from talkingface.page.folders import Folders
from talkingface.page.limits import Limits


class Stopped(Exception):  # noqa: N818 - the user wanted it
    """The work was stopped by who asked for it."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see.

    Attributes:
        portrait, reference: files as the browser names them; None is none.
        transfer: how much of the motion is taken.
        paste, side_by_side: see `animation.making.Settings`.
        portrait_face, driving_face: see `animation.framing.Framing`.
    """

    portrait: object
    reference: object
    transfer: Transfer = field(default_factory=Transfer)
    paste: bool = False
    side_by_side: bool = False
    portrait_face: FaceChoice = "largest"
    driving_face: FaceChoice = "largest"


@dataclass(frozen=True)
class Shown:
    """A video that was made.

    Attributes:
        video: where a browser can get it.
        words: what to say about it.
    """

    video: Path
    words: str


@dataclass(frozen=True)
class Worker:
    """Makes videos, one at a time.

    Attributes:
        parts: what renders.
        framing: how portrait and reference are cropped.
        path: what happens to motion codes.
        limits: how much is taken.
        folders: where files lie.
    """

    parts: Parts
    framing: Framing
    path: MotionPath
    limits: Limits
    folders: Folders
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def make(self, wish: Wish, watch: Watch, stop: threading.Event) -> Shown:
        """Make a video; neither it nor anything else stays where that fails.

        Args:
            wish: what to make.
            watch: told how far the work is.
            stop: ends the work when it is set, within a frame.

        Raises:
            UserError: a file or a choice cannot be used; files are named as they were uploaded.
            Stopped: `stop` was set.
        """
        if not wish.portrait or not wish.reference:
            missing = "a portrait" if not wish.portrait else "a reference video"
            raise UserError(f"There is no {missing[2:]} yet. Upload {missing}, or take an example.")
        with self._turn, self.folders.job() as folder:
            try:
                return self._make(wish, folder, _stopping(watch, stop))
            except UserError as error:
                raise UserError(_without(folder, str(error))) from error

    def end(self, seconds: float) -> None:
        """Wait for the work that is being done, and let none begin after it."""
        self._turn.acquire(timeout=seconds)

    def _make(self, wish: Wish, folder: Path, watch: Watch) -> Shown:
        began = time.monotonic()
        watch("looking at the files", 0, 1)
        portrait = self.folders.take(wish.portrait, folder / "portrait")
        reference = self.folders.take(wish.reference, folder / "reference")
        self.limits.check_portrait(portrait)
        self.limits.check_reference(reference)
        framing = replace(
            self.framing, portrait_face=wish.portrait_face, driving_face=wish.driving_face
        )
        settings = Settings(
            self.path, None, wish.transfer, paste=wish.paste, side_by_side=wish.side_by_side
        )
        still = read_still(self.parts, portrait, framing)
        motion, shown = read_motion(self.parts, reference, framing, watch=watch)
        output = folder / f"{_short(portrait.stem)}_{_short(reference.stem)}.mp4"
        made = animate(self.parts, still, motion, settings, output, shown, watch)
        words = [_summary(made, time.monotonic() - began)]
        words += [f"{portrait.name}: {note}." for note in still.notes]
        return Shown(self.folders.show(made.output), " ".join(words))


@dataclass
class Stops:
    """Which work is to stop; of each session, all that it has asked for."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _events: dict[str, set[threading.Event]] = field(default_factory=dict)
    _closed: bool = False

    def run(self, session: str, work: Callable[[threading.Event], Shown]) -> Shown:
        """Do what a session asks for, with what stops it."""
        stop = threading.Event()
        with self._lock:
            if self._closed:
                stop.set()
            self._events.setdefault(session, set()).add(stop)
        try:
            return work(stop)
        finally:
            with self._lock:
                self._events[session].discard(stop)
                if not self._events[session]:
                    del self._events[session]

    def stop(self, session: str) -> None:
        """Stop what a session has asked for."""
        with self._lock:
            for event in self._events.get(session, ()):
                event.set()

    def close(self) -> None:
        """Stop everything, and what comes later at once."""
        with self._lock:
            self._closed = True
            for events in self._events.values():
                for event in events:
                    event.set()


def _short(name: str) -> str:
    # Two names of uploads together may be longer than a name of a file can be.
    return name.encode()[:80].decode(errors="ignore")


def _stopping(watch: Watch, stop: threading.Event) -> Watch:
    def told(what: str, done: int, total: int) -> None:
        if stop.is_set():
            raise Stopped
        watch(what, done, total)

    return told


def _without(folder: Path, text: str) -> str:
    for name in ("portrait", "reference"):
        text = text.replace(f"{folder / name}/", "")
    return text.replace(f"{folder}/", "")


def _summary(made: Made, seconds: float) -> str:
    length = float(made.frames / made.rate)
    sound = "with sound" if made.has_sound else "silent, as the reference is"
    speed = made.frames / max(seconds, 1e-3)
    return (
        f"{made.frames} frames, {length:.2f} s, {sound}; "
        f"made in {seconds:.1f} s, {speed:.1f} frames/s."
    )

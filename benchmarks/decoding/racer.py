"""One contender in a process of its own, pinned to one core, that runs a round when told to."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from decoding.shapes import Frames, Shapes

CORE = 0
# Driving frames, and frames from one to the next; one source frame comes from anywhere.
WINDOWS = {"4 of stride 4, and 1": (4, 4), "16 in a row, and 1": (16, 1)}


@dataclass(frozen=True)
class Lap:
    """What a contender did in one round of one kind of window."""

    clips: int
    frames: int
    seconds: float
    cpu_seconds: float


class Racer:
    """A contender's process.

    Args:
        name: which of CONTENDERS.
        sets: what it reads.
        size: side of the frames that it returns.
    """

    def __init__(self, name: str, sets: list[Shapes], size: int) -> None:
        context = get_context("spawn")
        self.name = name
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, name, sets, size), daemon=True)
        self._process.start()
        other.close()
        self.trouble: str = self._pipe.recv()

    def frames(self, number: int, wanted: list[int]) -> Frames:
        """Return frames of one recording, for checking."""
        return self._ask("frames", number, wanted)

    def lap(self, window: str, seed: int, seconds: float) -> Lap:
        """Read windows for some seconds."""
        return self._ask("lap", window, seed, seconds)

    def peak_megabytes(self) -> float:
        """Return the most memory that the process had; programs that it starts are left out."""
        return self._ask("peak")

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()

    def _ask(self, *question: object):
        self._pipe.send(question)
        return self._pipe.recv()


def draws(seed: int, window: str, sets: list[Shapes]) -> Iterator[tuple[Shapes, list[int]]]:
    """Yield recordings with frame numbers, as the loader draws them, for ever."""
    rng = np.random.default_rng(seed)
    length, stride = WINDOWS[window]
    span = (length - 1) * stride + 1
    while True:
        for number in rng.permutation(len(sets)):
            shapes = sets[number]
            start = int(rng.integers(shapes.frames - span + 1))
            source = int(rng.integers(shapes.frames))
            yield shapes, [source, *range(start, start + span, stride)]


def _serve(pipe: Connection, name: str, sets: list[Shapes], size: int) -> None:
    os.sched_setaffinity(0, {CORE})
    from decoding.contenders import CONTENDERS, silent  # noqa: PLC0415 - pinned by now

    make, argument = CONTENDERS[name]
    with silent():
        try:
            read = make(argument)
        except (ImportError, OSError, RuntimeError) as error:
            pipe.send(str(error).strip().partition("\n")[0][:120] or type(error).__name__)
            return
        pipe.send("")
        while True:
            kind, *question = pipe.recv()
            if kind == "frames":
                number, wanted = question
                pipe.send(read(sets[number], wanted, size))
            elif kind == "lap":
                pipe.send(_lap(read, sets, size, *question))
            else:
                pipe.send(_peak_megabytes())


def _lap(read, sets: list[Shapes], size: int, window: str, seed: int, limit: float) -> Lap:
    frames = 0
    cpu, began = _cpu(), time.perf_counter()
    for clips, (shapes, wanted) in enumerate(draws(seed, window, sets), 1):
        frames += len(read(shapes, wanted, size))
        seconds = time.perf_counter() - began
        if seconds > limit:
            return Lap(clips, frames, seconds, _cpu() - cpu)
    raise AssertionError("draws never end")


def _peak_megabytes() -> float:
    # What getrusage says includes the process that this one was started from.
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system

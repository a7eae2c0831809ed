"""How long each stage of an evaluation takes."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from talkingface.evaluation.results import Timing


class Stopwatch:
    """Adds up frames and seconds by stage."""

    def __init__(self) -> None:
        self._frames: dict[str, int] = defaultdict(int)
        self._seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def timing(self, stage: str, frames: int = 0) -> Iterator[None]:
        """Count the time that the block takes, and the frames that it works on."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, frames, time.perf_counter() - began)

    def add(self, stage: str, frames: int, seconds: float) -> None:
        """Count frames and seconds, such as those of a worker process."""
        self._frames[stage] += frames
        self._seconds[stage] += seconds

    def timings(self) -> dict[str, Timing]:
        """Return frames and seconds by stage, in order of first use."""
        return {
            # Worker processes may report while this is read.
            stage: Timing(frames, self._seconds[stage])
            for stage, frames in list(self._frames.items())
        }

"""Who reads head pose, expression and landmarks of a video: MediaPipe, or the ruler."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from talkingface.evaluation.stopwatch import Stopwatch
from talkingface.faces.landmarker import EXPRESSION
from talkingface.faces.reader_pool import FaceReaders
from talkingface.faces.reading import FaceReading
from talkingface.manifest import Track
from talkingface.metrics.ruler import Ruler
from talkingface.synthetic.deform import EXPRESSION_NAMES
from talkingface.video.footage import read_footage


class Reader(Protocol):
    """Reads videos; the landmarks of its tracks are the 68 points of iBUG."""

    @property
    def expression_names(self) -> Sequence[str]:
        """What the columns of expressions are."""

    @property
    def reads_labels(self) -> bool:
        """Whether it reads the same quantities as the exact labels of synthetic heads hold."""

    def expect(self, path: Path) -> None:
        """Begin to read a video, where that can be done beside other work."""

    def read(self, path: Path) -> Track:
        """Return what is seen in a video.

        Raises:
            UserError: the video cannot be read.
        """


class MediaPipeReader:
    """Reads in worker processes while the caller works on.

    Args:
        workers: the processes, running.
        clock: gets the workers' time as the stage "faces".
    """

    expression_names = EXPRESSION
    reads_labels = False

    def __init__(self, workers: FaceReaders, clock: Stopwatch):
        self._workers, self._clock = workers, clock
        self._begun: dict[Path, Future[FaceReading]] = {}

    def expect(self, path: Path) -> None:
        """See `Reader.expect`."""
        if path not in self._begun:
            self._begun[path] = self._workers.submit(path)
            self._begun[path].add_done_callback(self._count)

    def read(self, path: Path) -> Track:
        """See `Reader.read`."""
        self.expect(path)
        return self._begun[path].result().track

    def _count(self, done: Future[FaceReading]) -> None:
        if not done.cancelled() and done.exception() is None and not done.result().kept:
            reading = done.result()
            self._clock.add("faces, a process", len(reading.track), reading.seconds)


class RulerReader:
    """Reads synthetic talking heads with the regressor that was trained for that.

    Args:
        ruler: see `talkingface.metrics.ruler`.
        clock: gets the time as the stage "ruler".
    """

    expression_names = EXPRESSION_NAMES
    reads_labels = True

    def __init__(self, ruler: Ruler, clock: Stopwatch):
        self._ruler, self._clock = ruler, clock
        self._known: dict[Path, Track] = {}

    def expect(self, path: Path) -> None:
        """Do nothing: it reads in this process, when it is asked."""

    def read(self, path: Path) -> Track:
        """See `Reader.read`."""
        if path not in self._known:
            with self._clock.timing("ruler"):
                self._known[path] = self._ruler.read(read_footage(path, self._ruler.size))
            self._clock.add("ruler", len(self._known[path]), 0.0)
        return self._known[path]

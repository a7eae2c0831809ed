"""Who reads head pose, expression and landmarks of a video: MediaPipe, or the ruler."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from talkingface.evaluation.stopwatch import Stopwatch
from talkingface.faces.landmarker import EXPRESSION
from talkingface.faces.reading import FaceReaders
from talkingface.manifest import Track
from talkingface.metrics.ruler import Ruler
from talkingface.synthetic.deform import EXPRESSION_NAMES
from talkingface.video.footage import read_footage


class Reader(Protocol):
    """Reads videos; the landmarks of its tracks are the 68 points of iBUG."""

    name: str
    expression_names: Sequence[str]

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

    name = "mediapipe"
    expression_names = EXPRESSION

    def __init__(self, workers: FaceReaders, clock: Stopwatch):
        self._workers, self._clock = workers, clock

    def expect(self, path: Path) -> None:
        """See `Reader.expect`."""
        self._workers.submit(path)

    def read(self, path: Path) -> Track:
        """See `Reader.read`."""
        reading = self._workers.submit(path).result()
        self._clock.add("faces", len(reading.track), reading.seconds)
        return reading.track


class RulerReader:
    """Reads synthetic talking heads with the regressor that was trained for that.

    Args:
        ruler: see `talkingface.metrics.ruler`.
        clock: gets the time as the stage "ruler".
    """

    name = "ruler"
    expression_names = EXPRESSION_NAMES

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

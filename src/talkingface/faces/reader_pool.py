"""Reading the faces of many pieces of footage in worker processes, each content once."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType

from talkingface.errors import UserError
from talkingface.faces.reading import FaceReading, read_faces
from talkingface.faces.reading_files import (
    content_hash,
    kept_reading,
    reading_path,
    write_reading,
)
from talkingface.faces.worker_process import spawn_workers

_DIED = (
    "a worker process that reads faces was killed, perhaps for lack of memory. Run the same "
    "command again, with fewer workers; what is read is kept."
)


class FaceReaders:
    """Processes that read footage while the caller does something else. A context manager.

    Leaving it drops what has not begun. Scripts that use it need `if __name__ == "__main__"`.

    Args:
        model: path of `face_landmarker.task`.
        size: side of the square frames, see `reading.read_faces`.
        cache: folder of kept readings; runs, models and suites may share it.
        workers: number of processes; each holds about 0.3 GB.

    Raises:
        UserError: the model's file cannot be read.
    """

    def __init__(self, model: Path, size: int, cache: Path, workers: int) -> None:
        self._job = (model, content_hash(model), size, cache)
        self._pool = spawn_workers(workers)

    def __enter__(self) -> FaceReaders:
        """Return the readers."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what is being read, and end the processes."""
        self._pool.shutdown(cancel_futures=True)

    def submit(self, path: Path) -> Future[FaceReading]:
        """Read some footage as soon as a process is free.

        The future raises UserError when the footage cannot be read or a process has died.

        Raises:
            UserError: a process has died already.
        """
        answer: Future[FaceReading] = Future()
        try:
            inner = self._pool.submit(_read_once, path, *self._job)
        except BrokenProcessPool as error:
            raise UserError(_DIED) from error
        inner.add_done_callback(lambda done: _pass_on(path, done, answer))
        return answer


def _read_once(path: Path, model: Path, model_hash: str, size: int, cache: Path) -> FaceReading:
    place = reading_path(cache, path, model_hash, size)
    kept = kept_reading(place)
    if kept is not None:
        return kept
    reading = read_faces(path, model, size)
    write_reading(place, reading)
    return reading


def _pass_on(path: Path, done: Future[FaceReading], answer: Future[FaceReading]) -> None:
    """Give a worker's result to the caller's future, a dead worker as a message to the user."""
    if done.cancelled():
        answer.cancel()
    if not answer.set_running_or_notify_cancel():
        return
    error = done.exception()
    if error is None:
        answer.set_result(done.result())
    else:
        if isinstance(error, BrokenProcessPool):
            error = UserError(_DIED)
        elif isinstance(error, OSError | RuntimeError):
            error = UserError(f"{path}: its faces could not be read ({error}).")
        answer.set_exception(error)

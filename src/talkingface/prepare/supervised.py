"""Tasks in worker processes that may hang, crash or eat all memory: the others go on."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import wait
from typing import Any, Generic, TypeVar

from talkingface.errors import UserError
from talkingface.prepare.piece import Beat
from talkingface.prepare.serving import Done
from talkingface.prepare.worker import Casualty, Limits, Worker
from talkingface.reasons import Reason

Task = TypeVar("Task")
Answer = TypeVar("Answer")

# Native libraries leak a little with each file.
_TASKS_A_PROCESS = 200
_TICK_SECONDS = 0.25
# If so many tasks, or all, fail in the same way before one succeeds, the fault is not theirs.
_HOPELESS = 20


class DiskFullError(Exception):
    """A task could not write; the text is the system's."""


class Supervised(Generic[Task, Answer]):
    """Do tasks in processes of their own, and outlive whatever they do there.

    A task whose process is killed, dies or raises is tried once more when all others are done,
    with nothing beside it; if it fails again, it is a Casualty. Scripts that use this need
    `if __name__ == "__main__"`.

    Args:
        work: an importable function of a task and a `Beat`; it may raise anything.
        workers: number of processes.
        limits: what a task may take.
        proven: whether tasks have succeeded before, so that it is not this machine that fails.
        tick: is called a few times a second.
    """

    def __init__(
        self,
        work: Callable[[Task, Beat], Answer],
        workers: int,
        limits: Limits,
        *,
        proven: bool = False,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._work = work
        self._workers = workers
        self._limits = limits
        self._proven = proven
        self._tick = tick
        self._staff: list[Worker[Task]] = []

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Answer | Casualty]]:
        """Yield each task with its answer, as they come.

        Raises:
            UserError: the first tasks fail in such a way that none will succeed.
            DiskFullError: a task could not write.
        """
        failed: list[tuple[Task, Casualty]] = []
        try:
            waiting = deque(tasks)
            hopeless = min(_HOPELESS, max(2, len(waiting)))
            for task, answer in self._round(waiting, self._workers):
                if isinstance(answer, Casualty):
                    failed.append((task, answer))
                    self._despair([casualty for _, casualty in failed], hopeless)
                else:
                    self._proven = True
                    yield task, answer
            self._dismiss()
            yield from self._round(deque(task for task, _ in failed), 1)
        finally:
            self._dismiss()

    def _round(
        self, waiting: deque[Task], workers: int
    ) -> Iterator[tuple[Task, Answer | Casualty]]:
        last = time.monotonic()
        while waiting or any(worker.task is not None for worker in self._staff):
            self._employ(waiting, workers)
            for worker in self._heard():
                task, answer = worker.task, self._hear(worker)
                if task is not None and answer is not None:
                    yield task, answer
            # The user may have stopped this process for a while, and with it the workers.
            pause = max(time.monotonic() - last - 8 * _TICK_SECONDS, 0)
            for worker in self._staff:
                worker.judge(self._limits, pause)
            self._tick()
            last = time.monotonic()

    def _employ(self, waiting: deque[Task], workers: int) -> None:
        """Give every process a task, and start those that are missing."""
        while waiting and len(self._staff) < workers:
            self._staff.append(Worker(self._work))
            self._staff[-1].give(waiting.popleft())
        for worker in self._staff:
            if worker.task is None and waiting:
                worker.give(waiting.popleft())

    def _heard(self) -> list[Worker[Task]]:
        """Wait a tick at most, and return the workers that said something or died."""
        places: dict[Any, Worker[Task]] = {worker.pipe: worker for worker in self._staff}
        return [places[pipe] for pipe in wait(list(places), timeout=_TICK_SECONDS)]

    def _hear(self, worker: Worker[Task]) -> Answer | Casualty | None:
        """Return what became of a worker's task; None while it is at it."""
        message = worker.hear()
        if message is None:
            return None
        worker.task = None
        if isinstance(message, Casualty) or worker.tasks >= _TASKS_A_PROCESS:
            worker.kill()
            self._staff.remove(worker)
        if isinstance(message, Casualty):
            return message
        if isinstance(message, Done):
            answer: Answer = message.answer
            return answer
        if message.full:
            raise DiskFullError(os.strerror(message.full))
        reason = Reason.OUT_OF_MEMORY if message.memory else Reason.CRASHED
        return Casualty(reason, message.text)

    def _despair(self, failed: list[Casualty], hopeless: int) -> None:
        """Give up when a library is missing, or the machine is ill, before blaming the videos."""
        same = failed.count(failed[-1])
        if not self._proven and failed[-1].reason is Reason.CRASHED and same >= hopeless:
            raise UserError(
                f"the first {same} videos all failed in the same way, so the fault is not in the "
                f"videos: {failed[-1].detail}. None of them is recorded as bad."
            )

    def _dismiss(self) -> None:
        while self._staff:
            self._staff.pop().kill()

"""Preparing videos in worker processes; each result is kept beside the clips."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from talkingface.errors import UserError
from talkingface.faces.prepare_clip import ClipSettings, RejectedError, prepare_clip
from talkingface.manifest import clip_path, track_path

WORK_FOLDER = ".work"


@dataclass(frozen=True)
class Job:
    """One video, the clip it becomes, and what is needed for that."""

    source: Path
    name: str
    root: Path
    model: Path
    settings: ClipSettings


def results_of(jobs: list[Job], workers: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Do the jobs in `workers` processes and yield (name, result) as they come.

    A result holds "clip", the fields of a `Clip`, or "rejected", the reason.

    Raises:
        UserError: a worker process died.
    """
    if not jobs:
        return
    # MediaPipe hangs in a forked process once its parent has used it.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(jobs)), context, initializer=_end_with_parent)
    try:
        futures = {pool.submit(run_job, job): job.name for job in jobs}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool as error:
        raise UserError(
            "a worker process was killed, perhaps for lack of memory. Run the same command again, "
            "with fewer workers; what is done is kept."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Make this worker end at once when the command is interrupted or killed."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_await_parent, daemon=True).start()


def _await_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def run_job(job: Job) -> dict[str, Any]:
    """Prepare one video and keep the result beside the clips, so that it is not done again."""
    result: dict[str, Any] = {"input": _fingerprint(job.source)}
    try:
        clip = prepare_clip(job.source, job.name, job.root, job.model, job.settings)
        result["clip"] = asdict(clip)
    except RejectedError as reason:
        result["rejected"] = str(reason)
        for path in (clip_path(job.root, job.name), track_path(job.root, job.name)):
            path.unlink(missing_ok=True)
    except Exception as error:  # noqa: BLE001 - one video's fault must not stop the others
        return {"rejected": f"failed, to be tried again: {type(error).__name__}: {error}"}
    kept = _result_path(job)
    partial = kept.with_name(f"{kept.name}.{os.getpid()}.partial")
    partial.write_text(json.dumps(result))
    partial.replace(kept)
    return result


def _result_path(job: Job) -> Path:
    return job.root / WORK_FOLDER / f"{job.name}.json"


def _fingerprint(path: Path) -> list[int]:
    """Return size and modification time, by which a changed video is told; none if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns]


def earlier_result(job: Job) -> dict[str, Any] | None:
    """Return the result of an earlier run, unless there is none or the video has changed."""
    try:
        result: dict[str, Any] = json.loads(_result_path(job).read_text())
    except (OSError, ValueError):
        return None
    return result if result.get("input") == _fingerprint(job.source) else None

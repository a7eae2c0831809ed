"""Preparing videos in worker processes; each result is kept beside the clips."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from talkingface.errors import UserError
from talkingface.faces.prepare_clip import ClipSettings, RejectedError, prepare_clip
from talkingface.faces.worker_process import spawn_workers
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
    pool = spawn_workers(min(workers, len(jobs)))
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

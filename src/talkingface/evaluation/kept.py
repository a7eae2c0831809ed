"""What an evaluation's folder holds already: results to be read back, videos to be taken up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from talkingface.errors import UserError
from talkingface.evaluation.job import Job
from talkingface.evaluation.protocol import Protocol
from talkingface.evaluation.result_files import SUMMARY, read_results
from talkingface.evaluation.results import Results

_PLACES = ("checkpoint", "predictions")
REPLACED = ".replaced"


def known_results(job: Job, protocol: Protocol) -> Results | None:
    """Return the results of the same thing, if they are there and nothing failed.

    Results that cannot be read count as none, and so does a model by another name but with other
    weights; where the same weights lie does not matter.
    """
    if not (job.folder / SUMMARY).exists():
        return None
    try:
        results = read_results(job.folder)
    except UserError:
        return None
    same = _content(results.of) == _content(job.of) and not results.failed
    return results if same and results.protocol.digest == protocol.digest else None


def claim_videos(job: Job, protocol: Protocol) -> None:
    """Make the folder of generated videos; keep those that are there if they are of the same job.

    Raises:
        UserError: the folder holds something else, or cannot be written.
    """
    videos = job.items[0].made.parent
    note = videos / "of.json"
    what = {"of": _content(job.of), "protocol": protocol.digest}
    try:
        if videos.exists() and _read(note) != what:
            if any(videos.iterdir()) and not note.exists():
                raise UserError(
                    f"{videos}: holds what `evaluate` has not written. Choose another output=..."
                )
            shutil.rmtree(videos)
        videos.mkdir(parents=True, exist_ok=True)
        partial = note.with_suffix(".partial")
        partial.write_text(json.dumps(what, indent=2) + "\n")
        partial.replace(note)
    except OSError as error:
        raise UserError(f"{videos}: cannot be written ({error}). Choose output=...") from error


def set_aside(folder: Path) -> None:
    """Move results that are there to a numbered folder below `.replaced`.

    Raises:
        UserError: they cannot be moved.
    """
    if not (folder / SUMMARY).exists():
        return
    number = 1
    while (place := folder / REPLACED / str(number)).exists():
        number += 1
    try:
        place.mkdir(parents=True)
        for path in sorted(folder.iterdir()):
            if path.is_file():
                path.rename(place / path.name)
    except OSError as error:
        raise UserError(f"{folder}: earlier results cannot be moved aside ({error}).") from error


def _content(of: dict[str, Any] | Any) -> dict[str, Any]:
    return {name: value for name, value in of.items() if name not in _PLACES}


def _read(note: Path) -> Any:
    try:
        return json.loads(note.read_text())
    except (OSError, ValueError):
        return None

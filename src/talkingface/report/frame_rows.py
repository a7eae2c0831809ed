"""Which models the picture of frames shows, and whether it is still a picture of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from talkingface.errors import UserError
from talkingface.report.arms import ArmRuns
from talkingface.report.claims.selection import judged_arms
from talkingface.report.run_files import RunFiles, read_json
from talkingface.runs.arm_names import ARM_ORDER
from talkingface.runs.folder import find_checkpoint

FRAMES_FILE = "frames.png"
ROWS_KEY = "rows"
_FILTER = ("smoothing", "strength", "lookahead")


@dataclass(frozen=True)
class FrameRow:
    """One row of the picture.

    Attributes:
        label: the arm's, and its filter's.
        run: the arm's first with a checkpoint.
        checkpoint: the run's best.
        path: fields of `motion.path.MotionPath` that are not the default.
        inputs: files on which the row depends.
    """

    label: str
    run: RunFiles
    checkpoint: Path
    path: Mapping[str, Any]
    inputs: tuple[Path, ...]


def frame_rows(arms: Sequence[ArmRuns]) -> list[FrameRow]:
    """Return a row an arm that has a checkpoint, and one more where a filter was tuned for it.

    Where there are all four arms of the ablation, its controls have no rows.

    Raises:
        UserError: a filter's file cannot be used.
    """
    rows = []
    judged, _ = judged_arms(arms)
    for arm in judged.values() if len(judged) == len(ARM_ORDER) else arms:
        first = _first_with_checkpoint(arm)
        if first is None:
            continue
        run, checkpoint = first
        rows.append(FrameRow(arm.label, run, checkpoint, {}, (checkpoint,)))
        file = run.folder / "evaluation" / "filter.json"
        if file.is_file():
            path = _filter(file)
            label = f"{arm.label} + {path['smoothing']} {path.get('strength', '')}".rstrip()
            rows.append(FrameRow(label, run, checkpoint, path, (checkpoint, file)))
    return rows


def is_current(picture: Path, rows: Sequence[FrameRow]) -> bool:
    """Return whether the picture is there, shows these rows, and is newer than what they show."""
    if not picture.is_file():
        return False
    try:
        with Image.open(picture) as image:
            shown = image.info.get(ROWS_KEY)
    except OSError:
        return False
    newest = max((file.stat().st_mtime for row in rows for file in row.inputs), default=0.0)
    return shown == rows_text(rows) and picture.stat().st_mtime > newest


def rows_text(rows: Sequence[FrameRow]) -> str:
    """Return what the picture's file says of its rows."""
    return "\n".join(row.label for row in rows)


def _first_with_checkpoint(arm: ArmRuns) -> tuple[RunFiles, Path] | None:
    for run in arm.runs.values():
        try:
            return run, find_checkpoint(run.folder)
        except UserError:
            # The run has not come so far.
            continue
    return None


def _filter(file: Path) -> dict[str, Any]:
    try:
        content = read_json(file)
    except ValueError as error:
        raise UserError(f"{error}. Delete it, or tune the filter again.") from error
    if "smoothing" not in content:
        raise UserError(f"{file}: names no smoothing. Delete it, or tune the filter again.")
    return {name: content[name] for name in _FILTER if name in content}

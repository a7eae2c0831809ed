"""The picture of frames for `talkingface report`: models, data set and bad references."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL.PngImagePlugin import PngInfo
from tqdm import tqdm

from data_modules.splits import split_clips
from talkingface.errors import UserError
from talkingface.evaluation.cases import Case, self_cases
from talkingface.evaluation.generate import made_frames, reference
from talkingface.evaluation.suites import Suite
from talkingface.manifest import read_dataset
from talkingface.motion.path import MotionPath
from talkingface.motion.perturbation import Perturbation
from talkingface.report.frame_rows import ROWS_KEY, FrameRow, rows_text
from talkingface.report.frames_picture import LONGEST, Frames, frames_picture
from talkingface.runs.checkpoint import load_network
from talkingface.runs.device import choose_device
from talkingface.video.frames import to_uint8

CONDITIONS = ("clean", "jitter-2", "drop-30", "rate-3")
_NEEDED = ("root", "val_identities", "test_identities")


def make_frames(rows: Sequence[FrameRow], output: Path) -> None:
    """Write the picture.

    Args:
        rows: the models; all trained on one division of one data set.
        output: PNG file, replaced at once.

    Raises:
        UserError: there is no model, or a model, the data set or a filter cannot be used.
    """
    if not rows:
        raise UserError("no arm has a checkpoint yet, so there are no frames to show.")
    root, case = _test_case(rows)
    shown = [_of_row(row, root, case) for row in tqdm(rows, "frames of the arms", unit="arm")]
    size = shown[0]["clean"].shape[1]
    seen = {name: _as_seen(root, case, size, name) for name in CONDITIONS}
    labelled = [(row.label, cells) for row, cells in zip(rows, shown, strict=True)]
    picture = frames_picture([("reference", seen), *labelled], case.name)
    about = PngInfo()
    about.add_text(ROWS_KEY, rows_text(rows))
    partial = output.with_name(f"{output.name}.partial")
    picture.save(partial, "PNG", pnginfo=about)
    partial.replace(output)


def _of_row(row: FrameRow, root: Path, case: Case) -> dict[str, Frames]:
    network = load_network(row.checkpoint).to(choose_device("auto"))
    path = MotionPath(**row.path)
    made = {}
    for name in CONDITIONS:
        frames = made_frames(network, root, case, Suite.named(name), path)
        made[name] = np.stack(list(islice(frames, LONGEST)))
    return made


def _as_seen(root: Path, case: Case, size: int, name: str) -> Frames:
    perturbation = Perturbation.named(name)
    frames = perturbation.shown(reference(root, case.driving, size, perturbation))
    return np.stack([to_uint8(frame[None])[0] for frame in islice(frames, LONGEST)])


def _test_case(rows: Sequence[FrameRow]) -> tuple[Path, Case]:
    """Return the data set and its shortest test clip that fills a strip, else the longest one."""
    first, *others = (_division(row) for row in rows)
    if any(other != first for other in others):
        raise UserError(
            "the arms are of different data sets or splits, so no clip is a test clip of all: "
            "report on the folder of one experiment."
        )
    root = Path(first["root"])
    _, clips = read_dataset(root)
    parts = split_clips(
        clips, first["val_identities"], first["test_identities"], first["splits"] or "auto"
    )
    if not parts["test"]:
        raise UserError(f"{root}: the arms kept no test identities (data.test_identities=0).")
    case = min(
        self_cases(parts["test"]),
        key=lambda case: (-min(case.driving.frames, LONGEST), case.driving.frames),
    )
    return root, case


def _division(row: FrameRow) -> dict[str, Any]:
    data = row.run.config["data"]
    missing = [name for name in _NEEDED if data.get(name) is None]
    if missing:
        raise UserError(f"{row.run.folder / 'config.json'}: lacks data.{missing[0]}.")
    return {name: data.get(name) for name in (*_NEEDED, "splits")}

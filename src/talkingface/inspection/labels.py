"""Pose and mouth of some clips, frame by frame, and which of their files are damaged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.manifest import ClipTable, DatasetInfo, clip_path, read_track


@dataclass(frozen=True)
class Labels:
    """Labels of the frames in which a face was seen, of clips spread evenly over the data set.

    Attributes:
        clips: how many were read.
        yaw, pitch, roll: (F,) degrees.
        mouth: (F,) how far the jaw is open, 0 to 1.
        damaged: a sentence for each clip whose files are not what the manifest says.
    """

    clips: int
    yaw: NDArray[np.float32]
    pitch: NDArray[np.float32]
    roll: NDArray[np.float32]
    mouth: NDArray[np.float32]
    damaged: tuple[str, ...]


def read_labels(root: Path, info: DatasetInfo, table: ClipTable, most: int) -> Labels:
    """Read the labels of some clips.

    Args:
        root: folder of the data set.
        info: its description.
        table: its clips.
        most: clips that are read at the most.
    """
    poses, mouths, damaged = [np.empty((0, 6), np.float32)], [np.empty(0, np.float32)], []
    clips = 0
    for place in np.unique(np.linspace(0, len(table) - 1, min(most, len(table))).astype(int)):
        clip = table[int(place)]
        try:
            track = read_track(root, clip.clip, crc32=clip.track_crc32)
        except UserError as error:
            damaged.append(str(error))
            continue
        clips += 1
        poses.append(track.pose[track.face])
        mouths.append(track.expression[track.face, info.mouth_column])
        if len(track) != clip.frames:
            damaged.append(f"{clip.clip}: {len(track)} rows of labels for {clip.frames} frames.")
        if fault := _fault(clip_path(root, clip.clip), clip.bytes):
            damaged.append(fault)
    pose, mouth = np.concatenate(poses), np.concatenate(mouths)
    return Labels(clips, pose[:, 0], pose[:, 1], pose[:, 2], mouth, tuple(damaged))


def _fault(path: Path, size: int) -> str:
    """Return what is wrong with a video file as far as its size tells."""
    try:
        there = path.stat().st_size
    except OSError as error:
        return f"{path}: not readable ({error.strerror})."
    if size and there != size:
        return f"{path}: {there:,} bytes, and the manifest says {size:,}."
    return ""

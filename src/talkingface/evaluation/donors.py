"""The two videos of a swap: one gives the head pose, the other the facial motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from talkingface.manifest import Clip, Track
from talkingface.motion.resampling import resample_codes


def shared_frames(head: Clip, face: Clip) -> int:
    """Return for how many frames of the head donor there is facial motion of the other donor."""
    return min(head.frames, int((face.frames - 1) / face.rate * head.rate) + 1)


@dataclass(frozen=True)
class Donors:
    """Who gives what to a swap of T frames, which stand at the head donor's times.

    Attributes:
        head, face: footage of the donors of head pose and facial motion.
        head_rate, face_rate: their frames a second.
        frames: T.
        exact: exact labels of both at those times, where known; see `aligned`.
    """

    head: Path
    face: Path
    head_rate: Fraction
    face_rate: Fraction
    frames: int
    exact: tuple[Track, Track] | None = None

    def read(self, read: Callable[[Path], Track]) -> tuple[Track, Track]:
        """Return what a reader says of both, at the swap's times."""
        rates = self.head_rate, self.face_rate
        return aligned(read(self.head), read(self.face), *rates, self.frames)


def aligned(
    head: Track, face: Track, head_rate: Fraction, face_rate: Fraction, frames: int
) -> tuple[Track, Track]:
    """Return both donors' tracks at the times of the head donor's first frames."""
    kept = _beginning(head, frames)
    if head_rate == face_rate:
        return kept, _beginning(face, frames)
    wanted_T = np.array([float(k / head_rate) for k in range(frames)])
    time_T = np.array([float(k / face_rate) for k in range(len(face))])
    nearest_T = np.abs(wanted_T[:, None] - time_T).argmin(axis=1)
    moved = Track(
        _resampled(face.pose, time_T, wanted_T),
        _resampled(face.expression, time_T, wanted_T),
        face.landmarks[nearest_T],
        face.face[nearest_T],
    )
    return kept, moved


def joined(head: Track, face: Track) -> Track:
    """Return what a perfect swap does: the pose of one, the expression of the other.

    Where its landmarks would be, nobody knows.
    """
    nowhere = np.full_like(head.landmarks, np.nan)
    return Track(head.pose, face.expression, nowhere, head.face & face.face)


def _beginning(track: Track, frames: int) -> Track:
    return Track(**{name: values[:frames] for name, values in vars(track).items()})


def _resampled(
    values: NDArray[np.float32], time_T: NDArray[np.float64], wanted_T: NDArray[np.float64]
) -> NDArray[np.float32]:
    made: NDArray[np.float32] = resample_codes(
        torch.from_numpy(values), torch.from_numpy(time_T), torch.from_numpy(wanted_T)
    ).numpy()
    return made

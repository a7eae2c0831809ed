"""Samples for training: a few driving frames of a clip and a source frame from elsewhere in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from data_modules.augmentation import ColourAugmentation
from data_modules.geometry import GeometricAugmentation, Labels
from data_modules.memory import ClipMemory
from data_modules.sampler import Key
from talkingface.errors import UserError
from talkingface.faces.landmark_sets import to_ibug68
from talkingface.manifest import Clip, DatasetInfo
from talkingface.video.clips import Backend


class ClipBatch(TypedDict):
    """B samples of T driving frames of side S.

    Attributes:
        source: (B, 3, S, S) uint8, a frame of the same clip from outside the window.
        driving: (B, T, 3, S, S) uint8, the frames to be generated.
        driver: (B, T, 3, S, S) uint8, what the motion encoder sees: `driving`, with colours
            altered while training.
        pose: (B, T, 6) float32, see talkingface.manifest.Track.
        expression: (B, T, E) float32.
        landmarks: (B, T, 68, 2) float32, iBUG-68 points in [0, 1] of the frame.
        source_landmarks: (B, 68, 2) float32, the same points of the source frame.
        face: (B, T) bool, whether the labels were seen in this very frame.
        time: (B, T) float32, seconds from the clip's start.
        seed: (B,) int64, for the random choices of the step that uses the sample.
    """

    source: Tensor
    driving: Tensor
    driver: Tensor
    pose: Tensor
    expression: Tensor
    landmarks: Tensor
    source_landmarks: Tensor
    face: Tensor
    time: Tensor
    seed: Tensor


@dataclass(frozen=True)
class Window:
    """Which frames make a sample.

    Attributes:
        size: side of the frames handed out, pixels.
        length: number of driving frames.
        stride: frames from one driving frame to the next.
    """

    size: int
    length: int
    stride: int

    @property
    def span(self) -> int:
        """Frames from the first driving frame to the last, both counted."""
        return (self.length - 1) * self.stride + 1


class ClipDataset(Dataset[ClipBatch]):
    """One random window a clip and epoch, drawn from (seed, epoch, index) alone.

    Raises:
        UserError: no clip is long enough for a window and a source frame outside it.
    """

    def __init__(
        self,
        root: Path,
        info: DatasetInfo,
        clips: Sequence[Clip],
        window: Window,
        seed: int,
        geometry: GeometricAugmentation | None = None,
        colours: ColourAugmentation | None = None,
        backend: Backend = "decord",
        memory: float = 0.0,
    ):
        self.info, self.window, self.seed = info, window, seed
        self.geometry, self.colours = geometry, colours
        self.memory = ClipMemory(root, window.size, backend, memory)
        self.clips = [clip for clip in clips if clip.frames > window.span]
        if not self.clips:
            raise UserError(
                f"{root}: none of {len(clips)} clips has more than {window.span} frames: lower "
                "data.clip_length or data.stride, or prepare longer clips."
            )

    def __len__(self) -> int:
        """Return the number of clips that are long enough."""
        return len(self.clips)

    def __getitem__(self, key: Key) -> ClipBatch:
        """Return the sample of one (epoch, index) key, without the batch dimension."""
        epoch, index = key
        rng = np.random.default_rng([self.seed, epoch, index])
        clip = self.clips[index]
        start = int(rng.integers(clip.frames - self.window.span + 1))
        wanted = start + self.window.stride * np.arange(self.window.length)
        others = np.setdiff1d(np.arange(clip.frames), np.arange(start, start + self.window.span))
        source = int(rng.choice(others))
        chosen = [source, *wanted.tolist()]
        frames, track = self.memory.read(clip, chosen)
        points = to_ibug68(track.landmarks[chosen], self.info.landmark_set)
        labels = Labels(track.pose[chosen], track.expression[chosen], points)
        if self.geometry:
            names = self.info.expression_names
            frames, labels = self.geometry.apply(frames, labels, names, rng)
        driving = frames[1:]
        driver = self.colours.apply(driving, rng) if self.colours else driving
        return {
            "source": _channels_first(frames[0]),
            "driving": _channels_first(driving),
            "driver": _channels_first(driver),
            "pose": torch.from_numpy(labels.pose[1:]),
            "expression": torch.from_numpy(labels.expression[1:]),
            "landmarks": torch.from_numpy(labels.landmarks[1:]),
            "source_landmarks": torch.from_numpy(labels.landmarks[0]),
            "face": torch.from_numpy(track.face[wanted]),
            "time": torch.from_numpy((wanted / float(clip.rate)).astype(np.float32)),
            "seed": torch.tensor(rng.integers(2**62)),
        }


def _channels_first(frames: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(frames, -1, -3)))

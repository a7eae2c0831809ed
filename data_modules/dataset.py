"""Samples for training: a few driving frames of a clip and a source frame from elsewhere in it."""

from __future__ import annotations

import math
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
from data_modules.quarantine import Quarantine
from data_modules.sampler import Key
from talkingface.errors import UserError
from talkingface.manifest import Clip, ClipTable, DatasetInfo
from talkingface.video.clips import Backend

# Tells the random numbers of window strides from all others of a sample.
_STRIDES = 1


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
        replaced: (B,) bool, whether another clip stands in for one that cannot be read.
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
    replaced: Tensor


@dataclass(frozen=True)
class Window:
    """Which frames make a sample.

    Attributes:
        size: side of the frames handed out, pixels.
        length: number of driving frames.
        stride: frames from one driving frame to the next.
        shares: probabilities of windows at one, two, three, ... times that stride.
        reach: longest time over two steps of a window, seconds: a stride is drawn no larger, and
            clips whose rate is too low for any serve as they are, but not all of them.
    """

    size: int
    length: int
    stride: int
    shares: tuple[float, ...] = (1.0,)
    reach: float = math.inf

    @property
    def span(self) -> int:
        """Frames from the first driving frame to the last at the least, both counted."""
        return (self.length - 1) * self.stride + 1

    def drawn_stride(self, frames: int, rate: float, key: Sequence[int]) -> int:
        """Return a window's stride in a clip of so many frames, a function of the key.

        It has random numbers of its own: whatever the shares, all else that a sample draws stays.
        """
        if len(self.shares) == 1:
            return self.stride
        rng = np.random.default_rng([*key, _STRIDES])
        times = 1 + int(rng.choice(len(self.shares), p=np.divide(self.shares, sum(self.shares))))
        longest = (frames - 2) // (max(self.length - 1, 1) * self.stride)
        return self.stride * max(1, min(times, longest, self._within_reach(rate)))

    def reaches(self, rate: float) -> bool:
        """Whether two steps of a window at the least stride lie within reach."""
        return self._within_reach(rate) >= 1

    def _within_reach(self, rate: float) -> int:
        # Gaps are given in hundredths of a second, and 3 / 25 + 3 / 25 is one.
        return int(min(self.reach * rate / (2 * self.stride) + 1e-3, len(self.shares)))


class ClipDataset(Dataset[ClipBatch]):
    """One random window a clip and epoch, drawn from (seed, epoch, index) alone.

    Args:
        root: data set folder.
        info: its description.
        clips: the clips of a split; those too short for a window are left out.
        window: which frames make a sample.
        seed: seed of every sample.
        geometry, colours: alterations; None leaves the samples as they are.
        backend: what decodes the clips.
        memory: megabytes that each loader process may keep of decoded clips.
        split: the split's name, for the record of clips that cannot be read.
        ledgers: folder of these records; None keeps none.
        rank: of the process that trains.

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
        split: str = "train",
        ledgers: Path | None = None,
        rank: int = 0,
    ):
        self.info, self.window, self.seed = info, window, seed
        self.geometry, self.colours = geometry, colours
        table = ClipTable.of(clips)
        self.clips = table.take(table.numbers("frames") > window.span)
        if not self.clips:
            raise UserError(
                f"{root}: none of {len(clips)} clips has more than {window.span} frames: lower "
                "data.clip_length or data.stride, or prepare longer clips."
            )
        if not any(window.reaches(float(clip.rate)) for clip in self.clips):
            raise UserError(
                f"{root}: CRA's mixing needs neighbours at most {window.reach} s apart, but the "
                f"driving frames of all {len(self.clips)} clips are farther apart: lower "
                "data.stride, or prepare the clips at a higher rate."
            )
        self.memory = ClipMemory(root, self.clips, window.size, backend, memory)
        self.quarantine = Quarantine(split, self.clips, seed, ledgers, rank)

    def __len__(self) -> int:
        """Return the number of clips that are long enough."""
        return len(self.clips)

    def __getitem__(self, key: Key) -> ClipBatch:
        """Return the sample of one (epoch, index) key, without the batch dimension."""
        sample, replaced = self.quarantine.sample(key, lambda clip: self._sample(clip, key))
        sample["replaced"] = torch.tensor(replaced)
        return sample

    def _sample(self, clip: Clip, key: Key) -> ClipBatch:
        """Return a sample of a clip; the random choices are the key's, whatever the clip."""
        rng = np.random.default_rng([self.seed, *key])
        stride = self.window.drawn_stride(clip.frames, float(clip.rate), [self.seed, *key])
        span = (self.window.length - 1) * stride + 1
        start = int(rng.integers(clip.frames - span + 1))
        wanted = start + stride * np.arange(self.window.length)
        others = np.setdiff1d(np.arange(clip.frames), np.arange(start, start + span))
        source = int(rng.choice(others))
        frames, track = self.memory.read(clip, [source, *wanted.tolist()])
        labels = Labels(track.pose, track.expression, track.landmarks)
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
            "face": torch.from_numpy(track.face[1:]),
            "time": torch.from_numpy((wanted / float(clip.rate)).astype(np.float32)),
            "seed": torch.tensor(rng.integers(2**62)),
            "replaced": torch.tensor(False),
        }


def _channels_first(frames: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(frames, -1, -3)))

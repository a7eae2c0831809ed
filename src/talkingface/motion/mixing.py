"""CRA's cross-time mixing: which frames are held out, and which neighbours stand in for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from talkingface.motion.draws import Draws


@dataclass(frozen=True)
class Thinning:
    """How clips lose frames while training, so that codes are seen at many rates.

    Attributes:
        dropping: share of the clips that lose frames at random besides.
        drop_rate: largest share of frames that such a clip loses.
    """

    dropping: float = 0.5
    drop_rate: float = 0.3

    def kept(self, frames: int, draws: Draws) -> Tensor:
        """Return (clips, frames) bool: the frames that are kept; the others are held out."""
        rate_B = self.drop_rate * draws.uniform()
        rate_B *= draws.uniform() < self.dropping
        return draws.uniform(frames) >= rate_B[:, None]


class Neighbours(NamedTuple):
    """Two frames of each clip and the weight of the later one, all (B,)."""

    before: Tensor
    after: Tensor
    share: Tensor

    def mix(self, code_BTD: Tensor) -> Tensor:
        """Return the codes (B, D) between the two frames."""
        row = torch.arange(len(code_BTD))
        share_B1 = self.share.to(code_BTD)[:, None]
        return torch.lerp(code_BTD[row, self.before], code_BTD[row, self.after], share_B1)


class Mixture(NamedTuple):
    """One held-out frame of each clip, (B,), and each stream's own neighbours of it."""

    frame: Tensor
    pose: Neighbours
    face: Neighbours

    def mix(self, code_BTZ: Tensor, pose_dim: int) -> Tensor:
        """Return the codes (B, Z) that stand in for the held-out frames."""
        pose_BTP, face_BTF = code_BTZ.split([pose_dim, code_BTZ.shape[-1] - pose_dim], dim=-1)
        return torch.cat([self.pose.mix(pose_BTP), self.face.mix(face_BTF)], dim=-1)


def choose_mixture(
    time_BT: Tensor,
    kept_BT: Tensor,
    pose_gap: float,
    face_gap: float,
    draws: Draws,
) -> Mixture:
    """Choose a held-out frame of each clip and neighbours of it among the kept frames.

    The two streams have neighbours of their own: head pose moves slowly enough for wide gaps,
    facial motion does not. In a clip that holds no frame out any frame may be mixed from the
    others; one that kept too few may use all of them; one whose frames are too far apart for any
    choice, as in video of a very low rate, stands for itself.

    Args:
        time_BT: times of the frames in seconds, rising.
        kept_BT: frames whose codes may be used.
        pose_gap, face_gap: largest time from the earlier neighbour to the later, seconds.
        draws: source of the choices.
    """
    choices = [
        _choose(times.tolist(), kept.tolist(), (pose_gap, face_gap), generator)
        for times, kept, generator in zip(time_BT, kept_BT, draws.generators, strict=True)
    ]
    frame_B = torch.tensor([frame for frame, _ in choices])
    streams = []
    for stream in (0, 1):
        before_B, after_B = torch.tensor([pairs[stream] for _, pairs in choices]).T
        streams.append(neighbours(time_BT, frame_B, before_B, after_B))
    return Mixture(frame_B, *streams)


def neighbours(time_BT: Tensor, frame_B: Tensor, before_B: Tensor, after_B: Tensor) -> Neighbours:
    """Return neighbours with the weight that true times give the later one."""
    row = torch.arange(len(time_BT))
    start_B, end_B = time_BT[row, before_B], time_BT[row, after_B]
    share_B = (time_BT[row, frame_B] - start_B) / (end_B - start_B)
    return Neighbours(before_B, after_B, torch.where(before_B == after_B, 0.0, share_B))


def _choose(
    times: list[float], kept: list[bool], gaps: tuple[float, float], generator: torch.Generator
) -> tuple[int, list[tuple[int, int]]]:
    """Return a held-out frame and one pair of neighbours a stream, itself where there is none."""
    inner = range(1, len(times) - 1)
    everything = [True] * len(times)
    for frames, usable in (
        ([t for t in inner if not kept[t]], kept),
        (inner, kept),
        (inner, everything),
    ):
        options = {t: [_pairs(times, usable, t, gap) for gap in gaps] for t in frames}
        possible = {t: pairs for t, pairs in options.items() if all(pairs)}
        if possible:
            break
    if not possible:
        alone = _draw(len(times), generator)
        return alone, [(alone, alone)] * len(gaps)
    choices = sorted(possible)
    frame = choices[_draw(len(choices), generator)]
    return frame, [pairs[_draw(len(pairs), generator)] for pairs in possible[frame]]


def _pairs(times: list[float], kept: list[bool], frame: int, gap: float) -> list[tuple[int, int]]:
    """Return all pairs of kept frames around a frame, no farther apart than `gap`."""
    # Times are rounded to float32, gaps are not: two frames of 0.08 s may come out longer.
    limit = gap + 1e-4
    return [
        (i, j)
        for i in range(frame)
        for j in range(frame + 1, len(times))
        if kept[i] and kept[j] and times[j] - times[i] <= limit
    ]


def _draw(count: int, generator: torch.Generator) -> int:
    return int(torch.randint(count, (), generator=generator))

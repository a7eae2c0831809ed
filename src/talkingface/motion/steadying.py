"""STAC's alignment of frames: crop jitter is taken out before motion is read.

A crop that shakes moves the head and what is behind it together, a head moves alone. So the jitter
is told from what surrounds the head (`registration`), which no filter of the head pose can know:
a nod stays, however fast it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from talkingface.motion.conditions import move_crop
from talkingface.motion.registration import crop_motion
from talkingface.motion.resampling import fresh_frames

# Frames to either side over whose mean a crop's place is steady: half a second at 25 frames/s.
REACH = 12
# Acceleration of the crop, in half sides (log, radians) a frame squared, below which it is none:
# heads that move pull at the registration a little.
_CALM = 0.015


class Piece(NamedTuple):
    """Consecutive frames of a driving video.

    Attributes:
        frames: (T, 3, S, S) in [-1, 1].
        time: (T,) float64, seconds.
        fresh: (T,) bool, False where the file only repeated the frame before.
    """

    frames: Tensor
    time: Tensor
    fresh: Tensor


def marked(pieces: Iterable[tuple[Tensor, Tensor]]) -> Iterator[Piece]:
    """Yield frames and times with the mark of frames that repeat the one before."""
    last: Tensor | None = None
    for frames_T3SS, time_T in pieces:
        yield Piece(frames_T3SS, time_T.double(), fresh_frames(frames_T3SS, last).cpu())
        last = frames_T3SS[-1]


def steadied(pieces: Iterable[Piece], lookahead: int | None = None) -> Iterator[Piece]:
    """Yield a video's frames without the jitter of its crop; no more than a second is held.

    Args:
        pieces: the frames in order, however cut.
        lookahead: frames that may be waited for; None for as many as it takes.
    """
    ahead = REACH if lookahead is None else min(lookahead, REACH)
    held: Piece | None = None
    path_T4 = torch.zeros(1, 4)
    done = 0
    for piece in pieces:
        frames = piece.frames if held is None else torch.cat([held.frames[-1:], piece.frames])
        moved = crop_motion(frames[:-1], frames[1:]).cpu()
        path_T4 = torch.cat([path_T4, path_T4[-1] + moved.cumsum(dim=0)])
        held = piece if held is None else Piece(*map(torch.cat, zip(held, piece, strict=True)))
        ready = len(held.frames) - ahead
        if ready > done:
            yield _cut(held, path_T4, slice(done, ready), ahead)
            # What lies farther back than the mean, and the frame of the last difference, is over.
            gone = max(ready - REACH - 2, 0)
            held = Piece(*(values[gone:] for values in held))
            path_T4, done = path_T4[gone:], ready - gone
    if held is not None and done < len(held.frames):
        yield _cut(held, path_T4, slice(done, len(held.frames)), ahead)


def steady_clips(clip_BT3SS: Tensor) -> tuple[Tensor, Tensor]:
    """Return whole clips (B, T, 3, S, S) without the jitter of their crops, and it (B, T, 4)."""
    before, after = clip_BT3SS[:, :-1].flatten(0, 1), clip_BT3SS[:, 1:].flatten(0, 1)
    moved_BT4 = crop_motion(before, after).unflatten(0, (len(clip_BT3SS), -1))
    path_BT4 = F.pad(moved_BT4.cumsum(dim=1), (0, 0, 1, 0))
    jitter_BT4 = torch.stack([jitter_of(path_T4, REACH) for path_T4 in path_BT4])
    steady = move_crop(clip_BT3SS.flatten(0, 1), -jitter_BT4.flatten(0, 1))
    return steady.view_as(clip_BT3SS), jitter_BT4


def jitter_of(path_T4: Tensor, ahead: int) -> Tensor:
    """Return the part (T, 4) of a crop's path that is jitter.

    That is its distance from its own mean over REACH frames back and `ahead` frames on, less the
    more calmly the crop moves there, so that a camera that stands or pans is left alone.
    """
    speed_T4 = F.pad(path_T4.diff(dim=0), (0, 0, 1, 0))
    jerk_T = F.pad(speed_T4[1:].diff(dim=0).square().mean(dim=1), (2, 0))
    around = [slice(max(t - REACH, 0), t + ahead + 1) for t in range(len(path_T4))]
    mean_T4 = torch.stack([path_T4[near].mean(dim=0) for near in around])
    power_T = torch.stack([jerk_T[near].mean() for near in around])
    share_T = (1 - _CALM**2 / power_T.clamp_min(1e-12)).clamp_min(0)
    return share_T[:, None] * (path_T4 - mean_T4)


def _cut(held: Piece, path_T4: Tensor, wanted: slice, ahead: int) -> Piece:
    jitter_T4 = jitter_of(path_T4, ahead)[wanted].to(held.frames)
    return Piece(move_crop(held.frames[wanted], -jitter_T4), held.time[wanted], held.fresh[wanted])

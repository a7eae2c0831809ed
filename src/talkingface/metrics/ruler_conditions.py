"""Frames as a ruler meets them: moved by a jittering crop, soft, tinted, compressed, noisy."""

from __future__ import annotations

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor

from talkingface.metrics.ruler_labels import move_landmarks, move_pose
from talkingface.metrics.ruler_network import Labels
from talkingface.motion.conditions import Conditions
from talkingface.motion.draws import Draws

# The crop of the suite jitter-4 deviates by 4 % of the side, 0.08 of its half; turn and log scale
# by three quarters of that.
CONDITIONS = Conditions(
    jitter=(0.08, 0.08, 0.06, 0.06), flicker=0.15, blur=0.01, blocks=0.25, noise=0.04, freezing=0.0
)
_UNTOUCHED = 0.15
_SOFTENED = 0.5
_SOFTEST = 2.0
_TINT = 0.15


def worsened(
    frame_B3SS: Tensor, labels: Labels, seeds: Iterable[int], conditions: Conditions = CONDITIONS
) -> tuple[Tensor, Labels]:
    """Return frames under conditions that each draws for itself, and the labels true of them.

    Args:
        frame_B3SS: frames in [-1, 1], their side a multiple of 8.
        labels: labels of the frames.
        seeds: one number a frame; the same number draws the same. The first also draws how soft
            those of the batch become that are softened.
        conditions: how bad it may become. A part of the frames stays as it is.
    """
    draws = Draws(seeds)
    worse = conditions.apply(frame_B3SS[:, None], draws)
    tint_B311 = 1 + _TINT * (2 * draws.uniform(3, 1, 1) - 1).to(frame_B3SS)
    frames = (worse.frames[:, 0] * tint_B311).clamp(-1, 1)
    chance_B2 = draws.uniform(2)
    factor = 1 + (_SOFTEST - 1) * float(chance_B2[0, 1])
    soft_B = (chance_B2[:, 0] < _SOFTENED).to(frames.device)
    frames = torch.where(soft_B[:, None, None, None], soften(frames, factor), frames)
    touched_B = (draws.uniform() >= _UNTOUCHED).to(frames.device)
    theta_B4 = torch.where(touched_B[:, None], worse.theta[:, 0], 0.0)
    frames = torch.where(touched_B[:, None, None, None], frames, frame_B3SS)
    pose = move_pose(labels.pose, theta_B4)
    return frames, Labels(pose, labels.expression, move_landmarks(labels.landmarks, theta_B4))


def soften(frame_B3SS: Tensor, factor: float) -> Tensor:
    """Return frames (B, 3, S, S) scaled down by a factor and up again."""
    side = frame_B3SS.shape[-1]
    small = F.interpolate(
        frame_B3SS, size=max(round(side / factor), 1), mode="bilinear", antialias=True
    )
    return F.interpolate(small, size=side, mode="bicubic").clamp(-1, 1)

"""How a crop moved from one frame to the next, told from what surrounds the head.

Lucas and Kanade's registration (IJCAI 1981) with the four numbers of a similarity, gain and bias,
reweighted in each round so that what moves by itself, such as hair and shoulders, loses its say.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from talkingface.motion.conditions import move_crop

_SIDE = 64
# Half axes of the ellipse in the middle of a face crop that belongs to the head, and how much of
# the border is left out, since a crop that moved had to invent what lies there; half sides.
_HEAD, _BORDER = (0.62, 0.85), 6 / 64
# Coarse to fine: by how much the pictures are reduced, and rounds.
_LEVELS = ((4, 2), (2, 3), (1, 3))
_REWEIGHTINGS = 2
# A crop's usual motion from frame to frame, half sides, and the least deviation of a grey value.
_USUAL, _NOISE = 0.04, 0.02
# Residuals of neighbouring pixels are not independent: so many of them say as much as one.
_ALIKE = 8.0
_OUTLIER = 2.0


@torch.no_grad()
def crop_motion(before_N3SS: Tensor, after_N3SS: Tensor) -> Tensor:
    """Return (N, 4) by how much the surroundings of the head moved from one frame to the next.

    Shift to the right and down in half sides, log scale, and rotation in radians, clockwise, as in
    `conditions.move_crop`: `after` is about `move_crop(before, motion)` outside the head. Where
    nothing can be told apart, as before a plain wall, the answer tends to no motion.

    Args:
        before_N3SS, after_N3SS: pairs of face crops in [-1, 1], the side a multiple of 64.
    """
    if not len(before_N3SS):
        return before_N3SS.new_zeros(0, 4)
    before, after = (_grey(frames) for frames in (before_N3SS, after_N3SS))
    # By how much `after` has to be moved to lie on `before`.
    back_N4 = before.new_zeros(len(before), 4)
    deviation_N = None
    for reduced, rounds in _LEVELS:
        level = _Level(F.avg_pool2d(before, reduced))
        picture = F.avg_pool2d(after, reduced)
        weight_NP = torch.ones_like(level.grey_NP)
        for _ in range(rounds):
            rest_NP = level.seen(_softened(move_crop(picture, back_N4))) - level.grey_NP
            if deviation_N is None:
                deviation_N = _deviation(rest_NP)
            for _ in range(_REWEIGHTINGS):
                step_N6 = level.solve(rest_NP, weight_NP, deviation_N, back_N4)
                left_NP = rest_NP - (step_N6[:, None] @ level.slope_N6P)[:, 0]
                deviation_N = _deviation(left_NP)
                weight_NP = (1 + (left_NP / (_OUTLIER * deviation_N[:, None])) ** 2) ** -2
            back_N4 = back_N4 - step_N6[:, :4]
    return -back_N4


class _Level:
    """What the first frames of the pairs say at one resolution, outside the head."""

    def __init__(self, before_N1SS: Tensor):
        grey = _softened(before_N1SS)
        side = grey.shape[-1]
        line = (torch.arange(side, device=grey.device) * 2 + 1) / side - 1
        y, x = torch.meshgrid(line, line, indexing="ij")
        inside = (x.abs() < 1 - _BORDER) & (y.abs() < 1 - _BORDER)
        head = (x / _HEAD[0]) ** 2 + (y / _HEAD[1]) ** 2 < 1
        self.kept = (inside & ~head).flatten()
        self.grey_NP = self.seen(grey)
        edge = F.pad(grey, (1, 1, 1, 1), mode="replicate")
        across, down = (
            (after - before) * side / 4
            for after, before in (
                (edge[..., 1:-1, 2:], edge[..., 1:-1, :-2]),
                (edge[..., 2:, 1:-1], edge[..., :-2, 1:-1]),
            )
        )
        # How grey values change with shift, log scale, rotation, bias and gain.
        slopes = [-across, -down, -(across * x + down * y), across * y - down * x]
        slopes += [torch.ones_like(grey), grey]
        self.slope_N6P = torch.stack([self.seen(slope) for slope in slopes], dim=1)

    def seen(self, picture_N1SS: Tensor) -> Tensor:
        """Return the pixels (N, P) outside the head."""
        return picture_N1SS.flatten(1)[:, self.kept]

    def solve(
        self, rest_NP: Tensor, weight_NP: Tensor, deviation_N: Tensor, back_N4: Tensor
    ) -> Tensor:
        """Return the most likely step (N, 6) for what is left, given what crops usually do."""
        weighed_N6P = self.slope_N6P * weight_NP[:, None]
        noise_N1 = _ALIKE * deviation_N[:, None] ** 2
        pull_N6 = (weighed_N6P @ rest_NP[..., None])[..., 0] / noise_N1
        pull_N6[:, :4] += back_N4 / _USUAL**2
        usual_6 = torch.tensor([_USUAL**-2] * 4 + [1e-3] * 2, device=rest_NP.device)
        curvature_N66 = weighed_N6P @ self.slope_N6P.mT / noise_N1[..., None] + torch.diag(usual_6)
        step_N6: Tensor = torch.linalg.solve(curvature_N66, pull_N6)
        return step_N6


def _grey(frames_N3SS: Tensor) -> Tensor:
    grey = frames_N3SS.float().mean(dim=1, keepdim=True)
    return F.avg_pool2d(grey, max(grey.shape[-1] // _SIDE, 1))


def _softened(picture_N1SS: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(picture_N1SS, (1, 1, 1, 1), mode="replicate"), 3, 1)


def _deviation(rest_NP: Tensor) -> Tensor:
    return (1.48 * rest_NP.abs().median(dim=1).values).clamp_min(_NOISE)

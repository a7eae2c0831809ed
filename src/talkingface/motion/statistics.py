"""Running mean and deviation of the motion code, the unit in which codes are compared."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.motion.global_batch import mean_over_ranks


class CodeStatistics(nn.Module):
    """Running mean and standard deviation of clean codes, without gradient.

    Travels with the checkpoint: the corrector works in these units.

    Args:
        code_dim: length of the motion code.
        pose_dim: length of its first part, the head-pose code.
        momentum: weight of each new batch.
    """

    mean: Tensor
    std: Tensor
    batches: Tensor

    def __init__(self, code_dim: int, pose_dim: int, momentum: float = 0.02):
        super().__init__()
        self.pose_dim, self.momentum = pose_dim, momentum
        self.register_buffer("mean", torch.zeros(code_dim))
        self.register_buffer("std", torch.ones(code_dim))
        self.register_buffer("batches", torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def update(self, code_BTZ: Tensor) -> None:
        """Take all ranks' batches of codes in; the first ones count as in a plain mean."""
        flat_NZ = code_BTZ.detach().float().flatten(0, -2)
        self.batches += 1
        weight = torch.clamp(1 / self.batches, min=self.momentum)
        mean_Z = mean_over_ranks(flat_NZ.mean(dim=0))
        self.mean.lerp_(mean_Z, weight)
        self.std.lerp_(mean_over_ranks((flat_NZ - mean_Z).square().mean(dim=0)).sqrt(), weight)

    def normalise(self, code_BTZ: Tensor) -> Tensor:
        """Return codes in standard deviations from the mean."""
        return (code_BTZ - self.mean) / self.scale

    def restore(self, normal_BTZ: Tensor) -> Tensor:
        """Return normalised codes in their own units."""
        return normal_BTZ * self.scale + self.mean

    @property
    def scale(self) -> Tensor:
        """The deviations (Z,), kept away from zero."""
        return self.std.clamp_min(1e-3)


def scaled_distance(
    a_BTD: Tensor, b_BTD: Tensor, scale_D: Tensor, seen_BT: Tensor | None = None
) -> Tensor:
    """Return mean smoothL1((a - b) / scale) over the frames that count.

    Args:
        a_BTD, b_BTD: sequences of vectors.
        scale_D: what one unit of each dimension is.
        seen_BT: frames that count, on all ranks; all by default. None that counts gives 0.
    """
    each_BTD = F.smooth_l1_loss(a_BTD.float() / scale_D, b_BTD.float() / scale_D, reduction="none")
    if seen_BT is None:
        return each_BTD.mean()
    weight_BT = seen_BT.float()
    count = mean_over_ranks(weight_BT.sum()).clamp_min(1.0)
    return (each_BTD.mean(dim=-1) * weight_BT).sum() / count

"""Head pose of one moment and facial motion of another in one code (CRA)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from talkingface.motion.global_batch import mean_over_ranks

# Added to the variance of head poses, as a share of it: what few clips suggest counts for less.
_RIDGE, _LEAST = 0.01, 1e-6


class Recombination(nn.Module):
    """Put two streams together; what the face code knows of the head pose goes with the head.

    Close-ups of eyes and mouth look different when the head turns, so the face code knows the head
    pose too, and a generator that believes it turns the head with a stranger's face. The part of
    the face code that a linear map foretells from the head pose is therefore taken from the moment
    that gives the head pose, except in the directions that expressions are read from.

    Args:
        pose_dim, face_dim: lengths of the two parts of the code.
        momentum: weight of each new batch.
    """

    slope: Tensor
    moments: Tensor
    batches: Tensor

    def __init__(self, pose_dim: int, face_dim: int, momentum: float = 0.02):
        super().__init__()
        self.pose_dim, self.momentum = pose_dim, momentum
        code_dim = pose_dim + face_dim
        self.register_buffer("slope", torch.zeros(pose_dim, face_dim))
        self.register_buffer("moments", torch.zeros(code_dim + 1, code_dim))
        self.register_buffer("batches", torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def update(self, code_BTZ: Tensor, readout_EF: Tensor | None) -> None:
        """Take all ranks' batches of clean codes in; the first ones count as in a plain mean.

        Args:
            code_BTZ: the codes.
            readout_EF: weights with which expressions are read from the face code; None where
                nothing is read.
        """
        # Differences of squares: half precision would leave nothing of them.
        with torch.autocast(self.slope.device.type, enabled=False):
            self._update(code_BTZ.float().flatten(0, -2), readout_EF)

    def _update(self, flat_NZ: Tensor, readout_EF: Tensor | None) -> None:
        self.batches += 1
        weight = torch.clamp(1 / self.batches, min=self.momentum)
        seen = torch.cat([flat_NZ.T @ flat_NZ / len(flat_NZ), flat_NZ.mean(dim=0)[None]])
        self.moments.lerp_(mean_over_ranks(seen), weight)
        mean_Z = self.moments[-1]
        covariance_ZZ = self.moments[:-1] - mean_Z[:, None] * mean_Z
        pose, face = slice(self.pose_dim), slice(self.pose_dim, None)
        pose_PP, variance_Z = covariance_ZZ[pose, pose], covariance_ZZ.diagonal()
        firm_PP = pose_PP + torch.diag(_RIDGE * variance_Z[pose] + _LEAST)
        slope_PF = torch.linalg.solve(firm_PP, covariance_ZZ[pose, face])
        if readout_EF is not None:
            scale_F = variance_Z[face].clamp_min(_LEAST).sqrt()
            slope_PF = _without(slope_PF / scale_F, readout_EF.float() * scale_F) * scale_F
        self.slope.copy_(slope_PF)

    def forward(self, head_XZ: Tensor, face_XZ: Tensor) -> Tensor:
        """Return codes (..., Z) of the first codes' head pose and the others' facial motion."""
        pose_XP = head_XZ[..., : self.pose_dim]
        # Codes of whole videos lie on the CPU, whatever device the network is on.
        slope_PF = self.slope.to(pose_XP.device)
        moved_XF = (pose_XP - face_XZ[..., : self.pose_dim]) @ slope_PF.to(pose_XP.dtype)
        return torch.cat([pose_XP, face_XZ[..., self.pose_dim :] + moved_XF], dim=-1)


def _without(rows_PF: Tensor, directions_EF: Tensor) -> Tensor:
    """Return rows with no part along any of the directions."""
    return rows_PF - rows_PF @ torch.linalg.pinv(directions_EF) @ directions_EF

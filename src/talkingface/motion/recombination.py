"""Head pose of one moment and facial motion of another in one code (CRA)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from talkingface.motion.global_batch import mean_over_ranks

# Added to the variances of the codes, as a share of them: what few clips suggest counts for less.
_RIDGE, _LEAST = 0.01, 1e-6
# Variance under which what is read of expressions is noise, as a share of the largest direction.
_FAINT = 0.01


class Recombination(nn.Module):
    """Put two streams together; of the face code only what is expression comes with the face.

    Close-ups of eyes and mouth look different when the head turns and from person to person, so
    the face code knows more than facial motion, and a generator that believes all of it turns the
    head with a stranger's face. So of the difference of two face codes only what the read-outs of
    expressions see comes from the moment that gives the facial motion, with what goes along with it
    where the head keeps still; the rest stays with the head. Where nothing is read, only what a
    linear map foretells of the face code from the head pose stays with the head.

    Args:
        pose_dim, face_dim: lengths of the two parts of the code.
        momentum: weight of each new batch.
    """

    taken: Tensor
    moments: Tensor
    batches: Tensor

    def __init__(self, pose_dim: int, face_dim: int, momentum: float = 0.02):
        super().__init__()
        self.pose_dim, self.momentum = pose_dim, momentum
        code_dim = pose_dim + face_dim
        self.register_buffer("taken", torch.eye(code_dim)[:, pose_dim:].clone())
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
        with torch.autocast(self.taken.device.type, enabled=False):
            self._update(code_BTZ.float().flatten(0, -2))
            self.taken.copy_(self._taken(None if readout_EF is None else readout_EF.float()))

    def _update(self, flat_NZ: Tensor) -> None:
        self.batches += 1
        weight = torch.clamp(1 / self.batches, min=self.momentum)
        seen = torch.cat([flat_NZ.T @ flat_NZ / len(flat_NZ), flat_NZ.mean(dim=0)[None]])
        self.moments.lerp_(mean_over_ranks(seen), weight)

    def _taken(self, readout_EF: Tensor | None) -> Tensor:
        """Return what a difference of codes (Z) changes of the face code (F), (Z, F)."""
        mean_Z = self.moments[-1]
        covariance_ZZ = self.moments[:-1] - mean_Z[:, None] * mean_Z
        variance_Z = covariance_ZZ.diagonal().clamp_min(_LEAST)
        covariance_ZZ = covariance_ZZ + torch.diag(_RIDGE * variance_Z)
        pose, face = slice(self.pose_dim), slice(self.pose_dim, None)
        across_PF = covariance_ZZ[pose, face]
        slope_PF = torch.linalg.solve(covariance_ZZ[pose, pose], across_PF)
        if readout_EF is None:
            own_FF = torch.eye(across_PF.shape[1], device=slope_PF.device)
            return torch.cat([-slope_PF, own_FF])
        remainder_FF = covariance_ZZ[face, face] - across_PF.T @ slope_PF
        spread_EF = readout_EF @ remainder_FF
        strength_EE = spread_EF @ readout_EF.T
        inverse_EE = torch.linalg.pinv(strength_EE, rtol=_FAINT, hermitian=True)
        return torch.cat([torch.zeros_like(slope_PF), readout_EF.T @ inverse_EE @ spread_EF])

    def forward(self, head_XZ: Tensor, face_XZ: Tensor) -> Tensor:
        """Return codes (..., Z) of the first codes' head pose and the others' facial motion."""
        # Codes of whole videos lie on the CPU, whatever device the network is on.
        taken_ZF = self.taken.to(head_XZ)
        moved_XF = head_XZ[..., self.pose_dim :] + (face_XZ - head_XZ) @ taken_ZF
        return torch.cat([head_XZ[..., : self.pose_dim], moved_XF], dim=-1)


def plain_recombination(head_XZ: Tensor, face_XZ: Tensor, pose_dim: int) -> Tensor:
    """Return codes (..., Z) of two codes' streams as they are, which is what a baseline does."""
    return torch.cat([head_XZ[..., :pose_dim], face_XZ[..., pose_dim:]], dim=-1)

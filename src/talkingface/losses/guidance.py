"""Motion guidance: linear read-outs of the labels from the codes, so that motion comes alive."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Guidance(nn.Module):
    """Read head pose from the pose code and expression from the face code, linearly.

    Labels are standardised by the training split's mean and deviation, so errors are in standard
    deviations; the statistics live in buffers and travel with the checkpoint.
    """

    pose_mean: Tensor
    pose_std: Tensor
    expression_mean: Tensor
    expression_std: Tensor

    def __init__(self, pose_dim: int, face_dim: int, poses: int, expressions: int):
        super().__init__()
        self.pose_dim = pose_dim
        self.pose = nn.Linear(pose_dim, poses)
        self.expression = nn.Linear(face_dim, expressions)
        for name, length in (("pose", poses), ("expression", expressions)):
            self.register_buffer(f"{name}_mean", torch.zeros(length))
            self.register_buffer(f"{name}_std", torch.ones(length))

    def forward(self, code_BTZ: Tensor) -> tuple[Tensor, Tensor]:
        """Return standardised pose (B, T, 6) and expression (B, T, E) read from codes."""
        pose_BTP, face_BTF = code_BTZ.split(
            [self.pose_dim, code_BTZ.shape[-1] - self.pose_dim], dim=-1
        )
        return self.pose(pose_BTP), self.expression(face_BTF)

    def standardise(self, pose_BT6: Tensor, expression_BTE: Tensor) -> tuple[Tensor, Tensor]:
        """Return labels in standard deviations of the training split."""
        return (
            (pose_BT6 - self.pose_mean) / self.pose_std,
            (expression_BTE - self.expression_mean) / self.expression_std,
        )

    def losses(
        self, code_BTZ: Tensor, pose_BT6: Tensor, expression_BTE: Tensor, face_BT: Tensor
    ) -> dict[str, Tensor]:
        """Return "guide_pose" and "guide_expression", smooth L1 over frames with a face."""
        read = self(code_BTZ)
        true = self.standardise(pose_BT6, expression_BTE)
        seen = face_BT.float()[..., None]
        share = seen.mean().clamp_min(1e-6)
        values = [
            (F.smooth_l1_loss(r.float(), t, reduction="none") * seen).mean() / share
            for r, t in zip(read, true, strict=True)
        ]
        return {"guide_pose": values[0], "guide_expression": values[1]}

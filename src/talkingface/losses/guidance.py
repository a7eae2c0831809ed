"""Motion guidance: linear read-outs of the labels from the codes, so that motion comes alive."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.faces.landmark_sets import LEFT_EYE, MOUTH, RIGHT_EYE
from talkingface.motion.global_batch import mean_over_ranks


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

    def frozen(self) -> Guidance:
        """Return read-outs of the same values that learn nothing, for codes that shall."""
        return copy.deepcopy(self).requires_grad_(False)

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
        share = mean_over_ranks(seen.mean()).clamp_min(1e-6)
        values = [
            (F.smooth_l1_loss(r.float(), t, reduction="none") * seen).mean() / share
            for r, t in zip(read, true, strict=True)
        ]
        return {"guide_pose": values[0], "guide_expression": values[1]}


def anchor_loss(anchors_BT32: Tensor, landmarks_BTL2: Tensor) -> dict[str, Tensor]:
    """Return "guide_anchors": right eye, left eye and mouth have to be found where they are.

    Args:
        anchors_BT32: see `networks.motion_encoder.Motion`.
        landmarks_BTL2: iBUG-68 points in [0, 1] of the frame.

    The value is the mean absolute error in units of half the frame's side.
    """
    regions = (RIGHT_EYE, LEFT_EYE, MOUTH)
    true_BT32 = torch.stack([landmarks_BTL2[:, :, r].mean(dim=2) for r in regions], dim=2) * 2 - 1
    return {"guide_anchors": (anchors_BT32 - true_BT32).abs().mean()}


def point_loss(points_NL2: Tensor, landmarks_NL2: Tensor) -> dict[str, Tensor]:
    """Return "guide_points": the generator's points have to lie on the landmarks.

    Args:
        points_NL2: see `networks.points.PointFlow`, in [-1, 1].
        landmarks_NL2: iBUG-68 points in [0, 1] of the frame.

    The value is the mean absolute error in units of half the frame's side.
    """
    return {"guide_points": (points_NL2 - (landmarks_NL2 * 2 - 1)).abs().mean()}


def flow_loss(
    flows: Sequence[Tensor], source_BL2: Tensor, driving_BTL2: Tensor
) -> dict[str, Tensor]:
    """Return "guide_flow": the flow at the driving landmarks has to lead to the source's.

    Args:
        flows: one (B * T, h, h, 2) a scale, see `networks.generator.Generated`.
        source_BL2: landmarks of the portraits in [0, 1] of the frame.
        driving_BTL2: landmarks of the driving frames.

    The value is the mean absolute error in units of half the frame's side.
    """
    place_NL2 = driving_BTL2.flatten(0, 1) * 2 - 1
    true_NL2 = 2 * (source_BL2[:, None] - driving_BTL2).flatten(0, 1)
    errors = []
    for flow_NHH2 in flows:
        found_N2L = F.grid_sample(
            flow_NHH2.permute(0, 3, 1, 2).float(),
            place_NL2[:, None],
            padding_mode="border",
            align_corners=False,
        )[:, :, 0]
        errors.append((found_N2L.transpose(1, 2) - true_NL2).abs().mean())
    return {"guide_flow": torch.stack(errors).mean()}

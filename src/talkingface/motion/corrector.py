"""STAC's temporal corrector: two streams that gate each other, exactly nothing at the start."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.motion.statistics import CodeStatistics

Lookahead = Literal[0, 2] | None
_WIDTH, _KERNEL, _DILATIONS = 64, 5, (1, 2, 1)
# Frames are this far apart at the rate that most video has, seconds.
_USUAL_STEP = 0.04


class Corrector(nn.Module):
    """Take crop jitter and frozen frames out of a sequence of motion codes.

    What a filter cannot know: blinks and plosives are fast and real, crop jitter is fast and not.
    Facial motion and head pose therefore look at each other over 17 frames. The output is a
    residual that starts at zero, so an untrained corrector is the identity.

    Args:
        pose_dim, face_dim: lengths of the two parts of the code.
        lookahead: None looks 8 frames both ways; 0 or 2 looks 16 and 14 back and that many ahead.
    """

    def __init__(self, pose_dim: int, face_dim: int, lookahead: Lookahead = None):
        super().__init__()
        self.dims = [pose_dim, face_dim]
        self.entries = nn.ModuleList(nn.Conv1d(2 * d + 2, _WIDTH, 1) for d in self.dims)
        self.layers = nn.ModuleList(_Layer(d, a) for d, a in _reaches(lookahead))
        self.exits = nn.ModuleList(_silent(nn.Conv1d(_WIDTH, d, 1)) for d in self.dims)

    def forward(
        self, code_BTZ: Tensor, time_BT: Tensor, fresh_BT: Tensor, statistics: CodeStatistics
    ) -> Tensor:
        """Correct codes.

        Args:
            code_BTZ: codes of consecutive frames.
            time_BT: their times in seconds.
            fresh_BT: False where a frame only repeats the one before.
            statistics: the unit of the codes.

        Returns:
            Codes of the same shape.
        """
        normal_BTZ = statistics.normalise(code_BTZ).float()
        # Differences with a frame before the first, so that an exported file takes single frames.
        later_T = torch.arange(time_BT.shape[1], device=time_BT.device) > 0
        step_BT = (time_BT - F.pad(time_BT, (1, 0))[:, :-1]) / _USUAL_STEP
        step_BT = torch.where(later_T, step_BT, 1.0)
        flags_B2T = torch.stack([step_BT.float(), (~fresh_BT).float()], dim=1)
        change_BTZ = normal_BTZ - F.pad(normal_BTZ, (0, 0, 1, 0))[:, :-1]
        change_BTZ = change_BTZ * later_T[:, None]
        streams = [
            entry(torch.cat([values.mT, changes.mT, flags_B2T], dim=1))
            for entry, values, changes in zip(
                self.entries,
                normal_BTZ.split(self.dims, dim=-1),
                change_BTZ.split(self.dims, dim=-1),
                strict=True,
            )
        ]
        for layer in self.layers:
            streams = layer(*streams)
        residual_BZT = torch.cat(
            [leave(stream) for leave, stream in zip(self.exits, streams, strict=True)], dim=1
        )
        return code_BTZ + residual_BZT.mT * statistics.scale


class _Layer(nn.Module):
    """One gated exchange: each stream's convolution passes as far as the other one lets it."""

    def __init__(self, dilation: int, ahead: int):
        super().__init__()
        reach = dilation * (_KERNEL - 1)
        self.padding = (reach - ahead, ahead)
        self.pose, self.face = (
            nn.Conv1d(_WIDTH, _WIDTH, _KERNEL, dilation=dilation) for _ in range(2)
        )
        self.by_face, self.by_pose = (nn.Conv1d(_WIDTH, _WIDTH, 1) for _ in range(2))

    def forward(self, pose_BWT: Tensor, face_BWT: Tensor) -> list[Tensor]:
        change_BWT = F.silu(self.pose(F.pad(pose_BWT, self.padding)))
        pose_BWT = pose_BWT + change_BWT * torch.sigmoid(self.by_face(face_BWT))
        change_BWT = F.silu(self.face(F.pad(face_BWT, self.padding)))
        return [pose_BWT, face_BWT + change_BWT * torch.sigmoid(self.by_pose(pose_BWT))]


def _silent(layer: nn.Conv1d) -> nn.Conv1d:
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


def _reaches(lookahead: Lookahead) -> list[tuple[int, int]]:
    """Return dilation and frames ahead of every layer."""
    if lookahead is None:
        return [(d, d * (_KERNEL // 2)) for d in _DILATIONS]
    return [(d, lookahead if i == 0 else 0) for i, d in enumerate(_DILATIONS)]

"""A slow copy of the motion encoder, that judges generated frames and learns from nobody."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from talkingface.networks.motion_encoder import Motion, MotionEncoder


class Teacher(nn.Module):
    """Exponential moving average of a motion encoder, without gradient of its own.

    Gradients pass through it to the frames that it reads, never into its weights: an encoder that
    learned from frames made for it would agree with the generator on a secret sign.

    Args:
        encoder: the encoder to follow.
        momentum: share of the old weights that stays at each update.
    """

    def __init__(self, encoder: MotionEncoder, momentum: float = 0.99):
        super().__init__()
        self.encoder = copy.deepcopy(encoder).requires_grad_(False)
        self.momentum = momentum

    @torch.no_grad()
    def update(self, encoder: MotionEncoder) -> None:
        """Move towards an encoder."""
        for own, new in zip(self.encoder.parameters(), encoder.parameters(), strict=True):
            own.lerp_(new, 1 - self.momentum)

    def forward(self, frame_B3SS: Tensor) -> Motion:
        """Read frames (B, 3, S, S) in [-1, 1]."""
        motion: Motion = self.encoder(frame_B3SS)
        return motion

    def face(self, frame_B3SS: Tensor, anchors_B32: Tensor) -> Tensor:
        """Read facial motion (B, face_dim) around given anchors."""
        return self.encoder.face_motion(frame_B3SS, anchors_B32)

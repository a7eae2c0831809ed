"""The network inside a ruler: one frame in, head pose, expression and landmarks out."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.errors import UserError
from talkingface.manifest import POSE_NAMES
from talkingface.networks.motion_encoder import cut_region
from talkingface.synthetic.deform import EXPRESSION_NAMES

LANDMARKS = 68
_RIGHT_EYE, _LEFT_EYE, _MOUTH = slice(36, 42), slice(42, 48), slice(48, 68)
_OVERVIEW, _DETAIL = 64, 128
# Half sides of the close-ups of eyes with brows and of the mouth, for a head of log scale 0.
_EYES_HALF, _MOUTH_HALF = 0.42, 0.29
_FEATURES = 192
_SCALE = POSE_NAMES.index("log_scale")
_PLACES = len(POSE_NAMES) + len(EXPRESSION_NAMES)


class Labels(NamedTuple):
    """What frames show.

    Attributes:
        pose: (B, 6) in the units of `manifest.Track.pose`.
        expression: (B, 9) as named by `synthetic.deform.EXPRESSION_NAMES`.
        landmarks: (B, 68, 2) x, y in [0, 1] of the frame, from the top left corner.
    """

    pose: Tensor
    expression: Tensor
    landmarks: Tensor


class RulerNetwork(nn.Module):
    """Residual networks with group normalisation; no layer is shared with the models.

    An overview of the frame says roughly where the landmarks are; then close-ups of the eyes and
    of the mouth, cut there and brought upright, are read together with it.

    Args:
        size: side of the frames, a multiple of 64.

    Raises:
        UserError: another size.
    """

    centre: Tensor
    spread: Tensor

    def __init__(self, size: int):
        super().__init__()
        if size < _OVERVIEW or size % _OVERVIEW:
            raise UserError(f"size={size}: a ruler reads frames of a multiple of {_OVERVIEW} px.")
        outputs = _PLACES + 2 * LANDMARKS
        self.overview = _Trunk((16, 40, 80, 128), _OVERVIEW)
        self.rough = nn.Linear(_FEATURES, outputs)
        self.eyes = _Trunk((32, 64, 96), 32)
        self.mouth = _Trunk((32, 64, 96), 32)
        self.head = nn.Sequential(nn.Linear(3 * _FEATURES, 256), nn.SiLU(), nn.Linear(256, outputs))
        self.register_buffer("centre", torch.zeros(outputs))
        self.register_buffer("spread", torch.ones(outputs))

    def forward(self, frame_B3SS: Tensor) -> Labels:
        """Read frames (B, 3, S, S) in [-1, 1]."""
        _, read_BD = self.normalised(frame_B3SS)
        return unflatten_labels(read_BD.float() * self.spread + self.centre)

    def normalised(self, frame_B3SS: Tensor) -> tuple[Tensor, Tensor]:
        """Return a rough and the final reading (B, 151), in deviations from the means."""
        side = frame_B3SS.shape[-1]
        seen_BF = self.overview(F.avg_pool2d(frame_B3SS, side // _OVERVIEW))
        rough_BD = self.rough(seen_BF)
        detail_B3SS = F.avg_pool2d(frame_B3SS, max(side // _DETAIL, 1))
        eyes, mouth = self._close_ups(detail_B3SS, rough_BD.detach().float())
        read_BD = self.head(torch.cat([seen_BF, self.eyes(eyes), self.mouth(mouth)], dim=1))
        return rough_BD, read_BD

    def _close_ups(self, detail_B3SS: Tensor, rough_BD: Tensor) -> tuple[Tensor, Tensor]:
        labels = unflatten_labels(rough_BD * self.spread + self.centre)
        place_BL2 = 2 * labels.landmarks - 1
        right, left, mouth = (
            place_BL2[:, part].mean(dim=1) for part in (_RIGHT_EYE, _LEFT_EYE, _MOUTH)
        )
        across = left - right
        # Rough landmarks may be anywhere in the first steps; a head is never upside down.
        angle_B = torch.atan2(across[:, 1], across[:, 0].clamp_min(0.05))
        scale_B = labels.pose[:, _SCALE].clamp(-0.5, 0.5).exp()
        eyes = cut_region(detail_B3SS, (right + left) / 2, _EYES_HALF * scale_B, angle_B)
        return eyes, cut_region(detail_B3SS, mouth, _MOUTH_HALF * scale_B, angle_B)

    def set_scale(self, labels: Labels) -> None:
        """Take mean and deviation of every label from examples."""
        flat_BD = flatten_labels(labels)
        self.centre.copy_(flat_BD.mean(dim=0))
        self.spread.copy_(flat_BD.std(dim=0).clamp_min(1e-6))


def flatten_labels(labels: Labels) -> Tensor:
    """Return all labels in one row a frame (B, 151)."""
    return torch.cat([labels.pose, labels.expression, labels.landmarks.flatten(1)], dim=1)


def unflatten_labels(flat_BD: Tensor) -> Labels:
    """Undo `flatten_labels`."""
    pose, expression, rest = flat_BD.split(
        [len(POSE_NAMES), len(EXPRESSION_NAMES), 2 * LANDMARKS], dim=1
    )
    return Labels(pose, expression, rest.unflatten(1, (LANDMARKS, 2)))


class _Trunk(nn.Module):
    """Pictures (B, 3, side, side) to features; each width halves the side, the first as well."""

    def __init__(self, widths: tuple[int, ...], side: int):
        super().__init__()
        # Pixels go into channels first: convolutions of few channels at full size are the slowest.
        layers: list[nn.Module] = [nn.PixelUnshuffle(2), nn.Conv2d(12, widths[0], 3, padding=1)]
        for before, width in zip(widths, widths[1:], strict=False):
            layers += [_Block(before), nn.Conv2d(before, width, 3, stride=2, padding=1)]
        self.maps = nn.Sequential(*layers, _Block(widths[-1]), _norm(widths[-1]), nn.SiLU())
        self.features = nn.Linear(widths[-1] * (side >> len(widths)) ** 2, _FEATURES)

    def forward(self, x_B3SS: Tensor) -> Tensor:
        return F.silu(self.features(self.maps(x_B3SS).flatten(1)))


class _Block(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.layers = nn.Sequential(
            _norm(width),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
            _norm(width),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
        )

    def forward(self, x_BCHW: Tensor) -> Tensor:
        out: Tensor = x_BCHW + self.layers(x_BCHW)
        return out


def _norm(width: int) -> nn.GroupNorm:
    return nn.GroupNorm(8, width)

"""What is read from a driving frame: where its eyes and mouth are, head pose, facial motion."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.networks.blocks import Conv, ResBlock, leaky, sample
from talkingface.networks.config import NetworkConfig

_OVERVIEW, _DETAIL, _REGION = 64, 128, 32
# Half sides of the cut regions, in units of the face's scale.
_EYES, _MOUTH = 0.9, 0.7


class Motion(NamedTuple):
    """What a driving frame shows.

    Attributes:
        code: (B, pose_dim + face_dim), head pose first, then facial motion.
        anchors: (B, 3, 2) centres of right eye, left eye and mouth, x before y, in [-1, 1] of the
            frame; the right eye is the person's own.
    """

    code: Tensor
    anchors: Tensor


class MotionEncoder(nn.Module):
    """Frame -> motion code.

    Mouth and eyes are a few pixels of a frame, so facial motion is read from close-ups of them: an
    overview of the frame finds three anchors, and the close-ups are cut around the anchors, turned
    and scaled with the face (as a spatial transformer does, Jaderberg et al. 2015). Head pose is
    read from the overview.
    """

    def __init__(self, config: NetworkConfig):
        super().__init__()
        # Pixels go into channels first: convolutions of few channels at full size are the slowest.
        widths = (12, *config.overview_widths)
        self.stages = nn.ModuleList(_stage(a, b) for a, b in zip(widths, widths[1:], strict=False))
        middle = widths[2]
        self.heat = nn.Sequential(Conv(middle, middle), nn.LeakyReLU(0.2), Conv(middle, 3, 1))
        self.trunk = nn.Linear(widths[-1] * 16, 256)
        self.pose = nn.Sequential(
            nn.Linear(256 + 6, 256), nn.LeakyReLU(0.2), nn.Linear(256, config.pose_dim)
        )
        self.eyes = RegionEncoder(config.region_widths)
        self.mouth = RegionEncoder(config.region_widths)
        self.face = nn.Linear(2 * 256, config.face_dim)

    def forward(self, frame_B3SS: Tensor) -> Motion:
        """Read frames (B, 3, S, S) in [-1, 1]; S is a power of two, 64 at the least."""
        overview = F.avg_pool2d(frame_B3SS, frame_B3SS.shape[-1] // _OVERVIEW)
        x = F.pixel_unshuffle(overview, 2)
        middle = self.stages[1](self.stages[0](x))
        anchors_B32 = soft_argmax(self.heat(leaky(middle)))
        phi_BD = leaky(self.trunk(leaky(self.stages[2](middle)).flatten(1)))
        pose_BP = self.pose(torch.cat([phi_BD, anchors_B32.flatten(1)], dim=1))
        code_BZ = torch.cat([pose_BP, self.face_motion(frame_B3SS, anchors_B32)], dim=1)
        return Motion(code_BZ, anchors_B32)

    def face_motion(self, frame_B3SS: Tensor, anchors_B32: Tensor) -> Tensor:
        """Read facial motion (B, face_dim) of frames whose eyes and mouth are known."""
        detail_B3SS = F.avg_pool2d(frame_B3SS, max(frame_B3SS.shape[-1] // _DETAIL, 1))
        middle_B2, scale_B, angle_B = face_frame(anchors_B32)
        eyes = self.eyes(cut_region(detail_B3SS, middle_B2, _EYES * scale_B, angle_B))
        lips = self.mouth(cut_region(detail_B3SS, anchors_B32[:, 2], _MOUTH * scale_B, angle_B))
        face_BF: Tensor = self.face(torch.cat([eyes, lips], dim=1))
        return face_BF


class RegionEncoder(nn.Module):
    """Close-up (B, 3, 32, 32) -> features (B, 256)."""

    def __init__(self, widths: tuple[int, ...]):
        super().__init__()
        channels = (3, *widths)
        self.stages = nn.Sequential(
            *(_stage(a, b) for a, b in zip(channels, channels[1:], strict=False))
        )
        self.out = nn.Linear(widths[-1] * (_REGION >> len(widths)) ** 2, 256)

    def forward(self, region_B3RR: Tensor) -> Tensor:
        """Read close-ups in [-1, 1]."""
        return leaky(self.out(leaky(self.stages(region_B3RR)).flatten(1)))


def soft_argmax(heat_BKHH: Tensor) -> Tensor:
    """Return the mean places (B, K, 2) of K heat maps after a softmax, in [-1, 1], x before y."""
    side = heat_BKHH.shape[-1]
    share_BKHH = heat_BKHH.float().flatten(2).softmax(dim=-1).unflatten(2, (side, side))
    line = (torch.arange(side, device=heat_BKHH.device) * 2 + 1) / side - 1
    x_BK, y_BK = ((share_BKHH.sum(dim=axis) * line).sum(dim=-1) for axis in (2, 3))
    return torch.stack([x_BK, y_BK], dim=-1)


def face_frame(anchors_B32: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return where faces are: the eyes' middle (B, 2), scale and angle (B,).

    The scale is the distance of the eyes in a face seen from the front, in units of half the
    picture's side; the angle is in radians, clockwise in the picture.
    """
    right_B2, left_B2, mouth_B2 = anchors_B32.unbind(dim=1)
    middle_B2, across_B2 = (right_B2 + left_B2) / 2, left_B2 - right_B2
    # A face turned aside keeps its height, a face turned down its width.
    scale_B = torch.maximum(_length(across_B2), 0.9 * _length(mouth_B2 - middle_B2))
    angle_B = torch.atan2(across_B2[:, 1], across_B2[:, 0].clamp_min(0.05))
    return middle_B2, scale_B.clamp(0.1, 0.8), angle_B


def cut_region(
    image_B3SS: Tensor, centre_B2: Tensor, half_B: Tensor, angle_B: Tensor, side: int = _REGION
) -> Tensor:
    """Cut turned squares out of pictures and bring them to one size.

    Args:
        image_B3SS: the pictures.
        centre_B2: centres in [-1, 1], x before y.
        half_B: half sides, in units of half the picture's side.
        angle_B: directions of the squares' x axes in radians, clockwise in the picture.
        side: their side afterwards, pixels.
    """
    line = (torch.arange(side, device=image_B3SS.device) * 2 + 1) / side - 1
    y_RR, x_RR = torch.meshgrid(line, line, indexing="ij")
    cos, sin = (half_B * f(angle_B) for f in (torch.cos, torch.sin))
    cos, sin = cos[:, None, None], sin[:, None, None]
    turned = torch.stack([x_RR * cos - y_RR * sin, x_RR * sin + y_RR * cos], dim=-1)
    with torch.autocast(image_B3SS.device.type, enabled=False):
        grid = (centre_B2[:, None, None] + turned).float()
        return sample(image_B3SS.float(), grid)


def _stage(in_channels: int, out_channels: int) -> nn.Sequential:
    """Halve the side."""
    return nn.Sequential(
        Conv(in_channels, out_channels, stride=2), nn.LeakyReLU(0.2), ResBlock(out_channels)
    )


def _length(vector_B2: Tensor) -> Tensor:
    return (vector_B2.square().sum(dim=1) + 1e-8).sqrt()

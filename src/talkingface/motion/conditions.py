"""STAC's spatio-temporal conditions: the same clip under crop jitter, flicker and frozen frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from talkingface.motion.draws import Draws


class Corrupted(NamedTuple):
    """A clip under worse conditions.

    Attributes:
        frames: (B, T, 3, S, S) in [-1, 1].
        theta: (B, T, 4) what the crop did: shift in x and y (of half the side), log scale, and
            rotation in radians. A frozen frame has its predecessor's.
        fresh: (B, T) False where a frame only repeats the one before.
    """

    frames: Tensor
    theta: Tensor
    fresh: Tensor


@dataclass(frozen=True)
class Conditions:
    """How bad conditions may become.

    Attributes:
        jitter: deviations of shift in x, shift in y, log scale and rotation. Each clip's jitter
            is the sum of a constant, a slow and a white part, randomly weighted.
        inertia: share of the slow part that stays from frame to frame.
        flicker: largest relative change of a frame's contrast, and half its change of brightness.
        blur: largest radius of a clip's Gaussian blur, as a share of the frame's side.
        blocks: largest step to which a clip's 8x8 cosine coefficients are rounded, as strong
            compression does; values are in [-1, 1].
        noise: largest deviation of a clip's white noise.
        freezing: share of the clips with frozen frames.
        freeze_rate: largest share of such a clip's frames that are frozen.
    """

    jitter: tuple[float, float, float, float] = (0.04, 0.04, 0.03, 0.03)
    inertia: float = 0.8
    flicker: float = 0.1
    blur: float = 0.01
    blocks: float = 0.3
    noise: float = 0.03
    freezing: float = 0.5
    freeze_rate: float = 0.35

    def apply(self, clip_BT3SS: Tensor, draws: Draws) -> Corrupted:
        """Return the clips (values in [-1, 1]) under conditions that each draws for itself."""
        clips, frames = clip_BT3SS.shape[:2]
        theta_BT4 = self._crop_jitter(frames, draws)
        flat = move_crop(clip_BT3SS.flatten(0, 1), theta_BT4.flatten(0, 1).to(clip_BT3SS))
        worse_BT3SS = self._degrade(flat.unflatten(0, (clips, frames)), draws)
        rate_B = self.freeze_rate * draws.uniform()
        rate_B *= draws.uniform() < self.freezing
        fresh_BT = draws.uniform(frames) >= rate_B[:, None]
        fresh_BT[:, 0] = True
        # A frozen frame shows the last fresh one, through as many frozen ones as lie between.
        shown_BT = torch.where(fresh_BT, torch.arange(frames), 0).cummax(dim=1).values
        row_B1 = torch.arange(clips)[:, None]
        return Corrupted(
            worse_BT3SS[row_B1, shown_BT],
            theta_BT4[row_B1, shown_BT].to(clip_BT3SS),
            fresh_BT.to(clip_BT3SS.device),
        )

    def _crop_jitter(self, frames: int, draws: Draws) -> Tensor:
        constant_B14 = draws.normal(1, 4)
        white_BT4, drawn_BT4 = draws.normal(frames, 4), draws.normal(frames, 4)
        slow = [drawn_BT4[:, 0]]
        for t in range(1, frames):
            slow.append(self.inertia * slow[-1] + (1 - self.inertia**2) ** 0.5 * drawn_BT4[:, t])
        parts = torch.stack([constant_B14.expand_as(white_BT4), torch.stack(slow, 1), white_BT4])
        weight = draws.uniform(3, 1, 1).transpose(0, 1)
        return (weight * parts).sum(dim=0) * torch.tensor(self.jitter)

    def _degrade(self, clip_BT3SS: Tensor, draws: Draws) -> Tensor:
        frames, _, size, _ = clip_BT3SS.shape[1:]

        def draw(count: int) -> Tensor:
            return draws.uniform(count, 1, 1, 1).to(clip_BT3SS)

        gain = 1 + self.flicker * (2 * draw(frames) - 1)
        bias = 0.5 * self.flicker * (2 * draw(frames) - 1)
        x = blur(clip_BT3SS * gain + bias, self.blur * size * draw(1))
        x = _round_blocks(x, self.blocks * draw(1) ** 2)
        noise = draws.normal(*x.shape[1:]).to(x)
        return (x + self.noise * draw(1) * noise).clamp(-1, 1)


def move_crop(image_B3SS: Tensor, theta_B4: Tensor) -> Tensor:
    """Return pictures as a crop sees them that was shifted, scaled and turned.

    Args:
        image_B3SS: the pictures.
        theta_B4: by how much the crop's content moves: to the right, down (of half the side),
            larger (log), and turned clockwise (radians).
    """
    shift_B2, scale_B, turn_B = theta_B4[:, :2], torch.exp(-theta_B4[:, 2]), -theta_B4[:, 3]
    cos, sin = scale_B * turn_B.cos(), scale_B * turn_B.sin()
    linear_B22 = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], dim=1)
    offset_B21 = -(linear_B22 @ shift_B2[:, :, None])
    matrix_B23 = torch.cat([linear_B22, offset_B21], dim=2)
    grid = F.affine_grid(matrix_B23, list(image_B3SS.shape), align_corners=False)
    return F.grid_sample(image_B3SS, grid, padding_mode="reflection", align_corners=False)


class MovedLabels(NamedTuple):
    """Labels of frames whose crop was moved: pose (..., 6) and landmarks (..., 68, 2)."""

    pose: Tensor
    landmarks: Tensor


def moved_labels(pose_BT6: Tensor, landmarks_BTL2: Tensor, theta_BT4: Tensor) -> MovedLabels:
    """Return what labels become when the crop's content moves, see `move_crop`.

    Args:
        pose_BT6: yaw, pitch, roll in degrees, x, y in half sides, log scale.
        landmarks_BTL2: in [0, 1] of the frame.
        theta_BT4: by how much the content moves.
    """
    scale, turn = theta_BT4[..., 2].exp(), theta_BT4[..., 3]
    cos, sin = scale * turn.cos(), scale * turn.sin()
    linear = torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], dim=-2)
    place_BT2 = (linear @ pose_BT6[..., 3:5, None])[..., 0] + theta_BT4[..., :2]
    roll_BT1 = pose_BT6[..., 2:3] + torch.rad2deg(turn)[..., None]
    size_BT1 = pose_BT6[..., 5:] + theta_BT4[..., 2:3]
    pose_BT6 = torch.cat([pose_BT6[..., :2], roll_BT1, place_BT2, size_BT1], dim=-1)
    around_BTL2 = (landmarks_BTL2 * 2 - 1) @ linear.mT + theta_BT4[..., None, :2]
    return MovedLabels(pose_BT6, (around_BTL2 + 1) / 2)


def blur(clip_BT3SS: Tensor, radius_B1111: Tensor) -> Tensor:
    """Blur each clip with a Gaussian of its own deviation in pixels (B, 1, 1, 1, 1)."""
    reach = 3
    offset = torch.arange(-reach, reach + 1, device=clip_BT3SS.device)
    weight_BK = torch.exp(-0.5 * (offset / radius_B1111.flatten(1).clamp_min(1e-3)) ** 2)
    weight_BK = weight_BK / weight_BK.sum(dim=1, keepdim=True)
    clips, size = len(clip_BT3SS), clip_BT3SS.shape[-1]
    x = clip_BT3SS.flatten(1, 2).transpose(0, 1)
    for kernel, padding in (
        (weight_BK[:, None, :, None], (0, 0, reach, reach)),
        (weight_BK[:, None, None, :], (reach, reach, 0, 0)),
    ):
        x = F.conv2d(F.pad(x, padding, mode="replicate"), kernel, groups=clips)
    return x.transpose(0, 1).reshape(clips, -1, 3, size, size)


def _round_blocks(clip_BT3SS: Tensor, step_B1111: Tensor) -> Tensor:
    """Round the cosine coefficients of 8x8 blocks; the mean of a block is rounded 4 times finer."""
    place = torch.arange(8, device=clip_BT3SS.device, dtype=clip_BT3SS.dtype)
    basis_88 = torch.cos(torch.pi / 8 * place[:, None] * (place + 0.5)) / 2
    basis_88[0] = 8**-0.5
    blocks = clip_BT3SS.unfold(-2, 8, 8).unfold(-2, 8, 8)
    step = step_B1111[..., None, None].clamp_min(1e-4) * torch.ones_like(basis_88)
    step[..., 0, 0] /= 4
    rounded = torch.round(basis_88 @ blocks @ basis_88.T / step) * step
    restored = basis_88.T @ rounded @ basis_88
    return restored.transpose(-3, -2).reshape(clip_BT3SS.shape)

"""Reconstruction losses: pixels, a Laplacian pyramid, edges, and a weight on mouth and eyes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from talkingface.faces.landmark_sets import LEFT_EYE, MOUTH, RIGHT_EYE


def reconstruction_losses(
    generated_BTCSS: Tensor, target_BTCSS: Tensor, weight_BTSS: Tensor
) -> dict[str, Tensor]:
    """Compare generated clips with their targets, both (B, T, 3, S, S) in [-1, 1].

    Args:
        generated_BTCSS: what the generator made.
        target_BTCSS: the true frames.
        weight_BTSS: weight of every pixel, mean about 1 (see region_weight).

    Returns:
        "pixel": weighted mean absolute difference; "pyramid": the same over the bands of a
        Laplacian pyramid, the stand-in for a perceptual loss without downloaded weights; "edge":
        weighted mean absolute difference of the horizontal and vertical gradients.
    """
    generated, target = generated_BTCSS.flatten(0, 1), target_BTCSS.flatten(0, 1)
    weight = weight_BTSS.flatten(0, 1)[:, None]
    difference = generated - target
    return {
        "pixel": (difference.abs() * weight).mean(),
        "pyramid": _pyramid(difference, weight),
        "edge": _edge(difference, weight),
    }


def region_weight(landmarks_BTL2: Tensor, size: int, gain: float) -> Tensor:
    """Return pixel weights (B, T, S, S): 1 everywhere, 1 + gain on the mouth and both eyes.

    Args:
        landmarks_BTL2: iBUG-68 points, x and y in [0, 1] of the frame.
        size: side of the frame, pixels.
        gain: extra weight of the regions.
    """
    line = (torch.arange(size, device=landmarks_BTL2.device) + 0.5) / size
    inside = torch.zeros(*landmarks_BTL2.shape[:2], size, size, device=landmarks_BTL2.device)
    for region in (MOUTH, LEFT_EYE, RIGHT_EYE):
        points = landmarks_BTL2[:, :, region]
        low, high = points.amin(dim=2), points.amax(dim=2)
        # A closed eye has no height of its own: the margin comes from the width alone.
        margin = 0.35 * (high[..., :1] - low[..., :1])
        low, high = low - margin, high + margin
        in_x = (line >= low[..., 0:1]) & (line <= high[..., 0:1])
        in_y = (line >= low[..., 1:2]) & (line <= high[..., 1:2])
        inside = torch.maximum(inside, (in_y[..., :, None] & in_x[..., None, :]).float())
    return 1 + gain * inside


def _pyramid(difference_NCSS: Tensor, weight_N1SS: Tensor, levels: int = 3) -> Tensor:
    """Compare two pyramids by the pyramid of their difference: the transform is linear."""
    total = difference_NCSS.new_zeros(())
    for level in range(levels):
        coarse = F.avg_pool2d(difference_NCSS, 2)
        band = difference_NCSS - F.interpolate(coarse, scale_factor=2, mode="nearest")
        total = total + 2**level * (band.abs() * weight_N1SS).mean()
        difference_NCSS, weight_N1SS = coarse, F.avg_pool2d(weight_N1SS, 2)
    return total + 2**levels * (difference_NCSS.abs() * weight_N1SS).mean()


def _edge(difference_NCSS: Tensor, weight_N1SS: Tensor) -> Tensor:
    horizontal = (difference_NCSS[..., 1:] - difference_NCSS[..., :-1]).abs()
    vertical = (difference_NCSS[..., 1:, :] - difference_NCSS[..., :-1, :]).abs()
    return (horizontal * weight_N1SS[..., 1:]).mean() + (vertical * weight_N1SS[..., 1:, :]).mean()

"""Image metrics of generated frames against true ones, per frame."""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor
from torchmetrics.functional.image import peak_signal_noise_ratio

_WINDOW, _SIGMA = 11, 1.5
# Windows taken at a time: more would mostly multiply by zeros, fewer make products too small.
_BLOCK = 32
# Pixels compared at a time, which stay in a processor's cache.
_PIXELS = 1 << 18
_C1, _C2 = 0.01**2, 0.03**2
# How much each scale counts, from the finest (Wang et al. 2003).
_BETAS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def frame_metrics(generated_TCHW: Tensor, target_TCHW: Tensor) -> dict[str, Tensor]:
    """Compare frames (T, 3, H, W) in [0, 1], 11 pixels a side at the least; every result is (T,).

    Those of `pixel_metrics`. "ssim": 11x11 Gaussian window, sigma 1.5, over whole windows (Wang et
    al. 2004). "ms_ssim": the same at several scales (Wang et al. 2003). Frames too small for five
    scales are compared at the first `ssim_scales`, whose exponents are scaled to the sum of 1; such
    values compare only with those of the same size. A scale at which the frames contradict each
    other counts as 0.
    """
    height, width = target_TCHW.shape[-2:]
    frames = max(1, _PIXELS // (height * width))
    pieces = zip(generated_TCHW.split(frames), target_TCHW.split(frames), strict=True)
    ssim_T, multi_scale_T = (torch.cat(x) for x in zip(*(_ssim(*p) for p in pieces), strict=True))
    values = pixel_metrics(generated_TCHW, target_TCHW)
    return values | {"ssim": ssim_T, "ms_ssim": multi_scale_T}


def pixel_metrics(generated_TCHW: Tensor, target_TCHW: Tensor) -> dict[str, Tensor]:
    """Compare frames (T, 3, H, W) in [0, 1] pixel by pixel; every result is (T,).

    "l1": mean absolute difference. "psnr": dB with a peak of 1; identical frames give 100.
    """
    l1_T = (generated_TCHW - target_TCHW).abs().mean(dim=(1, 2, 3))
    psnr_T = peak_signal_noise_ratio(
        generated_TCHW, target_TCHW, data_range=1.0, dim=(1, 2, 3), reduction="none"
    )
    return {"l1": l1_T, "psnr": torch.clamp(psnr_T, max=100.0)}


def ssim_scales(height: int, width: int) -> int:
    """Return at how many scales MS-SSIM compares frames of a size: 5, or what fits.

    176 pixels a side have room for all five, 64 for three.

    Raises:
        ValueError: not even one window fits.
    """
    side = min(height, width)
    if side < _WINDOW:
        raise ValueError(f"SSIM needs {_WINDOW} pixels a side, got {height} x {width}")
    return sum(side >> halvings >= _WINDOW for halvings in range(len(_BETAS)))


def _ssim(a_TCHW: Tensor, b_TCHW: Tensor) -> tuple[Tensor, Tensor]:
    """Return SSIM and MS-SSIM, (T,) each."""
    scales = ssim_scales(*a_TCHW.shape[-2:])
    finest_T, product_T = None, torch.ones(len(a_TCHW), device=a_TCHW.device)
    for scale, beta in enumerate(_BETAS[:scales]):
        ssim_T, structure_T = _one_scale(a_TCHW, b_TCHW)
        finest_T = ssim_T if finest_T is None else finest_T
        value_T = ssim_T if scale == scales - 1 else structure_T
        product_T = product_T * value_T.relu() ** (beta / sum(_BETAS[:scales]))
        a_TCHW, b_TCHW = (F.avg_pool2d(x, 2) for x in (a_TCHW, b_TCHW))
    assert finest_T is not None
    return finest_T, product_T


def _one_scale(a_TCHW: Tensor, b_TCHW: Tensor) -> tuple[Tensor, Tensor]:
    """Return SSIM, and its part of contrast and structure alone, (T,) each.

    torchmetrics' SSIM filters with whole 11x11 windows, which takes several times as long on a
    CPU, and more than reading the faces; so the windows are taken along rows and columns here.
    """
    # Around the middle grey, squares are smaller, and so is what rounding does to variances.
    a, b = a_TCHW - 0.5, b_TCHW - 0.5
    mean_a, mean_b, aa, bb, ab = _local_means(torch.stack([a, b, a * a, b * b, a * b]))
    variances = (aa - mean_a**2) + (bb - mean_b**2)
    structure = (2 * (ab - mean_a * mean_b) + _C2) / (variances + _C2)
    mean_a, mean_b = mean_a + 0.5, mean_b + 0.5
    luminance = (2 * mean_a * mean_b + _C1) / (mean_a**2 + mean_b**2 + _C1)
    return (luminance * structure).mean(dim=(1, 2, 3)), structure.mean(dim=(1, 2, 3))


def _local_means(x: Tensor) -> Tensor:
    """Return weighted means over all whole windows of pictures (..., H, W)."""
    for dim in (-2, -1):
        count, parts = x.shape[dim] - _WINDOW + 1, []
        for start in range(0, count, _BLOCK):
            reach = min(_BLOCK, count - start) + _WINDOW - 1
            weights, piece = _windows(reach, x.device, x.dtype), x.narrow(dim, start, reach)
            parts.append(weights @ piece if dim == -2 else piece @ weights.T)
        x = torch.cat(parts, dim)
    return x


@lru_cache(maxsize=16)
def _windows(side: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Return (side - 10, side): each row holds the weights of one window along a line."""
    offset = torch.arange(_WINDOW, device=device, dtype=torch.float64) - _WINDOW // 2
    weight = torch.exp(-0.5 * (offset / _SIGMA) ** 2)
    count = side - _WINDOW + 1
    matrix = torch.zeros(count, side, device=device, dtype=torch.float64)
    for k, value in enumerate(weight / weight.sum()):
        matrix[torch.arange(count), torch.arange(count) + k] = value
    return matrix.to(dtype)

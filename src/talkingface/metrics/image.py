"""Image metrics of generated frames against true ones, per frame."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

_SSIM_REACH = 5
_WINDOW = 2 * _SSIM_REACH + 1
# How much each scale counts, from the finest (Wang et al. 2003).
_BETAS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def frame_metrics(generated_TCHW: Tensor, target_TCHW: Tensor) -> dict[str, Tensor]:
    """Compare frames (T, 3, H, W) in [0, 1], 11 pixels a side at the least; every result is (T,).

    "l1": mean absolute difference. "psnr": dB with a peak of 1; identical frames give 100. "ssim":
    11x11 Gaussian window, sigma 1.5 (Wang et al. 2004). "ms_ssim": see `multi_scale_ssim`.
    """
    l1_T = (generated_TCHW - target_TCHW).abs().mean(dim=(1, 2, 3))
    psnr_T = peak_signal_noise_ratio(
        generated_TCHW, target_TCHW, data_range=1.0, dim=(1, 2, 3), reduction="none"
    )
    return {
        "l1": l1_T,
        "psnr": torch.clamp(psnr_T, max=100.0),
        "ssim": _ssim(generated_TCHW, target_TCHW),
        "ms_ssim": multi_scale_ssim(generated_TCHW, target_TCHW),
    }


def ssim_scales(height: int, width: int) -> int:
    """Return at how many scales `multi_scale_ssim` compares frames of a size: 5, or what fits.

    176 pixels a side have room for all five, 64 for three.

    Raises:
        ValueError: not even one window fits.
    """
    side = min(height, width)
    if side < _WINDOW:
        raise ValueError(f"SSIM needs {_WINDOW} pixels a side, got {height} x {width}")
    return sum(side >> halvings >= _WINDOW for halvings in range(len(_BETAS)))


def multi_scale_ssim(generated_TCHW: Tensor, target_TCHW: Tensor) -> Tensor:
    """Return MS-SSIM (T,) of frames (T, 3, H, W) in [0, 1] (Wang et al. 2003).

    Frames too small for five scales are compared at the first `ssim_scales`, whose exponents are
    scaled to the sum of 1; such values compare only with those of the same size. A scale at which
    the frames contradict each other counts as 0.
    """
    # torchmetrics' own MS-SSIM counts windows over mirrored borders at the coarsest scale, where
    # 64-pixel frames are 16 pixels wide and half of the value comes from. So it is put together
    # here, from whole windows only.
    scales = ssim_scales(*generated_TCHW.shape[-2:])
    product_T = torch.ones(len(generated_TCHW), device=generated_TCHW.device)
    for scale, beta in enumerate(_BETAS[:scales]):
        is_last = scale == scales - 1
        compare = _ssim if is_last else _contrast_and_structure
        value_T = compare(generated_TCHW, target_TCHW).relu()
        product_T = product_T * value_T ** (beta / sum(_BETAS[:scales]))
        if not is_last:
            generated_TCHW, target_TCHW = (
                F.avg_pool2d(x, 2) for x in (generated_TCHW, target_TCHW)
            )
    return product_T


def _ssim(generated_TCHW: Tensor, target_TCHW: Tensor) -> Tensor:
    _, ssim_TCHW = structural_similarity_index_measure(
        generated_TCHW,
        target_TCHW,
        data_range=1.0,
        sigma=1.5,
        kernel_size=_WINDOW,
        reduction="none",
        return_full_image=True,
    )
    # The definition has whole windows only; torchmetrics also counts those over mirrored borders.
    inner = slice(_SSIM_REACH, -_SSIM_REACH)
    return ssim_TCHW[..., inner, inner].mean(dim=(1, 2, 3))


def _contrast_and_structure(generated_TCHW: Tensor, target_TCHW: Tensor) -> Tensor:
    _, contrast_T = structural_similarity_index_measure(
        generated_TCHW,
        target_TCHW,
        data_range=1.0,
        sigma=1.5,
        kernel_size=_WINDOW,
        reduction="none",
        return_contrast_sensitivity=True,
    )
    return contrast_T

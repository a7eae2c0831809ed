"""Image metrics of generated frames against true ones, per frame."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

_SSIM_REACH = 5


def frame_metrics(generated_TCHW: Tensor, target_TCHW: Tensor) -> dict[str, Tensor]:
    """Compare frames (T, 3, H, W) in [0, 1]; every result is (T,).

    "l1": mean absolute difference. "psnr": dB with a peak of 1; identical frames give 100. "ssim":
    11x11 Gaussian window, sigma 1.5 (Wang et al. 2004).
    """
    l1_T = (generated_TCHW - target_TCHW).abs().mean(dim=(1, 2, 3))
    psnr_T = peak_signal_noise_ratio(
        generated_TCHW, target_TCHW, data_range=1.0, dim=(1, 2, 3), reduction="none"
    )
    _, ssim_TCHW = structural_similarity_index_measure(
        generated_TCHW,
        target_TCHW,
        data_range=1.0,
        sigma=1.5,
        kernel_size=2 * _SSIM_REACH + 1,
        reduction="none",
        return_full_image=True,
    )
    # The definition has whole windows only; torchmetrics also counts those over mirrored borders.
    inner = slice(_SSIM_REACH, -_SSIM_REACH)
    ssim_T = ssim_TCHW[..., inner, inner].mean(dim=(1, 2, 3))
    return {"l1": l1_T, "psnr": torch.clamp(psnr_T, max=100.0), "ssim": ssim_T}

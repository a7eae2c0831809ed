"""Image metrics agree with known answers and with another implementation."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from talkingface.metrics.amplitude import AmplitudeRatio
from talkingface.metrics.image import frame_metrics


def test_identical_frames_have_no_error() -> None:
    frames = torch.rand(3, 3, 64, 64)
    metrics = frame_metrics(frames, frames)
    assert metrics["l1"].tolist() == [0, 0, 0]
    assert metrics["psnr"].tolist() == [100, 100, 100]
    torch.testing.assert_close(metrics["ssim"], torch.ones(3))


def test_a_constant_shift_has_a_known_l1_and_psnr() -> None:
    frames = torch.rand(2, 3, 64, 64) * 0.5
    metrics = frame_metrics(frames + 0.1, frames)
    torch.testing.assert_close(metrics["l1"], torch.full((2,), 0.1))
    torch.testing.assert_close(metrics["psnr"], torch.full((2,), 20.0), atol=1e-4, rtol=0)


def test_psnr_and_ssim_agree_with_scikit_image() -> None:
    generator = torch.Generator().manual_seed(0)
    true = torch.rand(2, 3, 64, 64, generator=generator)
    true = torch.nn.functional.avg_pool2d(true, 3, stride=1, padding=1)
    made = (true + 0.05 * torch.randn(true.shape, generator=generator)).clamp(0, 1)
    metrics = frame_metrics(made, true)
    for i in range(2):
        pair = [x[i].permute(1, 2, 0).numpy().astype(np.float64) for x in (true, made)]
        psnr = peak_signal_noise_ratio(*pair, data_range=1.0)
        ssim = structural_similarity(
            *pair,
            data_range=1.0,
            channel_axis=2,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        assert float(metrics["psnr"][i]) == pytest.approx(psnr, abs=1e-4)
        assert float(metrics["ssim"][i]) == pytest.approx(ssim, abs=1e-4)


def test_half_the_motion_has_half_the_amplitude_whatever_its_mean() -> None:
    true = torch.randn(4, 5, 6), torch.randn(4, 5, 9)
    made = 0.5 * true[0] + 3, 0.25 * true[1] - 2
    ratio = AmplitudeRatio(mouth_column=2)
    ratio.update((made[0][:2], made[1][:2]), (true[0][:2], true[1][:2]))
    ratio.update((made[0][2:], made[1][2:]), (true[0][2:], true[1][2:]))
    values = ratio.compute()
    assert float(values["pose_amplitude"]) == pytest.approx(0.5, abs=1e-5)
    assert float(values["mouth_amplitude"]) == pytest.approx(0.25, abs=1e-5)

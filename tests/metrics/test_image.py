"""Image metrics agree with known answers and with another implementation."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from talkingface.metrics.amplitude import AmplitudeRatio
from talkingface.metrics.image import frame_metrics, ssim_scales


def test_identical_frames_have_no_error() -> None:
    frames = torch.rand(3, 3, 64, 64)
    metrics = frame_metrics(frames, frames)
    assert metrics["l1"].tolist() == [0, 0, 0]
    assert metrics["psnr"].tolist() == [100, 100, 100]
    torch.testing.assert_close(metrics["ssim"], torch.ones(3))
    torch.testing.assert_close(metrics["ms_ssim"], torch.ones(3))


def test_a_constant_shift_has_a_known_l1_and_psnr() -> None:
    frames = torch.rand(2, 3, 64, 64) * 0.5
    metrics = frame_metrics(frames + 0.1, frames)
    torch.testing.assert_close(metrics["l1"], torch.full((2,), 0.1))
    torch.testing.assert_close(metrics["psnr"], torch.full((2,), 20.0), atol=1e-4, rtol=0)


def noisy_pair(size: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    true = torch.rand(2, 3, size, size, generator=generator)
    true = torch.nn.functional.avg_pool2d(true, 3, stride=1, padding=1)
    return (true + 0.05 * torch.randn(true.shape, generator=generator)).clamp(0, 1), true


def test_psnr_and_ssim_agree_with_scikit_image() -> None:
    made, true = noisy_pair(64)
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


def similarities(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    """SSIM, and its contrast and structure alone, of two channels, from whole windows."""
    window = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    window /= window.sum()

    def blurred(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return correlate1d(correlate1d(x, window, axis=0), window, axis=1)[5:-5, 5:-5]

    mean_a, mean_b = blurred(a), blurred(b)
    covariance = blurred(a * b) - mean_a * mean_b
    variances = blurred(a * a) - mean_a**2 + blurred(b * b) - mean_b**2
    structure = (2 * covariance + 0.03**2) / (variances + 0.03**2)
    luminance = (2 * mean_a * mean_b + 0.01**2) / (mean_a**2 + mean_b**2 + 0.01**2)
    return float((luminance * structure).mean()), float(structure.mean())


def halved(x: NDArray[np.float64]) -> NDArray[np.float64]:
    side = x.shape[1] // 2
    return x[:, : 2 * side, : 2 * side].reshape(3, side, 2, side, 2).mean((2, 4))


@pytest.mark.parametrize(("size", "scales"), [(64, 3), (96, 4), (176, 5)])
def test_ms_ssim_agrees_with_its_definition_at_as_many_scales_as_fit(
    size: int, scales: int
) -> None:
    made, true = noisy_pair(size)
    found = frame_metrics(made, true)["ms_ssim"]
    betas = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])[:scales]
    assert ssim_scales(size, size) == scales
    for i in range(2):
        a, b = (x[i].numpy().astype(np.float64) for x in (made, true))
        expected = 1.0
        for scale, beta in enumerate(betas / betas.sum()):
            ssim, structure = np.mean(
                [similarities(*pair) for pair in zip(a, b, strict=True)], axis=0
            )
            expected *= (ssim if scale == scales - 1 else structure) ** beta
            a, b = (halved(x) for x in (a, b))
        assert float(found[i]) == pytest.approx(expected, abs=1e-4)


def test_frames_of_opposite_structure_have_no_ms_ssim_rather_than_nan() -> None:
    frames = noisy_pair(64)[1]
    assert frame_metrics(1 - frames, frames)["ms_ssim"].tolist() == [0, 0]


def test_frames_smaller_than_a_window_are_refused() -> None:
    assert ssim_scales(11, 300) == 1
    with pytest.raises(ValueError, match="11 pixels"):
        ssim_scales(300, 10)


def test_half_the_motion_has_half_the_amplitude_whatever_its_mean() -> None:
    true = torch.randn(4, 5, 6), torch.randn(4, 5, 9)
    made = 0.5 * true[0] + 3, 0.25 * true[1] - 2
    ratio = AmplitudeRatio(mouth_column=2)
    ratio.update((made[0][:2], made[1][:2]), (true[0][:2], true[1][:2]))
    ratio.update((made[0][2:], made[1][2:]), (true[0][2:], true[1][2:]))
    values = ratio.compute()
    assert float(values["pose_amplitude"]) == pytest.approx(0.5, abs=1e-5)
    assert float(values["mouth_amplitude"]) == pytest.approx(0.25, abs=1e-5)

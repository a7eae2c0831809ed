"""The filters that STAC is held to do what their equations say."""

import numpy as np
import pytest
import torch

from talkingface.motion.smoothing import gaussian_smooth, kalman_smooth


def _line(frames: int = 30) -> tuple[torch.Tensor, torch.Tensor]:
    time = torch.arange(frames, dtype=torch.float64) / 25
    return torch.stack([time * 3 - 1, 2 - time], dim=1), time


def test_a_constant_stays_and_noise_shrinks_under_the_gaussian() -> None:
    torch.testing.assert_close(
        gaussian_smooth(torch.full((9, 2), 3.0), 2.0), torch.full((9, 2), 3.0)
    )
    noise = torch.randn(4000, 1, generator=torch.Generator().manual_seed(0))
    # White noise through a Gaussian of deviation s keeps 1 / (2 s sqrt(pi)) of its variance.
    assert gaussian_smooth(noise, 2.0).var() == pytest.approx(1 / (4 * torch.pi**0.5), rel=0.1)
    assert torch.equal(gaussian_smooth(noise, 0.0), noise)


@pytest.mark.parametrize("lookahead", [0, 2])
def test_no_filter_sees_beyond_its_lookahead(lookahead: int) -> None:
    code, time = _line()
    changed = code.clone()
    changed[20:] += 5
    for one, other in (
        (gaussian_smooth(code, 2.0, lookahead), gaussian_smooth(changed, 2.0, lookahead)),
        (kalman_smooth(code, time, 0.1, lookahead), kalman_smooth(changed, time, 0.1, lookahead)),
    ):
        assert torch.equal(one[: 20 - lookahead], other[: 20 - lookahead])
        assert not torch.equal(one[20 - lookahead], other[20 - lookahead])


def test_the_kalman_smoother_leaves_constant_velocity_alone_and_keeps_what_is_exact() -> None:
    code, time = _line()
    # The velocity is not known at first, so a line is found from both ends' frames.
    torch.testing.assert_close(kalman_smooth(code, time, 1e-6), code, atol=1e-6, rtol=0)
    inner = slice(5, -5)
    smoothed = kalman_smooth(code, time, 0.05)
    torch.testing.assert_close(smoothed[inner], code[inner], atol=0.05, rtol=0)


def test_the_kalman_smoother_equals_weighted_least_squares() -> None:
    """A linear Gaussian smoother is the least-squares path under the model: solve it directly."""
    generator = torch.Generator().manual_seed(1)
    time = torch.tensor([0.0, 0.04, 0.12, 0.16, 0.2, 0.32], dtype=torch.float64)
    seen = torch.randn(6, 1, generator=generator, dtype=torch.float64)
    noise = 0.2
    rows, targets = [], []

    def add(block: torch.Tensor, target: torch.Tensor, covariance: torch.Tensor) -> None:
        whiten = torch.linalg.inv(torch.linalg.cholesky(covariance))
        rows.append(whiten @ block)
        targets.append(whiten @ target)

    first = torch.zeros(2, 12, dtype=torch.float64)
    first[0, 0] = first[1, 1] = 1
    prior = torch.diag(torch.tensor([noise**2, 1.0], dtype=torch.float64))
    add(first, torch.tensor([[seen[0, 0]], [0.0]], dtype=torch.float64), prior)
    for t in range(1, 6):
        step = float(time[t] - time[t - 1])
        block = torch.zeros(2, 12, dtype=torch.float64)
        block[:, 2 * t : 2 * t + 2] = torch.eye(2)
        block[:, 2 * t - 2 : 2 * t] = -torch.tensor([[1.0, step], [0.0, 1.0]])
        q = torch.tensor([[step**3 / 3, step**2 / 2], [step**2 / 2, step]], dtype=torch.float64)
        add(block, torch.zeros(2, 1, dtype=torch.float64), q)
        measure = torch.zeros(1, 12, dtype=torch.float64)
        measure[0, 2 * t] = 1
        add(measure, seen[t : t + 1], torch.tensor([[noise**2]], dtype=torch.float64))
    path = torch.linalg.lstsq(torch.cat(rows), torch.cat(targets)).solution[::2]
    torch.testing.assert_close(kalman_smooth(seen, time, noise), path, atol=1e-8, rtol=0)


@pytest.mark.parametrize("frames", [1, 7, 8, 9, 40])
def test_windows_on_the_way_back_change_nothing(
    frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = torch.Generator().manual_seed(frames)
    time = (0.03 + 0.02 * torch.rand(frames, dtype=torch.float64, generator=generator)).cumsum(0)
    code = torch.randn(frames, 2, generator=generator, dtype=torch.float64)
    whole = kalman_smooth(code, time, 0.2)
    monkeypatch.setattr("talkingface.motion.smoothing._WINDOW", 8)
    torch.testing.assert_close(kalman_smooth(code, time, 0.2), whole, atol=1e-9, rtol=0)


@pytest.mark.parametrize("beyond", [-1, 0, 1000])
def test_looking_ahead_to_the_end_is_looking_at_all_and_costs_no_more(
    beyond: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames, solve, steps = 60, np.linalg.solve, []
    generator = torch.Generator().manual_seed(2)
    code = torch.randn(frames, 2, generator=generator, dtype=torch.float64)
    time = torch.arange(frames, dtype=torch.float64) / 25
    expected = kalman_smooth(code, time, 0.2)

    def counted(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        steps.append(1)
        return solve(left, right)

    monkeypatch.setattr(np.linalg, "solve", counted)
    assert torch.equal(kalman_smooth(code, time, 0.2, frames + beyond), expected)
    assert len(steps) < frames


def test_a_look_ahead_short_of_the_end_by_a_frame_is_kept() -> None:
    code, time = torch.randn(20, 2, dtype=torch.float64), torch.arange(20.0).double() / 25
    whole, short = kalman_smooth(code, time, 0.2), kalman_smooth(code, time, 0.2, 18)
    assert not torch.equal(short[0], whole[0])
    torch.testing.assert_close(short[1:], whole[1:])


def test_a_gaussian_wider_than_the_sequence_is_its_mean_and_needs_no_more_room() -> None:
    code = torch.randn(20, 2, dtype=torch.float64)
    torch.testing.assert_close(gaussian_smooth(code, 1e9), code.mean(dim=0).expand(20, 2))
    assert torch.equal(gaussian_smooth(code[:1], 3.0), code[:1])

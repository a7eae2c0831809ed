"""Filters of the pose code, the rulers that STAC's corrector has to beat at equal look-ahead."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


def gaussian_smooth(code_TD: Tensor, sigma: float, lookahead: int | None = None) -> Tensor:
    """Smooth sequences with a Gaussian over frames.

    Args:
        code_TD: T frames of D dimensions.
        sigma: its deviation in frames; 0 returns the sequence.
        lookahead: frames it may look ahead; None for as many as behind.

    At the ends and under a short look-ahead the weights that are left are scaled to sum to 1.
    """
    if sigma <= 0:
        return code_TD
    reach = max(1, round(4 * sigma))
    offset = torch.arange(-reach, reach + 1, dtype=torch.float64)
    weight = torch.exp(-0.5 * (offset / sigma) ** 2)
    if lookahead is not None:
        weight = torch.where(offset > lookahead, 0.0, weight)
    rows_D1T = code_TD.double().T[:, None]
    ones_11T = torch.ones(1, 1, len(code_TD), dtype=torch.float64)
    kernel_11K = weight[None, None]
    total = F.conv1d(F.pad(rows_D1T, (reach, reach)), kernel_11K)
    share = F.conv1d(F.pad(ones_11T, (reach, reach)), kernel_11K)
    return (total / share)[:, 0].T.to(code_TD)


def kalman_smooth(
    code_TD: Tensor, time_T: Tensor, noise: float, lookahead: int | None = None
) -> Tensor:
    """Smooth sequences with a Kalman filter and a Rauch-Tung-Striebel pass.

    A constant-velocity model with white acceleration of density 1 per dimension (in units of the
    code per second squared); each dimension is filtered by itself.

    Args:
        code_TD: T frames of D dimensions.
        time_T: their times in seconds, rising.
        noise: deviation of what is measured, in units of the code, over that of the acceleration.
        lookahead: frames it may look ahead; None for all, 0 is the filter alone.

    Reference: H. E. Rauch, F. Tung, C. T. Striebel, AIAA Journal 3(8), 1965.
    """
    steps = time_T.double().diff().tolist()
    filtered = _filter(code_TD.double(), steps, noise)
    window = len(code_TD) if lookahead is None else lookahead
    if lookahead is None:
        return _smooth(filtered, steps)[:, 0].to(code_TD)
    smoothed = [
        _smooth(filtered[t : t + window + 1], steps[t : t + window])[0, 0]
        for t in range(len(code_TD))
    ]
    return torch.stack(smoothed).to(code_TD)


class _Moment(NamedTuple):
    """State (position and velocity, 2 x D) and covariance (2 x 2) before and after a frame."""

    state: Tensor
    covariance: Tensor
    predicted: Tensor
    predicted_covariance: Tensor


def _filter(code_TD: Tensor, steps: list[float], noise: float) -> list[_Moment]:
    """Run the filter forward; all dimensions share one covariance."""
    eye_22 = torch.eye(2, dtype=torch.float64)
    state_2D = torch.stack([code_TD[0], torch.zeros_like(code_TD[0])])
    # Where the first frame is seen; how fast it moves is not.
    covariance_22 = torch.diag(torch.tensor([noise**2, 1.0], dtype=torch.float64))
    moments = [_Moment(state_2D, covariance_22, state_2D, covariance_22)]
    for measured_D, step in zip(code_TD[1:], steps, strict=True):
        move_22, spread_22 = _model(step)
        predicted_2D = move_22 @ state_2D
        predicted_22 = move_22 @ covariance_22 @ move_22.T + spread_22
        gain_2 = predicted_22[:, 0] / (predicted_22[0, 0] + noise**2)
        state_2D = predicted_2D + gain_2[:, None] * (measured_D - predicted_2D[0])
        keep_22 = eye_22 - torch.stack([gain_2, torch.zeros_like(gain_2)], dim=1)
        covariance_22 = keep_22 @ predicted_22
        moments.append(_Moment(state_2D, covariance_22, predicted_2D, predicted_22))
    return moments


def _smooth(moments: list[_Moment], steps: list[float]) -> Tensor:
    """Run back from the last moment to the first; return the states (T, 2, D)."""
    state_2D = moments[-1].state
    states = [state_2D]
    for moment, later, step in zip(moments[-2::-1], moments[:0:-1], steps[::-1], strict=True):
        move_22, _ = _model(step)
        gain_22 = torch.linalg.solve(later.predicted_covariance, move_22 @ moment.covariance).T
        state_2D = moment.state + gain_22 @ (state_2D - later.predicted)
        states.append(state_2D)
    return torch.stack(states[::-1])


def _model(step: float) -> tuple[Tensor, Tensor]:
    """Return the motion over `step` seconds and what white acceleration adds to its covariance."""
    move_22 = torch.tensor([[1.0, step], [0.0, 1.0]], dtype=torch.float64)
    spread_22 = torch.tensor([[step**3 / 3, step**2 / 2], [step**2 / 2, step]], dtype=torch.float64)
    return move_22, spread_22

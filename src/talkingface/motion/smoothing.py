"""Filters of the pose code, the rulers that STAC's corrector has to beat at equal look-ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

_Array = NDArray[np.float64]
_WINDOW = 512


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
    # Beyond the sequence there is nothing to weigh.
    reach = max(1, min(round(4 * sigma), len(code_TD) - 1))
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
    code, steps = code_TD.double().cpu().numpy(), np.diff(time_T.double().cpu().numpy())
    # All that is there may be seen, and one way back is enough.
    if lookahead is None or lookahead >= len(code) - 1:
        smoothed = _smooth_all(code, steps, noise)
    else:
        smoothed = _smooth_ahead(code, steps, noise, lookahead)
    return torch.from_numpy(smoothed).to(code_TD)


class _Moment(NamedTuple):
    """State (position and velocity, 2 x D) and covariance (2 x 2) before and after a frame."""

    state: _Array
    covariance: _Array
    predicted: _Array
    predicted_covariance: _Array


def _smooth_all(code_TD: _Array, steps_T: _Array, noise: float) -> _Array:
    """Smooth with all later frames.

    Only each window's first moment is kept; the others are filtered again on the way back.
    """
    forward = enumerate(_filter(code_TD, steps_T, noise))
    starts = [moment for t, moment in forward if t % _WINDOW == 0]
    smoothed_TD = np.empty_like(code_TD)
    later_2D: _Array | None = None
    for k, start in reversed(list(enumerate(starts))):
        # The next window's first frame belongs to it: there the way back goes on.
        between = slice(k * _WINDOW, (k + 1) * _WINDOW)
        part = slice(between.start, between.stop + 1)
        moments = list(_filter(code_TD[part], steps_T[between], noise, start))
        states = _smooth(moments, steps_T[between], later_2D)
        smoothed_TD[part] = [state_2D[0] for state_2D in states]
        later_2D = states[0]
    return smoothed_TD


def _smooth_ahead(code_TD: _Array, steps_T: _Array, noise: float, lookahead: int) -> _Array:
    """Smooth with so many later frames."""
    smoothed_TD = np.empty_like(code_TD)
    seen: deque[_Moment] = deque(maxlen=lookahead + 1)
    for t, moment in enumerate(_filter(code_TD, steps_T, noise)):
        seen.append(moment)
        if t >= lookahead:
            smoothed_TD[t - lookahead] = _smooth(list(seen), steps_T[t - lookahead : t])[0][0]
    for t in range(max(0, len(code_TD) - lookahead), len(code_TD)):
        rest = list(seen)[t - len(code_TD) :]
        smoothed_TD[t] = _smooth(rest, steps_T[t:])[0][0]
    return smoothed_TD


def _filter(
    code_TD: _Array, steps_T: _Array, noise: float, start: _Moment | None = None
) -> Iterator[_Moment]:
    """Run the filter forward; all dimensions share one covariance.

    Args:
        code_TD: what is measured.
        steps_T: seconds from each frame to the next.
        noise: see `kalman_smooth`.
        start: the first frame's moment, when frames before it were filtered.
    """
    if start is None:
        state_2D = np.stack([code_TD[0], np.zeros_like(code_TD[0])])
        # Where the first frame is seen; how fast it moves is not.
        covariance_22 = np.diag([noise**2, 1.0])
        start = _Moment(state_2D, covariance_22, state_2D, covariance_22)
    yield start
    state_2D, covariance_22 = start.state, start.covariance
    for measured_D, step in zip(code_TD[1:], steps_T, strict=True):
        move_22, spread_22 = _model(step)
        predicted_2D = move_22 @ state_2D
        predicted_22 = move_22 @ covariance_22 @ move_22.T + spread_22
        gain_2 = predicted_22[:, 0] / (predicted_22[0, 0] + noise**2)
        state_2D = predicted_2D + gain_2[:, None] * (measured_D - predicted_2D[0])
        covariance_22 = predicted_22 - gain_2[:, None] * predicted_22[0]
        yield _Moment(state_2D, covariance_22, predicted_2D, predicted_22)


def _smooth(moments: list[_Moment], steps_T: _Array, last_2D: _Array | None = None) -> list[_Array]:
    """Run back from the last moment to the first; return their smoothed states (2, D).

    Args:
        moments: of consecutive frames.
        steps_T: seconds from each to the next.
        last_2D: the last one's smoothed state, when later frames are known.
    """
    state_2D = moments[-1].state if last_2D is None else last_2D
    states = [state_2D]
    for moment, later, step in zip(moments[-2::-1], moments[:0:-1], steps_T[::-1], strict=True):
        move_22, _ = _model(step)
        gain_22 = np.linalg.solve(later.predicted_covariance, move_22 @ moment.covariance).T
        state_2D = moment.state + gain_22 @ (state_2D - later.predicted)
        states.append(state_2D)
    return states[::-1]


def _model(step: float) -> tuple[_Array, _Array]:
    """Return the motion over `step` seconds and what white acceleration adds to its covariance."""
    move_22 = np.array([[1.0, step], [0.0, 1.0]])
    spread_22 = np.array([[step**3 / 3, step**2 / 2], [step**2 / 2, step]])
    return move_22, spread_22

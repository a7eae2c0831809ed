"""Means over videos with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COVERAGE = 0.95
DRAWS = 10_000
# Indices held at a time, so that memory stays the same for any number of videos.
_HELD = 1 << 22


@dataclass(frozen=True)
class Mean:
    """A mean over videos.

    Attributes:
        mean: of the videos that have a value; None without any.
        low, high: ends of the 95 % interval; None for fewer than two videos.
        videos: how many have a value.
        left_out: how many have none.
        missing: why there is no mean, else None.
    """

    mean: float | None
    low: float | None
    high: float | None
    videos: int
    left_out: int
    missing: str | None


def mean_of(values: Sequence[float], seed: int = 0) -> Mean:
    """Return the mean and its 95 % percentile bootstrap interval, drawn over videos.

    The same values give the same interval. Videos are taken as independent; where one person
    has several videos, the true interval is wider.

    Args:
        values: one a video; NaN is left out.
        seed: of the draws.

    Raises:
        ValueError: a value is infinite.
    """
    every = np.asarray(values, dtype=np.float64)
    if np.isinf(every).any():
        raise ValueError("a metric is infinite, so it has no mean")
    known = every[~np.isnan(every)]
    left_out = every.size - known.size
    if not known.size:
        reason = f"none of {every.size} videos has a value" if every.size else "no video"
        return Mean(None, None, None, 0, left_out, reason)
    mean = float(known.mean())
    if known.size == 1:
        return Mean(mean, None, None, 1, left_out, None)
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(bootstrap_means(known, seed), (tail, 1 - tail))
    return Mean(mean, float(low), float(high), known.size, left_out, None)


def bootstrap_means(values: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Return the means of draws with replacement, (DRAWS,), of values (N,)."""
    random = np.random.default_rng(seed)
    means = np.empty(DRAWS)
    at_once = max(1, _HELD // values.size)
    for start in range(0, DRAWS, at_once):
        block = means[start : start + at_once]
        drawn = random.integers(values.size, size=(block.size, values.size), dtype=np.int32)
        block[:] = values[drawn].mean(axis=1)
    return means

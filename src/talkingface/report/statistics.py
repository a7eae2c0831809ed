"""Means over seeds with Student's 95 % intervals, and differences paired by seed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

COVERAGE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean and how sure it is.

    Attributes:
        mean: of the values, in their unit.
        half: half the width of its 95 % interval; None for one value, which has no interval.
        count: number of values.
    """

    mean: float
    half: float | None
    count: int

    @property
    def low(self) -> float | None:
        """The interval's lower end."""
        return None if self.half is None else self.mean - self.half

    @property
    def high(self) -> float | None:
        """The interval's upper end."""
        return None if self.half is None else self.mean + self.half

    @property
    def sign(self) -> int:
        """1 or -1 where the interval lies on that side of zero, else 0."""
        if self.half is None or not abs(self.mean) > self.half:
            return 0
        return 1 if self.mean > 0 else -1


def estimate(values: Sequence[float]) -> Estimate:
    """Return mean and interval of at least one value, taken as independent and normal."""
    count, mean = len(values), float(np.mean(values))
    if count == 1:
        return Estimate(mean, None, 1)
    error = float(np.std(values, ddof=1)) / math.sqrt(count)
    return Estimate(mean, t_quantile(count - 1) * error, count)


def paired_difference(
    values: Mapping[int, float], reference: Mapping[int, float]
) -> Estimate | None:
    """Return the mean of `values` minus `reference` over the seeds that both have, if any."""
    seeds = sorted(values.keys() & reference.keys())
    return estimate([values[seed] - reference[seed] for seed in seeds]) if seeds else None


@cache
def t_quantile(freedom: int) -> float:
    """Return t such that Student's distribution has 95 % of its mass within -t and t.

    Args:
        freedom: degrees of freedom, at least 1.
    """
    low, high = 0.0, 1.0
    while _mass_within(high, freedom) < COVERAGE:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _mass_within(middle, freedom) < COVERAGE else (low, middle)
    return (low + high) / 2


def _mass_within(t: float, freedom: int) -> float:
    """Mass between -t and t, by the finite series for whole degrees of freedom."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine, odd = math.cos(angle), freedom % 2
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for k in range(1 + odd, freedom, 2):
        total += term
        term *= cosine * cosine * k / (k + 1)
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total

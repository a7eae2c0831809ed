"""What is drawn of an arm's seeds: each by itself, or their mean with the range of the seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from talkingface.report.curves import Curve, mean_curve, thinned

BAND_FROM = 3


@dataclass(frozen=True)
class SeedCurves:
    """An arm's curves, thinned.

    Attributes:
        thin: (seed, curve) drawn by themselves: all of few seeds; of more, what goes beyond the
            steps that all have.
        mean: over the seeds at the steps that all have; empty for one seed.
        low, high: the lowest and the highest seed there; empty for few seeds.
        count: of the seeds that have finite values.
        width: neighbouring values a point at the most.
    """

    thin: Sequence[tuple[int, Curve]]
    mean: Curve
    low: Curve
    high: Curve
    count: int
    width: int

    @property
    def values(self) -> list[float]:
        """All values drawn."""
        curves = [curve for _, curve in self.thin] + [self.mean, self.low, self.high]
        return [value for curve in curves for _, value in curve]


def seed_curves(seeds: Sequence[tuple[int, Curve]], most: int) -> SeedCurves:
    """Return what is drawn of an arm.

    Args:
        seeds: (seed, curve) of each run that has the metric.
        most: points a line at the most.
    """
    found = [(seed, *thinned(curve, most)) for seed, curve in seeds]
    thin = [(seed, curve) for seed, curve, _ in found if curve]
    width = max((width for _, _, width in found), default=1)
    # Of whole curves: seeds that have come to different steps are thinned to different ones.
    shared = [thinned(curve, most)[0] for curve in _at_shared_steps(seeds)]
    if len(thin) < 2 or not shared or not shared[0]:
        return SeedCurves(thin, [], [], [], len(thin), width)
    mean = mean_curve(shared)
    if len(thin) < BAND_FROM:
        return SeedCurves(thin, mean, [], [], len(thin), width)
    together = list(zip(*shared, strict=True))
    low = [min(points, key=lambda point: point[1]) for points in together]
    high = [max(points, key=lambda point: point[1]) for points in together]
    last = mean[-1][0]
    ends = [(seed, [point for point in curve if point[0] >= last]) for seed, curve in thin]
    beyond = [(seed, curve) for seed, curve in ends if curve and curve[-1][0] > last]
    return SeedCurves(beyond, mean, low, high, len(thin), width)


def _at_shared_steps(seeds: Sequence[tuple[int, Curve]]) -> list[Curve]:
    """The finite curves at the steps that all of them have."""
    finite = [[(step, v) for step, v in curve if math.isfinite(v)] for _, curve in seeds]
    finite = [curve for curve in finite if curve]
    shared = set.intersection(*({step for step, _ in curve} for curve in finite)) if finite else ()
    return [[point for point in curve if point[0] in shared] for curve in finite]

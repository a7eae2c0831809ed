"""Values over time: eased paths through timed keys, and band-limited drift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Keys:
    """A path that eases from key to key and rests before the first and after the last.

    Attributes:
        times: (K,) seconds, rising.
        values: (K,).
    """

    times: Floats
    values: Floats

    def at(self, times: Floats) -> Floats:
        """Return the values at times (T,)."""
        k = np.clip(np.searchsorted(self.times, times, side="right") - 1, 0, len(self.times) - 2)
        start, end = self.times[k], self.times[k + 1]
        t = np.clip((times - start) / (end - start), 0.0, 1.0)
        ease = t * t * t * (t * (6.0 * t - 15.0) + 10.0)
        return self.values[k] + (self.values[k + 1] - self.values[k]) * ease


def keys(points: list[tuple[float, float]]) -> Keys:
    """Return the path through (time, value) points; points out of order are left out."""
    kept = [points[0]]
    for point in points[1:]:
        if point[0] > kept[-1][0] + 1e-4:
            kept.append(point)
    if len(kept) == 1:
        kept.append((kept[0][0] + 1.0, kept[0][1]))
    times, values = np.array(kept, float).T
    return Keys(times, values)


def bumps(events: list[tuple[float, float, float, float]]) -> Keys:
    """Return a path that is 0 but for events (start, rise time, fall time, height)."""
    points = [(-1.0, 0.0)]
    for start, rise, fall, height in events:
        points += [(start, 0.0), (start + rise, height), (start + rise + fall, 0.0)]
    return keys(points)


def steps(
    rng: np.random.Generator,
    horizon: float,
    hold: tuple[float, float],
    move: tuple[float, float],
    target: Callable[[np.random.Generator], float],
) -> Keys:
    """Return a path that moves quickly between targets and holds them, up to `horizon` seconds.

    Args:
        rng: source of the targets, used in order of time: a longer horizon adds keys at the end.
        horizon: seconds to cover.
        hold, move: shortest and longest time of a hold and of a move, seconds.
        target: draws the next value.
    """
    time, value = -rng.uniform(0.0, hold[1]), target(rng)
    points = [(time, value)]
    while time < horizon:
        time += rng.uniform(*hold)
        points.append((time, value))
        time += rng.uniform(*move)
        value = target(rng)
        points.append((time, value))
    return keys(points)


@dataclass(frozen=True)
class Drift:
    """A sum of slow sine waves with a standard deviation of about 1.

    Attributes:
        frequencies, phases, weights: (K,) hertz, radians, amplitudes.
    """

    frequencies: Floats
    phases: Floats
    weights: Floats

    @staticmethod
    def sample(rng: np.random.Generator, low: float = 0.05, high: float = 0.6) -> Drift:
        """Return seven waves between `low` and `high` hertz, slow ones larger."""
        frequencies = np.exp(rng.uniform(np.log(low), np.log(high), 7))
        weights = rng.uniform(0.5, 1.0, 7) / np.sqrt(frequencies / low)
        weights *= np.sqrt(2.0 / np.sum(weights**2))
        return Drift(frequencies, rng.uniform(0, 2 * np.pi, 7), weights)

    def at(self, times: Floats) -> Floats:
        """Return the values at times (T,)."""
        angle = 2 * np.pi * np.outer(times, self.frequencies) + self.phases
        return np.sin(angle) @ self.weights

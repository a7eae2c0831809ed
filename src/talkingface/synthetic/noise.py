"""Smooth random textures, a pure function of a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def value_noise(seed: int, shape: tuple[int, int], cells: tuple[int, int]) -> Floats:
    """Return (H, W) smooth noise of about unit deviation with `cells` lattice cells down and across."""
    rng = np.random.default_rng([seed, 0x0E, *cells])
    lattice = rng.normal(size=(cells[0] + 1, cells[1] + 1))
    rows = _blend(cells[0], shape[0])
    columns = _blend(cells[1], shape[1])
    return 1.5 * (rows @ lattice @ columns.T)


def fractal_noise(seed: int, shape: tuple[int, int], cells: tuple[int, int], octaves: int = 3) -> Floats:
    """Return (H, W) noise whose octaves halve in size and weight."""
    total = np.zeros(shape)
    for k in range(octaves):
        total += 0.5**k * value_noise(seed + 101 * k, shape, (cells[0] << k, cells[1] << k))
    return total


def _blend(cells: int, samples: int) -> Floats:
    at = np.linspace(0, cells, samples)
    left = np.minimum(at.astype(int), cells - 1)
    t = at - left
    t = t * t * (3.0 - 2.0 * t)
    weights = np.zeros((samples, cells + 1))
    weights[np.arange(samples), left] = 1.0 - t
    weights[np.arange(samples), left + 1] += t
    return weights

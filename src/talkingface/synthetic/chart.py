"""The chart of the head: a grid of azimuth by height, cut open at the mouth and both eyes.

Model space: x to the picture's right, y up, z towards the viewer, in decimetres of an average
head; the eye line is y = 0. A chart point is (theta, v): theta the azimuth in radians (0 in front,
positive to the picture's right), v the canonical height, which an identity's shape then bends.
All identities share the chart, so texture layout, topology and landmarks are fixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EYE_X, EYE_HALF = 0.335, 0.180
MOUTH_V, MOUTH_HALF = -0.72, 0.285
CROWN = 1.2
# Canonical height, half width, depth in front and behind, height on the midline.
_PROFILE = np.array(
    [
        (1.20, 0.021, 0.02, 0.02, 1.20),
        (1.16, 0.309, 0.34, 0.44, 1.16),
        (1.08, 0.484, 0.55, 0.66, 1.08),
        (0.95, 0.628, 0.73, 0.84, 0.95),
        (0.80, 0.711, 0.84, 0.94, 0.80),
        (0.60, 0.767, 0.915, 1.00, 0.60),
        (0.40, 0.788, 0.945, 1.02, 0.40),
        (0.20, 0.793, 0.945, 1.00, 0.20),
        (0.00, 0.783, 0.935, 0.97, 0.00),
        (-0.20, 0.767, 0.925, 0.90, -0.20),
        (-0.40, 0.726, 0.915, 0.80, -0.40),
        (-0.60, 0.680, 0.905, 0.70, -0.60),
        (-0.80, 0.618, 0.89, 0.60, -0.80),
        (-0.95, 0.546, 0.865, 0.50, -0.95),
        (-1.05, 0.464, 0.82, 0.45, -1.05),
        (-1.12, 0.381, 0.74, 0.40, -1.115),
        (-1.18, 0.288, 0.60, 0.30, -1.14),
        (-1.30, 0.154, 0.25, 0.20, -1.10),
    ]
)[::-1]


def curve(at: Floats, knots: Floats, values: Floats) -> Floats:
    """Return a smooth curve through (knots, values), knots rising; it ends where they end."""
    slope = np.gradient(values, knots)
    at = np.clip(at, knots[0], knots[-1])
    k = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    step = knots[k + 1] - knots[k]
    t = (at - knots[k]) / step
    a = (1.0 + 2.0 * t) * (1.0 - t) ** 2 * values[k] + t * t * (3.0 - 2.0 * t) * values[k + 1]
    return a + step * (t * (1.0 - t) ** 2 * slope[k] - t * t * (1.0 - t) * slope[k + 1])


def profile(v: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return half width, front depth, back depth and midline height at canonical heights."""
    width, front, back, height = (curve(v, _PROFILE[:, 0], _PROFILE[:, k]) for k in (1, 2, 3, 4))
    return width, front, back, height


def canonical_x(theta: Floats, v: Floats) -> Floats:
    """Return the canonical sideways place of chart points, which features are laid out in."""
    return profile(v)[0] * np.sin(theta)


def azimuth(x: float, v: float) -> float:
    """Return the azimuth of the front point at canonical sideways place x, height v."""
    return float(np.arcsin(x / profile(np.array([v]))[0][0]))


def smoothstep(low: float, high: float, value: Floats) -> Floats:
    """Return the cubic step from 0 at `low` to 1 at `high` (which may be the smaller)."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


@dataclass(frozen=True)
class Chart:
    """The shared grid.

    Attributes:
        columns: (C,) azimuths, from -pi to pi.
        rows: (R,) canonical heights, from the crown down.
        theta, v: (V,) chart place of every vertex.
        lower: (V,) whether the vertex is a lower rim of a slit (the second copy).
        faces: (F, 3) triangles.
        uv: (V, 2) texture place in [0, 1], the grid index.
        rims: lower-copy vertex of each slit place, by (row, column).
        mouth_rims: (2, N) upper and lower vertices along the mouth slit, corners included.
    """

    columns: Floats
    rows: Floats
    theta: Floats
    v: Floats
    lower: NDArray[np.bool_]
    faces: NDArray[np.int32]
    uv: Floats
    rims: dict[tuple[int, int], int]
    mouth_rims: NDArray[np.int32]

    def locate(self, x: float, v: float, lower: bool = False) -> tuple[list[int], list[float]]:
        """Return three vertices and their weights for the chart point at canonical (x, v).

        `lower` chooses the lower rim when the point lies on a slit.
        """
        return self.locate_angle(azimuth(x, v), v, lower)

    def locate_angle(
        self, theta: float, v: float, lower: bool = False
    ) -> tuple[list[int], list[float]]:
        """Return three vertices and their weights for the chart point (theta, v)."""
        i = int(np.clip(np.searchsorted(self.columns, theta + 1e-9) - 1, 0, len(self.columns) - 2))
        j = int(np.clip(np.searchsorted(-self.rows, -v + 1e-9) - 1, 0, len(self.rows) - 2))
        fi = float((theta - self.columns[i]) / (self.columns[i + 1] - self.columns[i]))
        fj = float((v - self.rows[j]) / (self.rows[j + 1] - self.rows[j]))

        def at(row: int, column: int) -> int:
            plain = row * len(self.columns) + column
            inside_cell_below = lower or (row == j and fj > 1e-6)
            return self.rims.get((row, column), plain) if inside_cell_below else plain

        a, b, c, d = at(j, i), at(j, i + 1), at(j + 1, i), at(j + 1, i + 1)
        if fi + fj <= 1.0:
            return [a, b, c], [1.0 - fi - fj, fi, fj]
        return [d, b, c], [fi + fj - 1.0, 1.0 - fj, 1.0 - fi]


def _columns() -> Floats:
    inner, outer = azimuth(EYE_X - EYE_HALF, 0.0), azimuth(EYE_X + EYE_HALF, 0.0)
    corner = azimuth(MOUTH_HALF, MOUTH_V)
    stops = ((0.0, inner, 8), (inner, corner, 8), (corner, outer, 7), (outer, np.pi / 2, 14))
    right = np.concatenate([np.linspace(a, b, n, endpoint=False) for a, b, n in stops])
    right = np.concatenate([right, np.linspace(np.pi / 2, np.pi, 10)])
    return np.concatenate([-right[:0:-1], right])


def _rows() -> Floats:
    stops = (
        (CROWN, 0.3, 14),
        (0.3, 0.0, 12),
        (0.0, -0.2, 8),
        (-0.2, -0.36, 4),
        (-0.36, -0.56, 11),
        (-0.56, MOUTH_V, 8),
        (MOUTH_V, -0.92, 9),
        (-0.92, -1.18, 7),
    )
    rows = [np.linspace(a, b, n, endpoint=False) for a, b, n in stops]
    return np.concatenate([*rows, np.linspace(-1.18, -1.3, 4)])


@cache
def head_chart() -> Chart:
    """Return the chart that all identities share."""
    columns, rows = _columns(), _rows()
    c, r = len(columns), len(rows)
    theta, v = (a.ravel() for a in np.meshgrid(columns, rows))
    grid_u, grid_v = (
        a.ravel() for a in np.meshgrid(np.arange(c) / (c - 1), np.arange(r) / (r - 1))
    )

    def between(row: int, low: float, high: float) -> list[tuple[int, int]]:
        inside = (columns > azimuth(low, rows[row]) + 1e-6) & (
            columns < azimuth(high, rows[row]) - 1e-6
        )
        return [(row, int(i)) for i in np.flatnonzero(inside)]

    eye_row = int(np.argmin(np.abs(rows)))
    mouth_row = int(np.argmin(np.abs(rows - MOUTH_V)))
    mouth = between(mouth_row, -MOUTH_HALF, MOUTH_HALF)
    slits = mouth + [
        place
        for side in (-EYE_X, EYE_X)
        for place in between(eye_row, side - EYE_HALF, side + EYE_HALF)
    ]
    rims = {place: c * r + k for k, place in enumerate(slits)}
    copied = np.array([row * c + column for row, column in slits])

    quads = []
    for j in range(r - 1):
        for i in range(c - 1):
            top_left = rims.get((j, i), j * c + i)
            top_right = rims.get((j, i + 1), j * c + i + 1)
            below = (j + 1) * c + i
            quads += [(top_left, below, top_right), (top_right, below, below + 1)]
    first, last = mouth[0][1] - 1, mouth[-1][1] + 1
    upper = [mouth_row * c + i for i in range(first, last + 1)]
    under = [rims.get((mouth_row, i), mouth_row * c + i) for i in range(first, last + 1)]
    return Chart(
        columns=columns,
        rows=rows,
        theta=np.concatenate([theta, theta[copied]]),
        v=np.concatenate([v, v[copied]]),
        lower=np.arange(c * r + len(slits)) >= c * r,
        faces=np.array(quads, np.int32),
        uv=np.stack(
            [np.concatenate([grid_u, grid_u[copied]]), np.concatenate([grid_v, grid_v[copied]])], 1
        ),
        rims=rims,
        mouth_rims=np.array([upper, under], np.int32),
    )

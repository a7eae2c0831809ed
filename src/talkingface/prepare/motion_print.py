"""How a head moves in a clip, in 64 bytes: by this copies of a recording are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.landmarker import EXPRESSION
from talkingface.manifest import Track

_CURVES = 4
_POINTS = 16
PRINT_BYTES = _CURVES * _POINTS
_JAW = EXPRESSION.index("jawOpen")
_STEPS = 127


def motion_print(track: Track) -> bytes:
    """Return the courses of the jaw, yaw, pitch and roll over a clip.

    Each is taken in 16 equal parts of the clip, its mean removed and scaled to length 1, one
    signed byte a value. So it is the same at another size, rate, crop or compression.
    """
    curves = np.column_stack([track.expression[:, _JAW], track.pose[:, :3]]).astype(np.float64)
    sums = np.vstack([np.zeros((1, _CURVES)), np.cumsum(curves, axis=0)])
    edges = np.linspace(0, len(curves), _POINTS + 1)
    at_edges = [np.interp(edges, np.arange(len(sums)), sums[:, k]) for k in range(_CURVES)]
    means = np.diff(at_edges, axis=1)
    means -= means.mean(axis=1, keepdims=True)
    length = np.linalg.norm(means, axis=1, keepdims=True)
    units = np.divide(means, length, out=np.zeros_like(means), where=length > 0)
    return np.rint(units * _STEPS).astype(np.int8).tobytes()


def agreement(a: NDArray[np.int8], b: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the mean correlation of the four courses of rows of (N, 64) prints, -1 to 1."""
    products = a.astype(np.float64) * b
    return products.sum(axis=1) / (_STEPS**2 * _CURVES)

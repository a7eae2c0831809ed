"""The background behind the head: still, soft, and different for every identity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talkingface.synthetic.chart import smoothstep
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.mesh import linear
from talkingface.synthetic.noise import fractal_noise

Floats = NDArray[np.float64]


def backdrop(identity: Identity, side: int) -> NDArray[np.float32]:
    """Return the (side, side, 3) linear light of the background."""
    y, x = (np.mgrid[0:side, 0:side] + 0.5) / side
    rng = np.random.default_rng([identity.seed, 0xBA])
    base, accent = linear(identity.backdrop), linear(identity.backdrop_accent)
    paint = {
        "gradient": _gradient,
        "blobs": _blobs,
        "shelves": _shelves,
        "window": _window,
        "curtain": _curtain,
    }[identity.background]
    amount = np.clip(paint(x, y, rng), 0.0, 1.0)[..., None]
    light = base + (accent - base) * amount
    grain = 1.0 + 0.05 * fractal_noise(identity.seed + 11, (side, side), (5, 5), 4)
    fall = 1.1 - 0.45 * np.hypot(x - 0.5 - 0.3 * identity.light[0], y - 0.35)
    return (0.85 * light * (grain * fall)[..., None]).clip(0.0, 1.0).astype(np.float32)


def _gradient(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    angle = rng.uniform(0, 2 * np.pi)
    return 0.5 + (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)


def _blobs(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    total = np.zeros_like(x)
    for _ in range(12):
        radius = rng.uniform(0.03, 0.10)
        away = np.hypot(x - rng.random(), y - rng.random())
        total += rng.uniform(0.3, 1.0) * smoothstep(radius + 0.03, radius - 0.03, away)
    return total


def _shelves(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    total = np.zeros_like(x)
    height = rng.uniform(0.20, 0.28)
    for shelf in range(5):
        top, place = shelf * height + rng.uniform(-0.02, 0.02), 0.0
        while place < 1.0:
            width, tall = rng.uniform(0.02, 0.06), rng.uniform(0.55, 0.85) * height
            book = smoothstep(place, place + 0.008, x) * smoothstep(
                place + width, place + width - 0.008, x
            )
            book = book * smoothstep(top + height - tall, top + height - tall + 0.01, y)
            total += rng.uniform(0.15, 1.0) * book * (y < top + height - 0.02)
            place += width
    return total


def _window(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    left, top = rng.uniform(-0.1, 0.5), rng.uniform(-0.1, 0.1)
    pane = smoothstep(left, left + 0.02, x) * smoothstep(left + 0.55, left + 0.53, x)
    pane = pane * smoothstep(top, top + 0.02, y) * smoothstep(top + 0.75, top + 0.73, y)
    bars = smoothstep(0.012, 0.02, np.abs(x - left - 0.275)) * smoothstep(
        0.012, 0.02, np.abs(y - top - 0.37)
    )
    return pane * bars


def _curtain(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    folds = rng.uniform(18, 45)
    return 0.5 + 0.4 * np.sin(
        folds * x + 1.5 * np.sin(3 * y + rng.uniform(0, 6)) + rng.uniform(0, 6)
    )

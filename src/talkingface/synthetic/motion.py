"""Head pose and expression as functions of time, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talkingface.synthetic.speech import Syllable, mouth_paths, utterance
from talkingface.synthetic.tracks import Drift, Keys, bumps, keys, steps

Floats = NDArray[np.float64]

_MIN_HORIZON = 30.0


@dataclass(frozen=True)
class _Paths:
    """All random choices of a motion up to a horizon."""

    phrases: list[list[Syllable]]
    mouth: tuple[Keys, Keys, Keys]
    drifts: tuple[Drift, ...]
    turns: tuple[Keys, Keys, Keys]
    nods: Keys
    brows: Keys
    smile: Keys
    blinks: tuple[Keys, Keys]
    gaze: tuple[Keys, Keys]
    liveliness: float


class Motion:
    """What one synthetic person does, exactly and at any moment.

    A function of time in seconds from 0 on: sampling at two rates gives the same values at common
    times. Nothing depends on who moves.

    Args:
        seed: the same seed always gives the same motion.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._horizon = 0.0
        self._paths = self._until(_MIN_HORIZON)

    def pose(self, times: ArrayLike) -> NDArray[np.float32]:
        """Return (T, 6) yaw, pitch, roll in degrees, x, y, log scale; see `manifest.Track`."""
        t = np.asarray(times, np.float64)
        p = self._covering(t)
        drift = [d.at(t) for d in p.drifts]
        turn, tip, tilt = (path.at(t) for path in p.turns)
        gain = p.liveliness
        talking = np.clip(1.4 * p.mouth[0].at(t), 0.0, 1.0)
        yaw = gain * (11.5 * turn + 6.5 * drift[0] + 0.8 * drift[6])
        pitch = gain * (4.8 * tip + 3.8 * drift[1] + 0.8 * drift[7]) + 6.5 * p.nods.at(t)
        roll = gain * (3.6 * tilt + 3.7 * drift[2]) + 0.12 * yaw
        pitch = pitch + 0.7 * talking * drift[7]
        x = 0.0022 * yaw + 0.028 * drift[3]
        y = 0.0028 * pitch + 0.022 * drift[4]
        log_scale = 0.045 * drift[5] + 0.0015 * pitch
        angles = [_limit(yaw, 38.0), _limit(pitch, 24.0), _limit(roll, 18.0)]
        return np.stack([*angles, x, y, log_scale], -1).astype(np.float32)

    def expression(self, times: ArrayLike) -> NDArray[np.float32]:
        """Return (T, 9) values of `deform.EXPRESSION_NAMES`.

        jaw_open and blinks lie in [0, 1], all others in [-1, 1]; 0 is the face at rest. Left and
        right are the subject's. Gaze is positive to the picture's right and down.
        """
        t = np.asarray(times, np.float64)
        p = self._covering(t)
        jaw, width, protrusion = (path.at(t) for path in p.mouth)
        smile = np.clip(p.smile.at(t), -0.8, 1.0)
        brow = np.clip(p.brows.at(t) + 0.14 * p.drifts[8].at(t), -1.0, 1.0)
        look_x, look_y = (path.at(t) for path in p.gaze)
        # The eyes make up for part of the head's turn: people keep looking at the camera.
        turn, tip = p.turns[0].at(t), p.turns[1].at(t)
        columns = [
            np.clip(jaw, 0.0, 1.0),
            np.clip(width + 0.15 * smile, -1.0, 1.0),
            np.clip(protrusion - 0.15 * smile, -1.0, 1.0),
            smile,
            brow,
            np.clip(p.blinks[0].at(t), 0.0, 1.0),
            np.clip(p.blinks[1].at(t), 0.0, 1.0),
            np.clip(look_x - 0.22 * p.liveliness * turn, -1.0, 1.0),
            np.clip(look_y - 0.14 * p.liveliness * tip, -1.0, 1.0),
        ]
        return np.stack(columns, -1).astype(np.float32)

    def syllables(self, seconds: float) -> list[Syllable]:
        """Return the syllables that begin before `seconds`, in order of time."""
        paths = self._covering(np.array([seconds]))
        return [s for phrase in paths.phrases for s in phrase if s.start < seconds]

    def _covering(self, times: Floats) -> _Paths:
        latest = float(times.max(initial=0.0))
        if latest + 1.0 > self._horizon:
            self._paths = self._until(2.0 * latest)
        return self._paths

    def _until(self, horizon: float) -> _Paths:
        """Draw all choices up to a horizon; a longer one only adds to what a shorter one gave."""

        def rng(stream: int) -> np.random.Generator:
            return np.random.default_rng([self.seed, 0x40, stream])

        self._horizon = horizon
        phrases = utterance(rng(0), horizon + 5.0)
        emphasis = rng(1)
        nods, brows = [(-9.0, 0.5, 0.5, 0.0)], [(-9.0, 0.5, 0.5, 0.0)]
        for syllable in (s for phrase in phrases for s in phrase if s.stressed):
            nod, brow, size, length = emphasis.random(4)
            if nod < 0.5:
                nods.append((syllable.start - 0.08, 0.14 + 0.08 * length, 0.30, 0.35 + 0.65 * size))
            if brow < 0.38:
                brows.append((syllable.start - 0.1, 0.15 + 0.1 * length, 0.40, 0.45 + 0.55 * size))
        style = rng(2)
        waves = [Drift.sample(style) for _ in range(6)]
        waves += [Drift.sample(style, 0.8, 2.2), Drift.sample(style, 1.0, 3.0), Drift.sample(style)]
        return _Paths(
            phrases=phrases,
            mouth=mouth_paths(phrases),
            drifts=tuple(waves),
            turns=(
                steps(rng(3), horizon, (0.6, 3.2), (0.45, 1.0), _turn),
                steps(rng(4), horizon, (0.6, 3.2), (0.45, 1.0), _turn),
                steps(rng(5), horizon, (0.6, 3.2), (0.45, 1.0), _turn),
            ),
            nods=bumps(nods),
            brows=bumps(brows),
            smile=steps(rng(6), horizon, (0.8, 3.5), (0.6, 1.4), _smile),
            blinks=_blinks(rng(7), horizon),
            gaze=(
                steps(rng(8), horizon, (0.35, 2.2), (0.035, 0.07), lambda r: r.normal(0.0, 0.34)),
                steps(rng(9), horizon, (0.5, 2.8), (0.035, 0.07), lambda r: r.normal(0.0, 0.28)),
            ),
            liveliness=float(rng(10).uniform(0.75, 1.3)),
        )


def _turn(rng: np.random.Generator) -> float:
    return float(np.clip(rng.normal(0.0, 1.0), -2.3, 2.3))


def _smile(rng: np.random.Generator) -> float:
    return float(np.clip(rng.normal(0.18, 0.38), -0.6, 1.0))


def _limit(values: Floats, limit: float) -> Floats:
    """Return the values, smoothly kept within +-limit and hardly changed within half of it."""
    return limit * np.tanh(values / limit)


def _blinks(rng: np.random.Generator, horizon: float) -> tuple[Keys, Keys]:
    """Return the lids' closing, left and right: both together but for a rare wink."""
    left, right = [(-9.0, 0.0)], [(-9.0, 0.0)]
    time = rng.uniform(0.2, 3.5)
    while time < horizon:
        length, depth = (
            rng.uniform(0.15, 0.4),
            1.0 if rng.random() < 0.85 else rng.uniform(0.6, 0.9),
        )
        lag, which = rng.uniform(-0.012, 0.012), rng.random()
        shape = ((0.0, 0.0), (0.34, depth), (0.48, depth), (1.0, 0.0))
        if which > 0.03:
            left += [(time + share * length, value) for share, value in shape]
        if which < 0.97:
            right += [(time + lag + share * length, value) for share, value in shape]
        time += length + rng.uniform(1.8, 4.6)
    return keys(left), keys(right)

"""A speech-like sound track that follows the mouth: voice through moving formants, and hiss."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from talkingface.synthetic.motion import Motion

SOUND_RATE = 16000
_CONTROL_RATE = 200


def speech_sound(motion: Motion, seconds: float) -> NDArray[np.float32]:
    """Return the sound of a motion's first seconds, at SOUND_RATE samples a second.

    The voice is loud when the jaw is open and silent when the mouth is shut; its first formant
    rises with the jaw, its second with wide and drops with protruded lips; fricatives hiss.

    Returns:
        (N,) float32 in [-1, 1], N = seconds * SOUND_RATE rounded.
    """
    count = round(seconds * SOUND_RATE)
    times = np.arange(count) / SOUND_RATE
    coarse = np.arange(0.0, seconds + 2.0 / _CONTROL_RATE, 1.0 / _CONTROL_RATE)
    mouth = motion.expression(coarse).astype(np.float64)
    jaw, width, protrusion = (np.interp(times, coarse, mouth[:, k]) for k in range(3))
    rng = np.random.default_rng([motion.seed, 0x50])
    base_pitch = rng.choice((110.0, 200.0)) * rng.uniform(0.85, 1.2)
    melody = 1.0 + 0.10 * np.sin(2 * np.pi * 0.45 * times + rng.uniform(0, 6)) + 0.12 * jaw
    phase = np.cumsum(base_pitch * melody) / SOUND_RATE
    # A pulse that opens slowly and closes abruptly once a period; its spectrum falls gently.
    cycle = phase % 1.0
    glottal = np.where(cycle < 0.6, np.sin(np.pi * cycle / 0.6) ** 2 * cycle / 0.6, 0.0)
    breath = rng.normal(size=count)
    source = np.diff(glottal, prepend=0.0) * SOUND_RATE / base_pitch + 0.02 * breath
    voiced = np.zeros(count)
    formants = (
        (280.0 + 520.0 * jaw, 90.0, 1.0),
        (1400.0 + 650.0 * width - 450.0 * protrusion, 120.0, 0.5),
        (2600.0 + 200.0 * width, 180.0, 0.25),
    )
    for frequency, bandwidth, gain in formants:
        voiced += gain * _resonate(source, frequency, bandwidth)
    voiced *= jaw**0.9
    hiss = np.diff(breath, prepend=0.0) * _hiss_strength(motion, times, seconds)
    # A fixed level, softly limited, so that a longer clip sounds the same where both have sound.
    return np.tanh(0.7 * voiced + 0.03 * hiss).astype(np.float32)


def _hiss_strength(
    motion: Motion, times: NDArray[np.float64], seconds: float
) -> NDArray[np.float64]:
    strength = np.zeros(len(times))
    for syllable in motion.syllables(seconds):
        if syllable.consonant == "fricative":
            strength += np.exp(-(((times - syllable.start) / 0.035) ** 2))
    return strength


@njit(cache=True, nogil=True)
def _resonate(source, frequency, bandwidth):  # type: ignore[no-untyped-def]
    """Filter (N,) samples with a resonance whose frequency (N,) moves, of unit peak gain."""
    out = np.empty(source.shape[0])
    radius = math.exp(-math.pi * bandwidth / SOUND_RATE)
    last, before = 0.0, 0.0
    for n in range(source.shape[0]):
        angle = 2.0 * math.pi * frequency[n] / SOUND_RATE
        gain = (1.0 - radius) * math.sqrt(
            1.0 - 2.0 * radius * math.cos(2.0 * angle) + radius * radius
        )
        value = gain * source[n] + 2.0 * radius * math.cos(angle) * last - radius * radius * before
        before, last = last, value
        out[n] = value
    return out

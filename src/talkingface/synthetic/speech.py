"""A made-up utterance: phrases and pauses, syllables with a vowel and a consonant each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from talkingface.synthetic.tracks import Keys, keys

CONSONANTS = ("bilabial", "fricative", "other", "none")
_CONSONANT_SHARES = (0.24, 0.22, 0.42, 0.12)
# Jaw, lip width, lip protrusion of vowels as in "father", "see", "bet", "go", "you", "but".
_VOWELS = (
    (0.90, 0.10, 0.00),
    (0.36, 0.85, -0.10),
    (0.55, 0.45, 0.00),
    (0.55, -0.55, 0.60),
    (0.32, -0.75, 0.95),
    (0.60, 0.00, 0.05),
)


@dataclass(frozen=True)
class Syllable:
    """One syllable.

    Attributes:
        start, length: seconds.
        consonant: one of CONSONANTS, sounded at the start.
        jaw, width, protrusion: the vowel's mouth, as in the expression columns.
        stressed: whether the speaker emphasises it.
    """

    start: float
    length: float
    consonant: str
    jaw: float
    width: float
    protrusion: float
    stressed: bool


def utterance(rng: np.random.Generator, horizon: float) -> list[list[Syllable]]:
    """Return phrases of syllables covering `horizon` seconds; a longer horizon appends phrases."""
    syllables_a_second = rng.uniform(3.4, 6.4)
    loudness = rng.uniform(1.0, 1.35)
    time = rng.uniform(-0.4, 0.5)
    phrases = []
    while time < horizon:
        end = time + rng.uniform(0.9, 3.4)
        phrase = []
        while time < end:
            stressed = bool(rng.random() < 0.28)
            length = rng.uniform(0.72, 1.35) * (1.25 if stressed else 1.0) / syllables_a_second
            length = float(np.clip(length, 1 / 7, 1 / 3))
            jaw, width, protrusion = _VOWELS[rng.integers(len(_VOWELS))]
            gain = loudness * rng.uniform(0.65, 1.0) * (1.2 if stressed else 0.9)
            phrase.append(
                Syllable(
                    start=time,
                    length=length,
                    consonant=str(rng.choice(CONSONANTS, p=_CONSONANT_SHARES)),
                    jaw=float(np.clip(jaw * gain, 0.08, 1.0)),
                    width=float(width * rng.uniform(0.7, 1.1)),
                    protrusion=float(protrusion * rng.uniform(0.7, 1.05)),
                    stressed=stressed,
                )
            )
            time += length
        phrases.append(phrase)
        time += rng.uniform(0.25, 1.3)
    return phrases


def mouth_paths(phrases: list[list[Syllable]]) -> tuple[Keys, Keys, Keys]:
    """Return the paths of jaw_open, lip_width and lip_protrusion that speak the phrases."""
    jaw, width, protrusion = [(-9.0, 0.0)], [(-9.0, 0.0)], [(-9.0, 0.0)]
    for phrase in phrases:
        first, last = phrase[0], phrase[-1]
        for path in (jaw, width, protrusion):
            path.append((first.start - 0.16, 0.0))
        for syllable in phrase:
            start, length = syllable.start, syllable.length
            closed = {"bilabial": 0.0, "fricative": 0.10}.get(
                syllable.consonant, 0.30 * syllable.jaw
            )
            jaw += [(start, closed), (start + 0.48 * length, syllable.jaw)]
            if syllable.consonant == "bilabial":
                jaw.insert(-1, (start + 0.12 * length, 0.0))
                protrusion.append((start + 0.06 * length, -0.55))
            width.append((start + 0.5 * length, syllable.width))
            protrusion.append((start + 0.5 * length, syllable.protrusion))
        end = last.start + last.length
        jaw.append((end + 0.06, 0.0))
        width.append((end + 0.15, 0.0))
        protrusion.append((end + 0.15, 0.0))
    return keys(jaw), keys(width), keys(protrusion)

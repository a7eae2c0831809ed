"""Measuring a piece: what the filters decide on and what `inspect` shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import Box, share_outside
from talkingface.faces.landmarker import EXPRESSION
from talkingface.faces.person_track import PersonTrack
from talkingface.manifest import Measures

_JAW = EXPRESSION.index("jawOpen")
# Of the area of another face, what must lie in the crop to count.
_REACHES_IN = 0.2
# Differences in colour, and in the logarithm of brightness from the rest of the face and from the
# same point at other times, at which a point is not that skin.
_OTHER_COLOUR = 0.1
_OTHER_BRIGHTNESS, _CHANGED_BRIGHTNESS = 1.1, 0.7
# Added to brightness, so that the noise of dark pixels has no colour.
_DARK = 8
# Five of the 28 points.
_COVERED_SHARE = 0.15
# Beyond, the far side of the face shows what is behind it.
_WIDEST_YAW = 20.0


def measures_of(
    track: PersonTrack, boxes: Sequence[Box], picture_size: tuple[int, int]
) -> Measures:
    """Measure one piece.

    Args:
        track: of T frames.
        boxes: T crops, in pixels of the source.
        picture_size: width and height of the source.
    """
    if not len(track.number):
        return Measures(face_share=0.0)
    height = track.bounds[:, 3] - track.bounds[:, 1]
    yaw_low, yaw_high = np.percentile(track.angles[:, 0], (5, 95))
    pitch_low, pitch_high = np.percentile(track.angles[:, 1], (5, 95))
    mouth = track.expression[:, _JAW]
    return Measures(
        face_px=float(np.median(height)),
        sharpness=float(np.median(track.sharpness)) if len(track.sharpness) else np.nan,
        yaw_low=float(yaw_low),
        yaw_high=float(yaw_high),
        pitch_low=float(pitch_low),
        pitch_high=float(pitch_high),
        mouth_mean=float(mouth.mean()),
        mouth_std=float(mouth.std()),
        face_share=len(track.number) / track.length,
        covered=covered_share(track),
        crowded=_crowded(track, boxes),
        movement=movement_of(track.landmarks / np.median(height)),
        outside=max(share_outside(box, *picture_size) for box in boxes),
    )


def movement_of(landmarks: NDArray[np.floating]) -> float:
    """Return how much points move among each other, in their own unit.

    Each frame is laid onto the mean by the affine map that fits best, which takes out where the
    picture of the head is, how large, how it lies and most of how it turns. A photograph that
    a camera pans over and zooms into so has nothing left but the landmarker's jitter, whatever
    its pose. A face that only turns keeps a little; one that listens without a word blinks.

    Args:
        landmarks: (T, L, 2).

    Returns:
        Mean over the points of their standard deviation over time; 0 for less than two frames.
    """
    if len(landmarks) < 2:
        return 0.0
    target = np.asarray(landmarks, np.float64).mean(axis=0)
    ones = np.ones((*landmarks.shape[:2], 1))
    sources = np.concatenate([landmarks, ones], axis=2)
    fitted = sources @ (np.linalg.pinv(sources) @ target)
    return float(np.sqrt(fitted.var(axis=0).sum(axis=-1)).mean())


def covered_share(track: PersonTrack) -> float:
    """Return the share of the moments in which something hides part of the face; NaN if unknown.

    Looks at bare skin: 28 points of the face seen from the front. A point is hidden where its
    colour is not that of the face, where it is three times brighter or darker than the face, or
    twice than itself at other times; five such points make a cover. It is mistaken of 3 of 86
    real, uncovered clips (hard coloured light from a side); it finds 83 of 88 dark microphones
    drawn before their chins, and 77 of 87 white sheets before their lower halves.

    It misses what looks like skin, above all hands; what covers only eyes, nose tip or hair; and
    anything thin. Heads turned by more than 20 degrees are not judged: their far side is hidden by
    themselves. What covers most of a face makes the landmarker lose it, which `face_share` counts.
    """
    yaw = np.interp(track.moments, track.number, track.angles[:, 0])
    skin = track.skin[np.abs(yaw) < _WIDEST_YAW]
    if not len(skin):
        return float("nan")
    return float(np.mean(hidden_points(skin) > _COVERED_SHARE))


def hidden_points(skin: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (M,) the share of the points that do not look like this face's skin.

    Args:
        skin: (M, P, 3) RGB in [0, 255].
    """
    colour = (skin + _DARK) / (skin + _DARK).sum(axis=2, keepdims=True)
    usual_colour = np.median(colour.reshape(-1, 3), axis=0)
    light = np.log(skin.mean(axis=2) + _DARK)
    light = light - np.median(light, axis=1, keepdims=True)
    hidden = (
        (np.abs(colour - usual_colour).sum(axis=2) > _OTHER_COLOUR)
        | (np.abs(light) > _OTHER_BRIGHTNESS)
        | (np.abs(light - np.median(light, axis=0)) > _CHANGED_BRIGHTNESS)
    )
    return np.asarray(hidden.mean(axis=1), np.float64)


def _crowded(track: PersonTrack, boxes: Sequence[Box]) -> float:
    if not track.glances:
        return 0.0
    return float(
        np.mean([any(_reaches_in(face, boxes[k]) for face in faces) for k, faces in track.glances])
    )


def _reaches_in(face: NDArray[np.floating], box: Box) -> bool:
    """Whether a fifth of a face, (4,) left, top, right, bottom, lies in a crop."""
    low = np.maximum(face[:2], (box.x, box.y))
    high = np.minimum(face[2:], (box.x + box.side, box.y + box.side))
    return bool(np.prod(np.clip(high - low, 0, None)) > _REACHES_IN * np.prod(face[2:] - face[:2]))

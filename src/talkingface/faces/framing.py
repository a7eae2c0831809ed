"""Where a portrait and a driving video are cropped before they reach the networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.faces.crop import Box, frame_face, kept_inside
from talkingface.faces.crop_path import clip_boxes
from talkingface.faces.follow import follow_face
from talkingface.faces.landmarker import Landmarker
from talkingface.faces.search import find_faces
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames


@dataclass(frozen=True)
class Whereabouts:
    """Where the face of a driving video is.

    Attributes:
        box: one crop that holds it wherever it goes.
        frontal: index of the frame that looks most to the front; None where nobody looked.
    """

    box: Box
    frontal: int | None


def middle_square(picture: NDArray[np.uint8]) -> Box:
    """Return the largest square in the middle of an (H, W, 3) picture."""
    height, width, _ = picture.shape
    side = min(height, width)
    return Box((width - side) / 2, (height - side) / 2, side)


def portrait_box(picture: NDArray[np.uint8], name: Path, model: Path, scale: float) -> Box:
    """Return the crop around the largest face of a portrait.

    Args:
        picture: (H, W, 3) uint8 RGB.
        name: the portrait's file, for the message.
        model: path of `face_landmarker.task`.
        scale: size beside the standard framing.

    Raises:
        UserError: no face is found.
    """
    with Landmarker(model, max_faces=4) as landmarker:
        found = find_faces(landmarker, picture)
    if not found:
        raise UserError(
            f"{name}: no face found. Give a picture with a clearly visible face, or crop=whole "
            "when it is cropped to the face already."
        )
    height, width, _ = picture.shape
    return kept_inside(frame_face(found[0], scale), width, height)


def driving_box(
    path: Path, model: Path, scale: float, watch: Callable[[str, int, int], None]
) -> Whereabouts:
    """Return one crop that holds the face of a driving video wherever it goes.

    Args:
        path: the driving video; it is read once, frame by frame.
        model: path of `face_landmarker.task`.
        scale: size beside the standard framing.
        watch: told what is done, how many frames are done, and of how many.

    Raises:
        UserError: the file cannot be read, or no frame shows a face.
    """
    info = probe(path)
    total = round(info.duration * info.rate)
    frames = constant_rate_frames(path, own_rate=info.rate)
    track = follow_face(_watched(frames, total, watch), model)
    if track is None:
        raise UserError(
            f"{path}: no frame shows a face. Give a video of a talking person, or crop=whole when "
            "it is cropped to the face already."
        )
    box = clip_boxes(track.bounds, track.face, "fixed", scale)[0]
    return Whereabouts(kept_inside(box, info.width, info.height), None)


def _watched(
    frames: Iterable[tuple[Fraction, NDArray[np.uint8]]],
    total: int,
    watch: Callable[[str, int, int], None],
) -> Iterator[tuple[Fraction, NDArray[np.uint8]]]:
    for done, frame in enumerate(frames, 1):
        yield frame
        watch("finding the face", done, total)

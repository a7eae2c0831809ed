"""Where a portrait and a driving video are cropped before they reach the networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.faces.choice import FaceChoice, choose_face
from talkingface.faces.crop import Box, frame_face, kept_inside
from talkingface.faces.landmarker import Landmarker
from talkingface.faces.search import all_faces, find_faces
from talkingface.faces.sparse_follow import follow_sparsely, step_at
from talkingface.video.probe import probe
from talkingface.video.read import Shown, constant_rate_pictures

_MOST_FACES = 8


@dataclass(frozen=True)
class Whereabouts:
    """Where the face of a driving video is.

    Attributes:
        box: one crop that holds it wherever it goes.
        frontal: index of the frame that looks most to the front; at the video's own
            rate; None where nobody looked.
    """

    box: Box
    frontal: int | None


def middle_square(picture: NDArray[np.uint8]) -> Box:
    """Return the largest square in the middle of an (H, W, 3) picture."""
    height, width, _ = picture.shape
    side = min(height, width)
    return Box((width - side) / 2, (height - side) / 2, side)


def portrait_box(
    picture: NDArray[np.uint8],
    name: Path,
    model: Path,
    scale: float,
    which: FaceChoice = "largest",
) -> Box:
    """Return the crop around a face of a portrait.

    Args:
        picture: (H, W, 3) uint8 RGB.
        name: the portrait's file, for messages.
        model: path of `face_landmarker.task`.
        scale: size beside the standard framing.
        which: the face. Faces are counted that are at least a third as high as the largest.

    Raises:
        UserError: no face is found, or not so many.
    """
    with Landmarker(model, max_faces=_MOST_FACES, expressions=False) as landmarker:
        found = find_faces(landmarker, picture)
        if found and which != "largest":
            found = all_faces(landmarker, picture, found)
    if not found:
        raise UserError(
            f"{name}: no face found. Give a picture with a clearly visible face, or crop=whole "
            "when it is cropped to the face already."
        )
    height, width, _ = picture.shape
    face = choose_face(found, which, name)
    return kept_inside(frame_face(face, scale), width, height)


def driving_box(
    path: Path,
    model: Path,
    scale: float,
    watch: Callable[[str, int, int], None],
    which: FaceChoice = "largest",
) -> Whereabouts:
    """Return one crop that holds a face of a driving video wherever it goes.

    Args:
        path: the driving video; it is read once, frame by frame.
        model: path of `face_landmarker.task`.
        scale: size beside the standard framing.
        watch: told what is done, how many frames are done, and of how many.
        which: the face, of those on the first frame that shows any.

    Raises:
        UserError: the file cannot be read, no frame shows a face, or the first one that does shows
            not so many.
    """
    info = probe(path)
    total = round(info.duration * info.rate)
    frames = _watched(constant_rate_pictures(path, own_rate=info.rate), total, watch)
    gone = follow_sparsely(frames, model, step_at(info.rate), which, path)
    if gone is None:
        raise UserError(
            f"{path}: no frame shows a face. Give a video of a talking person, or crop=whole when "
            "it is cropped to the face already."
        )
    box = kept_inside(frame_face(gone.bounds, scale), info.width, info.height)
    return Whereabouts(box, gone.frontal)


def _watched(
    frames: Iterable[tuple[Fraction, Shown]], total: int, watch: Callable[[str, int, int], None]
) -> Iterator[tuple[Fraction, Shown]]:
    for done, frame in enumerate(frames, 1):
        yield frame
        watch("finding the face", done, total)

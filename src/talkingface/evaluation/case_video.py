"""One case as a small video of panels: source, driving, generated, target, error."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, repeat
from pathlib import Path

import numpy as np
from PIL import Image

from talkingface.errors import UserError
from talkingface.evaluation.error_colours import GAIN, error_map
from talkingface.video.footage import Frames, read_footage
from talkingface.video.write import VideoWriter

SMALLEST, LARGEST = 128, 256
# x264 qualities that are tried until a video is small enough, the best one first.
_QUALITIES = (23, 29, 35)
_CHUNK = 8


@dataclass(frozen=True)
class CaseFootage:
    """Where the frames of a case are.

    Attributes:
        source: footage whose first frame is the portrait.
        driving: what the model had to follow, before any perturbation.
        made: what it generated.
        target: what it should have generated, which may be `driving`; None where nobody knows.
        rate: frames a second, exact.
    """

    source: Path
    driving: Path
    made: Path
    target: Path | None
    rate: Fraction


@dataclass(frozen=True)
class CaseVideo:
    """A case's video, or why there is none.

    Attributes:
        panels: their names from left to right.
        url: the whole video as a data: address, "" where there is none.
        frames: how many it has.
        reason: why there is none, "" otherwise.
    """

    panels: tuple[str, ...]
    url: str
    frames: int
    reason: str


def case_video(footage: CaseFootage, size: int, frames: int, largest: int) -> CaseVideo:
    """Return a case's video, small enough to be part of a page; memory is constant.

    Args:
        footage: of the case; it ends with the shortest of its parts.
        size: side of the frames compared, pixels; the error is that of these frames.
        frames: at the most.
        largest: bytes of the video at the most; it is encoded more coarsely until it fits.
    """
    panels = _panels(footage)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.mp4"
        for quality in _QUALITIES:
            try:
                count = _encode(path, footage, size, frames, quality)
            except UserError as error:
                return CaseVideo(panels, "", 0, str(error))
            if path.stat().st_size <= largest:
                text = base64.b64encode(path.read_bytes()).decode("ascii")
                return CaseVideo(panels, f"data:video/mp4;base64,{text}", count, "")
    return CaseVideo(panels, "", 0, "its video is too large for the page; show fewer frames.")


def _panels(footage: CaseFootage) -> tuple[str, ...]:
    error = f"error, {GAIN} times"
    if footage.target is None:
        return ("source", "driving", "generated")
    if footage.target == footage.driving:
        return ("source", "driving = target", "generated", error)
    return ("source", "driving", "generated", "target", error)


def _encode(path: Path, footage: CaseFootage, size: int, frames: int, quality: int) -> int:
    side = min(max(size, SMALLEST), LARGEST)
    width = side * len(_panels(footage))
    with VideoWriter(path, footage.rate, width, side, crf=quality, gop=50, tune=None) as out:
        for pictures in islice(_pictures(footage, size), frames):
            out.write(np.concatenate([_scaled(picture, side) for picture in pictures], axis=1))
        return out.frames


def _pictures(footage: CaseFootage, size: int) -> Iterator[list[Frames]]:
    """The panels of each frame, (size, size, 3) each."""
    source = next(read_footage(footage.source, size, 1))[0]
    driving, made = _frames(footage.driving, size), _frames(footage.made, size)
    if footage.target is None:
        yield from map(list, zip(repeat(source), driving, made))
        return
    if footage.target == footage.driving:
        for followed, guess in zip(driving, made, strict=False):
            yield [source, followed, guess, error_map(guess, followed)]
        return
    for followed, guess, true in zip(driving, made, _frames(footage.target, size), strict=False):
        yield [source, followed, guess, true, error_map(guess, true)]


def _frames(path: Path, size: int) -> Iterator[Frames]:
    for piece in read_footage(path, size, _CHUNK):
        yield from piece


def _scaled(picture: Frames, side: int) -> Frames:
    if len(picture) == side:
        return picture
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC))

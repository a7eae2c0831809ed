"""From a raw video to its pieces: followed, measured, decided on, and cut out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import MediaError
from talkingface.faces.cuts import with_cuts
from talkingface.prepare.clip_settings import ClipSettings
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.prepare.piece import Beat, Piece
from talkingface.prepare.piece_maker import PieceMaker
from talkingface.prepare.source import Source
from talkingface.reasons import Reason
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames

_FRAMES_A_BEAT = 10


def make_pieces(
    source: Source,
    prefix: str,
    root: Path,
    model: Path,
    settings: ClipSettings,
    limits: FilterLimits,
    beat: Beat,
) -> list[Piece]:
    """Divide a raw video into pieces, and write clips and labels of those that are kept.

    Decodes the video twice, once to follow the people and once, if a piece is kept, to cut; the
    memory does not grow with its length. Which pieces there are, and so the names of the clips,
    depends on the video and the settings only, not on the limits. Everybody in a video has its
    identity: with people="all", it names the video's people together.

    Args:
        source: the video.
        prefix: of the clips' names; the pieces' numbers follow.
        root: the data set.
        model: path of `face_landmarker.task`.
        settings: how videos become clips.
        limits: which pieces are kept.
        beat: told every few frames how far the video is.

    Returns:
        The pieces in the order in which they end, at least one. A file that cannot be read is one
        piece; so is the rest of a file from where it is damaged.

    Raises:
        OSError: the disk is full.
    """
    try:
        info = probe(source.path, beat)
    except MediaError as error:
        return [_unreadable(error, source, 0.0)]
    maker = PieceMaker(source, prefix, root, info, settings, limits)
    reached = Fraction(0)

    def frames() -> Iterator[tuple[Fraction, NDArray[np.uint8]]]:
        nonlocal reached
        found = constant_rate_frames(source.path, maker.rate, strict=True, own_rate=info.rate)
        for number, (time, picture) in enumerate(_beginning(found, settings)):
            reached = max(reached, time)
            if number % _FRAMES_A_BEAT == 0:
                beat(float(reached))
            yield time, picture

    damage: MediaError | None = None
    with maker.people(model) as people:
        try:
            for time, picture, is_cut in with_cuts(frames()):
                people.step(time, picture, is_cut)
                maker.add(people.ended())
        except MediaError as error:
            damage = error
        maker.add(people.finish())
    if damage is not None and damage.reason != Reason.DAMAGED:
        maker.forget()
        return [_unreadable(damage, source, 0.0)]
    pieces = maker.cut(frames())
    if damage is not None:
        end = float(reached + 1 / maker.rate) if pieces else 0.0
        pieces.append(_unreadable(damage, source, end))
    return pieces


def _beginning(
    frames: Iterator[tuple[Fraction, NDArray[np.uint8]]], settings: ClipSettings
) -> Iterator[tuple[Fraction, NDArray[np.uint8]]]:
    longest = settings.max_seconds
    return frames if longest is None else takewhile(lambda item: item[0] < longest, frames)


def _unreadable(error: MediaError, source: Source, start: float) -> Piece:
    detail = str(error).removeprefix(f"{source.path}: ")
    return Piece(start, 0.0, error.reason, detail)

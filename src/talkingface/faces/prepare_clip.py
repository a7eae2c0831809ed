"""Preparing one raw video: a clip of the face with its track, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.faces.crop import Box, CropMode, bounds_of, clip_boxes, crop_frame, kept_inside
from talkingface.faces.face_track import FaceTrack
from talkingface.faces.follow import follow_face
from talkingface.faces.pose import head_angles, head_place, pose_in_crop
from talkingface.manifest import Clip, Track, clip_path, write_track
from talkingface.video.probe import VideoInfo, probe
from talkingface.video.read import constant_rate_frames
from talkingface.video.write import VideoWriter


class RejectedError(Exception):
    """A video that cannot be used; the message is the reason."""


@dataclass(frozen=True)
class ClipSettings:
    """How a video becomes a clip; see conf/prepare.yaml for the meaning of each field."""

    size: int = 128
    rate: Fraction | None = None
    max_seconds: float | None = None
    crop_mode: CropMode = "fixed"
    crop_scale: float = 1.0
    crop_smoothing: float = 0.5
    min_face: float = 64
    min_face_share: float = 0.9
    min_seconds: float = 1.0


def prepare_clip(source: Path, name: str, root: Path, model: Path, settings: ClipSettings) -> Clip:
    """Write `clips/<name>.mp4` and `tracks/<name>.parquet` below `root`.

    Decodes the video twice, once to follow the face and once to crop it, so that memory does not
    grow with its length (but for the face's track, 6 kB a frame).

    Returns:
        The manifest's row, with an empty identity.

    Raises:
        RejectedError: the video is unreadable, too short, or does not show one face well enough.
    """
    try:
        info = probe(source)
        if info.duration < settings.min_seconds:
            raise RejectedError(
                f"too short: {float(info.duration):.2f} s, least {settings.min_seconds} s"
            )
        rate = settings.rate or info.rate
        found = follow_face(_frames(source, rate, settings), model, rate)
        face_track = _accepted(found, settings)
        boxes = _boxes(face_track, rate, info, settings)
        _write_clip(clip_path(root, name), source, boxes, rate, settings)
    except UserError as error:
        reason = str(error).removeprefix(f"{source}: ")
        raise RejectedError(f"unreadable: {reason}") from error
    write_track(root, name, _track_in_crops(face_track, boxes))
    return _row(name, source, info, boxes, rate)


def _frames(
    source: Path, rate: Fraction, settings: ClipSettings
) -> Iterator[tuple[Fraction, NDArray[np.uint8]]]:
    frames = constant_rate_frames(source, rate)
    longest = settings.max_seconds
    return frames if longest is None else takewhile(lambda item: item[0] < longest, frames)


def _accepted(track: FaceTrack | None, settings: ClipSettings) -> FaceTrack:
    """Return the track if it shows one face, throughout, and large enough."""
    if track is None:
        raise RejectedError("no face in any frame")
    share = track.face.mean()
    if share < settings.min_face_share:
        raise RejectedError(
            f"face in {share:.0%} of the frames only, least {settings.min_face_share:.0%}"
        )
    if track.crowded > 0.5:
        raise RejectedError(
            f"several faces: a second one at least half as high in {track.crowded:.0%} of the "
            "frames looked at"
        )
    bounds = bounds_of(track.landmarks[track.face])
    height = float(np.median(bounds[:, 3] - bounds[:, 1]))
    if height < settings.min_face:
        raise RejectedError(f"face too small: {height:.0f} pixels, least {settings.min_face:g}")
    if track.cuts:
        times = ", ".join(f"{float(time):.2f} s" for time in track.cuts[:3])
        raise RejectedError(f"several shots: cuts at {times}")
    return track


def _boxes(track: FaceTrack, rate: Fraction, info: VideoInfo, settings: ClipSettings) -> list[Box]:
    boxes = clip_boxes(
        bounds_of(track.landmarks),
        track.face,
        settings.crop_mode,
        scale=settings.crop_scale,
        smoothing=settings.crop_smoothing * float(rate),
    )
    return [kept_inside(box, info.width, info.height) for box in boxes]


def _write_clip(
    path: Path, source: Path, boxes: list[Box], rate: Fraction, settings: ClipSettings
) -> None:
    size = settings.size
    with VideoWriter(path, rate, size, size, sound_from=source) as writer:
        for box, (_, frame) in zip(boxes, _frames(source, rate, settings), strict=True):
            writer.write(crop_frame(frame, box, size))


def _track_in_crops(track: FaceTrack, boxes: list[Box]) -> Track:
    corners = np.array([(box.x, box.y) for box in boxes])
    sides = np.array([box.side for box in boxes])
    centre, size = head_place(track.landmarks, track.depth)
    landmarks = (track.landmarks - corners[:, None]) / sides[:, None, None]
    return Track(
        pose=pose_in_crop(
            head_angles(track.matrix), centre, size, corners + sides[:, None] / 2, sides
        ),
        expression=track.expression,
        landmarks=landmarks.astype(np.float32),
        face=track.face,
    )


def _row(name: str, source: Path, info: VideoInfo, boxes: list[Box], rate: Fraction) -> Clip:
    return Clip(
        clip=name,
        identity="",
        source=str(source),
        frames=len(boxes),
        rate_num=rate.numerator,
        rate_den=rate.denominator,
        crop_x=boxes[0].x,
        crop_y=boxes[0].y,
        crop_side=boxes[0].side,
        has_audio=info.has_audio,
    )

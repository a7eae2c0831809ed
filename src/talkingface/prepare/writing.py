"""Cutting the clips of one video out of it, and its labels to go with them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from talkingface.errors import MediaError, UserError
from talkingface.faces.crop import Box, crop_frame
from talkingface.faces.nearest_seen import nearest_seen
from talkingface.faces.person_track import PersonTrack
from talkingface.faces.pose import pose_in_crop
from talkingface.manifest import (
    Clip,
    Track,
    clip_path,
    size_and_checksum,
    track_path,
    write_track,
)
from talkingface.reasons import Reason
from talkingface.video.container import open_media, video_stream
from talkingface.video.write import VideoWriter

_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

TimedFrame = tuple[Fraction, NDArray[np.uint8]]


@dataclass(frozen=True)
class Cutting:
    """A clip to be cut out.

    Attributes:
        clip: the manifest's row, without what only the written file tells.
        first: number of its first frame in the video.
        boxes: its crop in every frame.
    """

    clip: Clip
    first: int
    boxes: Sequence[Box]


def write_labels(root: Path, clip: str, track: PersonTrack, boxes: Sequence[Box]) -> None:
    """Write the labels of a clip that is to be cut out.

    Args:
        root: the data set.
        clip: its name.
        track: the person, with at least one frame that shows the face.
        boxes: the crop in every frame.
    """
    nearest = nearest_seen(track.number, track.length)
    corners = np.array([(box.x, box.y) for box in boxes])
    sides = np.array([box.side for box in boxes])
    landmarks = (track.landmarks[nearest] - corners[:, None]) / sides[:, None, None]
    pose = pose_in_crop(
        track.angles[nearest],
        track.centre[nearest],
        track.size[nearest],
        corners + sides[:, None] / 2,
        sides,
    )
    labels = Track(
        pose=pose,
        expression=track.expression[nearest],
        landmarks=landmarks.astype(np.float32),
        face=track.number[nearest] == np.arange(track.length),
    )
    with _plain_disk_errors():
        write_track(root, clip, labels)


def cut_clips(
    root: Path, cuttings: Sequence[Cutting], frames: Iterable[TimedFrame], sound: Path, size: int
) -> dict[str, Clip | MediaError]:
    """Write clips whose labels are there, reading the video once.

    Args:
        root: the data set.
        cuttings: what to cut, in any order; may overlap in time.
        frames: the video's, in order, at the clips' rate.
        sound: file of the sound, see `VideoWriter`.
        size: side of the clips, pixels.

    Returns:
        By the clip's name, the manifest's row; or why it could not be cut, its files removed.

    Raises:
        OSError: the disk is full.
    """
    waiting = sorted(cuttings, key=lambda cutting: cutting.first, reverse=True)
    being_cut: list[_BeingCut] = []
    results: dict[str, Clip | MediaError] = {}
    damage = MediaError("ended earlier when it was read again", Reason.DAMAGED)
    try:
        for number, (_, picture) in enumerate(frames):
            while waiting and waiting[-1].first == number:
                being_cut.append(_BeingCut(root, waiting.pop(), sound, size))
            for item in list(being_cut):
                item.write(picture, number)
                if item.is_complete:
                    being_cut.remove(item)
                    results[item.cutting.clip.clip] = item.finish()
            if not waiting and not being_cut:
                return results
    except MediaError as error:
        damage = error
    finally:
        for item in being_cut:
            item.abandon()
    for cutting in [*(item.cutting for item in being_cut), *waiting]:
        results[cutting.clip.clip] = _without_files(root, cutting, damage)
    return results


class _BeingCut:
    def __init__(self, root: Path, cutting: Cutting, sound: Path, size: int) -> None:
        self.cutting = cutting
        self._root = root
        self._size = size
        with _plain_disk_errors():
            self._writer = VideoWriter(
                clip_path(root, cutting.clip.clip),
                cutting.clip.rate,
                size,
                size,
                sound_from=sound,
                sound_start=cutting.first / cutting.clip.rate,
            )

    @property
    def is_complete(self) -> bool:
        return self._writer.frames == len(self.cutting.boxes)

    def write(self, picture: NDArray[np.uint8], number: int) -> None:
        crop = crop_frame(picture, self.cutting.boxes[number - self.cutting.first], self._size)
        with _plain_disk_errors():
            self._writer.write(crop)

    def finish(self) -> Clip | MediaError:
        with _plain_disk_errors():
            self._writer.__exit__(None, None, None)
        clip = self.cutting.clip
        path, labels = clip_path(self._root, clip.clip), track_path(self._root, clip.clip)
        try:
            found = _frames_in(path)
        except MediaError as error:
            # Records are to hold no path of this machine.
            said = MediaError(str(error).replace(str(path), clip.clip), error.reason)
            return _without_files(self._root, self.cutting, said)
        if found != clip.frames:
            message = f"{clip.clip}: holds {found} frames after writing {clip.frames}"
            return _without_files(self._root, self.cutting, MediaError(message, Reason.CRASHED))
        size, crc32 = size_and_checksum(path)
        return replace(
            clip,
            has_audio=self._writer.has_sound,
            bytes=size,
            crc32=crc32,
            track_crc32=size_and_checksum(labels)[1],
        )

    def abandon(self) -> None:
        """Remove what was written."""
        # A full disk is reported again here; the first report is on its way up.
        with suppress(av.error.FFmpegError):
            self._writer.__exit__(GeneratorExit, None, None)


def _frames_in(path: Path) -> int:
    """Return how many frames a written clip holds, all of them decoded."""
    with open_media(path) as container:
        return sum(1 for _ in container.decode(video_stream(container, path)))


def _without_files(root: Path, cutting: Cutting, error: MediaError) -> MediaError:
    clip_path(root, cutting.clip.clip).unlink(missing_ok=True)
    track_path(root, cutting.clip.clip).unlink(missing_ok=True)
    return error


@contextmanager
def _plain_disk_errors() -> Iterator[None]:
    """Turn a full disk, whichever library reports it, into an OSError that says no more."""
    try:
        yield
    except (av.error.FFmpegError, OSError, UserError) as error:
        number = _error_number(error)
        if number in _DISK_ERRORS:
            raise OSError(number, os.strerror(number)) from error
        raise


def _error_number(error: BaseException | None) -> int | None:
    while error is not None:
        if isinstance(error, OSError | av.error.FFmpegError) and error.errno is not None:
            return error.errno
        error = error.__cause__ or error.__context__
    return None

"""Decoding chosen frames of a prepared clip and nothing else, with a decoder that is kept.

Per process and thread one decoder is kept for clips of the same coding, and the pixel converter:
making them anew takes longer than decoding a frame.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from talkingface.errors import MediaError, UserError
from talkingface.reasons import Reason
from talkingface.video.container import LARGEST_PIXELS
from talkingface.video.mp4_index import FrameIndex, NotUnderstoodError, frame_index, tables_end

_MOST_DECODERS = 8
# The tables of a minute of video and sound.
_HEAD_BYTES = 1 << 16


class _Kept(threading.local):
    def __init__(self) -> None:
        self.decoders: dict[bytes, VideoCodecContext] = {}
        self.converter = VideoReformatter()


_kept = _Kept()


def decode_frames(path: Path, indices: Sequence[int], size: int | None) -> NDArray[np.uint8]:
    """Return the frames of a clip at `indices`.

    Of each wanted frame the key frame before it and what lies between are decoded, never more.

    Args:
        path: the clip, written by `VideoWriter`.
        indices: T frame numbers in any order.
        size: side of the square frames returned; None keeps the file's size.

    Returns:
        (T, H, W, 3) uint8 RGB.

    Raises:
        MediaError: the clip is damaged, or was not written by `VideoWriter`.
        UserError: an index lies outside the clip.
    """
    try:
        # Only what is needed is read: the file may lie on a disk far away.
        with path.open("rb", buffering=0) as file:
            index = _index(file.fileno())
            check_indices(path, indices, len(index))
            return _decoded(file.fileno(), index, indices, size)
    except (OSError, NotUnderstoodError, av.error.FFmpegError) as error:
        # What the decoders hold now is of no known state.
        _kept.decoders.clear()
        raise _damaged(path, error) from error


def check_indices(path: Path, indices: Sequence[int], length: int) -> None:
    """Refuse frame numbers outside a clip of `length` frames, and no numbers at all.

    Raises:
        UserError: such a number was given.
    """
    outside = [index for index in indices if not 0 <= index < length]
    if outside or not indices:
        asked = f"frame {outside[0]}" if outside else "no frames at all"
        raise UserError(f"{path}: has frames 0 to {length - 1}, asked for {asked}.")


def _index(file: int) -> FrameIndex:
    length = os.fstat(file).st_size
    head = os.pread(file, _HEAD_BYTES, 0)
    end = tables_end(head) or length
    if end > len(head):
        head = os.pread(file, min(end, length), 0)
    return frame_index(head, length)


def _decoded(
    file: int, index: FrameIndex, indices: Sequence[int], size: int | None
) -> NDArray[np.uint8]:
    decoder = _decoder(index.header)
    decoder.flush_buffers()
    keys = np.flatnonzero(index.key)
    wanted = np.unique(np.asarray(indices))
    pictures: dict[int, NDArray[np.uint8]] = {}
    done = -1
    for number, key in zip(wanted, keys[np.searchsorted(keys, wanted, "right") - 1], strict=True):
        frame = None
        for k, packet in _packets(file, index, max(key, done + 1), number):
            frames = decoder.decode(packet)
            if len(frames) != 1 or frames[0].is_corrupt:
                raise NotUnderstoodError(f"frame {k} is damaged")
            frame = frames[0]
        done = number
        assert frame is not None
        # A converter's threads would not survive a fork, and small pictures are not worth them.
        picture = _kept.converter.reformat(
            frame, size, size, "rgb24", interpolation="BILINEAR", threads=1
        )
        pictures[int(number)] = picture.to_ndarray().astype(np.uint8, copy=False)
    return np.stack([pictures[i] for i in indices])


def _packets(
    file: int, index: FrameIndex, first: int, last: int
) -> Iterator[tuple[int, av.Packet]]:
    """Yield the coded frames from `first` to `last`, read at one go."""
    base = int(index.starts[first])
    length = int(index.starts[last] + index.sizes[last]) - base
    data = os.pread(file, length, base)
    if len(data) != length:
        raise NotUnderstoodError("it became shorter while it was read")
    for k in range(first, last + 1):
        start = int(index.starts[k]) - base
        yield k, av.Packet(data[start : start + int(index.sizes[k])])


def _decoder(header: bytes) -> VideoCodecContext:
    found = _kept.decoders.get(header)
    if found is None:
        found = VideoCodecContext.create("h264", "r")
        found.extradata = header
        found.thread_count = 1
        found.options = {"err_detect": "explode", "max_pixels": str(LARGEST_PIXELS)}
        if len(_kept.decoders) >= _MOST_DECODERS:
            _kept.decoders.pop(next(iter(_kept.decoders)))
        _kept.decoders[header] = found
    return found


def _damaged(path: Path, error: Exception) -> MediaError:
    why = getattr(error, "strerror", None) or error
    return MediaError(f"{path}: cannot be read ({why}). Prepare it again.", Reason.DAMAGED)

"""Decoding chosen frames of a prepared clip and nothing else, with a decoder that is kept.

Per process and thread one decoder is kept for clips of the same coding, and the pixel converter:
making them anew takes longer than decoding a frame.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from talkingface.errors import MediaError, UserError
from talkingface.reasons import Reason
from talkingface.video.container import LARGEST_PIXELS
from talkingface.video.mp4_index import FrameIndex, NotUnderstoodError, frame_index

_MOST_DECODERS = 8


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
        data = path.read_bytes()
        index = frame_index(data)
    except (OSError, NotUnderstoodError) as error:
        raise _damaged(path, error) from error
    check_indices(path, indices, len(index))
    try:
        return _decoded(data, index, indices, size)
    except (av.error.FFmpegError, NotUnderstoodError) as error:
        # What the decoder holds now is of no known state.
        _kept.decoders.pop(index.header, None)
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


def _decoded(
    data: bytes, index: FrameIndex, indices: Sequence[int], size: int | None
) -> NDArray[np.uint8]:
    decoder = _decoder(index.header)
    decoder.flush_buffers()
    keys = np.flatnonzero(index.key)
    wanted = np.unique(np.asarray(indices))
    pictures: dict[int, NDArray[np.uint8]] = {}
    done = -1
    for number, key in zip(wanted, keys[np.searchsorted(keys, wanted, "right") - 1], strict=True):
        frame = None
        for k in range(max(key, done + 1), number + 1):
            start = int(index.starts[k])
            frames = decoder.decode(av.Packet(data[start : start + int(index.sizes[k])]))
            if len(frames) != 1 or frames[0].is_corrupt:
                raise NotUnderstoodError(f"frame {k} is damaged")
            frame = frames[0]
        done = number
        assert frame is not None
        picture = _kept.converter.reformat(frame, size, size, "rgb24", interpolation="BILINEAR")
        pictures[int(number)] = picture.to_ndarray().astype(np.uint8, copy=False)
    return np.stack([pictures[i] for i in indices])


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

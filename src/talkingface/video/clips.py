"""Random access to frames of prepared clips (constant rate, short GOP, no B-frames).

Only for clips that `prepare`, `synthesize` or `VideoWriter` wrote: decord returns wrong frames on
some raw files (edit lists, transport streams). Raw video goes through `constant_rate_frames`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.video.container import open_media, video_stream

Backend = Literal["decord", "pyav"]
ClipFrames = NDArray[np.uint8]
_SEEK_BEYOND = 24


def read_clip_frames(
    path: Path,
    indices: Sequence[int],
    size: int | None = None,
    backend: Backend = "decord",
) -> ClipFrames:
    """Return the frames at `indices` of a prepared clip.

    The file is opened anew at each call and one thread decodes it: a reader kept open is slower,
    and one carried across a fork hangs. Safe in data loader workers.

    Args:
        path: the clip.
        indices: T frame numbers from 0, in any order, repeats allowed.
        size: side of the square frames returned, scaled while decoding; None keeps the file's size.
        backend: which library decodes. Both return the same frames; scaled ones differ by a
            grey level or two.

    Returns:
        (T, H, W, 3) uint8 RGB, in the order of `indices`.

    Raises:
        UserError: the file is missing, unreadable, or shorter than an index asks for.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such clip. Prepare the data set again.")
    return _BACKENDS[backend](path, [int(index) for index in indices], size)


def _read_with_decord(path: Path, indices: list[int], size: int | None) -> ClipFrames:
    try:
        import decord  # noqa: PLC0415 - heavy, and its threads must start inside the worker
    except ImportError as error:
        raise UserError(
            "decord is not installed for this machine. Install decord, decord2 or eva-decord, "
            "or read with backend=pyav."
        ) from error
    side = size or -1
    try:
        reader = decord.VideoReader(
            str(path), ctx=decord.cpu(0), width=side, height=side, num_threads=1
        )
        _check_range(path, indices, len(reader))
        return reader.get_batch(indices).asnumpy()
    except (RuntimeError, decord.DECORDError) as error:
        reason = str(error).strip().rpartition(": ")[2]
        raise UserError(
            f"{path}: decord cannot read this clip ({reason}). Prepare it again."
        ) from error


def _read_with_pyav(path: Path, indices: list[int], size: int | None) -> ClipFrames:
    wanted = sorted(set(indices))
    found: dict[int, NDArray[np.uint8]] = {}
    with open_media(path) as container:
        stream = video_stream(container, path)
        _check_range(path, indices, stream.frames)
        if not stream.average_rate or not stream.time_base:
            raise UserError(f"{path}: has no frame rate, so is no prepared clip. Prepare it again.")
        ticks = 1 / (stream.average_rate * stream.time_base)
        origin = stream.start_time or 0
        frames = container.decode(stream)
        position = -1
        for index in wanted:
            if index - position > _SEEK_BEYOND:
                container.seek(origin + round(index * ticks), stream=stream)
                frames = container.decode(stream)
            for frame in frames:
                position = round(((frame.pts or 0) - origin) / ticks)
                if position == index:
                    found[index] = _scaled(frame, size)
                if position >= index:
                    break
    missing = [index for index in wanted if index not in found]
    if missing:
        raise UserError(f"{path}: ends before frame {missing[0]}. Prepare it again.")
    return np.stack([found[index] for index in indices])


def _scaled(frame: av.VideoFrame, size: int | None) -> NDArray[np.uint8]:
    picture = frame.reformat(size, size, "rgb24", interpolation="BILINEAR").to_ndarray()
    return picture.astype(np.uint8, copy=False)


def _check_range(path: Path, indices: list[int], length: int) -> None:
    outside = [index for index in indices if not 0 <= index < length]
    if outside or not indices:
        asked = f"frame {outside[0]}" if outside else "no frames at all"
        raise UserError(f"{path}: has frames 0 to {length - 1}, asked for {asked}.")


_BACKENDS: dict[str, Callable[[Path, list[int], int | None], ClipFrames]] = {
    "decord": _read_with_decord,
    "pyav": _read_with_pyav,
}

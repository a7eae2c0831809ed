"""Random access to frames of prepared clips (constant rate, short GOP, no B-frames).

Only for clips that `prepare`, `synthesize` or `VideoWriter` wrote: decord returns wrong frames on
some raw files (edit lists, transport streams). Raw video goes through `constant_rate_frames`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import MediaError, UserError
from talkingface.reasons import Reason
from talkingface.video.packets import check_indices, decode_frames

Backend = Literal["decord", "pyav"]
ClipFrames = NDArray[np.uint8]


def read_clip_frames(
    path: Path,
    indices: Sequence[int],
    size: int | None = None,
    backend: Backend = "decord",
) -> ClipFrames:
    """Return the frames at `indices` of a prepared clip.

    The file is opened anew at each call and one thread decodes it. Safe in data loader workers:
    no thread or open file is carried across a fork.

    Args:
        path: the clip.
        indices: T frame numbers from 0, in any order, repeats allowed.
        size: side of the square frames returned, scaled while decoding; None keeps the file's size.
        backend: which library decodes. Both return the same frames; scaled ones differ by a
            grey level or two. "pyav" is several times faster, since it decodes no frame in vain,
            and ends with an error where "decord" may hang or repeat a frame: in damaged clips.

    Returns:
        (T, H, W, 3) uint8 RGB, in the order of `indices`.

    Raises:
        MediaError: the file is missing or damaged.
        UserError: it is shorter than an index asks for.
    """
    if not path.is_file():
        raise MediaError(f"{path}: no such clip. Prepare the data set again.", Reason.NOT_A_FILE)
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
        check_indices(path, indices, len(reader))
        return reader.get_batch(indices).asnumpy()
    except (RuntimeError, decord.DECORDError) as error:
        reason = str(error).strip().rpartition(": ")[2]
        raise MediaError(
            f"{path}: decord cannot read this clip ({reason}). Prepare it again.", Reason.DAMAGED
        ) from error


_BACKENDS: dict[str, Callable[[Path, list[int], int | None], ClipFrames]] = {
    "decord": _read_with_decord,
    "pyav": decode_frames,
}

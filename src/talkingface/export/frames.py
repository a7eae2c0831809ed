"""Real frames to check an export with."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from talkingface.animation.framing import Framing
from talkingface.animation.parts import Pixels
from talkingface.errors import UserError
from talkingface.faces.crop import crop_frame
from talkingface.numbers import is_whole
from talkingface.synthetic.clip import render_motion
from talkingface.synthetic.dataset import FIRST_RESERVED_SEED
from talkingface.video.read import constant_rate_frames

# Of the synthetic head; its mouth and head have moved after a second.
_RATE = 25
_MOST = 1000


def check_frames(path: Path | None, count: int, size: int, framing: Framing) -> Pixels:
    """Return consecutive frames (count, size, size, 3) of one face.

    Args:
        path: a video; None renders a synthetic head.
        count: number of frames.
        size: their side, pixels.
        framing: how a video is cropped.

    Raises:
        UserError: the video cannot be read, shows no face or has too few frames.
    """
    if not is_whole(count) or not 2 <= count <= _MOST:
        raise UserError(f"count={count}: must be a whole number from 2 to {_MOST}.")
    if path is None:
        seed = FIRST_RESERVED_SEED
        return render_motion(seed, seed, np.arange(count) / _RATE, size)
    box = framing.driving(path).box
    frames = [
        crop_frame(frame, box, size) for _, frame in islice(constant_rate_frames(path), count)
    ]
    if len(frames) < count:
        raise UserError(f"{path}: has {len(frames)} frames, count={count}. Choose fewer.")
    return np.stack(frames)

"""Reading a portrait, from a picture file or from a video's first frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from talkingface.errors import UserError
from talkingface.video.read import constant_rate_frames


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Return a picture as (H, W, 3) uint8 RGB, turned as its EXIF data says.

    Raises:
        UserError: the file is missing, or neither a picture nor a video.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file. Give a picture or a video.")
    try:
        with Image.open(path) as picture:
            return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    except UnidentifiedImageError:
        return next(constant_rate_frames(path))[1]
    except (OSError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: cannot be read ({error}). Give another picture.") from error

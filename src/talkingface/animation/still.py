"""A portrait, ready to be animated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from talkingface.animation.framing import Framing
from talkingface.animation.parts import Parts, Pixels, Portrait
from talkingface.faces.crop import Box, crop_frame
from talkingface.video.picture import read_picture


@dataclass(frozen=True)
class Still:
    """A portrait and what was read from it.

    Attributes:
        name: its file.
        picture: the whole picture.
        box: where its crop lies.
        crop: the crop.
        portrait: what the runtime has read from the crop.
        notes: what was left out or changed in reading the file, a clause each.
    """

    name: Path
    picture: Pixels
    box: Box
    crop: Pixels
    portrait: Portrait
    notes: tuple[str, ...] = ()


def read_still(parts: Parts, path: Path, framing: Framing) -> Still:
    """Read a portrait's file, find the face and read it.

    Raises:
        UserError: the file cannot be read, or shows no usable face.
    """
    picture = read_picture(path)
    box = framing.portrait(picture.pixels, path)
    crop = crop_frame(picture.pixels, box, parts.size)
    return Still(path, picture.pixels, box, crop, parts.portrait(crop), picture.notes)

"""Following one face in a square region of the picture around it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import Box, bounds_of, shrunk_crop
from talkingface.faces.landmarker import Face, Landmarker
from talkingface.faces.search import Bounds

_REGION_PIXELS = 320
# Side of the region of interest in face heights, and what the face may become in it.
_REGION_FACES = 2.2
_SMALLEST_SHARE, _LARGEST_SHARE = 0.3, 0.62
_FARTHEST_OFF_CENTRE = 0.2


class RegionTracker:
    """Looks for a face where it was, in a part of the picture in which it is large.

    The region stays where it is while the face is well inside, because the landmarker remembers
    where in its picture the face was.

    Args:
        model: path of `face_landmarker.task`.
        expressions: whether they are measured too.
    """

    def __init__(self, model: Path, *, expressions: bool = True) -> None:
        self._model = model
        self._expressions = expressions
        self._landmarker: Landmarker | None = None
        self._region = Box(0, 0, 0)

    @property
    def follows(self) -> bool:
        """Whether there is a face to follow."""
        return self._landmarker is not None

    def aim(self, bounds: Bounds) -> None:
        """Follow the face within (4,) left, top, right, bottom from now on, pixels."""
        self.drop()
        side = round(_REGION_FACES * _extent(bounds))
        x, y = (bounds[:2] + bounds[2:]) / 2 - side / 2
        self._region = Box(round(x), round(y), side)
        self._landmarker = Landmarker(self._model, sequence=True, expressions=self._expressions)

    def follow(self, time: Fraction, picture: NDArray[np.uint8]) -> tuple[Box, Face] | None:
        """Return the face and the region whose units it is in; None, and no aim, if it is lost.

        Args:
            time: seconds, rising from call to call.
            picture: (H, W, 3) uint8 RGB.
        """
        if self._landmarker is None:
            return None
        region = self._region
        faces = self._landmarker.detect(shrunk_crop(picture, region, _REGION_PIXELS), time)
        if not faces:
            self.drop()
            return None
        bounds = bounds_of(in_picture(region, faces[0]))
        if _strays(bounds, region):
            self.aim(bounds)
        return region, faces[0]

    def drop(self) -> None:
        """Follow nothing; also to be called at the end."""
        if self._landmarker is not None:
            self._landmarker.__exit__(None, None, None)
            self._landmarker = None


def in_picture(region: Box, face: Face) -> NDArray[np.float32]:
    """Return (478, 2) landmarks in pixels of the picture of a face seen in a square region."""
    return (face.landmarks * region.side + (region.x, region.y)).astype(np.float32)


def _extent(bounds: Bounds) -> float:
    return float(max(bounds[2:] - bounds[:2]))


def _strays(bounds: Bounds, region: Box) -> bool:
    share = _extent(bounds) / region.side
    centre = (bounds[:2] + bounds[2:]) / 2
    off = np.abs(centre - np.array(region.centre)).max() / region.side
    return bool(off > _FARTHEST_OFF_CENTRE or not _SMALLEST_SHARE < share < _LARGEST_SHARE)

"""Finding faces anywhere in a picture, also those that are small in it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from talkingface.faces.crop import Box, shrunk_crop
from talkingface.faces.landmarker import Landmarker

# The detector works on 128 pixels; more than this only costs time.
_TILE_PIXELS = 256
_OVERLAP = 0.5
_SAME_FACE = 0.3
# A face of this share of a tile's side is found reliably.
_FINDABLE_SHARE = 0.3
# Side of a close look at a face, in face heights.
_CLOSELY = 2.2
# Smaller ones are in the background.
_SMALLEST_OF_SEVERAL = 1 / 3

Bounds = NDArray[np.float64]


def find_faces(landmarker: Landmarker, picture: NDArray[np.uint8]) -> list[Bounds]:
    """Return (4,) left, top, right, bottom in pixels of the faces in a picture, largest first.

    Looks at the whole picture first; only if that shows no face, at overlapping tiles of half and
    then of a quarter of its longer side.

    Args:
        landmarker: for single pictures, with `max_faces` above 1 to find several.
        picture: (H, W, 3) uint8 RGB.
    """
    longer, shorter = max(picture.shape[:2]), min(picture.shape[:2])
    # A strip is not padded to a square of its length, which may be gigabytes.
    side = max(min(longer, 2 * shorter), longer / 16)
    for part in (1, 2, 4):
        found = _faces_in(landmarker, picture, _tiles(picture, side / part))
        if found:
            return found
    return []


def find_faces_of_size(
    landmarker: Landmarker, picture: NDArray[np.uint8], height: float
) -> list[Bounds]:
    """Return the faces of a picture that are `height` pixels high or more, largest first."""
    found = _faces_in(landmarker, picture, _tiles(picture, height / _FINDABLE_SHARE))
    return [bounds for bounds in found if _height(bounds) >= height]


def all_faces(
    landmarker: Landmarker, picture: NDArray[np.uint8], found: list[Bounds]
) -> list[Bounds]:
    """Return the faces of a picture at least a third as high as the largest, largest first.

    Args:
        landmarker: for single pictures, with `max_faces` above 1.
        picture: (H, W, 3) uint8 RGB.
        found: what `find_faces` found, at least one; it may miss smaller faces.
    """
    least = _SMALLEST_OF_SEVERAL * _height(found[0])
    more = find_faces_of_size(landmarker, picture, least)
    new = [b for b in more if all(overlap(b, other) < _SAME_FACE for other in found)]
    # Among many tiles one shows a face where there is none.
    sure = [bounds for bounds in new if _is_seen_closely(landmarker, picture, bounds)]
    return _distinct(found + sure, least)


def _is_seen_closely(landmarker: Landmarker, picture: NDArray[np.uint8], bounds: Bounds) -> bool:
    side = _CLOSELY * float(max(bounds[2:] - bounds[:2]))
    x, y = (bounds[:2] + bounds[2:] - side) / 2
    seen = _faces_in(landmarker, picture, iter([Box(round(x), round(y), round(side))]))
    return any(overlap(bounds, other) >= _SAME_FACE for other in seen)


def _height(bounds: Bounds) -> float:
    return float(bounds[3] - bounds[1])


def _tiles(picture: NDArray[np.uint8], side: float) -> Iterator[Box]:
    """Yield squares of about `side` pixels that overlap by half and cover the picture."""
    height, width, _ = picture.shape
    if side >= max(height, width):
        longer = max(height, width)
        yield Box((width - longer) // 2, (height - longer) // 2, longer)
        return
    for y in _starts(height, side):
        for x in _starts(width, side):
            yield Box(round(x), round(y), round(side))


def _starts(length: int, side: float) -> list[float]:
    if side >= length:
        return [(length - side) / 2]
    steps = int(np.ceil((length - side) / (side * (1 - _OVERLAP))))
    return np.linspace(0, length - side, steps + 1).tolist()


def _faces_in(
    landmarker: Landmarker, picture: NDArray[np.uint8], tiles: Iterator[Box]
) -> list[Bounds]:
    found: list[Bounds] = []
    for tile in tiles:
        for face in landmarker.detect(shrunk_crop(picture, tile, _TILE_PIXELS)):
            found.append(np.array([tile.x, tile.y] * 2) + np.array(face.bbox) * tile.side)
    return _distinct(found)


def _distinct(found: list[Bounds], least: float = 0.0) -> list[Bounds]:
    kept: list[Bounds] = []
    for bounds in sorted(found, key=_height, reverse=True):
        if _height(bounds) >= least and all(overlap(bounds, other) < _SAME_FACE for other in kept):
            kept.append(bounds)
    return kept


def overlap(one: Bounds, other: Bounds) -> float:
    """Return the shared area over the smaller one's area."""
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    shared = float(np.prod(np.clip(high - low, 0, None)))
    areas = [float(np.prod(bounds[2:] - bounds[:2])) for bounds in (one, other)]
    return shared / max(min(areas), 1e-6)

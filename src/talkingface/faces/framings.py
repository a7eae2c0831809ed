"""How much is seen around a face."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FramingShape:
    """Proportions of a square crop around a face's landmarks, forehead to chin.

    Attributes:
        face_share: of the crop's height, what the face takes.
        room_above: of the crop's height, the room above the forehead.
        widest_share: of the crop's width, the most that the face takes, as when the head turns
            from side to side.
        tightest: how much smaller than that the crop may become to stay inside the picture.
    """

    face_share: float
    room_above: float
    widest_share: float
    tightest: float


FRAMINGS = {
    "tight": FramingShape(0.75, 0.14, 0.95, 0.92),
    # The smallest shows a face of 3/4 of the height.
    "head": FramingShape(0.57, 0.24, 0.8, 0.76),
    "shoulders": FramingShape(0.36, 0.22, 0.55, 0.76),
}
HEAD = FRAMINGS["head"]

"""Which of several faces is meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from talkingface.errors import UserError
from talkingface.faces.search import Bounds

# The largest, or the number of a face from left to right, from 0.
FaceChoice = Literal["largest"] | int


def parse_choice(text: str | int) -> FaceChoice:
    """Return the choice that a configuration's value means: "largest", 0, "1".

    Raises:
        UserError: it means none.
    """
    if text == "largest":
        return "largest"
    # In Python, true is a number.
    if isinstance(text, bool) or not str(text).isdecimal():
        raise UserError(
            f"face {text}: must be largest, or a number from left to right, the first being 0."
        )
    return int(text)


def choose_face(faces: Sequence[Bounds], which: FaceChoice, name: Path) -> Bounds:
    """Return the face that is meant.

    Args:
        faces: (4,) left, top, right, bottom in pixels of each face, at least one, largest first.
        which: the choice.
        name: the file, for the message.

    Raises:
        UserError: there are not so many faces; the message lists those there are.
    """
    if which == "largest":
        return faces[0]
    from_left = sorted(faces, key=lambda bounds: float(bounds[0] + bounds[2]))
    if which < len(from_left):
        return from_left[which]
    places = "; ".join(f"{number}: {_place(bounds)}" for number, bounds in enumerate(from_left))
    count = "one face" if len(faces) == 1 else f"{len(faces)} faces"
    raise UserError(
        f"{name}: shows {count}, so there is no face {which}. Choose largest or a number from left "
        f"to right: {places}."
    )


def _place(bounds: Bounds) -> str:
    left, top, right, bottom = (round(float(value)) for value in bounds)
    return f"at x {left} to {right}, y {top} to {bottom}"

"""What one frame of the output shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from talkingface.animation.parts import Pixels
from talkingface.animation.reference import Reference
from talkingface.animation.still import Still
from talkingface.faces.paste import Paste


class Layout:
    """The generated face alone or in its portrait, alone or beside portrait and reference.

    Args:
        still: the portrait.
        size: side of the generated frames, pixels.
        paste: show the whole portrait, with the generated face in it.
        beside: reference to show between the portrait and the result, cropped as it was read;
            None shows the result alone.

    Attributes:
        width, height: size of the frames, pixels.
    """

    def __init__(self, still: Still, size: int, paste: bool, beside: Reference | None) -> None:
        self._paste = Paste.of(still.picture, still.box) if paste else None
        self._beside = beside
        self._portrait = self._shown(still.crop)
        self.height, self.width = self._portrait.shape[:2]
        if beside is not None:
            self.width = 2 * self.width + self.height

    def references(self, rate: Fraction) -> Iterator[Pixels]:
        """Yield the reference's frames as they are shown, at a constant rate; nothing without."""
        if self._beside is not None:
            yield from replace(self._beside, size=self.height).frames(rate)

    def frame(self, made_SS3: Pixels, true: Pixels | None) -> Pixels:
        """Return a frame (height, width, 3).

        Args:
            made_SS3: the generated face.
            true: the reference's frame that belongs to it, where one is shown.
        """
        shown = self._shown(made_SS3)
        return shown if true is None else np.concatenate([self._portrait, true, shown], axis=1)

    def _shown(self, face_SS3: Pixels) -> Pixels:
        return face_SS3 if self._paste is None else self._paste(face_SS3)

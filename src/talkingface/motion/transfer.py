"""How much of a reference's motion a portrait takes over, and measured from where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from talkingface.errors import UserError
from talkingface.motion.path import Driving
from talkingface.numbers import is_number

RelativeTo = Literal["first", "frontal", "nearest"]
_STRONGEST = 2.0
# Codes are learned: further out than this many deviations the generator has seen next to nothing.
_REACH = 4.0


@dataclass(frozen=True)
class Transfer:
    """What a portrait takes over from a reference.

    Attributes:
        relative: take over how the reference moves away from one of its frames, instead of where
            it is: the portrait keeps its own pose and expression wherever the reference has those
            of that frame.
        relative_to: which frame: "first", "frontal" (looks most to the front) or "nearest" (most
            like the portrait).
        head_strength: how much of the head's motion, 0 to 2; 0 leaves the head as it is in the
            portrait.
        face_strength: how much of the facial motion, 0 to 2; 0 leaves the expression as it is in
            the portrait.

    Raises:
        UserError: a choice that is not offered.
    """

    relative: bool = False
    relative_to: RelativeTo = "nearest"
    head_strength: float = 1.0
    face_strength: float = 1.0

    def __post_init__(self) -> None:
        """Check the choices a user can get wrong."""
        if self.relative_to not in ("first", "frontal", "nearest"):
            raise UserError(f"relative_to={self.relative_to}: must be first, frontal or nearest.")
        for name in ("head_strength", "face_strength"):
            value = getattr(self, name)
            if not is_number(value) or not 0 <= value <= _STRONGEST:
                raise UserError(f"{name}={value}: must be between 0 and {_STRONGEST:g}.")

    def apply(
        self,
        code_UZ: Tensor,
        reference_Z: Tensor | None,
        source_Z: Tensor,
        scale_Z: Tensor,
        mean_Z: Tensor,
        recombine: Callable[[Tensor, Tensor], Tensor],
    ) -> Tensor:
        """Return the codes (U, Z) that the portrait is to be shown with.

        With strength 1 and not relative, this is `code_UZ` itself. No value leaves the range of
        the training data by exaggeration alone: the mean with 4 deviations to both sides, widened
        to the portrait's own value and the reference's.

        Args:
            code_UZ: the reference's codes, as they come out of `MotionPath`.
            reference_Z: the code that motion is measured from; needed when relative.
            source_Z: the portrait's own code.
            scale_Z: deviation of the codes over the training data.
            mean_Z: mean of the codes over the training data.
            recombine: makes one code of a first one's head pose and a second one's facial motion,
                see `networks.model.TalkingFace.recombine`.

        Raises:
            ValueError: relative, without a code to measure from.
        """
        if self.relative and reference_Z is None:
            raise ValueError("relative transfer needs the code that motion is measured from")
        base_Z = reference_Z if self.relative and reference_Z is not None else source_Z

        def taken_over(strength: float) -> Tensor:
            if not self.relative and strength == 1:
                return code_UZ
            return source_Z + strength * (code_UZ - base_Z)

        if not self.relative and self.head_strength == self.face_strength == 1:
            return code_UZ
        moved_UZ = taken_over(self.head_strength)
        if self.face_strength != self.head_strength:
            moved_UZ = recombine(moved_UZ, taken_over(self.face_strength))
        low_UZ = torch.minimum(torch.minimum(mean_Z - _REACH * scale_Z, source_Z), code_UZ)
        high_UZ = torch.maximum(torch.maximum(mean_Z + _REACH * scale_Z, source_Z), code_UZ)
        return torch.clamp(moved_UZ, low_UZ, high_UZ)

    def reference_index(
        self, driving: Driving, source_Z: Tensor, scale_Z: Tensor, frontal: int | None
    ) -> int:
        """Return which of the reference's frames motion is measured from.

        Args:
            driving: the reference's codes.
            source_Z: the portrait's own code.
            scale_Z: deviation of the codes over the training data.
            frontal: the frame that looks most to the front, None where nobody looked.

        Raises:
            UserError: "frontal" is asked for and not known.
        """
        if self.relative_to == "first":
            return 0
        if self.relative_to == "frontal":
            if frontal is None:
                raise UserError(
                    "relative_to=frontal: nobody has looked for the reference's face, so its most "
                    "frontal frame is not known. Use crop=face, or relative_to=nearest or first."
                )
            return frontal
        distance_T = torch.full((len(driving.code),), torch.inf)
        for first in range(0, len(driving.code), 512):
            piece = slice(first, first + 512)
            away = (driving.code[piece] - source_Z) / scale_Z
            distance_T[piece] = away.square().mean(dim=1)
        # A repeated frame may be read differently by little: its own moment it is not.
        distance_T[1:][~driving.fresh[1:]] = torch.inf
        return int(distance_T.argmin())

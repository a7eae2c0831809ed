"""How portrait and reference are cropped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from talkingface.animation.parts import Pixels
from talkingface.animation.watch import Watch, unwatched
from talkingface.errors import UserError
from talkingface.faces.choice import FaceChoice, parse_choice
from talkingface.faces.crop import Box
from talkingface.faces.framing import Whereabouts, driving_box, middle_square, portrait_box
from talkingface.model_files import FACE_LANDMARKER, find_model
from talkingface.numbers import is_number
from talkingface.video.read import constant_rate_frames

# A crop of less shows no whole face; one of more, hardly any.
_NARROWEST, _WIDEST = 0.5, 4


@dataclass(frozen=True)
class Framing:
    """Where the crops lie that the networks see.

    Attributes:
        crop: "face" finds the face and crops to it, "whole" takes the middle square.
        scale: size of the face crop beside the standard one.
        landmarker: `face_landmarker.task`, where one is named.
        portrait_face: which face of a portrait, see `faces.framing.portrait_box`.
        driving_face: which face of a reference, see `faces.framing.driving_box`.

    Raises:
        UserError: a choice that is not offered.
    """

    crop: str = "face"
    scale: float = 1.0
    landmarker: Path | None = None
    portrait_face: FaceChoice = "largest"
    driving_face: FaceChoice = "largest"

    def __post_init__(self) -> None:
        """Check the choices a user can get wrong."""
        if self.crop not in ("face", "whole"):
            raise UserError(f"crop={self.crop}: must be face or whole.")
        if not is_number(self.scale) or not _NARROWEST <= self.scale <= _WIDEST:
            raise UserError(
                f"crop_scale={self.scale}: must be between {_NARROWEST} and {_WIDEST}; 1 is as "
                "clips are cropped."
            )
        for name in ("portrait_face", "driving_face"):
            # Frozen: so are the words of a configuration turned into numbers.
            object.__setattr__(self, name, parse_choice(getattr(self, name)))

    def portrait(self, picture: Pixels, name: Path) -> Box:
        """Return the crop of a portrait.

        Args:
            picture: the whole picture.
            name: its file, for messages.

        Raises:
            UserError: no usable face.
        """
        if self.crop == "whole":
            return middle_square(picture)
        return portrait_box(picture, name, self._model(), self.scale, self.portrait_face)

    def driving(self, path: Path, watch: Watch = unwatched) -> Whereabouts:
        """Return the one crop of a reference video.

        Raises:
            UserError: the file cannot be read, or shows no usable face.
        """
        if self.crop == "whole":
            return Whereabouts(middle_square(next(constant_rate_frames(path))[1]), None)
        return driving_box(path, self._model(), self.scale, watch, self.driving_face)

    def _model(self) -> Path:
        return find_model(FACE_LANDMARKER, self.landmarker)

"""What it takes to animate, whatever runs it: PyTorch, or exported files in another runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Portrait:
    """What a runtime has read from a portrait; computed once a portrait.

    Attributes:
        code: the portrait's own motion code, (Z,) float32.
        features: whatever `Parts.render` of the same runtime needs.
    """

    code: NDArray[np.float32]
    features: Any


class Parts(Protocol):
    """The parts of one trained network, on pictures of uint8 RGB.

    Any number of frames is taken at a time; `batch` of them are quickest.
    """

    @property
    def size(self) -> int:
        """Side of the square frames that go in and come out, pixels."""

    @property
    def pose_dim(self) -> int:
        """Length of the head-pose code, the first part of a motion code."""

    @property
    def corrects(self) -> bool:
        """Whether the network has a corrector (STAC)."""

    @property
    def steadies(self) -> bool:
        """Whether crop jitter is taken out of frames before they are read (STAC)."""

    @property
    def lookahead(self) -> int | None:
        """Frames of the driving video that may be waited for; None for as many as it takes."""

    @property
    def encoder(self) -> str:
        """Fingerprint of the motion encoder: codes of equal encoders mean the same."""

    @property
    def scale(self) -> Tensor:
        """Spread of each dimension of the codes over the training data, (Z,) float32 on the CPU."""

    @property
    def mean(self) -> Tensor:
        """Mean of the codes over the training data, (Z,) float32 on the CPU."""

    @property
    def batch(self) -> int:
        """How many frames to give at a time."""

    def portrait(self, picture_SS3: Pixels) -> Portrait:
        """Read a cropped portrait."""

    def read(self, frames_BSS3: Pixels) -> NDArray[np.float32]:
        """Return the motion codes (B, Z) of cropped frames."""

    def correct(self, code_BTZ: Tensor, time_BT: Tensor, fresh_BT: Tensor) -> Tensor:
        """Return corrected codes, see `networks.model.TalkingFace.correct`."""

    def recombine(self, head_UZ: Tensor, face_UZ: Tensor) -> Tensor:
        """Return codes (U, Z) of two codes' streams, see `networks.model.TalkingFace.recombine`."""

    def render(self, portrait: Portrait, code_BZ: NDArray[np.float32]) -> Pixels:
        """Return the portrait's frames (B, S, S, 3) for motion codes."""

"""What scoring has to know of one video."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.evaluation.donors import Donors
from talkingface.manifest import Track


@dataclass(frozen=True)
class Item:
    """One generated video and what it is compared with; paths are footage.

    Attributes:
        name: the case's name.
        identity: who is seen in the portrait.
        source_name, driving_name: names of the source and of the driving clip.
        made: the video under test.
        source: whose first frame is the portrait.
        driving: whose head pose and facial motion it has to have, without any perturbation.
        target: the true video, frame by frame; None where there is none (cross-reenactment of real
            people, swap).
        rate: frames a second.
        frames: number of frames that the video has to have.
        exact: exact pose, expression and 68 landmarks of the true video, where known.
        scored: (frames,) bool, which frames count; None for all.
        donors: of a swap; the driving video is the donor of its facial motion. None for others.
    """

    name: str
    identity: str
    source_name: str
    driving_name: str
    made: Path
    source: Path
    driving: Path
    target: Path | None
    rate: Fraction
    frames: int
    exact: Track | None = None
    scored: NDArray[np.bool_] | None = None
    donors: Donors | None = None

    @property
    def motion_target(self) -> Path:
        """The video whose reading the motion is compared with."""
        return self.target or self.driving

"""From the codes of a driving video to the codes that frames are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import torch
from torch import Tensor

from talkingface.errors import UserError
from talkingface.motion.resampling import resample_codes
from talkingface.motion.smoothing import gaussian_smooth, kalman_smooth
from talkingface.motion.windows import correct_in_windows
from talkingface.numbers import is_number, is_whole

Smoothing = Literal["none", "gaussian", "kalman"]
Repeats = Literal["interpolate", "keep"]
# Codes resampled at a time, so that of a long video there are no more copies than needed.
_AT_ONCE = 4096
_STRONGEST, _FARTHEST = 1000, 250


class Driving(NamedTuple):
    """A driving video as codes; small enough to be kept whole.

    Attributes:
        code: (T, Z).
        time: (T,) float64, seconds from the video's start, rising at any spacing.
        fresh: (T,) bool, False for frames that only repeat the one before.
    """

    code: Tensor
    time: Tensor
    fresh: Tensor


class Corrects(Protocol):
    """What codes have to do with on their way: a network, or another runtime's part of it."""

    @property
    def pose_dim(self) -> int:
        """Length of the head-pose code, the first part of a motion code."""

    @property
    def corrects(self) -> bool:
        """Whether there is a corrector (STAC)."""

    def correct(self, code_BTZ: Tensor, time_BT: Tensor, fresh_BT: Tensor) -> Tensor:
        """Return corrected codes, see `networks.model.TalkingFace.correct`."""


@dataclass(frozen=True)
class MotionPath:
    """What happens to codes between the motion encoder and the generator.

    Attributes:
        corrector: use the network's corrector, where it has one.
        smoothing: filter of the head-pose code: none, gaussian or kalman.
        strength: the Gaussian's deviation in frames, or the Kalman smoother's measurement noise
            over its acceleration; at most 1000.
        lookahead: frames that the filter may look ahead, at most 250; None for all.
        repeats: "interpolate" leaves repeated frames out and fills in between their neighbours,
            "keep" takes them as they are, for a corrector to repair, where there is one.

    Raises:
        UserError: a choice that is not offered.
    """

    corrector: bool = True
    smoothing: Smoothing = "none"
    strength: float = 1.5
    lookahead: int | None = None
    repeats: Repeats = "interpolate"

    def __post_init__(self) -> None:
        """Check the choices a user can get wrong."""
        if not isinstance(self.corrector, bool):
            raise UserError(f"corrector {self.corrector!r}: must be true or false.")
        if self.smoothing not in ("none", "gaussian", "kalman"):
            raise UserError(f"smoothing {self.smoothing!r}: must be none, gaussian or kalman.")
        if self.repeats not in ("interpolate", "keep"):
            raise UserError(f"repeats {self.repeats!r}: must be interpolate or keep.")
        if not is_number(self.strength) or not 0 <= self.strength <= _STRONGEST:
            raise UserError(f"strength {self.strength!r}: must be between 0 and {_STRONGEST}.")
        if self.lookahead is None:
            return
        if not is_whole(self.lookahead) or not 0 <= self.lookahead <= _FARTHEST:
            raise UserError(
                f"lookahead {self.lookahead!r}: must be a whole number of frames from 0 to "
                f"{_FARTHEST}, or null for all frames."
            )

    @torch.no_grad()
    def apply(self, network: Corrects, driving: Driving, wanted_U: Tensor) -> Tensor:
        """Return codes (U, Z) on the CPU at the wanted times in seconds."""
        code_TZ, time_T, fresh_T = driving
        if self.repeats == "interpolate" and not fresh_T[1:].all():
            code_TZ = resample_codes(code_TZ, time_T, time_T, fresh_T)
            fresh_T = torch.ones_like(fresh_T)
        if self.corrector and network.corrects:
            code_TZ = correct_in_windows(network.correct, code_TZ, time_T, fresh_T)
        if self.smoothing != "none":
            pose_TP = self._smooth(code_TZ[:, : network.pose_dim], time_T)
            code_TZ = torch.cat([pose_TP, code_TZ[:, network.pose_dim :]], dim=1)
        made_UZ = code_TZ.new_empty(len(wanted_U), code_TZ.shape[1])
        for first in range(0, len(wanted_U), _AT_ONCE):
            piece = slice(first, first + _AT_ONCE)
            made_UZ[piece] = resample_codes(code_TZ, time_T, wanted_U[piece])
        return made_UZ

    def _smooth(self, pose_TP: Tensor, time_T: Tensor) -> Tensor:
        if self.smoothing == "gaussian":
            return gaussian_smooth(pose_TP, self.strength, self.lookahead)
        return kalman_smooth(pose_TP, time_T, self.strength, self.lookahead)

"""Worse references for the same target: crop jitter, frozen frames, missing frames.

Named as in the evaluation's suites: "clean", "jitter-2", "drop-30", "rate-3", "jitter-2+drop-30".
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from talkingface.errors import UserError
from talkingface.motion.conditions import move_crop

_PART = re.compile(r"(jitter|drop|rate)-(\d+(?:\.\d+)?)")
_INERTIA = 0.8
#: Raised whenever a perturbation of the same name would do something else.
PERTURBATION_VERSION = 2


@dataclass(frozen=True)
class Perturbation:
    """What happens to a reference video before its motion is read.

    Attributes:
        jitter: deviation of the crop's shift, in percent of its side; half of the variance is white
            and half changes slowly. Log scale and rotation (radians) get three quarters of the
            shift's deviation in half sides.
        drop: percent of the frames that repeat the one before.
        rate: only every so many frames is kept; the others are missing.
    """

    jitter: float = 0.0
    drop: float = 0.0
    rate: int = 1

    @classmethod
    def named(cls, name: str) -> Perturbation:
        """Return the perturbation of a name.

        Raises:
            UserError: not such a name, or its numbers make no sense.
        """
        if name == "clean":
            return cls()
        found = [_PART.fullmatch(part) for part in str(name).split("+")]
        amounts = {match[1]: float(match[2]) for match in found if match}
        rate = amounts.get("rate", 1.0)
        if len(amounts) < len(found) or rate < 1 or rate % 1 or amounts.get("drop", 0) >= 100:
            raise UserError(
                f"perturb={name}: must be clean, or one or more of jitter-<percent of the side>, "
                "drop-<percent of the frames> and rate-<every so many frames>, joined by +."
            )
        return cls(amounts.get("jitter", 0.0), amounts.get("drop", 0.0), int(rate))

    def apply(
        self, pieces: Iterable[tuple[Tensor, Tensor]], name: str
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield a reference's frames as they come out, however it is cut into pieces.

        Args:
            pieces: frames (T, 3, S, S) in [-1, 1] and their times (T,) in seconds, in order.
            name: the reference's name; with the perturbation it seeds everything drawn.
        """
        amounts = f"{self.jitter:g} {self.drop:g} {self.rate}"
        rng = np.random.default_rng([zlib.crc32(amounts.encode()), zlib.crc32(name.encode())])
        slow_4, index, last = rng.standard_normal(4), 0, None
        spread_4 = self.jitter / 50 * np.array([1, 1, 0.75, 0.75])
        for frames_T3SS, time_T in pieces:
            shown = []
            for frame_3SS in frames_T3SS:
                slow_4 = _INERTIA * slow_4 + (1 - _INERTIA**2) ** 0.5 * rng.standard_normal(4)
                theta_4 = spread_4 * (slow_4 + rng.standard_normal(4)) / 2**0.5
                if last is None or 100 * rng.random() >= self.drop:
                    last = _moved(frame_3SS, theta_4) if self.jitter else frame_3SS
                shown.append(last)
            kept = [k for k in range(len(shown)) if (index + k) % self.rate == 0]
            index += len(shown)
            if kept:
                yield torch.stack([shown[k] for k in kept]), time_T[kept]

    def shown(self, pieces: Iterable[tuple[Tensor, Tensor]]) -> Iterator[Tensor]:
        """Yield what a player would show (3, S, S): for a missing frame the last that is there.

        Args:
            pieces: what `apply` yields.
        """
        for frames_T3SS, _ in pieces:
            for frame_3SS in frames_T3SS:
                yield from [frame_3SS] * self.rate


def _moved(frame_3SS: Tensor, theta_4: np.ndarray) -> Tensor:
    return move_crop(frame_3SS[None], torch.from_numpy(theta_4).to(frame_3SS)[None])[0]

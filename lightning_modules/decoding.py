"""From which codes a step's frames are decoded, and which true frames they are compared with."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from talkingface.motion.budget import Budget
from talkingface.motion.cra import CraSettings
from talkingface.motion.crossing import Crossing, choose_crossing
from talkingface.motion.draws import Draws
from talkingface.networks.model import TalkingFace


class Decodes(NamedTuple):
    """What is decoded of B clips.

    Attributes:
        code: (B, K, Z): first the codes that have a true frame, then the crossed ones.
        frame: (B, N) the window's frames that the first N codes stand for.
        crossing: who gives what to the crossed codes; None where there are none.
    """

    code: Tensor
    frame: Tensor
    crossing: Crossing | None

    @property
    def crossed(self) -> Tensor:
        """The crossed codes (B, K - N, Z)."""
        return self.code[:, self.frame.shape[1] :]


def choose_decodes(
    network: TalkingFace,
    code_BTZ: Tensor,
    time_BT: Tensor,
    budget: Budget,
    cra: CraSettings,
    draws: Draws,
) -> Decodes:
    """Spend a budget on a window of T frames.

    Args:
        network: whose codes they are.
        code_BTZ: codes of the clean frames.
        time_BT: times of the frames in seconds.
        budget: what is decoded; `paired` frames are made from the crossed codes elsewhere.
        cra: how codes are mixed.
        draws: source of all choices.
    """
    shuffled_BT = draws.uniform(code_BTZ.shape[1]).argsort(dim=1)
    plain_BN = shuffled_BT[:, : budget.plain].sort(dim=1).values
    codes, frames = [pick(code_BTZ, plain_BN)], [plain_BN]
    for _ in range(budget.mixed):
        mixture = cra.mixture(time_BT, draws)
        codes.append(mixture.mix(code_BTZ, network.pose_dim)[:, None])
        frames.append(cra.shown_frame(mixture)[:, None])
    crossing = None
    if budget.crossed:
        head_BX = draws.below(code_BTZ.shape[1], budget.crossed)
        crossing = choose_crossing(code_BTZ, head_BX, draws)
        codes.append(network.recombine(*crossing.of(code_BTZ)))
    return Decodes(torch.cat(codes, dim=1), torch.cat(frames, dim=1), crossing)


def pick(values_BT: Tensor, frame_BN: Tensor) -> Tensor:
    """Return (B, N, ...) of (B, T, ...): the values at each clip's chosen frames."""
    return values_BT[torch.arange(len(values_BT))[:, None], frame_BN]

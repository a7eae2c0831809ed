"""CRA's crossed codes: head pose of one frame with facial motion of another frame or person."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from talkingface.motion.draws import Draws
from talkingface.motion.global_batch import global_clips, rank, rank_count


class Crossing(NamedTuple):
    """Who gives what to X crossed codes of each of B clips, all (B, X).

    Attributes:
        head: frames of the own clip that give the head pose.
        donor: clips of the global batch that give the facial motion.
        face: those clips' frames.
    """

    head: Tensor
    donor: Tensor
    face: Tensor

    def of(self, code_BTZ: Tensor) -> tuple[Tensor, Tensor]:
        """Return the codes (B, X, Z) of those that give head poses, and of those that give faces.

        They come out detached and train the generator alone: asked to make weakly followed codes
        visible, an encoder makes all codes larger, and the teacher that follows it asks for more,
        until they explode.
        """
        row_B1 = torch.arange(len(self.head))[:, None]
        code_GTZ, first = global_clips(code_BTZ)
        return code_GTZ[first + row_B1, self.head], code_GTZ[self.donor, self.face]


def choose_crossing(code_BTZ: Tensor, head_BX: Tensor, draws: Draws) -> Crossing:
    """Choose who gives the facial motion to frames that give the head pose.

    Half of the time it is another clip of the global batch, otherwise the same clip, at least half
    of it away.
    """
    clips, frames = code_BTZ.shape[:2]
    everyone, each = clips * rank_count(), head_BX.shape[1]
    away_BX = draws.below(frames - frames // 2, each) + frames // 2
    face_BX = torch.where(head_BX < frames / 2, head_BX + away_BX, head_BX - away_BX)
    other_BX = draws.uniform(each) < 0.5
    step_BX = 1 + draws.below(max(everyone - 1, 1), each)
    own_B1 = clips * rank() + torch.arange(clips)[:, None]
    donor_BX = torch.where(other_BX, (own_B1 + step_BX) % everyone, own_B1)
    return Crossing(head_BX, donor_BX, face_BX.clamp(0, frames - 1))

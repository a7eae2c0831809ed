"""Identity loss: generated frames have to look like the same person to a face embedder."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.networks.motion_encoder import cut_region, face_frame

_SIDE = 112
# Where the eyes' middle lies in the 112-pixel faces that embedders are trained on, and how far
# apart the eyes are there.
_EYES_ABOVE_CENTRE, _EYE_DISTANCE = 4.4, 35.2


class IdentityLoss(nn.Module):
    """One minus the cosine of embeddings of generated and true faces, aligned alike.

    Args:
        embedder: faces (B, 3, 112, 112) in [-1, 1] to embeddings (B, E); frozen.
    """

    def __init__(self, embedder: nn.Module):
        super().__init__()
        self.embedder = embedder

    def forward(
        self, made_N3SS: Tensor, true_N3SS: Tensor, anchors_N32: Tensor
    ) -> dict[str, Tensor]:
        """Return "identity", 0 to 2.

        Args:
            made_N3SS, true_N3SS: frames in [-1, 1].
            anchors_N32: eyes and mouth of the true frames, see `networks.motion_encoder.Motion`.
        """
        made, true = (self.embedder(align(x, anchors_N32)) for x in (made_N3SS, true_N3SS))
        return {"identity": (1 - F.cosine_similarity(made, true.detach())).mean()}


def align(frame_N3SS: Tensor, anchors_N32: Tensor) -> Tensor:
    """Return faces (N, 3, 112, 112), upright and as large as embedders expect them."""
    eyes_N2, scale_N, angle_N = face_frame(anchors_N32)
    half_N = scale_N * _SIDE / 2 / _EYE_DISTANCE
    down_N2 = torch.stack([-angle_N.sin(), angle_N.cos()], dim=1)
    below_N1 = (scale_N * _EYES_ABOVE_CENTRE / _EYE_DISTANCE)[:, None]
    return cut_region(frame_N3SS, eyes_N2 + below_N1 * down_N2, half_N, angle_N, _SIDE)

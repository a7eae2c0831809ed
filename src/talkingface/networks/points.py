"""Where the landmarks of a portrait go with a motion code, and the coarse flow that follows."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from talkingface.networks.blocks import identity_grid, leaky
from talkingface.networks.config import NetworkConfig

POINTS, SENSED = 68, 16


class PointFlow(nn.Module):
    """Points of a face as a function of its identity and a motion code, and flow between them.

    Guided by landmarks, a linear read-out away from the codes, the points move long before a
    decoder has learned to; the decoder refines the flow that they give. Without guidance they are
    free, as the keypoints of face-vid2vid (Wang et al. 2021).
    """

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.entry = nn.Linear(config.identity_dim + config.code_dim, 256)
        self.places = nn.Linear(256, 2 * POINTS)
        with torch.no_grad():
            self.places.weight.mul_(0.3)
            self.places.bias.uniform_(-0.5, 0.5)
        self.marks = nn.Parameter(torch.randn(POINTS, SENSED - 2))
        # Near a point the point decides; beyond about half a face from all of them, nothing moves.
        self.log_reach = nn.Parameter(torch.tensor(0.06).log())
        self.log_rest = nn.Parameter(torch.tensor(0.01).log())

    def forward(self, identity_BI: Tensor, code_BZ: Tensor) -> Tensor:
        """Return the points (B, 68, 2) of faces that do what codes say, in [-1, 1], x first."""
        hidden_BD = leaky(self.entry(torch.cat([identity_BI, code_BZ], dim=1)))
        places_BK2: Tensor = self.places(hidden_BD).float().unflatten(1, (-1, 2))
        return places_BK2

    def spread(self, source_BK2: Tensor, driving_BK2: Tensor, side: int) -> tuple[Tensor, Tensor]:
        """Spread what is known at the driving points over the frame.

        Between the points it is their weighted mean, with weights that fall with the distance.

        Returns:
            The flow (B, 2, side, side) that brings each driving point to its source point; and
            channels (B, 16, side, side) that tell a decoder where on the face a place lies (a
            learned mark a point) and how it moved.
        """
        with torch.autocast(source_BK2.device.type, enabled=False):
            place_N2 = identity_grid(side, driving_BK2.device).flatten(0, 2)
            distance_BNK = (
                place_N2.square().sum(dim=1)[:, None]
                + driving_BK2.square().sum(dim=2)[:, None]
                - 2 * place_N2 @ driving_BK2.transpose(1, 2)
            )
            near_BNK = F.relu(distance_BNK) * (-2 * self.log_reach).exp() + 1
            near_BNK = near_BNK.reciprocal().square()
            motion_BK2 = source_BK2 - driving_BK2
            marks_BKM = self.marks.float().expand(motion_BK2.shape[0], -1, -1)
            known_BKC = torch.cat([motion_BK2, marks_BKM], dim=2)
            rest_BN1 = near_BNK.sum(dim=2, keepdim=True) + self.log_rest.exp()
            spread_BNC = near_BNK @ known_BKC / rest_BN1
        spread_BCHW = spread_BNC.unflatten(1, (side, side)).permute(0, 3, 1, 2)
        flow_B2HW, marks_BCHW = spread_BCHW.split([2, SENSED - 2], dim=1)
        return flow_B2HW, torch.cat([8 * flow_B2HW, marks_BCHW], dim=1)

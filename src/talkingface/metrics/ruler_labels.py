"""What moving the crop does to exact labels: the pose that would have drawn the moved picture."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from talkingface.synthetic.deform import CAMERA, HALF_CROP

#: Camera's distance in units of half the crop.
_DISTANCE = CAMERA / HALF_CROP


def move_landmarks(landmarks_BL2: Tensor, theta_B4: Tensor) -> Tensor:
    """Return landmarks (B, L, 2) in [0, 1] of pictures moved by `motion.conditions.move_crop`."""
    return (_moved(2 * landmarks_BL2 - 1, theta_B4) + 1) / 2


def move_pose(pose_B6: Tensor, theta_B4: Tensor) -> Tensor:
    """Return the pose (B, 6) that heads in moved pictures have.

    A picture turned in its plane turns a head that looks aside about another axis than roll's, and
    a head moved to the side would be seen from another side: both change all three angles, so that
    the pose returned draws the moved picture.

    Args:
        pose_B6: as `manifest.Track.pose`.
        theta_B4: as for `motion.conditions.move_crop`.
    """
    pose_B6, theta_B4 = pose_B6.double(), theta_B4.double()
    place_B2 = pose_B6[:, 3:5]
    moved_B2 = _moved(place_B2[:, None], theta_B4)[:, 0]
    head_B33 = head_rotation(pose_B6[:, :3])
    seen_B33 = _towards(place_B2).transpose(1, 2) @ head_B33
    turned_B33 = _towards(moved_B2) @ _clockwise(theta_B4[:, 3]) @ seen_B33
    scale_B1 = pose_B6[:, 5:] + theta_B4[:, 2:3]
    return torch.cat([_angles(turned_B33), moved_B2, scale_B1], dim=1).float()


def head_rotation(angles_B3: Tensor) -> Tensor:
    """Return rotations (B, 3, 3) of yaw, pitch, roll in degrees, as `synthetic.deform.rotation`."""
    (cy, cp, cr), (sy, sp, sr) = (
        f(torch.deg2rad(angles_B3)).unbind(dim=1) for f in (torch.cos, torch.sin)
    )
    one, zero = torch.ones_like(cy), torch.zeros_like(cy)
    turn = _matrix((cy, zero, sy), (zero, one, zero), (-sy, zero, cy))
    nod = _matrix((one, zero, zero), (zero, cp, -sp), (zero, sp, cp))
    tilt = _matrix((cr, sr, zero), (-sr, cr, zero), (zero, zero, one))
    return turn @ nod @ tilt


def _angles(rotation_B33: Tensor) -> Tensor:
    """Return yaw, pitch, roll in degrees (B, 3), the inverse of `head_rotation`."""
    yaw = torch.atan2(rotation_B33[:, 0, 2], rotation_B33[:, 2, 2])
    pitch = torch.asin((-rotation_B33[:, 1, 2]).clamp(-1, 1))
    roll = torch.atan2(-rotation_B33[:, 1, 0], rotation_B33[:, 1, 1])
    return torch.rad2deg(torch.stack([yaw, pitch, roll], dim=1))


def _towards(place_B2: Tensor) -> Tensor:
    """Return the rotations that turn the optical axis to the line of sight of places in [-1, 1]."""
    aside = torch.rad2deg(torch.atan(place_B2[:, 0] / _DISTANCE))
    down = torch.rad2deg(torch.atan(place_B2[:, 1] / _DISTANCE))
    # A head that faces the camera from the right of the picture looks to its left.
    return head_rotation(torch.stack([-aside, -down, torch.zeros_like(aside)], dim=1))


def _clockwise(angle_B: Tensor) -> Tensor:
    degrees = angle_B * (180 / math.pi)
    zero = torch.zeros_like(degrees)
    return head_rotation(torch.stack([zero, zero, degrees], dim=1))


def _moved(point_BL2: Tensor, theta_B4: Tensor) -> Tensor:
    """Return points in [-1, 1] after the crop's content moved."""
    theta_B4 = theta_B4.to(point_BL2)
    cos, sin = (f(theta_B4[:, 3]) for f in (torch.cos, torch.sin))
    turn_B22 = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], dim=1)
    grown_BL2 = torch.exp(theta_B4[:, 2])[:, None, None] * (point_BL2 @ turn_B22.transpose(1, 2))
    return grown_BL2 + theta_B4[:, None, :2]


def _matrix(*rows: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)

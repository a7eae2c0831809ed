"""Faces turned, scaled and shifted to where face embedders expect them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from talkingface.faces.landmark_sets import LEFT_EYE, RIGHT_EYE

_SIDE = 112
# Where ArcFace's training faces have the right eye, left eye, nose tip, right and left corner of
# the mouth (the person's own right), counted from the middle of the first pixel.
_TEMPLATE = (
    (38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655),
    (70.7299, 92.2041),
)  # fmt: skip
_NOSE_TIP, _RIGHT_CORNER, _LEFT_CORNER = 30, 48, 54


def template(side: int) -> Tensor:
    """Return the five places (5, 2) in faces of a side, pixels from the first pixel's middle."""
    return (torch.tensor(_TEMPLATE, dtype=torch.float64) + 0.5) * (side / _SIDE) - 0.5


def five_points(landmarks_T682: Tensor) -> Tensor:
    """Return eye centres, nose tip and mouth corners (T, 5, 2) of iBUG-68 points (T, 68, 2)."""
    eyes = [landmarks_T682[:, list(eye)].mean(dim=1) for eye in (RIGHT_EYE, LEFT_EYE)]
    rest = [landmarks_T682[:, point] for point in (_NOSE_TIP, _RIGHT_CORNER, _LEFT_CORNER)]
    return torch.stack(eyes + rest, dim=1)


def fit_similarity(from_T52: Tensor, to_52: Tensor) -> Tensor:
    """Return the similarities (T, 2, 3) that bring points nearest to others, in least squares.

    A point p goes to M[:, :2] @ p + M[:, 2]: a turn, one scale and a shift, never a reflection.
    """
    # As complex numbers a turn with a scale is a factor, and its best value a plain regression.
    start_T5, end_5 = (torch.view_as_complex(x.double().contiguous()) for x in (from_T52, to_52))
    spread_T5 = start_T5 - start_T5.mean(dim=1, keepdim=True)
    factor_T = (spread_T5.conj() * end_5).sum(dim=1) / spread_T5.abs().square().sum(dim=1)
    shift_T = end_5.mean() - factor_T * start_T5.mean(dim=1)
    rows = (
        torch.stack([factor_T.real, -factor_T.imag, shift_T.real], dim=1),
        torch.stack([factor_T.imag, factor_T.real, shift_T.imag], dim=1),
    )
    return torch.stack(rows, dim=1)


def align_faces(frames_T3HW: Tensor, landmarks_T682: Tensor, side: int = _SIDE) -> Tensor:
    """Cut the faces out of frames, upright, bilinearly, and black beyond the frame.

    Nothing is smoothed where faces are scaled down: embedders were trained on faces cut this way.

    Args:
        frames_T3HW: frames in [0, 1].
        landmarks_T682: iBUG-68 points, x and y in [0, 1] of the frame, from its top left corner.
        side: of the faces returned, pixels.

    Returns:
        (T, 3, side, side) in [0, 1].
    """
    height, width = frames_T3HW.shape[-2:]
    size_2 = torch.tensor([width, height], dtype=torch.float64)
    points_T52 = five_points(landmarks_T682.double().cpu()) * size_2 - 0.5
    # From the face's pixels back to the frame's, since every pixel of the face has to be looked up.
    # The fit itself is made towards the template, as embedders' authors make it.
    back_T23 = _inverse(fit_similarity(points_T52, template(side)))
    line = torch.arange(side, dtype=torch.float64)
    y, x = torch.meshgrid(line, line, indexing="ij")
    face_3P = torch.stack([x.flatten(), y.flatten(), torch.ones(side * side, dtype=torch.float64)])
    place_TP2 = (back_T23 @ face_3P).mT
    grid = ((2 * place_TP2 + 1) / size_2 - 1).reshape(-1, side, side, 2)
    return F.grid_sample(
        frames_T3HW, grid.to(frames_T3HW), padding_mode="zeros", align_corners=False
    )


def _inverse(similarity_T23: Tensor) -> Tensor:
    turn_T22 = torch.linalg.inv(similarity_T23[:, :, :2])
    return torch.cat([turn_T22, -turn_T22 @ similarity_T23[:, :, 2:]], dim=2)

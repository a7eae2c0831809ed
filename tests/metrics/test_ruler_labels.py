"""Labels follow the crop: what is drawn from moved labels lies where the moved picture shows it."""

import numpy as np
import torch

from talkingface.metrics.ruler_conditions import worsened
from talkingface.metrics.ruler_labels import head_rotation, move_landmarks, move_pose
from talkingface.metrics.ruler_network import Labels
from talkingface.motion.conditions import move_crop
from talkingface.synthetic.deform import rotation
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.motion import Motion
from talkingface.synthetic.render import Renderer

MOTION, TIMES = Motion(3), np.linspace(0, 29, 40)
POSE, EXPRESSION = MOTION.pose(TIMES), MOTION.expression(TIMES)


def drawn_thetas() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(len(TIMES), 4, generator=generator) * torch.tensor([0.08, 0.08, 0.06, 0.06])


def test_rotations_are_those_of_the_renderer() -> None:
    for angles in ([20.0, -10.0, 5.0], [-30.0, 15.0, -12.0]):
        ours = head_rotation(torch.tensor([angles], dtype=torch.float64))[0].numpy()
        np.testing.assert_allclose(ours, rotation(*angles), atol=1e-12)


def test_a_crop_that_does_not_move_changes_no_label() -> None:
    still = torch.zeros(len(TIMES), 4)
    torch.testing.assert_close(
        move_pose(torch.from_numpy(POSE), still), torch.from_numpy(POSE), atol=1e-4, rtol=0
    )


def test_a_head_drawn_with_the_moved_pose_has_the_moved_landmarks() -> None:
    """A quarter of a pixel at 256; turning roll alone is wrong by more than a pixel."""
    drawn, theta = Renderer(Identity.sample(1), 64), drawn_thetas()
    wanted = move_landmarks(torch.from_numpy(drawn.landmarks(POSE, EXPRESSION)), theta)

    def error(pose: torch.Tensor) -> float:
        seen = torch.from_numpy(drawn.landmarks(pose.numpy(), EXPRESSION))
        return float(256 * (seen - wanted).norm(dim=-1).mean())

    moved = move_pose(torch.from_numpy(POSE), theta)
    assert error(moved) < 0.25
    roll_alone = moved.clone()
    roll_alone[:, :2] = torch.from_numpy(POSE[:, :2])
    roll_alone[:, 2] = torch.from_numpy(POSE[:, 2]) + torch.rad2deg(theta[:, 3])
    assert error(roll_alone) > 1


def test_landmarks_lie_where_the_moved_picture_shows_them() -> None:
    landmarks = torch.rand(40, 1, 2, generator=torch.Generator().manual_seed(1)) * 0.4 + 0.3
    line = (torch.arange(64) + 0.5) / 64
    squares = [(line - landmarks[:, :, k]).square() for k in (0, 1)]
    blob = torch.exp(-(squares[0][:, None, :] + squares[1][:, :, None]) / 0.003)
    moved = move_crop(blob[:, None], drawn_thetas())[:, 0]
    total = moved.sum(dim=(1, 2))
    x, y = (moved.sum(dim=1) * line).sum(1) / total, (moved.sum(dim=2) * line).sum(1) / total
    expected = move_landmarks(landmarks, drawn_thetas())[:, 0]
    torch.testing.assert_close(torch.stack([x, y], dim=1), expected, atol=0.004, rtol=0)


def test_worse_frames_are_drawn_from_their_seeds_and_some_stay_as_they_are() -> None:
    frames = torch.rand(40, 3, 64, 64, generator=torch.Generator().manual_seed(2)) * 2 - 1
    labels = Labels(torch.from_numpy(POSE), torch.from_numpy(EXPRESSION), torch.rand(40, 68, 2))
    worse, moved = worsened(frames, labels, range(40))
    again, _ = worsened(frames, labels, range(40))
    torch.testing.assert_close(worse, again, rtol=0, atol=0)
    same = (worse == frames).all(dim=(1, 2, 3))
    assert 0 < same.sum() < 20
    torch.testing.assert_close(moved.pose[same], labels.pose[same], atol=1e-4, rtol=0)
    assert not torch.allclose(moved.pose[~same], labels.pose[~same], atol=0.1)
    assert worse.abs().max() <= 1

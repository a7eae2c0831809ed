"""Close-ups show what the anchors point at, and points carry the picture with them."""

import torch
import torch.nn.functional as F

from talkingface.motion.teacher import Teacher
from talkingface.networks.blocks import conv_of_doubled
from talkingface.networks.config import NetworkConfig
from talkingface.networks.motion_encoder import MotionEncoder, cut_region, soft_argmax
from talkingface.networks.points import PointFlow


def test_a_convolution_of_a_doubled_map_equals_doubling_first() -> None:
    x, weight = torch.randn(2, 8, 5, 7), torch.randn(6, 8, 3, 3)
    doubled = F.interpolate(x, scale_factor=2, mode="nearest")
    expected = F.conv2d(doubled, weight, padding=1)
    torch.testing.assert_close(conv_of_doubled(x, weight), expected, atol=1e-4, rtol=1e-4)


def test_a_peak_in_a_heat_map_is_found_where_it_is() -> None:
    heat = torch.full((1, 2, 8, 8), -50.0)
    heat[0, 0, 2, 5] = heat[0, 1, 7, 0] = 50.0
    expected = torch.tensor([[[3 / 8, -3 / 8], [-7 / 8, 7 / 8]]])
    torch.testing.assert_close(soft_argmax(heat), expected)


def test_a_close_up_shows_its_square_upright_and_turned() -> None:
    line = (torch.arange(64) * 2 + 1) / 64 - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    picture = torch.stack([x, y, torch.zeros_like(x)])[None]
    centre, half = torch.tensor([[0.2, -0.1]]), torch.tensor([0.25])
    inner = (torch.arange(32) * 2 + 1) / 32 - 1
    upright = cut_region(picture, centre, half, torch.zeros(1))
    torch.testing.assert_close(upright[0, 0, 5], 0.2 + 0.25 * inner, atol=1e-5, rtol=0)
    turned = cut_region(picture, centre, half, torch.full((1,), torch.pi / 2))
    # A quarter turn clockwise: to the right in the close-up is down in the picture.
    torch.testing.assert_close(turned[0, 1, 5], -0.1 + 0.25 * inner, atol=1e-5, rtol=0)


def test_facial_motion_does_not_see_a_shift_that_the_anchors_follow() -> None:
    torch.manual_seed(0)
    encoder = MotionEncoder(NetworkConfig()).eval()
    picture = F.interpolate(torch.rand(1, 3, 8, 8), size=(64, 64), mode="bilinear")
    anchors = torch.tensor([[[-0.2, -0.1], [0.2, -0.1], [0.0, 0.3]]])
    shifted = picture.roll((4, 6), dims=(2, 3))
    moved = anchors + torch.tensor([6.0, 4.0]) * 2 / 64
    with torch.no_grad():
        one, two = (encoder.face_motion(p, a) for p, a in ((picture, anchors), (shifted, moved)))
    torch.testing.assert_close(one, two, atol=1e-4, rtol=0)


def test_points_that_move_together_move_the_face_and_leave_the_far_corner() -> None:
    torch.manual_seed(0)
    points = PointFlow(NetworkConfig())
    driving = torch.rand(1, 68, 2) * 0.6 - 0.3
    flow, sensed = points.spread(driving + torch.tensor([0.1, -0.2]), driving, 32)
    torch.testing.assert_close(flow[0, :, 16, 16], torch.tensor([0.1, -0.2]), atol=0.01, rtol=0)
    assert flow[0, :, 0, 0].abs().max() < 0.03
    assert sensed.shape == (1, 16, 32, 32)
    still, _ = points.spread(driving, driving, 32)
    assert not still.any()


def test_one_point_moves_its_own_neighbourhood() -> None:
    points = PointFlow(NetworkConfig())
    line = torch.linspace(-0.7, 0.7, 68)
    driving = torch.stack([line, torch.zeros(68)], dim=1)[None]
    source = driving.clone()
    source[0, 0, 1] -= 0.1
    flow, _ = points.spread(source, driving, 64)
    at = [int((float(driving[0, k, 0]) + 1) * 32) for k in (0, 40)]
    assert flow[0, 1, 32, at[0]] < -0.02
    assert flow[0, 1, 32, at[1]].abs() < 1e-3


def test_the_teacher_follows_slowly_and_learns_from_nobody() -> None:
    encoder = MotionEncoder(NetworkConfig())
    teacher = Teacher(encoder, momentum=0.9)
    before = [p.clone() for p in teacher.parameters()]
    frames = torch.rand(2, 3, 64, 64, requires_grad=True)
    teacher(frames).code.sum().backward()
    assert frames.grad is not None
    assert frames.grad.any()
    assert all(p.grad is None for p in teacher.parameters())
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.add_(1.0)
    teacher.update(encoder)
    for old, new in zip(before, teacher.parameters(), strict=True):
        torch.testing.assert_close(new, old + 0.1, atol=1e-5, rtol=0)

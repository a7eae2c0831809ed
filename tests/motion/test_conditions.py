"""STAC's conditions do to a clip what their numbers say."""

import torch

from talkingface.motion.conditions import Conditions, blur, move_crop
from talkingface.motion.draws import Draws

CALM = {"flicker": 0.0, "blur": 0.0, "blocks": 0.0, "noise": 0.0, "freezing": 0.0}
STILL = (0.0, 0.0, 0.0, 0.0)


def _smooth_picture(size: int = 64) -> torch.Tensor:
    """A blob right of the middle and below it."""
    line = (torch.arange(size) * 2 + 1) / size - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    blob = torch.exp(-((x - 0.3) ** 2 + (y - 0.1) ** 2) / 0.02)
    return blob.expand(1, 3, size, size) * 2 - 1


def _centre(picture: torch.Tensor) -> tuple[float, float]:
    size = picture.shape[-1]
    line = (torch.arange(size) * 2 + 1) / size - 1
    weight = (picture[0, 0] + 1).clamp_min(0)
    total = weight.sum()
    return float((weight.sum(0) * line).sum() / total), float((weight.sum(1) * line).sum() / total)


def test_the_crop_moves_by_the_shift_the_scale_and_the_turn_that_theta_says() -> None:
    picture = _smooth_picture()
    for theta, expected in (
        ((0.2, -0.1, 0.0, 0.0), (0.5, 0.0)),
        ((0.0, 0.0, 0.4, 0.0), (0.3 * 1.4918, 0.1 * 1.4918)),
        ((0.0, 0.0, 0.0, torch.pi / 2), (-0.1, 0.3)),
        ((0.1, 0.0, 0.0, torch.pi / 2), (0.0, 0.3)),
    ):
        x, y = _centre(move_crop(picture, torch.tensor([theta])))
        assert abs(x - expected[0]) < 0.02
        assert abs(y - expected[1]) < 0.02


def test_without_any_condition_the_clip_stays_as_it_is() -> None:
    clip = torch.rand(2, 5, 3, 64, 64) * 2 - 1
    made = Conditions(jitter=STILL, **CALM).apply(clip, Draws(range(len(clip))))
    torch.testing.assert_close(made.frames, clip, atol=2e-3, rtol=0)
    assert made.fresh.all()
    assert not made.theta.any()


def test_a_frozen_frame_shows_the_last_fresh_one_and_has_its_theta() -> None:
    clip = torch.rand(8, 12, 3, 16, 16) * 2 - 1
    conditions = Conditions(**(CALM | {"freezing": 1.0, "freeze_rate": 0.9}))
    made = conditions.apply(clip, Draws(range(len(clip))))
    assert made.fresh[:, 0].all()
    stale = [(b, t) for b in range(8) for t in range(12) if not made.fresh[b, t]]
    assert len(stale) > 10
    for b, t in stale:
        assert torch.equal(made.frames[b, t], made.frames[b, t - 1])
        assert torch.equal(made.theta[b, t], made.theta[b, t - 1])


def test_the_same_seeds_give_the_same_conditions() -> None:
    clip = torch.rand(2, 6, 3, 32, 32) * 2 - 1
    one, two = (Conditions().apply(clip, Draws((3, 4))) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert (one.frames - clip).abs().mean() > 0.01
    assert one.frames.abs().max() <= 1


def test_each_clip_is_blurred_by_its_own_radius() -> None:
    clip = torch.zeros(2, 1, 3, 31, 31)
    clip[..., 15, 15] = 1
    blurred = blur(clip, torch.tensor([0.0, 1.0]).view(2, 1, 1, 1, 1))
    torch.testing.assert_close(blurred[0], clip[0])
    torch.testing.assert_close(blurred[1].sum(), torch.tensor(3.0))
    assert abs(float(blurred[1, 0, 0, 15, 15]) - 1 / (2 * torch.pi)) < 0.01

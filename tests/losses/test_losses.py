"""Losses have known answers."""

import pytest
import torch

from talkingface.losses.adversarial import discriminator_losses, generator_losses
from talkingface.losses.guidance import Guidance
from talkingface.losses.reconstruction import reconstruction_losses, region_weight
from talkingface.losses.weighting import total, weighted


def test_equal_clips_cost_nothing_and_a_constant_shift_costs_its_size() -> None:
    clip = torch.rand(2, 3, 3, 32, 32)
    weight = torch.ones(2, 3, 32, 32)
    assert all(float(v) == 0 for v in reconstruction_losses(clip, clip, weight).values())
    shifted = reconstruction_losses(clip + 0.25, clip, weight)
    assert float(shifted["pixel"]) == pytest.approx(0.25, abs=1e-6)
    assert float(shifted["edge"]) == pytest.approx(0, abs=1e-6)
    # A constant lives in the pyramid's last level alone, which counts 2**3.
    assert float(shifted["pyramid"]) == pytest.approx(8 * 0.25, abs=1e-5)


def test_mouth_and_eyes_weigh_more_and_nothing_else_does() -> None:
    landmarks = torch.full((1, 1, 68, 2), 0.5)
    landmarks[..., 48:68, 0] = torch.linspace(0.4, 0.6, 20)
    landmarks[..., 48:68, 1] = 0.8
    for first, x in ((36, 0.25), (42, 0.65)):
        landmarks[..., first : first + 6, 0] = torch.linspace(x, x + 0.1, 6)
        landmarks[..., first : first + 6, 1] = 0.3
    weight = region_weight(landmarks, 100, gain=4.0)[0, 0]
    assert set(weight.unique().tolist()) == {1.0, 5.0}
    for x, y in ((50, 80), (30, 30), (70, 30)):
        assert weight[y, x] == 5
    for x, y in ((50, 50), (5, 5), (50, 30), (20, 80)):
        assert weight[y, x] == 1


def test_guidance_ignores_frames_without_a_face() -> None:
    guidance = Guidance(12, 64, 6, 9)
    code = torch.randn(2, 4, 76)
    pose, expression = torch.randn(2, 4, 6), torch.randn(2, 4, 9)
    seen = torch.ones(2, 4, dtype=torch.bool)
    seen[:, 2:] = False
    losses = guidance.losses(code, pose, expression, seen)
    pose[:, 2:], expression[:, 2:] = 1e3, -1e3
    assert losses == guidance.losses(code, pose, expression, seen)
    alone = guidance.losses(code[:, :2], pose[:, :2], expression[:, :2], seen[:, :2])
    torch.testing.assert_close(losses, alone)


def test_pose_is_read_from_the_pose_code_alone() -> None:
    guidance = Guidance(12, 64, 6, 9)
    code = torch.randn(1, 1, 76)
    other_face = code.clone()
    other_face[..., 12:] += 1
    assert torch.equal(guidance(code)[0], guidance(other_face)[0])
    assert not torch.equal(guidance(code)[1], guidance(other_face)[1])


def test_hinge_is_zero_for_a_sure_and_right_discriminator() -> None:
    features = [torch.zeros(1, 4)]
    sure = discriminator_losses(
        [(torch.tensor([1.5]), features)], [(torch.tensor([-2.0]), features)]
    )
    assert float(sure["hinge"]) == 0
    wrong = discriminator_losses(
        [(torch.tensor([-1.0]), features)], [(torch.tensor([1.0]), features)]
    )
    assert float(wrong["hinge"]) == 2
    made = [(torch.tensor([3.0]), [torch.ones(1, 4)])]
    losses = generator_losses([(torch.tensor([0.0]), features)], made)
    assert float(losses["adversarial"]) == -3
    assert float(losses["matching"]) == 1


def test_a_loss_without_a_weight_is_an_error() -> None:
    losses = {"a": torch.tensor(2.0), "b": torch.tensor(3.0)}
    assert float(total(weighted(losses, {"a": 10.0, "b": 1.0}))) == 23
    with pytest.raises(KeyError, match="b"):
        weighted(losses, {"a": 1.0})

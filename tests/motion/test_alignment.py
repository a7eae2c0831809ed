"""CRA's and STAC's losses have known values and train only what they should."""

import pytest
import torch

from talkingface.motion.conditions import Corrupted
from talkingface.motion.corrector import Corrector
from talkingface.motion.cra import cycle_loss, read_back
from talkingface.motion.draws import Draws
from talkingface.motion.stac import Alignment, StacSettings, correction_losses, guard_losses
from talkingface.motion.statistics import CodeStatistics
from talkingface.motion.teacher import Teacher
from talkingface.networks.config import NetworkConfig
from talkingface.networks.motion_encoder import MotionEncoder


def _corrupted(fresh: torch.Tensor | None = None) -> Corrupted:
    theta = torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(0))
    everything = torch.ones(2, 6, dtype=torch.bool)
    return Corrupted(torch.zeros(2, 6, 3, 8, 8), theta, everything if fresh is None else fresh)


def test_codes_that_follow_one_matrix_and_ignore_the_crop_cost_nothing() -> None:
    alignment = Alignment(12, StacSettings(enabled=True))
    assert alignment.response is not None
    alignment.requires_grad_(False)
    torch.nn.init.normal_(alignment.response)
    corrupted, clean = _corrupted(), torch.randn(2, 6, 76)
    worse = clean.clone()
    worse[..., :12] += corrupted.theta @ alignment.response.T
    losses = alignment(clean, worse, corrupted, CodeStatistics(76, 12))
    assert all(float(value) < 1e-6 for value in losses.values())
    assert set(losses) == {"invariance", "equivariance"}
    worse[0, 0] += 1
    assert all(
        float(value) > 1e-3
        for value in alignment(clean, worse, corrupted, CodeStatistics(76, 12)).values()
    )


def test_frozen_frames_do_not_count_in_the_alignment() -> None:
    fresh = torch.ones(2, 6, dtype=torch.bool)
    fresh[0, 3] = False
    alignment, clean = Alignment(12, StacSettings(enabled=True)), torch.randn(2, 6, 76)
    worse = clean.clone()
    worse[0, 3] += 9
    losses = alignment(clean, worse, _corrupted(fresh), CodeStatistics(76, 12))
    assert all(float(value.detach()) == 0 for value in losses.values())


def test_alignment_teaches_the_encoder_through_the_corrupted_clip_only() -> None:
    alignment = Alignment(12, StacSettings(enabled=True))
    clean, worse = (torch.randn(2, 6, 76, requires_grad=True) for _ in range(2))
    losses = alignment(clean, worse, _corrupted(), CodeStatistics(76, 12))
    sum(losses.values()).backward()
    assert clean.grad is None
    assert worse.grad is not None
    assert worse.grad.any()


@pytest.mark.parametrize("part", ["invariance", "equivariance"])
def test_a_part_that_is_off_is_not_constructed(part: str) -> None:
    alignment = Alignment(12, StacSettings(enabled=True, **{part: False}))
    losses = alignment(
        torch.zeros(2, 6, 76), torch.ones(2, 6, 76), _corrupted(), CodeStatistics(76, 12)
    )
    assert part not in losses
    assert (alignment.response is None) == (part == "equivariance")


def test_correction_losses_train_the_corrector_and_never_the_codes() -> None:
    corrector = Corrector(12, 64)
    clean, worse = (torch.randn(2, 20, 76, requires_grad=True) for _ in range(2))
    time, fresh = torch.arange(20).expand(2, -1) / 25, torch.ones(2, 20, dtype=torch.bool)
    correction = correction_losses(corrector, CodeStatistics(76, 12), clean, worse, time, fresh)
    losses = correction.losses
    assert torch.equal(correction.worse, worse)
    assert torch.equal(correction.clean, clean)
    # An untrained corrector changes nothing, so clean codes pass it unchanged.
    assert float(losses["unchanged"]) == 0
    assert float(losses["code"]) > 0
    sum(losses.values()).backward()
    assert clean.grad is None
    assert worse.grad is None
    assert any(p.grad is not None and p.grad.any() for p in corrector.parameters())


def test_a_constant_offset_costs_in_the_code_and_not_in_the_velocity() -> None:
    clean = torch.randn(1, 20, 76)
    time, fresh = torch.arange(20)[None] / 25, torch.ones(1, 20, dtype=torch.bool)
    losses = correction_losses(
        Corrector(12, 64), CodeStatistics(76, 12), clean, clean + 2, time, fresh
    ).losses
    assert float(losses["code"]) == pytest.approx(1.5)
    assert float(losses["velocity"]) == pytest.approx(0, abs=1e-6)


def test_the_guards_see_codes_that_stand_still() -> None:
    assert float(guard_losses(torch.ones(2, 5, 3), 0.1)["floor"]) == pytest.approx(0.1, abs=1e-3)
    assert float(guard_losses(torch.randn(8, 50, 3), 0.1)["floor"]) == 0
    assert float(guard_losses(torch.full((2, 5, 3), 2.0), 0.1)["size"]) == pytest.approx(4)


def test_the_teacher_gets_no_gradient_and_the_frames_do() -> None:
    teacher = Teacher(MotionEncoder(NetworkConfig(width="tiny")))
    frames = (torch.rand(2, 3, 64, 64) * 2 - 1).requires_grad_()
    code = torch.randn(2, 1, 76, requires_grad=True)
    read = read_back(teacher, frames, Draws((0, 1))).unflatten(0, (2, 1))
    cycle_loss(read, code, torch.ones(76))["cycle"].backward()
    assert frames.grad is not None
    assert frames.grad.any()
    assert code.grad is None
    assert all(p.grad is None for p in teacher.parameters())

"""Crossed codes: other people's and other times' faces, and no knowledge of their heads."""

import torch
from torch import Tensor

from talkingface.motion.crossing import choose_crossing
from talkingface.motion.draws import Draws
from talkingface.motion.recombination import Recombination
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace

POSE, FACE = 3, 8


def _codes(clips: int = 40, frames: int = 20) -> tuple[Tensor, Tensor, Tensor]:
    """Codes whose face follows the head pose linearly, the slope, and what is the face's own."""
    torch.manual_seed(0)
    pose, own = torch.randn(clips, frames, POSE), torch.randn(clips, frames, FACE)
    slope = torch.randn(POSE, FACE)
    return torch.cat([pose, own + pose @ slope + 5], dim=-1), slope, own


def test_crossed_codes_train_the_generator_alone() -> None:
    code = torch.randn(4, 6, 76, requires_grad=True)
    crossing = choose_crossing(code, torch.zeros(4, 1, dtype=torch.long), Draws(range(4)))
    assert not any(part.requires_grad for part in crossing.of(code))


def test_crossed_codes_take_pose_and_face_from_different_frames() -> None:
    clips, frames = 6, 12
    code = (torch.arange(clips)[:, None] * 100 + torch.arange(frames))[..., None].float()
    draws = Draws(range(clips))
    far, others = 0, 0
    for _ in range(50):
        heads = draws.below(frames, 2)
        pose, face = (part[..., 0].long() for part in choose_crossing(code, heads, draws).of(code))
        assert torch.equal(pose, torch.arange(clips)[:, None] * 100 + heads)
        own = pose // 100 == face // 100
        assert ((pose - face).abs()[own] >= frames // 2).all()
        far, others = far + int(own.sum()), others + int((~own).sum())
    assert 0.4 < far / (far + others) < 0.6


def test_what_a_face_knows_of_its_head_goes_with_the_head() -> None:
    code, slope, own = _codes()
    recombination = Recombination(POSE, FACE)
    recombination.update(code, None)
    made = recombination(code[:20], code[20:])
    wanted = own[20:] + code[:20, :, :POSE] @ slope + 5
    assert torch.equal(made[..., :POSE], code[:20, :, :POSE])
    assert (made[..., POSE:] - wanted).abs().mean() < 0.1 * (
        code[20:, :, POSE:] - wanted
    ).abs().mean()


def test_of_a_face_code_only_its_expression_comes_with_the_face() -> None:
    torch.manual_seed(0)
    pose, expression, rest = (torch.randn(40, 20, n) for n in (POSE, 2, FACE))
    follows, shows = torch.randn(POSE, FACE), torch.randn(2, FACE)
    face = pose @ follows + expression @ shows + 0.1 * rest
    code = torch.cat([pose, face], dim=-1)
    readout = torch.linalg.lstsq(face.flatten(0, 1), expression.flatten(0, 1)).solution.T
    recombination = Recombination(POSE, FACE)
    recombination.update(code, readout)
    made = recombination(code[:20], code[20:])[..., POSE:]
    wanted = pose[:20] @ follows + expression[20:] @ shows + 0.1 * rest[:20]
    assert (made - wanted).abs().mean() < 0.1 * (face[20:] - wanted).abs().mean()
    torch.testing.assert_close(made @ readout.T, face[20:] @ readout.T, atol=2e-3, rtol=1e-3)


def test_a_read_out_that_nothing_is_read_with_counts_for_nothing() -> None:
    torch.manual_seed(0)
    code, _, _ = _codes()
    readout = torch.randn(2, FACE)
    faint = torch.cat([readout, 1e-3 * torch.randn(FACE - 2, FACE)])
    few, many = Recombination(POSE, FACE), Recombination(POSE, FACE)
    few.update(code, readout)
    many.update(code, faint)
    torch.testing.assert_close(few.taken, many.taken, atol=0.01, rtol=0.01)


def test_half_precision_around_it_does_not_blur_what_is_learned() -> None:
    code, _, _ = _codes()
    whole, half = Recombination(POSE, FACE), Recombination(POSE, FACE)
    whole.update(code, torch.randn(2, FACE, generator=torch.Generator().manual_seed(1)))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half.update(code, torch.randn(2, FACE, generator=torch.Generator().manual_seed(1)))
    assert torch.equal(whole.taken, half.taken)


def test_a_code_put_together_from_itself_is_itself() -> None:
    code, _, _ = _codes()
    recombination = Recombination(POSE, FACE)
    recombination.update(code, None)
    assert torch.equal(recombination(code, code), code)


def test_without_cra_streams_are_put_together_as_they_are() -> None:
    network = TalkingFace(NetworkConfig(width="tiny"))
    head, face = torch.zeros(2, 76), torch.ones(2, 76)
    assert network.recombination is None
    assert network.recombine(head, face)[0].tolist() == [0] * 12 + [1] * 64


def test_how_faces_follow_heads_travels_with_the_weights() -> None:
    config = NetworkConfig(width="tiny", recombines=True)
    trained, loaded = TalkingFace(config), TalkingFace(config)
    assert trained.recombination is not None
    trained.recombination.update(torch.randn(4, 5, 76), None)
    loaded.load_state_dict(trained.state_dict())
    head, face = torch.randn(2, 76), torch.randn(2, 76)
    assert torch.equal(trained.recombine(head, face), loaded.recombine(head, face))

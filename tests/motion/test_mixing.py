"""CRA's mixing uses true times, each stream's own neighbours, and held-out frames."""

import pytest
import torch

from talkingface.motion.draws import Draws
from talkingface.motion.mixing import Thinning, choose_mixture, neighbours


def _draws(clips: int, seed: int = 0) -> Draws:
    return Draws(range(seed, seed + clips))


def test_mixing_weights_come_from_irregular_time_stamps() -> None:
    time = torch.tensor([[0.0, 0.04, 0.16, 0.2], [0.0, 0.1, 0.2, 0.3]])
    found = neighbours(time, torch.tensor([1, 1]), torch.tensor([0, 0]), torch.tensor([2, 3]))
    torch.testing.assert_close(found.share, torch.tensor([0.25, 1 / 3]))
    codes = torch.arange(8.0).view(2, 4, 1)
    torch.testing.assert_close(found.mix(codes), torch.tensor([[0.5], [5.0]]))


def test_a_linear_motion_is_mixed_exactly() -> None:
    draws = _draws(16)
    time = draws.uniform(12).mul(0.03).add(0.01).cumsum(dim=1)
    speed, start = torch.randn(16, 1, 76), torch.randn(16, 1, 76)
    code = start + speed * time[..., None]
    kept = Thinning().kept(12, draws)
    mixture = choose_mixture(time, kept, 0.32, 0.16, draws)
    true = code[torch.arange(16), mixture.frame]
    torch.testing.assert_close(mixture.mix(code, 12), true, atol=1e-5, rtol=0)


def test_neighbours_are_kept_frames_on_both_sides_within_each_streams_gap() -> None:
    draws = _draws(64)
    time = (torch.arange(16) / 25).expand(64, -1)
    kept = Thinning().kept(16, draws)
    mixture = choose_mixture(time, kept, 0.32, 0.16, draws)
    row = torch.arange(64)
    held_out = ~kept[row, mixture.frame]
    assert torch.equal(held_out, ~kept[:, 1:-1].all(dim=1))
    for stream, gap in ((mixture.pose, 0.32), (mixture.face, 0.16)):
        assert (stream.before < mixture.frame).all()
        assert (stream.after > mixture.frame).all()
        assert kept[row, stream.before].all()
        assert kept[row, stream.after].all()
        assert (time[row, stream.after] - time[row, stream.before] <= gap + 1e-3).all()
    assert (mixture.pose.before != mixture.face.before).any()


def test_a_clip_that_kept_too_few_frames_mixes_between_any() -> None:
    time = (torch.arange(6) / 12.5).expand(3, -1)
    mixture = choose_mixture(time, torch.zeros(3, 6, dtype=torch.bool), 0.32, 0.16, _draws(3))
    assert torch.equal(mixture.face.before, mixture.frame - 1)
    assert torch.equal(mixture.face.after, mixture.frame + 1)


def test_a_clip_whose_frames_are_too_far_apart_is_decoded_as_it_is() -> None:
    time = torch.stack([torch.arange(6) / 5, torch.arange(6) / 25])
    mixture = choose_mixture(time, torch.ones(2, 6, dtype=torch.bool), 0.32, 0.16, _draws(2))
    code = torch.randn(2, 6, 76)
    assert torch.equal(mixture.mix(code, 12)[0], code[0, mixture.frame[0]])
    assert mixture.face.before[1] < mixture.frame[1] < mixture.face.after[1]


def test_thinning_drops_what_it_promises() -> None:
    assert Thinning(dropping=0.0).kept(12, _draws(400)).all()
    kept = Thinning(dropping=1.0, drop_rate=0.3).kept(12, _draws(4000))
    assert kept.float().mean() == pytest.approx(0.85, abs=0.01)
    assert torch.equal(kept, Thinning(dropping=1.0).kept(12, _draws(4000)))

"""The corrector starts as the identity, sees no further than it may, and stays small."""

import pytest
import torch

from talkingface.motion.corrector import Corrector, Lookahead
from talkingface.motion.statistics import CodeStatistics


def _input(frames: int = 40) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    code = torch.randn(2, frames, 76, generator=generator)
    time = (torch.arange(frames) / 25).expand(2, -1)
    return code, time, torch.rand(2, frames, generator=generator) > 0.2


def _awake(lookahead: Lookahead) -> Corrector:
    torch.manual_seed(0)
    corrector = Corrector(12, 64, lookahead)
    for parameter in corrector.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return corrector


@pytest.mark.parametrize("lookahead", [None, 0, 2])
def test_the_corrector_is_the_identity_at_first(lookahead: Lookahead) -> None:
    code, time, fresh = _input()
    assert torch.equal(
        Corrector(12, 64, lookahead)(code, time, fresh, CodeStatistics(76, 12)), code
    )


@pytest.mark.parametrize("lookahead", [0, 2])
def test_no_later_frame_leaks_into_a_causal_corrector(lookahead: Lookahead) -> None:
    corrector, (code, time, fresh) = _awake(lookahead), _input()
    changed, late, stale = code.clone(), time.clone(), fresh.clone()
    changed[:, 25:] += 1
    late[:, 25:] += 1
    stale[:, 25:] = ~stale[:, 25:]
    with torch.no_grad():
        before = corrector(code, time, fresh, CodeStatistics(76, 12))
        after = corrector(changed, late, stale, CodeStatistics(76, 12))
    first = 25 - (lookahead or 0)
    torch.testing.assert_close(before[:, :first], after[:, :first], atol=1e-6, rtol=0)
    assert (before[:, first] - after[:, first]).abs().max() > 1e-4


def test_the_offline_corrector_sees_eight_frames_both_ways() -> None:
    corrector, (code, time, fresh) = _awake(None), _input()
    changed = code.clone()
    changed[:, 20] += 1
    with torch.no_grad():
        moved = (
            corrector(code, time, fresh, CodeStatistics(76, 12))
            - corrector(changed, time, fresh, CodeStatistics(76, 12))
        ).abs().amax(dim=(0, 2)) > 1e-6
    # The change of frame 21 is seen too: it looks back at frame 20.
    assert moved.nonzero().flatten().tolist() == list(range(12, 30))


def test_each_stream_is_corrected_by_the_other() -> None:
    corrector, (code, time, fresh) = _awake(None), _input()
    for changed_part, seen_part in ((slice(0, 12), slice(12, 76)), (slice(12, 76), slice(0, 12))):
        changed = code.clone()
        changed[..., changed_part] += 1
        with torch.no_grad():
            difference = corrector(code, time, fresh, CodeStatistics(76, 12)) - corrector(
                changed, time, fresh, CodeStatistics(76, 12)
            )
        assert difference[..., seen_part].abs().max() > 1e-4


def test_the_corrector_has_the_size_that_the_method_gives_it() -> None:
    parameters = sum(p.numel() for p in Corrector(12, 64).parameters())
    assert 0.15e6 < parameters < 0.18e6


def test_statistics_follow_the_codes_and_reach_no_gradient() -> None:
    statistics = CodeStatistics(3, 1)
    generator = torch.Generator().manual_seed(0)
    scale, mean = torch.tensor([1.0, 0.1, 5.0]), torch.tensor([0.0, 2.0, -1.0])
    for _ in range(300):
        code = torch.randn(8, 6, 3, generator=generator) * scale + mean
        statistics.update(code.requires_grad_())
    torch.testing.assert_close(statistics.std, scale, rtol=0.1, atol=0)
    torch.testing.assert_close(statistics.mean, mean, rtol=0.1, atol=0.2)
    assert not statistics.std.requires_grad
    torch.testing.assert_close(statistics.restore(statistics.normalise(code)), code)

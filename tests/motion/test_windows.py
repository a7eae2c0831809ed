"""A video is corrected in pieces, and nobody can tell."""

from collections.abc import Iterator

import pytest
import torch

from talkingface.motion.corrector import Lookahead
from talkingface.motion.path import Driving, MotionPath
from talkingface.motion.resampling import resample_codes
from talkingface.motion.windows import correct_in_windows
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace


def _awake(lookahead: Lookahead) -> TalkingFace:
    torch.manual_seed(0)
    network = TalkingFace(NetworkConfig(width="tiny", corrector=True, lookahead=lookahead)).eval()
    assert network.corrector is not None
    for parameter in network.corrector.exits.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return network


def _driving(frames: int) -> Driving:
    generator = torch.Generator().manual_seed(frames)
    step = 0.03 + 0.02 * torch.rand(frames, dtype=torch.float64, generator=generator)
    fresh = torch.rand(frames, generator=generator) > 0.2
    return Driving(torch.randn(frames, 76, generator=generator), step.cumsum(0), fresh)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Several threads share convolutions out by their length, and round otherwise."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("window", [7, 100, 512])
@pytest.mark.parametrize("frames", [1, 7, 17, 1000])
@pytest.mark.parametrize("lookahead", [None, 0, 2])
@torch.no_grad()
def test_windows_equal_the_whole(lookahead: Lookahead, frames: int, window: int) -> None:
    network, driving = _awake(lookahead), _driving(frames)
    code, time, fresh = driving
    whole = network.correct(code[None], time[None].float(), fresh[None])[0]
    pieces = correct_in_windows(network.correct, code, time, fresh, window)
    torch.testing.assert_close(pieces, whole, atol=1e-6, rtol=0)
    assert (whole - code).abs().max() > 0.1, "a corrector that does nothing proves nothing"


@pytest.mark.parametrize("lookahead", [None, 0, 2])
@torch.no_grad()
def test_a_path_equals_the_whole_filled_in_and_corrected_at_once(lookahead: Lookahead) -> None:
    network, driving = _awake(lookahead), _driving(1000)
    code, time, fresh = driving
    filled = resample_codes(code, time, time, fresh)
    whole = network.correct(filled[None], time[None].float(), torch.ones_like(fresh)[None])[0]
    made = MotionPath().apply(network, driving, time)
    torch.testing.assert_close(made, whole, atol=1e-6, rtol=0)


def test_the_corrector_never_sees_more_than_a_window_and_its_neighbours() -> None:
    network, lengths = _awake(None), []

    class Watched:
        pose_dim, corrects = network.pose_dim, True

        def correct(self, *inputs: torch.Tensor) -> torch.Tensor:
            lengths.append(inputs[0].shape[1])
            return network.correct(*inputs)

    driving = _driving(5000)
    MotionPath().apply(Watched(), driving, driving.time)
    assert max(lengths) < 600
    assert sum(lengths) < 1.1 * 5000, "windows overlap by more than they must"

"""Codes reach the generator corrected, smoothed and at the wanted times, as asked."""

import pytest
import torch
from torch import Tensor

from talkingface.errors import UserError
from talkingface.motion.path import Driving, MotionPath
from talkingface.motion.smoothing import gaussian_smooth, kalman_smooth
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace


def _network(corrector: bool = False) -> TalkingFace:
    torch.manual_seed(0)
    network = TalkingFace(NetworkConfig(width="tiny", corrector=corrector)).eval()
    if network.corrector is not None:
        for parameter in network.corrector.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
    return network


def _driving(frames: int = 20) -> Driving:
    time = torch.arange(frames, dtype=torch.float64) / 25
    speed = torch.linspace(-2, 2, 76)
    code = time[:, None].float() * speed
    return Driving(code, time, torch.ones(frames, dtype=torch.bool))


def test_nothing_is_done_to_codes_unless_asked() -> None:
    driving = Driving(torch.randn(20, 76), *_driving()[1:])
    torch.testing.assert_close(MotionPath().apply(_network(), driving, driving.time), driving.code)


@pytest.mark.parametrize("rate", [10, 24, 30000 / 1001, 60])
def test_any_rate_comes_out(rate: float) -> None:
    driving = _driving()
    wanted = torch.arange(int(0.75 * rate), dtype=torch.float64) / rate
    expected = wanted[:, None].float() * torch.linspace(-2, 2, 76)
    torch.testing.assert_close(MotionPath().apply(_network(), driving, wanted), expected)


def test_repeated_frames_are_filled_in_or_kept() -> None:
    driving = _driving()
    frozen, fresh = driving.code.clone(), driving.fresh.clone()
    frozen[7:9], fresh[7:9] = frozen[6], False
    stuck = Driving(frozen, driving.time, fresh)
    filled = MotionPath().apply(_network(), stuck, driving.time)
    torch.testing.assert_close(filled, driving.code)
    kept = MotionPath(repeats="keep").apply(_network(), stuck, driving.time)
    torch.testing.assert_close(kept, frozen)


def test_the_corrector_is_used_where_there_is_one_and_can_be_left_out() -> None:
    network, driving = _network(corrector=True), _driving()
    made = MotionPath().apply(network, driving, driving.time)
    expected = network.correct(driving.code[None], driving.time[None].float(), driving.fresh[None])
    torch.testing.assert_close(made, expected[0])
    assert not torch.allclose(made, driving.code)
    without = MotionPath(corrector=False).apply(network, driving, driving.time)
    torch.testing.assert_close(without, driving.code)


def test_smoothers_touch_the_head_pose_only() -> None:
    driving = Driving(torch.randn(20, 76), *_driving()[1:])
    pose = driving.code[:, :12]
    for kind, expected in (
        ("gaussian", gaussian_smooth(pose, 2.0, 2)),
        ("kalman", kalman_smooth(pose, driving.time, 2.0, 2)),
    ):
        path = MotionPath(smoothing=kind, strength=2.0, lookahead=2)  # type: ignore[arg-type]
        made = path.apply(_network(), driving, driving.time)
        torch.testing.assert_close(made[:, :12], expected)
        torch.testing.assert_close(made[:, 12:], driving.code[:, 12:])


@pytest.mark.parametrize(
    "wrong", [{"smoothing": "median"}, {"repeats": "drop"}, {"corrector": "no"}]
)
def test_a_choice_that_is_not_offered_is_refused(wrong: dict) -> None:
    with pytest.raises(UserError, match="must be"):
        MotionPath(**wrong)


@pytest.mark.parametrize("strength", [-1, 1e9, float("nan"), "strong", None, True])
def test_a_strength_that_is_no_amount_is_refused(strength: object) -> None:
    with pytest.raises(UserError, match=r"strength .*must be between 0 and 1000"):
        MotionPath(strength=strength)  # type: ignore[arg-type]


@pytest.mark.parametrize("frames", [-1, 1.5, 251, "all", True])
def test_a_lookahead_that_is_no_number_of_frames_is_refused(frames: object) -> None:
    with pytest.raises(UserError, match=r"lookahead .*null for all"):
        MotionPath(lookahead=frames)  # type: ignore[arg-type]


def test_a_corrector_gets_repeated_frames_filled_in_unless_they_are_kept() -> None:
    class Witness:
        pose_dim, corrects = 2, True

        def correct(self, code_BTZ: Tensor, time_BT: Tensor, fresh_BT: Tensor) -> Tensor:
            self.seen = code_BTZ[0], fresh_BT[0]
            return code_BTZ

    time = torch.arange(5, dtype=torch.float64) / 25
    code = torch.tensor([[0.0], [1.0], [1.0], [3.0], [4.0]]).expand(-1, 3)
    driving = Driving(code, time, torch.tensor([True, True, False, True, True]))
    witness = Witness()
    MotionPath().apply(witness, driving, time)
    torch.testing.assert_close(witness.seen[0], torch.arange(5.0)[:, None].expand(-1, 3))
    assert witness.seen[1].all(), "nothing is repeated any more"
    MotionPath(repeats="keep").apply(witness, driving, time)
    torch.testing.assert_close(witness.seen[0], code)
    assert witness.seen[1].tolist() == driving.fresh.tolist()

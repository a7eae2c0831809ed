"""Codes for a portrait: corrected, smoothed, and measured from a frame that was so, too."""

from dataclasses import replace
from fractions import Fraction

import pytest
import torch

from talkingface.animation.codes import transferred
from talkingface.animation.motion import Motion
from talkingface.animation.torch_parts import TorchParts
from talkingface.errors import UserError
from talkingface.motion.path import Driving, MotionPath
from talkingface.motion.transfer import Transfer
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace


@pytest.fixture(scope="module")
def parts() -> TorchParts:
    torch.manual_seed(0)
    network = TalkingFace(NetworkConfig(size=64, width="tiny", corrector=True)).eval()
    network.requires_grad_(False)
    assert network.corrector is not None
    for parameter in network.corrector.exits.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return TorchParts(network, 4)


@pytest.fixture
def motion(parts: TorchParts) -> Motion:
    generator = torch.Generator().manual_seed(0)
    frames = 30
    code = 0.3 * torch.randn(frames, 76, generator=generator)
    time = torch.arange(frames, dtype=torch.float64) / 25
    driving = Driving(code, time, torch.ones(frames, dtype=torch.bool))
    rate = Fraction(25)
    return Motion(driving, rate, frames / rate, parts.pose_dim, parts.encoder, 11, None)


PATHS = (
    MotionPath(),
    MotionPath(corrector=False),
    MotionPath(corrector=False, smoothing="gaussian", strength=2.0),
    MotionPath(smoothing="kalman", strength=0.2),
)


@pytest.mark.parametrize("path", PATHS)
def test_the_default_leaves_the_path_alone(
    path: MotionPath, parts: TorchParts, motion: Motion
) -> None:
    wanted = torch.arange(20, dtype=torch.float64) / 24
    source = torch.full((76,), 0.1)
    made = transferred(path, Transfer(), parts, motion, source, wanted)
    assert torch.equal(made, path.apply(parts, motion.driving, wanted))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("how", "index"), [("first", 0), ("frontal", 11), ("nearest", 23)])
def test_the_portrait_has_its_own_code_at_the_frame_that_motion_is_measured_from(
    path: MotionPath, how: str, index: int, parts: TorchParts, motion: Motion
) -> None:
    source = motion.driving.code[23] + 0.01
    transfer = Transfer(relative=True, relative_to=how)  # type: ignore[arg-type]
    made = transferred(path, transfer, parts, motion, source, motion.driving.time)
    assert torch.equal(made[index], source)
    corrected = path.apply(parts, motion.driving, motion.driving.time)
    torch.testing.assert_close(made, source + corrected - corrected[index], atol=1e-6, rtol=0)


def test_a_person_driven_by_their_own_video_begins_as_they_are(
    parts: TorchParts, motion: Motion
) -> None:
    path, source = MotionPath(corrector=False), motion.driving.code[0]
    transfer = Transfer(relative=True, relative_to="first")
    made = transferred(path, transfer, parts, motion, source, motion.driving.time)
    assert torch.equal(made[0], source)
    torch.testing.assert_close(made, motion.driving.code, atol=1e-6, rtol=0)


def test_pose_only_and_expression_only_leave_the_other_stream_to_the_portrait(
    parts: TorchParts, motion: Motion
) -> None:
    source, pose = torch.full((76,), 0.1), parts.pose_dim
    still = source.expand(30, -1)
    for relative in (False, True):
        head = transferred(
            PATHS[0], Transfer(relative, face_strength=0), parts, motion, source,
            motion.driving.time,
        )  # fmt: skip
        face = transferred(
            PATHS[0], Transfer(relative, head_strength=0), parts, motion, source,
            motion.driving.time,
        )  # fmt: skip
        assert torch.equal(head[:, pose:], still[:, pose:])
        assert torch.equal(face[:, :pose], still[:, :pose])
        assert head[:, :pose].std(dim=0).min() > 0.05
        assert face[:, pose:].std(dim=0).min() > 0.05


def test_unequal_strengths_put_streams_together_as_the_network_does(motion: Motion) -> None:
    network = TalkingFace(NetworkConfig(width="tiny", recombines=True)).eval()
    assert network.recombination is not None
    mixed = torch.randn(76, 76, generator=torch.Generator().manual_seed(1))
    network.recombination.update(motion.driving.code @ mixed, None)
    source, time = torch.full((76,), 0.1), motion.driving.time
    transfer = Transfer(head_strength=0)
    made = transferred(PATHS[1], transfer, TorchParts(network, 4), motion, source, time)
    still = source.expand(30, -1)
    torch.testing.assert_close(made, network.recombine(still, motion.driving.code))
    assert not torch.allclose(made[:, 12:], motion.driving.code[:, 12:])


def test_the_frontal_frame_of_a_thinned_reference_is_found_by_its_time(
    parts: TorchParts, motion: Motion
) -> None:
    thinned = replace(motion, driving=Driving(*(x[::3].clone() for x in motion.driving)))
    source, path = torch.full((76,), 0.1), MotionPath(corrector=False)
    transfer = Transfer(relative=True, relative_to="frontal")
    made = transferred(path, transfer, parts, thinned, source, thinned.driving.time)
    # Frame 11 is missing; its neighbour is frame 12, the fifth code.
    assert torch.equal(made[4], source)


def test_a_frontal_frame_that_is_not_known_is_refused(parts: TorchParts, motion: Motion) -> None:
    transfer = Transfer(relative=True, relative_to="frontal")
    blind = replace(motion, frontal=None)
    with pytest.raises(UserError, match="relative_to=frontal"):
        transferred(MotionPath(), transfer, parts, blind, torch.zeros(76), torch.zeros(1))

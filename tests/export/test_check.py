"""The check finds what differs, and a figure that is no number is a difference."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from talkingface.animation.framing import Framing
from talkingface.animation.torch_parts import TorchParts
from talkingface.errors import UserError
from talkingface.export.check import LIMITS, Agreement, compare, exceeded
from talkingface.export.folder import Format
from talkingface.export.frames import check_frames
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace

EQUAL = Agreement(frames=4, code=0.0, corrected=0.0, recombined=0.0, level=0, share=0.0, psnr=100.0)
KINDS: tuple[Format, ...] = ("onnx", "torch")


@pytest.fixture(scope="module")
def network() -> TalkingFace:
    torch.manual_seed(0)
    config = NetworkConfig(width="tiny", corrector=True, recombines=True)
    return TalkingFace(config).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_network_agrees(network: TalkingFace, frames: np.ndarray, kind: Format) -> None:
    found = compare(TorchParts(network), TorchParts(network), frames)
    assert found == EQUAL
    assert not exceeded(found, LIMITS[kind])


@pytest.mark.parametrize(
    ("weight", "figure"),
    [
        ("motion.face.bias", "code"),
        ("generator.to_image.bias", "PSNR"),
        ("appearance.identity.1.bias", "PSNR"),
        ("corrector.exits.0.bias", "corrected"),
        ("recombination.taken", "recombined"),
    ],
)
def test_one_changed_weight_is_found(
    network: TalkingFace, frames: np.ndarray, weight: str, figure: str
) -> None:
    other = TalkingFace(network.config).eval().requires_grad_(False)
    state = {name: value.clone() for name, value in network.state_dict().items()}
    state[weight][0] += 0.5
    other.load_state_dict(state)
    found = compare(TorchParts(network), TorchParts(other), frames)
    assert figure in exceeded(found, LIMITS["onnx"])


@pytest.mark.parametrize("figure", ["code", "corrected", "recombined", "share", "psnr"])
def test_a_figure_that_is_no_number_is_beyond_its_limit(figure: str) -> None:
    assert exceeded(replace(EQUAL, **{figure: float("nan")}), LIMITS["onnx"])


def test_a_synthetic_head_that_moves_stands_in_for_a_video() -> None:
    frames = check_frames(None, 5, 64, Framing())
    assert frames.shape == (5, 64, 64, 3)
    assert all((a != b).any() for a, b in zip(frames, frames[1:], strict=False))
    for wrong in (1, 2.5, "many"):
        with pytest.raises(UserError, match=f"count={wrong}"):
            check_frames(None, wrong, 64, Framing())  # type: ignore[arg-type]

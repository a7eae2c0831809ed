"""What each contender repeats for every frame of a video, with random weights.

Others' code is imported from clones that the user names; nothing of it is here. Only one clone can
be imported in a process, since their packages have the same names.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import torch
import yaml

from talkingface.animation.torch_parts import TorchParts
from talkingface.networks.blocks import channels_last
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace

# Does the work of so many frames.
Work = Callable[[], int]


def ours(width: str, batch: int) -> Work:
    """Return motion encoder and generator, at 256 px."""
    network = channels_last(TalkingFace(NetworkConfig(size=256, width=width))).eval()
    parts = TorchParts(network, batch=batch)
    frames = torch.randint(0, 255, (batch, 256, 256, 3), dtype=torch.uint8).numpy()
    portrait = parts.portrait(frames[0])

    def work() -> int:
        parts.render(portrait, parts.read(frames))
        return batch

    return work


def first_order(clone: Path) -> Work:
    """Return the first-order motion model at 256 px: key points of the frame, then the generator.

    Its generator encodes the portrait again for every frame, as its demo has it do.
    """
    sys.path.insert(0, str(clone))
    from modules.generator import OcclusionAwareGenerator  # noqa: PLC0415
    from modules.keypoint_detector import KPDetector  # noqa: PLC0415

    fields = yaml.safe_load((clone / "config/vox-256.yaml").read_text())["model_params"]
    common = fields["common_params"]
    generator = OcclusionAwareGenerator(**fields["generator_params"], **common).eval()
    detector = KPDetector(**fields["kp_detector_params"], **common).eval()
    portrait, frame = torch.rand(2, 1, 3, 256, 256)
    points = detector(portrait)

    def work() -> int:
        generator(portrait, kp_source=points, kp_driving=detector(frame))
        return 1

    return work


def lia(clone: Path) -> Work:
    """Return LIA at 256 px, which encodes the portrait again for every frame, as its demo does."""
    sys.path.insert(0, str(clone))
    from networks.generator import Generator  # noqa: PLC0415

    # It moves a constant to the GPU in the midst of its work.
    torch.Tensor.cuda = lambda tensor, *_, **__: tensor  # type: ignore[method-assign]
    network = Generator(256, 512, 20, 1).eval()
    portrait, frame = torch.rand(2, 1, 3, 256, 256) * 2 - 1
    start = network.enc.enc_motion(portrait)

    def work() -> int:
        network(portrait, frame, start)
        return 1

    return work


def live_portrait(clone: Path) -> Work:
    """Return LivePortrait: motion, warping and decoder at 256 px in, 512 px out.

    The portrait is encoded once. Left out is what takes well under a percent: stitching.
    """
    sys.path.insert(0, str(clone))
    from src.modules.appearance_feature_extractor import (  # noqa: PLC0415
        AppearanceFeatureExtractor,
    )
    from src.modules.motion_extractor import MotionExtractor  # noqa: PLC0415
    from src.modules.spade_generator import SPADEDecoder  # noqa: PLC0415
    from src.modules.warping_network import WarpingNetwork  # noqa: PLC0415

    fields = yaml.safe_load((clone / "src/config/models.yaml").read_text())["model_params"]
    encoder = AppearanceFeatureExtractor(**fields["appearance_feature_extractor_params"]).eval()
    motion = MotionExtractor(**fields["motion_extractor_params"]).eval()
    warping = WarpingNetwork(**fields["warping_module_params"]).eval()
    decoder = SPADEDecoder(**fields["spade_generator_params"]).eval()
    portrait, frame = torch.rand(2, 1, 3, 256, 256)
    features = encoder(portrait)
    points = torch.randn(1, 21, 3) * 0.1

    def work() -> int:
        motion(frame)
        warped = warping(features, kp_source=points, kp_driving=points + 0.01)
        decoder(feature=warped["out"])
        return 1

    return work

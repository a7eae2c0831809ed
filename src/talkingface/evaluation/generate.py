"""The model's own videos, written losslessly, and the same inputs for anybody else's model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from talkingface.evaluation.cases import Case
from talkingface.evaluation.donors import shared_frames
from talkingface.evaluation.suites import Suite
from talkingface.manifest import Clip, clip_path
from talkingface.motion.path import MotionPath
from talkingface.motion.perturbation import Perturbation
from talkingface.networks.model import TalkingFace
from talkingface.networks.reenact import encode_driving, generate_frames
from talkingface.synthetic.clip import frame_times, identity_seed_of, render_motion
from talkingface.synthetic.dataset import GENERATOR_VERSION
from talkingface.video.footage import Frames, read_footage, write_lossless
from talkingface.video.frames import to_tensor, to_uint8

_CHUNK = 32


def generate(
    network: TalkingFace, root: Path, case: Case, suite: Suite, path: MotionPath, output: Path
) -> int:
    """Write the video that a network makes of a case, and return its number of frames.

    Args:
        network: in eval mode.
        root: data set folder.
        case: whose first frame is moved by whom; a swap takes the head pose from the source clip.
        suite: what happens to the driving frames.
        path: what happens to the codes.
        output: `.mkv` file, written bit for bit.

    Raises:
        UserError: a clip cannot be read, or the file cannot be written.
    """
    timed = _timed(case, suite)
    return write_lossless(output, made_frames(network, root, case, suite, path), timed.rate)


def made_frames(
    network: TalkingFace, root: Path, case: Case, suite: Suite, path: MotionPath
) -> Iterator[Frames]:
    """Return the frames (S, S, 3) that a network makes of a case, one by one; see `generate`.

    Raises:
        UserError: a clip cannot be read.
    """
    size, timed = network.config.size, _timed(case, suite)
    frames = shared_frames(timed, case.driving)
    time_T = torch.from_numpy(frame_times(frames, timed.rate))

    def codes_of(clip: Clip) -> Tensor:
        seen = reference(root, clip, size, suite.perturbation)
        return path.apply(network, encode_driving(network, seen), time_T)

    wanted_TZ = codes_of(case.driving)
    if suite.task == "swap":
        wanted_TZ = network.recombine(codes_of(case.source), wanted_TZ)
    portrait = to_tensor(portrait_of(root, case, size)[None])[0]
    return (to_uint8(frame[None])[0] for frame in generate_frames(network, portrait, wanted_TZ))


def _timed(case: Case, suite: Suite) -> Clip:
    """Return the clip whose times a video has."""
    return case.source if suite.task == "swap" else case.driving


def reference(
    root: Path, clip: Clip, size: int, perturbation: Perturbation
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield a clip's frames (T, 3, S, S) in [-1, 1] as a model sees them, and their times (T,).

    What is drawn depends on the perturbation and the clip's name alone.
    """
    return perturbation.apply(_pieces(root, clip.clip, size, clip.rate), clip.clip)


def portrait_of(root: Path, case: Case, size: int) -> Frames:
    """Return the source's first frame, (S, S, 3) uint8 RGB."""
    return next(read_footage(clip_path(root, case.source.clip), size, chunk=1))[0]


def rendered_target(case: Case, size: int, folder: Path) -> Path:
    """Return the file that shows a synthetic source doing what the driving does, exactly.

    It is rendered unless it is there: its name says all on which the picture depends.
    """
    driving = case.driving
    what = (identity_seed_of(case.source), driving.motion, driving.frames, driving.rate, size)
    key = hashlib.sha256(f"{GENERATOR_VERSION} {what}".encode()).hexdigest()[:24]
    output = folder / f"{key}.mkv"
    if not output.exists():
        _render(case, size, output)
    return output


def _render(case: Case, size: int, output: Path) -> None:
    driving = case.driving
    times = frame_times(driving.frames, driving.rate)
    pieces = np.array_split(times, max(1, len(times) // _CHUNK))
    seeds = identity_seed_of(case.source), int(driving.motion)
    frames = (frame for piece in pieces for frame in render_motion(*seeds, piece, size))
    write_lossless(output, frames, driving.rate)


def write_inputs(root: Path, case: Case, suite: Suite, size: int, folder: Path) -> None:
    """Write a case for another system: what it may see, and what its video is compared with.

    `portraits/<name>.png`, `references/<name>.mkv` (missing frames are missing), and
    `targets/<name>.mkv` where the true video is known.
    """
    (folder / "portraits").mkdir(parents=True, exist_ok=True)
    portrait = Image.fromarray(portrait_of(root, case, size))
    portrait.save(folder / "portraits" / f"{case.name}.png")
    seen = reference(root, case.driving, size, suite.perturbation)
    frames = (to_uint8(frame[None])[0] for piece, _ in seen for frame in piece)
    rate = case.driving.rate / suite.perturbation.rate
    write_lossless(folder / "references" / f"{case.name}.mkv", frames, rate)
    target = folder / "targets" / f"{case.name}.mkv"
    if suite.task == "self":
        clip = read_footage(clip_path(root, case.driving.clip), size)
        write_lossless(target, (frame for piece in clip for frame in piece), case.driving.rate)
    elif case.driving.motion:
        _render(case, size, target)


def _pieces(root: Path, clip: str, size: int, rate: Fraction) -> Iterator[tuple[Tensor, Tensor]]:
    first = 0
    for piece in read_footage(clip_path(root, clip), size, _CHUNK):
        times = [float(k / rate) for k in range(first, first + len(piece))]
        yield to_tensor(piece), torch.tensor(times, dtype=torch.float64)
        first += len(piece)

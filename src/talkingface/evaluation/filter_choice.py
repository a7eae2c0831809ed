"""How well plain filters steady a model's head poses: the rulers that STAC has to beat."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from talkingface.evaluation.cases import Case
from talkingface.evaluation.generate import portrait_of, reference
from talkingface.evaluation.reading import Reader
from talkingface.evaluation.suites import Suite
from talkingface.manifest import Clip, Track, clip_path, read_track
from talkingface.metrics.motion import PIXELS
from talkingface.metrics.steadiness import steadiness_metrics
from talkingface.motion.path import Driving, MotionPath
from talkingface.networks.model import TalkingFace
from talkingface.networks.reenact import encode_driving, generate_frames
from talkingface.synthetic.clip import frame_times
from talkingface.video.footage import write_lossless
from talkingface.video.frames import to_tensor, to_uint8


def steadiness_of(
    network: TalkingFace,
    root: Path,
    clips: Iterable[Clip],
    suite: Suite,
    paths: Sequence[MotionPath],
    reader: Reader,
) -> list[float]:
    """Return each path's mean `jite` over clips that are moved by themselves.

    A clip is encoded once, however many paths its codes take; no pixels are compared.

    Args:
        network: in eval mode.
        root: data set folder.
        clips: whose videos are made.
        suite: what happens to the driving frames.
        paths: what happens to the codes.
        reader: reads the videos made, and the true ones where labels are not exact.

    Raises:
        UserError: a clip cannot be read.
    """
    errors: list[list[float]] = [[] for _ in paths]
    for clip in clips:
        seen = reference(root, clip, network.config.size, suite.perturbation)
        codes = encode_driving(network, seen)
        with TemporaryDirectory(prefix="talkingface-") as folder:
            made = [Path(folder) / f"{clip.clip}-{k}.mkv" for k in range(len(paths))]
            for path, video in zip(paths, made, strict=True):
                _write(network, root, clip, path, codes, video)
                reader.expect(video)
            if reader.reads_labels:
                true = read_track(root, clip.clip)
            else:
                true = reader.read(clip_path(root, clip.clip))
            for found, video in zip(errors, made, strict=True):
                found.append(_jite(reader.read(video), true))
    return [_mean(found) for found in errors]


def _write(
    network: TalkingFace, root: Path, clip: Clip, path: MotionPath, codes: Driving, video: Path
) -> None:
    size, rate = network.config.size, Fraction(clip.rate)
    wanted_TZ = path.apply(network, codes, torch.from_numpy(frame_times(clip.frames, rate)))
    portrait = to_tensor(portrait_of(root, Case(clip.clip, clip, clip), size)[None])[0]
    made = generate_frames(network, portrait, wanted_TZ)
    write_lossless(video, (to_uint8(frame[None])[0] for frame in made), rate)


def _jite(made: Track, true: Track) -> float:
    return steadiness_metrics(made, true, made.face & true.face, PIXELS)["jite"]


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan

"""What one suite's evaluation consists of, and the protocol that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from talkingface.evaluation.backbones import Backbones
from talkingface.evaluation.item import Item
from talkingface.evaluation.protocol import Protocol, ProtocolCase, make_protocol
from talkingface.evaluation.results import Failure
from talkingface.evaluation.suites import Suite
from talkingface.faces.reader_pool import FaceReaders
from talkingface.faces.reading import READER_VERSION
from talkingface.metrics.image import ssim_scales
from talkingface.metrics.leak import MOVING_FACE, MOVING_HEAD
from talkingface.motion.perturbation import PERTURBATION_VERSION

#: Raised whenever a metric of this project would give another value for the same videos.
METRICS_VERSION = 1


@dataclass(frozen=True)
class Job:
    """One suite to be evaluated.

    Attributes:
        suite: what happens to the driving frames.
        items: the videos that are asked for.
        folder: of the results.
        of: which model or predictions; plain JSON values, where they lie under "checkpoint" or
            "predictions", all else by content.
        make: writes the video of an item; None where the videos are there.
        failed: what cannot be scored.
        pair_list: version of the list of pairs; "own" for a user's; None without pairs.
    """

    suite: Suite
    items: Sequence[Item]
    folder: Path
    of: dict[str, Any]
    make: Callable[[Item], int] | None = None
    failed: Sequence[Failure] = ()
    pair_list: int | str | None = None


@dataclass(frozen=True)
class Bench:
    """What all suites share.

    Attributes:
        backbones: the networks there are.
        workers: processes that read faces; None where MediaPipe is not used.
        device: where image metrics are computed.
        size: side of the frames that are compared.
        still_frames: frames a video that FID and KID look at.
        keep: whether generated videos stay.
        metric: that picks the page's videos; None takes lpips, l1 or aed.
        page_frames: of each video on the page, at most.
        watch: wraps the items while they are worked on, such as a progress bar.
    """

    backbones: Backbones
    workers: FaceReaders | None
    device: torch.device
    size: int
    still_frames: int
    keep: bool
    metric: str | None
    page_frames: int
    watch: Callable[[Sequence[Item]], Iterator[Item]] = field(default=iter)


def protocol_of(job: Job, bench: Bench, cases: Sequence[ProtocolCase]) -> Protocol:
    """Return what another evaluation has to share with this one to be compared with it."""
    found = bench.backbones
    metrics: dict[str, dict[str, Any]] = {
        "ssim": {"window": 11, "sigma": 1.5},
        "ms_ssim": {"scales": ssim_scales(bench.size, bench.size)},
    }
    if found.inception is not None:
        metrics["fid"] = metrics["kid"] = {"still_frames": bench.still_frames}
    reader = "ruler" if found.ruler else "mediapipe" if found.landmarker else None
    if reader:
        exact = reader == "ruler" and all(item.exact is not None for item in job.items)
        metrics["faces"] = {"compared_with": "exact labels" if exact else "readings of the truth"}
    if job.suite.task == "swap":
        metrics["leak"] = {"moving_face": MOVING_FACE, "moving_head": MOVING_HEAD}
    return make_protocol(
        task=job.suite.task,
        suite=job.suite.name,
        metrics=metrics | {name: {} for name in found.models if name not in metrics},
        reader=reader,
        libraries=found.libraries,
        models=found.models,
        size=bench.size,
        cases=cases,
        pair_list=job.pair_list,
        definitions={
            "metrics": METRICS_VERSION,
            "perturbations": PERTURBATION_VERSION,
            "reader": READER_VERSION,
        },
    )

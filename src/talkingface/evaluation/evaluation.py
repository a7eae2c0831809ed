"""One suite from beginning to end: videos are made, scored, summed up and shown."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from talkingface.errors import UserError
from talkingface.evaluation.backbones import Backbones
from talkingface.evaluation.case_video import CaseFootage
from talkingface.evaluation.cases import PAIR_LIST_VERSION
from talkingface.evaluation.item import Item
from talkingface.evaluation.items import protocol_cases
from talkingface.evaluation.page import write_page
from talkingface.evaluation.protocol import Protocol, make_protocol
from talkingface.evaluation.reading import MediaPipeReader, Reader, RulerReader
from talkingface.evaluation.result_files import SUMMARY, read_results, write_results
from talkingface.evaluation.results import Failure, Results, summarise
from talkingface.evaluation.scoring import Scores, Tools, score
from talkingface.evaluation.stopwatch import Stopwatch
from talkingface.evaluation.suites import Suite
from talkingface.faces.reader_pool import FaceReaders
from talkingface.metrics.distribution import ClipDistribution, FrameDistribution
from talkingface.metrics.image import ssim_scales


@dataclass(frozen=True)
class Job:
    """One suite to be evaluated.

    Attributes:
        suite: what happens to the driving frames.
        items: the videos that are asked for.
        folder: of the results.
        of: which model or predictions; plain JSON values.
        make: writes the video of an item; None where the videos are there.
        failed: what is known to be missing.
        pairs: "list" where the pairs are a user's own.
    """

    suite: Suite
    items: Sequence[Item]
    folder: Path
    of: dict[str, Any]
    make: Callable[[Item], int] | None = None
    failed: Sequence[Failure] = ()
    own_pairs: bool = False


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


def evaluate_suite(job: Job, bench: Bench) -> tuple[Results, bool]:
    """Return the results of a suite, and whether they were there already.

    Generated videos of a run that was interrupted are taken up again.

    Raises:
        UserError: no video could be scored, or the folder cannot be written.
    """
    protocol = _protocol(job, bench)
    known = _known(job, protocol)
    if known is not None:
        return known, True
    clock = Stopwatch()
    if job.make is not None:
        _claim(job)
    scores = score(_made(job, bench, clock), _tools(bench, clock), clock)
    scores.failed[:0] = job.failed
    if not scores.rows:
        reason = scores.failed[0].reason if scores.failed else "there are none"
        raise UserError(f"{job.folder}: no video could be scored: {reason}")
    results = _summed_up(job, bench, protocol, scores, clock)
    write_results(job.folder, results)
    shown = {
        item.name: CaseFootage(item.source, item.driving, item.made, item.target, item.rate)
        for item in job.items
    }
    write_page(job.folder, results, shown, metric=bench.metric, frames=bench.page_frames)
    if job.make is not None and not bench.keep:
        shutil.rmtree(job.items[0].made.parent)
    return results, False


def _protocol(job: Job, bench: Bench) -> Protocol:
    backbones = bench.backbones
    metrics: dict[str, dict[str, Any]] = {
        "ssim": {"window": 11, "sigma": 1.5},
        "ms_ssim": {"scales": ssim_scales(bench.size, bench.size)},
    }
    if backbones.inception is not None:
        metrics["fid"] = metrics["kid"] = {"still_frames": bench.still_frames}
    reader = "ruler" if backbones.ruler else "mediapipe" if backbones.landmarker else None
    pair_list = None if job.suite.task == "self" else PAIR_LIST_VERSION
    return make_protocol(
        task=job.suite.task,
        suite=job.suite.name,
        metrics=metrics | {name: {} for name in backbones.models if name not in metrics},
        reader=reader,
        libraries=backbones.libraries,
        models=backbones.models,
        size=bench.size,
        cases=protocol_cases(job.items, bench.size),
        pair_list="own" if job.own_pairs else pair_list,
    )


def _known(job: Job, protocol: Protocol) -> Results | None:
    """Return the results of the same thing, if they are there."""
    if not (job.folder / SUMMARY).exists():
        return None
    results = read_results(job.folder)
    same = results.protocol.digest == protocol.digest and results.of == job.of
    return results if same else None


def _claim(job: Job) -> None:
    """Keep videos of an interrupted evaluation only if they are of the same model."""
    videos = job.items[0].made.parent
    note = videos / "of.json"
    if videos.exists() and (not note.exists() or json.loads(note.read_text()) != job.of):
        shutil.rmtree(videos)
    videos.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(job.of, indent=2) + "\n")


def _made(job: Job, bench: Bench, clock: Stopwatch) -> Iterator[Item]:
    for item in bench.watch(job.items):
        if job.make is not None and not item.made.exists():
            with clock.timing("generate", item.frames):
                job.make(item)
        yield item


def _tools(bench: Bench, clock: Stopwatch) -> Tools:
    found = bench.backbones
    reader: Reader | None = None
    if found.ruler is not None:
        reader = RulerReader(found.ruler, clock)
    elif bench.workers is not None:
        reader = MediaPipeReader(bench.workers, clock)
    return Tools(
        size=bench.size,
        device=bench.device,
        distance=found.distance,
        frames=FrameDistribution(found.inception) if found.inception else None,
        videos=ClipDistribution(found.i3d) if found.i3d else None,
        embedder=found.embedder,
        reader=reader,
        still_frames=bench.still_frames,
    )


def _summed_up(
    job: Job, bench: Bench, protocol: Protocol, scores: Scores, clock: Stopwatch
) -> Results:
    rulers = {name: np.array(values) for name, values in scores.rulers.items()}
    return summarise(
        protocol,
        job.of,
        scores.rows,
        of_set=scores.overall,
        missing=bench.backbones.missing | scores.missing,
        ruler={n: float(np.nanmean(v)) for n, v in rulers.items() if not np.isnan(v).all()},
        timings=clock.timings(),
        failed=scores.failed,
        # Videos of one person are alike: intervals over single videos would be too narrow.
        unit="identity",
    )

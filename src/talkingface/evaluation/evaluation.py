"""One suite from beginning to end: videos are made, scored, summed up and shown."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from talkingface.errors import UserError
from talkingface.evaluation.case_video import CaseFootage
from talkingface.evaluation.item import Item
from talkingface.evaluation.job import Bench, Job, protocol_of
from talkingface.evaluation.kept import claim_videos, known_results, set_aside
from talkingface.evaluation.page import write_page
from talkingface.evaluation.protocol import Protocol
from talkingface.evaluation.protocol_cases import protocol_cases
from talkingface.evaluation.reading import MediaPipeReader, Reader, RulerReader
from talkingface.evaluation.result_files import write_results
from talkingface.evaluation.results import Failure, Results, summarise
from talkingface.evaluation.scoring import Scores, Tools, score
from talkingface.evaluation.stopwatch import Stopwatch
from talkingface.metrics.distribution import ClipDistribution, FrameDistribution

_NO_TRUTH = {
    "cross": "between real people there is no true video",
    "swap": "of one head pose with another facial motion there is no true video",
}
_NEED_TRUTH = ("l1", "psnr", "ssim", "ms_ssim", "lpips", "tlp", "jitter", "fid", "kid", "fvd")


def evaluate_suite(job: Job, bench: Bench) -> tuple[Results, bool]:
    """Return the results of a suite, and whether they were there already.

    Generated videos of a run that was interrupted are taken up again. Results of something else
    that are in the folder are moved aside.

    Raises:
        UserError: no video could be scored, or the folder cannot be written.
    """
    items, cases, unreadable = protocol_cases(job.items, bench.size)
    job = replace(job, items=items, failed=[*job.failed, *unreadable])
    protocol = protocol_of(job, bench, cases)
    known = known_results(job, protocol)
    if known is not None:
        return known, True
    clock, failed = Stopwatch(), list(job.failed)
    if job.make is not None and items:
        claim_videos(job, protocol)
    scores = score(_made(job, bench, clock, failed), _tools(bench, clock), clock)
    scores.failed[:0] = failed
    if not scores.rows:
        reason = scores.failed[0].reason if scores.failed else "there are none"
        raise UserError(f"{job.folder}: no video could be scored: {reason}")
    results = _summed_up(job, bench, protocol, scores, clock)
    set_aside(job.folder)
    _write_page(job, bench, results)
    write_results(job.folder, results)
    if job.make is not None and not bench.keep:
        shutil.rmtree(items[0].made.parent)
    return results, False


def _made(job: Job, bench: Bench, clock: Stopwatch, failed: list[Failure]) -> Iterator[Item]:
    for item in bench.watch(job.items):
        if job.make is not None and not item.made.exists():
            try:
                with clock.timing("generate", item.frames):
                    job.make(item)
            except UserError as error:
                failed.append(Failure(item.name, str(error)))
                continue
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
    missing = bench.backbones.missing | scores.missing
    if all(item.target is None for item in job.items):
        reason = _NO_TRUTH.get(job.suite.task, _NO_TRUTH["cross"])
        faces = () if bench.backbones.missing.get("aed") else ("akd", "jite")
        missing = missing | dict.fromkeys((*_NEED_TRUTH, *faces), reason)
        missing = {name: why for name, why in missing.items() if name != "kid_std"}
    rulers = {name: np.array(values) for name, values in scores.rulers.items()}
    return summarise(
        protocol,
        job.of,
        scores.rows,
        of_set={name: x for name, x in scores.overall.items() if name not in missing},
        missing=missing,
        ruler={n: float(np.nanmean(v)) for n, v in rulers.items() if not np.isnan(v).all()},
        timings=clock.timings(),
        failed=scores.failed,
        # Videos of one person are alike: intervals over single videos would be too narrow.
        unit="identity",
    )


def _write_page(job: Job, bench: Bench, results: Results) -> None:
    shown = {
        item.name: CaseFootage(item.source, item.driving, item.made, item.target, item.rate)
        for item in job.items
    }
    chosen = results.scores.get(bench.metric or "")
    # A suite without true videos has no value of some metrics; it shows its videos all the same.
    metric = bench.metric if chosen is not None and chosen.mean is not None else None
    write_page(job.folder, results, shown, metric=metric, frames=bench.page_frames)

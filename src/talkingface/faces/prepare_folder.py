"""Preparing every video of a folder in parallel; what is done stays done."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from talkingface.errors import UserError
from talkingface.faces.identity import IdentitySettings, identity_rule
from talkingface.faces.landmarker import EXPRESSION
from talkingface.faces.prepare_clip import ClipSettings
from talkingface.faces.prepare_pool import WORK_FOLDER, Job, earlier_result, results_of
from talkingface.manifest import Clip, DatasetInfo, write_dataset
from talkingface.settings import claim_folder

VIDEO_SUFFIXES = frozenset(
    ".avi .flv .m4v .mkv .mov .mp4 .mpeg .mpg .mts .ts .webm .wmv".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Summary:
    """What became of a folder: the clips made, and (file, reason) of each video rejected."""

    clips: list[Clip]
    rejected: list[tuple[str, str]]


def prepare_folder(
    source: Path,
    root: Path,
    model: Path,
    settings: ClipSettings,
    identity: IdentitySettings,
    workers: int,
) -> Summary:
    """Make the data set `root` of all videos below `source`.

    A video that cannot be used is noted in `rejected.csv` with the reason, and the others go on.
    Running it again does only what is missing: new or changed files, and those interrupted.

    Args:
        source: a folder, searched with all folders below it, or one video file.
        root: the data set's folder.
        model: path of `face_landmarker.task`.
        settings: how each video becomes a clip; one folder holds clips of one kind.
        identity: who is seen; may be changed later, the clips are kept.
        workers: number of processes.

    Raises:
        UserError: no videos, no usable video, a folder of other settings, or a bad identity table.
    """
    identify = identity_rule(identity)
    videos = _named_videos(source, root)
    claim_folder(root, {"input": str(source.resolve())} | _plain(settings))
    (root / WORK_FOLDER).mkdir(exist_ok=True)
    jobs = [Job(video, name, root, model, settings) for name, video in videos.items()]
    results = {job.name: result for job in jobs if (result := earlier_result(job))}
    missing = [job for job in jobs if job.name not in results]
    with tqdm(total=len(jobs), initial=len(results), unit="clip", desc="prepare") as bar:
        for name, result in results_of(missing, workers):
            results[name] = result
            bar.update()
    summary = _summary(jobs, results, identify)
    _write(root, summary, settings.size)
    return summary


def _named_videos(source: Path, root: Path) -> dict[str, Path]:
    """Return the videos by clip name: their path below `source`, folders joined by underscores."""
    if source.is_file():
        return {source.stem: source}
    if not source.is_dir():
        raise UserError(f"{source}: no such file or folder. Set input= to videos.")
    root = root.resolve()
    found = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() in VIDEO_SUFFIXES and root not in path.resolve().parents
    )
    if not found:
        raise UserError(f"{source}: holds no videos ({' '.join(sorted(VIDEO_SUFFIXES))}).")
    named: dict[str, Path] = {}
    for path in found:
        relative = path.relative_to(source)
        name = "__".join(relative.with_suffix("").parts)
        if name in named:
            name = f"{name}-{path.suffix[1:]}"
        while name in named:
            name += "-"
        named[name] = path
    return named


def _plain(settings: ClipSettings) -> dict[str, Any]:
    return asdict(settings) | {"rate": str(settings.rate) if settings.rate else None}


def _summary(
    jobs: list[Job], results: dict[str, dict[str, Any]], identify: Callable[[Path], str | None]
) -> Summary:
    clips, rejected = [], []
    for job in jobs:
        result = results[job.name]
        who = identify(job.source)
        if "rejected" in result:
            rejected.append((str(job.source), result["rejected"]))
        elif who is None:
            rejected.append((str(job.source), "no identity: the identity table lacks this file"))
        else:
            clips.append(replace(Clip(**result["clip"]), identity=who))
    return Summary(clips, rejected)


def _write(root: Path, summary: Summary, size: int) -> None:
    partial = root / "rejected.csv.partial"
    with partial.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("file", "reason"), *summary.rejected])
    partial.replace(root / "rejected.csv")
    if not summary.clips:
        raise UserError(
            f"none of the {len(summary.rejected)} videos can be used; {root / 'rejected.csv'} "
            f"says why. The first, {summary.rejected[0][0]}: {summary.rejected[0][1]}"
        )
    info = DatasetInfo("prepared", size, "mediapipe478", EXPRESSION)
    write_dataset(root, info, summary.clips)

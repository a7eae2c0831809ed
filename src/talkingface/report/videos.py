"""Each arm's newest sample video of one clip, small enough to be embedded in a page."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from talkingface.report.arms import ArmRuns

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Sample:
    """One arm's video, or why there is none.

    Attributes:
        arm: the arm's label.
        seed: of the run it is from; None where there is no run with samples.
        step: at which it was made.
        url: the whole video as a data: address, "" where it was left out.
        reason: why it was left out, "" otherwise.
    """

    arm: str
    seed: int | None
    step: int
    url: str
    reason: str


def choose_samples(
    arms: Sequence[ArmRuns], clip: str | None, largest_video_mb: float, largest_page_mb: float
) -> tuple[str, list[Sample]]:
    """Return the clip's name and a sample of each arm, of its first seed that has samples.

    Args:
        arms: of the report.
        clip: the clip; None takes the one that most arms have.
        largest_video_mb: larger videos are left out, in megabytes.
        largest_page_mb: once the embedded videos reach this together, further ones are left out.
    """
    firsts = {arm.label: _first_with_samples(arm) for arm in arms}
    if clip is None:
        counts = Counter(name for _, samples in firsts.values() for name in sorted(samples))
        clip = max(sorted(counts), key=counts.__getitem__, default="")
    chosen: list[Sample] = []
    for arm, (seed, samples) in firsts.items():
        # As text, four bytes of the page hold three of the video.
        room = largest_page_mb * MEGABYTE - sum(len(sample.url) for sample in chosen)
        chosen.append(_sample(arm, seed, samples.get(clip), clip, largest_video_mb, room))
    return clip, chosen


def _first_with_samples(arm: ArmRuns) -> tuple[int | None, Mapping[str, tuple[int, Path]]]:
    for seed, run in arm.runs.items():
        newest = _newest_by_clip(run.folder)
        if newest:
            return seed, newest
    return None, {}


def _newest_by_clip(folder: Path) -> dict[str, tuple[int, Path]]:
    found: dict[str, tuple[int, Path]] = {}
    for path in sorted(folder.glob("samples/step-*_*.mp4")):
        number, _, clip = path.stem.removeprefix("step-").partition("_")
        if number.isdecimal() and path.stat().st_size:
            found[clip] = max(found.get(clip, (0, path)), (int(number), path))
    return found


def _sample(
    arm: str,
    seed: int | None,
    found: tuple[int, Path] | None,
    clip: str,
    largest_video_mb: float,
    room: float,
) -> Sample:
    if found is None:
        reason = "no sample video yet" if seed is None else f"no sample of the clip {clip}"
        return Sample(arm, seed, 0, "", reason)
    step, path = found
    size = path.stat().st_size
    if size > largest_video_mb * MEGABYTE:
        reason = f"{path}: {size / MEGABYTE:.2f} MB is above largest_video_mb={largest_video_mb:g}"
        return Sample(arm, seed, step, "", reason)
    if size * 4 / 3 > room:
        return Sample(arm, seed, step, "", f"{path}: the page would be above largest_page_mb")
    text = base64.b64encode(path.read_bytes()).decode("ascii")
    return Sample(arm, seed, step, f"data:video/mp4;base64,{text}", "")

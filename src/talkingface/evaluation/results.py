"""The outcome of an evaluation: a row a video, a score a metric, failures and times."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from talkingface.evaluation.metric_table import describe, in_table_order
from talkingface.evaluation.protocol import Protocol
from talkingface.evaluation.statistics import mean_of

Unit = Literal["video", "identity"]


@dataclass(frozen=True)
class VideoRow:
    """One scored video.

    Attributes:
        case: its name, unique.
        identity: the person shown, that is the source.
        source, driving: names of the clips.
        frames: how many were scored.
        values: by metric; NaN where the video has no value, infinite where it has no end.
    """

    case: str
    identity: str
    source: str
    driving: str
    frames: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Score:
    """One metric over all videos.

    Attributes:
        mean: over videos, or the value of a metric of the whole set; None where it is missing.
        low, high: ends of the 95 % interval; None for a set metric, and for one video or person.
        videos: how many have a value.
        identities: of those videos.
        ruler: the metric of the reader's own reading of true frames; None where no reader is used.
        below_ruler: whether the mean cannot be told from a perfect one with this reader.
        missing: why there is no value, else None.
    """

    mean: float | None
    low: float | None = None
    high: float | None = None
    videos: int = 0
    identities: int = 0
    ruler: float | None = None
    below_ruler: bool = False
    missing: str | None = None


@dataclass(frozen=True)
class Timing:
    """How long a stage took, over all videos, in seconds."""

    frames: int
    seconds: float

    @property
    def frames_per_second(self) -> float | None:
        """The speed; None where no time has passed."""
        return self.frames / self.seconds if self.seconds > 0 else None


@dataclass(frozen=True)
class Failure:
    """A case without a result, and why."""

    case: str
    reason: str


@dataclass(frozen=True)
class Results:
    """An evaluation.

    Attributes:
        protocol: how it was made.
        of: which model or predictions; plain JSON values.
        rows: in the order of the protocol's cases.
        scores: by metric, in the order of the metric table.
        timings: by stage.
        failed: cases that have no row.
        unit: what the intervals are drawn over.
    """

    protocol: Protocol
    of: Mapping[str, Any]
    rows: Sequence[VideoRow]
    scores: Mapping[str, Score]
    timings: Mapping[str, Timing] = field(default_factory=dict)
    failed: Sequence[Failure] = ()
    unit: Unit = "video"

    @property
    def identities(self) -> int:
        """How many people the videos show."""
        return len({row.identity for row in self.rows})


def summarise(
    protocol: Protocol,
    of: Mapping[str, Any],
    rows: Sequence[VideoRow],
    *,
    of_set: Mapping[str, float] | None = None,
    missing: Mapping[str, str] | None = None,
    ruler: Mapping[str, float] | None = None,
    timings: Mapping[str, Timing] | None = None,
    failed: Sequence[Failure] = (),
    unit: Unit = "video",
) -> Results:
    """Return rows with a score for each metric that has a value or a reason for having none.

    Args:
        protocol: how they were made.
        of: which model or predictions; plain JSON values.
        rows: a video each.
        of_set: metrics of all videos at once, such as "fid".
        missing: why metrics that were asked for have no value at all.
        ruler: what the reader scores on the true frames, by metric; one that is not finite is left
            out.
        timings: by stage.
        failed: cases that have no row.
        unit: what intervals are drawn over; "identity" where people have several videos each.

    Raises:
        ValueError: two rows of one case.
    """
    of_set, missing, ruler = of_set or {}, missing or {}, ruler or {}
    if len({row.case for row in rows}) < len(rows):
        raise ValueError("two rows have the same case")
    scores = {
        name: _score_of_set(name, of_set[name], rows)
        if name in of_set
        else _score(name, rows, unit, ruler.get(name), missing.get(name))
        for name in in_table_order({*value_names(rows), *of_set, *missing})
    }
    return Results(protocol, of, rows, scores, timings or {}, failed, unit)


def value_names(rows: Sequence[VideoRow]) -> list[str]:
    """Return the metrics of the rows in the order of the metric table, with floors."""
    return in_table_order({name for row in rows for name in row.values})


def _score(
    name: str, rows: Sequence[VideoRow], unit: Unit, ruler: float | None, reason: str | None
) -> Score:
    values = [row.values.get(name, math.nan) for row in rows]
    if ruler is not None and not math.isfinite(ruler):
        ruler = None
    mean = mean_of(values, [row.identity for row in rows] if unit == "identity" else None)
    if mean.mean is None:
        return Score(None, ruler=ruler, missing=reason or mean.missing)
    known = {row.identity for row, value in zip(rows, values, strict=True) if not math.isnan(value)}
    return Score(
        mean.mean,
        mean.low,
        mean.high,
        mean.videos,
        len(known),
        ruler,
        describe(name).is_below(mean.mean, ruler),
    )


def _score_of_set(name: str, value: float, rows: Sequence[VideoRow]) -> Score:
    if not math.isfinite(value):
        return Score(None, missing=f"{name} of these frames is not a finite number")
    return Score(value, videos=len(rows), identities=len({row.identity for row in rows}))

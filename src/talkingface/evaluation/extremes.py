"""Which videos a page shows: the best, the median and the worst by one metric."""

from __future__ import annotations

import math
from collections.abc import Sequence

from talkingface.errors import UserError
from talkingface.evaluation.metric_table import describe
from talkingface.evaluation.results import VideoRow, value_names

_PREFERRED = ("lpips", "l1", "aed")


def deciding_metric(rows: Sequence[VideoRow], wanted: str | None = None) -> str | None:
    """Return the metric by which videos are chosen.

    Args:
        rows: a video each.
        wanted: its name; None takes lpips, l1, aed or whatever there is, in this order.

    Returns:
        its name; None where no video has a value that is better or worse.

    Raises:
        UserError: no video has a value of the metric wanted.
    """
    known = [
        name
        for name in value_names(rows)
        if describe(name).better and any(_has(row, name) for row in rows)
    ]
    if wanted is None:
        return next((name for name in (*_PREFERRED, *known) if name in known), None)
    if wanted not in known:
        raise UserError(f"{wanted}: no video has a value of it. Choose from {', '.join(known)}.")
    return wanted


def chosen_videos(rows: Sequence[VideoRow], metric: str | None = None) -> dict[str, VideoRow]:
    """Return the "best", "median" and "worst" video, fewer where there are fewer.

    Args:
        rows: a video each; those without a value are passed over.
        metric: as `deciding_metric` takes it.

    Raises:
        UserError: no video has a value of the metric wanted.
    """
    name = deciding_metric(rows, metric)
    if name is None:
        return {}
    known = [row for row in rows if _has(row, name)]
    ranked = sorted(known, key=lambda row: (describe(name).loss(row.values[name]), row.case))
    places = {"best": 0, "worst": len(ranked) - 1, "median": (len(ranked) - 1) // 2}
    # Named as the extremes where one video is several of them.
    chosen: dict[int, str] = {}
    for label, place in places.items():
        chosen.setdefault(place, label)
    return {label: ranked[place] for place, label in sorted(chosen.items())}


def _has(row: VideoRow, name: str) -> bool:
    return not math.isnan(row.values.get(name, math.nan))

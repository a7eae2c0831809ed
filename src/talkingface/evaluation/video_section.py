"""The page's videos: the best, the median and the worst case."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from talkingface.evaluation.case_video import LARGEST, SMALLEST, CaseFootage, CaseVideo, case_video
from talkingface.evaluation.error_colours import GAIN
from talkingface.evaluation.extremes import chosen_videos, deciding_metric
from talkingface.evaluation.metric_table import describe
from talkingface.evaluation.results import Results, VideoRow
from talkingface.evaluation.summary_table import places_of
from talkingface.report.markup import Markup, element, joined
from talkingface.report.numbers import number

# Three videos, as text a third larger, leave the page below 8 MB.
_LARGEST_VIDEO = 1_700_000
_WORSE = " The driving video is shown as it is; what was generated saw it as {suite} makes it."


def video_section(
    results: Results, shown: Mapping[str, CaseFootage], metric: str | None, frames: int
) -> Markup:
    """Return the videos with their figures, or why there are none.

    Args:
        results: of the evaluation.
        shown: footage by case; only that of the chosen cases is read.
        metric: by which they are chosen; None as `deciding_metric` takes it.
        frames: of each video at the most.

    Raises:
        UserError: no video has a value of the metric wanted.
    """
    name = deciding_metric(results.rows, metric)
    if name is None:
        return element("p", "No video has a value by which one could choose.")
    chosen = chosen_videos(results.rows, name)
    size = int(results.protocol.fields.get("size") or SMALLEST)
    figures, any_video = [], False
    for label, row in chosen.items():
        footage = shown.get(row.case)
        video = None if footage is None else case_video(footage, size, frames, _LARGEST_VIDEO)
        any_video = any_video or bool(video and video.url)
        figures.append(_case(label, row, results, video))
    suite = str(results.protocol.fields.get("suite"))
    worse = "" if suite in ("clean", "cross", "swap") else _WORSE.format(suite=suite)
    key = _colour_key(chosen.values(), shown)
    about = element("p", f"Chosen by {name}.{worse}", key, class_="muted")
    return joined(about, _player() if any_video else None, *figures)


def _colour_key(rows: Iterable[VideoRow], shown: Mapping[str, CaseFootage]) -> Markup | None:
    if not any(row.case in shown and shown[row.case].target for row in rows):
        return None
    scale = element("span", class_="errors")
    return joined(" Absolute error: 0 ", scale, f" {1 / GAIN:g} of the range and above.")


def _player() -> Markup:
    slider = element(
        "input", type="range", id="time", min=0, max=1000, value=0, aria_label="time in the videos"
    )
    return element(
        "div", element("button", "Play", type="button", id="play"), slider, class_="player"
    )


def _case(label: str, row: VideoRow, results: Results, video: CaseVideo | None) -> Markup:
    people = f", {row.source} moved by {row.driving}" if row.source != row.driving else ""
    figures = element("div", _figures(row, results), class_="muted")
    heading = [element("b", f"{label.capitalize()}: {row.case}"), people]
    if video is None or not video.url:
        why = video.reason if video else "Its frames were not kept, so they cannot be shown."
        caption = element("figcaption", *heading, figures)
        return element("figure", caption, element("p", why), class_="sample case")
    if video.frames < row.frames:
        heading.append(f", the first {video.frames} of {row.frames} frames")
    return element(
        "figure",
        element("figcaption", *heading, figures),
        element("div", *(element("span", panel) for panel in video.panels), class_="panels muted"),
        element("video", src=video.url, muted=True, loop=True, playsinline=True, preload="auto"),
        class_="sample case",
        style=f"max-width: {LARGEST * len(video.panels)}px",
    )


def _figures(row: VideoRow, results: Results) -> str:
    """The main metrics of one case."""
    parts = []
    for name, score in results.scores.items():
        value = row.values.get(name, math.nan)
        if describe(name).main and not math.isnan(value):
            parts.append(f"{name} {number(value, places_of([score.mean, value], score))}")
    return ", ".join(parts)

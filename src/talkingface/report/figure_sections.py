"""The page's learning curves and sample videos."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from talkingface.report.arms import ArmRuns
from talkingface.report.chart import Chart, Line, draw, figure, legend
from talkingface.report.chart_file import chart_file, file_name
from talkingface.report.markup import Markup, element, joined
from talkingface.report.metric_names import in_order
from talkingface.report.seed_curves import BAND_FROM
from talkingface.report.videos import Sample


def curve_section(arms: Sequence[ArmRuns], patterns: Sequence[str], most: int) -> Markup:
    """Return a chart of every metric that fits a pattern; those of training folded together.

    Args:
        arms: of the report.
        patterns: of metric names, such as `val/*`, in the order wanted.
        most: points a line at the most.
    """
    drawn = _charts(arms, patterns, most)
    if not drawn:
        return element("p", "No run has logged any of these metrics yet.")
    open_ones = [figure(chart) for chart in drawn if not _of_training(chart)]
    folded = [figure(chart) for chart in drawn if _of_training(chart)]
    training = element(
        "details",
        element("summary", f"Training losses ({len(folded)})"),
        element("div", *folded, class_="figures"),
        open=not open_ones,
    )
    about = "Thin lines are seeds, thick ones their mean at the steps that all of them have."
    if any(chart.banded for chart in drawn):
        about += (
            f" Arms of {BAND_FROM} seeds and more have a band in place of the thin lines, from the "
            "lowest to the highest seed; beyond the steps that all have, seeds are lines again."
        )
    return joined(
        element("p", about, class_="muted"),
        legend([arm.label for arm in arms]),
        element("div", *open_ones, class_="figures"),
        training if folded else None,
    )


def curve_files(arms: Sequence[ArmRuns], patterns: Sequence[str], most: int) -> dict[str, str]:
    """Return the charts but those of training as SVG files, by name; see `curve_section`."""
    labels = [arm.label for arm in arms]
    wanted = [chart for chart in _charts(arms, patterns, most) if not _of_training(chart)]
    return {file_name(chart.metric): chart_file(chart, labels) for chart in wanted}


def video_section(clip: str, samples: Sequence[Sample]) -> Markup:
    """Return the arms' videos of one clip, with one player for all."""
    if not any(sample.url or sample.step for sample in samples):
        return element("p", "No run has written a sample video yet.")
    slider = element(
        "input", type="range", id="time", min=0, max=1000, value=0, aria_label="time in the clip"
    )
    player = element(
        "div", element("button", "Play", type="button", id="play"), slider, class_="player"
    )
    about = f"Clip {clip}: the newest sample of each arm's first seed that has any."
    return joined(
        element("p", about, class_="muted"),
        player if any(sample.url for sample in samples) else None,
        element("div", *map(_sample, samples), class_="figures samples"),
    )


def _metrics(arms: Sequence[ArmRuns], patterns: Sequence[str]) -> list[str]:
    names = in_order({name for a in arms for run in a.runs.values() for name in run.curves})
    fitting = [name for pattern in patterns for name in names if fnmatchcase(name, pattern)]
    return list(dict.fromkeys(fitting))


def _charts(arms: Sequence[ArmRuns], patterns: Sequence[str], most: int) -> list[Chart]:
    steps = max((run.steps for arm in arms for run in arm.runs.values()), default=0)
    charts = [draw(name, _lines(arms, name), steps, most) for name in _metrics(arms, patterns)]
    return [chart for chart in charts if chart is not None]


def _of_training(chart: Chart) -> bool:
    return chart.metric.startswith("train/")


def _lines(arms: Sequence[ArmRuns], metric: str) -> list[Line]:
    return [
        Line(
            arm.label,
            place,
            [(seed, run.curves[metric]) for seed, run in arm.runs.items() if metric in run.curves],
        )
        for place, arm in enumerate(arms)
    ]


def _sample(sample: Sample) -> Markup:
    where = f", seed {sample.seed}, step {sample.step}" if sample.step else ""
    caption = element("figcaption", element("b", sample.arm), where)
    if not sample.url:
        return element("figure", caption, element("p", sample.reason), class_="sample")
    names = ("source", "driving", "generated")
    video = element("video", src=sample.url, muted=True, playsinline=True, preload="auto")
    thirds = element("div", *(element("span", name) for name in names), class_="thirds muted")
    return element("figure", caption, video, thirds, class_="sample")

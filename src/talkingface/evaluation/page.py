"""One HTML page about an evaluation that needs nothing beside itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from talkingface.errors import UserError
from talkingface.evaluation.case_video import CaseFootage
from talkingface.evaluation.metric_table import describe
from talkingface.evaluation.page_style import PAGE_CSS, PAGE_SCRIPT
from talkingface.evaluation.page_tables import (
    of_table,
    protocol_section,
    score_section,
    timing_section,
)
from talkingface.evaluation.results import Results
from talkingface.evaluation.strip_chart import strip_chart
from talkingface.evaluation.summary_table import counts, title
from talkingface.evaluation.video_section import video_section
from talkingface.report.markup import Markup, element, joined
from talkingface.report.style import CSS

PAGE = "page.html"


def write_page(
    folder: Path,
    results: Results,
    shown: Mapping[str, CaseFootage],
    *,
    metric: str | None = None,
    frames: int = 100,
) -> Path:
    """Write `page.html` and return its path.

    Args:
        folder: of the evaluation.
        results: what the page is about.
        shown: footage by case; only that of `extremes.chosen_videos` is read.
        metric: by which the best, the median and the worst video are chosen; None takes lpips,
            l1 or aed.
        frames: of each video at the most.

    Raises:
        UserError: the page cannot be written, or no video has a value of `metric`.
    """
    path = folder / PAGE
    # Replaced at once: the page may be open in a browser that reloads it.
    partial = path.with_name(path.name + ".partial")
    text = page(results, shown, metric=metric, frames=frames)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error}). Choose a writable folder."
        ) from error
    return path


def page(
    results: Results,
    shown: Mapping[str, CaseFootage],
    *,
    metric: str | None = None,
    frames: int = 100,
) -> str:
    """Return the whole page; see `write_page`."""
    sections = {
        "Scores": score_section(results),
        "Video by video": _strip_section(results),
        "Best, median and worst": video_section(results, shown, metric, frames),
        "Speed": timing_section(results.timings),
        "Protocol": protocol_section(results.protocol),
    }
    body = element(
        "body",
        _heading(results),
        *(element("section", element("h2", head), it) for head, it in sections.items()),
        element("script", Markup(PAGE_SCRIPT)),
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"Evaluation: {title(results)}"),
        element("style", Markup(CSS + PAGE_CSS)),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _heading(results: Results) -> Markup:
    failed = [element("li", f"{f.case} failed: {f.reason}") for f in results.failed]
    return joined(
        element("h1", title(results)),
        element("p", counts(results), f" Protocol {results.protocol.digest}.", class_="muted"),
        element("ul", *failed, class_="alarms") if failed else None,
        of_table(results) if results.of else None,
    )


def _strip_section(results: Results) -> Markup:
    charts = []
    for name, score in results.scores.items():
        values = [(row.case, row.values.get(name, math.nan)) for row in results.rows]
        known = [(case, value) for case, value in values if math.isfinite(value)]
        if known and describe(name).main:
            charts.append(strip_chart(name, known, score))
    if not charts:
        return element("p", "No video has a value that could be drawn.")
    about = (
        "A dot is a video; many videos are counted in bars. The line is their mean, the band its "
        "95 % interval, the dashed line the ruler's own error."
    )
    return joined(element("p", about, class_="muted"), element("div", *charts, class_="figures"))

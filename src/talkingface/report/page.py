"""One HTML page about a sweep that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from talkingface.report.alarms import alarms, summary
from talkingface.report.claims.findings import Findings
from talkingface.report.claims.sections import (
    claim_section,
    control_section,
    cost_section,
    suite_section,
)
from talkingface.report.collect import Collected
from talkingface.report.figure_sections import curve_section, video_section
from talkingface.report.frames_section import frames_section
from talkingface.report.markup import Markup, element, joined
from talkingface.report.origin_section import difference_section, version_section
from talkingface.report.result_section import result_section
from talkingface.report.results import Block
from talkingface.report.state_section import state_section
from talkingface.report.style import CSS, SCRIPT
from talkingface.report.videos import choose_samples


@dataclass(frozen=True)
class PageSettings:
    """What the page shows.

    Attributes:
        curves: patterns of the metrics drawn, in order.
        points: points a line at the most.
        clip: whose sample videos are shown; None takes the clip that most arms have.
        largest_video_mb: larger sample videos are left out.
        largest_page_mb: once the videos reach this together, further ones are left out.
        frames: the picture of frames under bad references, shown where it is there.
    """

    curves: Sequence[str]
    points: int
    clip: str | None
    largest_video_mb: float
    largest_page_mb: float
    frames: Path | None = None


def page(
    collected: Collected,
    blocks: Sequence[Block],
    settings: PageSettings,
    findings: Findings | None = None,
) -> str:
    """Return the whole page.

    Args:
        collected: the sweep as it stands.
        blocks: its results.
        settings: what is shown.
        findings: about the ablation, where it has been evaluated.
    """
    arms = collected.arms
    limits = (settings.largest_video_mb, settings.largest_page_mb)
    clip, samples = choose_samples(arms, settings.clip, *limits)
    sections = _of_findings(findings) | {
        "Results": result_section(blocks),
        "Where every run stands": state_section(collected.standings),
        "Learning curves": curve_section(arms, settings.curves, settings.points),
        "Sample videos": video_section(clip, samples),
        "Frames under bad references": frames_section(settings.frames, arms),
        "Configuration": difference_section(arms),
        "Code and packages": version_section(collected.runs),
    }
    body = element(
        "body",
        _heading(collected),
        *(element("section", element("h2", title), it) for title, it in sections.items()),
        element("script", Markup(SCRIPT)),
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"Report on {collected.root}"),
        element("style", Markup(CSS)),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _of_findings(findings: Findings | None) -> dict[str, Markup]:
    if findings is None:
        return {}
    return {
        "Claims": claim_section(findings),
        "Suites": suite_section(findings),
        **({"Controls": control_section(findings)} if findings.controls else {}),
        "Cost": cost_section(findings),
    }


def _heading(collected: Collected) -> Markup:
    made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    states = summary(collected.standings)
    total = len(collected.standings)
    pills = [element("li", f"{count} {state}", class_=f"state {state}") for state, count in states]
    found = alarms(collected)
    items = element("ul", *(element("li", text) for text in found), class_="alarms")
    return joined(
        element("h1", str(collected.root)),
        element("p", f"{total} runs in {len(collected.arms)} arms, as of {made}.", class_="muted"),
        element("ul", *pills, class_="summary"),
        items if found else None,
    )

"""One HTML page about a data set that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from talkingface.errors import UserError
from talkingface.inspection.clip_sections import clip_section, face_section, people_section
from talkingface.inspection.facts import Facts, facts_of
from talkingface.inspection.labels import read_labels
from talkingface.inspection.page_style import PAGE_CSS
from talkingface.inspection.record_sections import (
    missing_section,
    reject_section,
    sample_section,
)
from talkingface.inspection.rejects import read_missing, read_rejected
from talkingface.inspection.samples import draw_samples
from talkingface.manifest import DatasetInfo, read_dataset
from talkingface.report.markup import Markup, element, joined
from talkingface.report.numbers import duration
from talkingface.report.style import CSS
from talkingface.report.videos import MEGABYTE

_SOME = 20
_FEW = 8
_LONG_NUMBER = 10_000_000
# Of the page's room, what is kept for the pictures of rejected pieces.
_SHEETS_MB = 6.0


@dataclass(frozen=True)
class InspectionSettings:
    """What the page shows.

    Attributes:
        clips: drawn by chance, to be played.
        seed: of the draw.
        labels: clips whose labels are read, at the most.
        examples: of each reason to leave a piece out.
        largest_page_mb: that clips to play may take, in megabytes.
    """

    clips: int = 12
    seed: int = 0
    labels: int = 500
    examples: int = 5
    largest_page_mb: float = 20.0


def page(root: Path, settings: InspectionSettings) -> str:
    """Return the whole page.

    Args:
        root: folder of the data set.
        settings: what is shown.

    Raises:
        UserError: the folder is no data set, or a record in it cannot be read.
    """
    info, table = read_dataset(root)
    if not len(table):
        raise UserError(f"{root}: a data set without a clip. Make it again.")
    facts = facts_of(table)
    labels = read_labels(root, info, table, settings.labels)
    samples = draw_samples(root, table, settings.clips, settings.seed, settings.largest_page_mb)
    rejected = read_rejected(root, settings.examples)
    faults = [*labels.damaged, *(sample.fault for sample in samples if sample.fault)]
    sections = {
        "People": people_section(facts, info.identities),
        "Clips": clip_section(facts, table, info.size),
        "Faces": face_section(table, labels, info.kind),
        "What was left out": reject_section(rejected, _SHEETS_MB * MEGABYTE),
        "What is missing": missing_section(*read_missing(root, _SOME)),
        "Clips to play": sample_section(samples, settings.seed),
    }
    body = element(
        "body",
        _heading(root, info, facts, list(dict.fromkeys(faults))),
        *(element("section", element("h2", title), it) for title, it in sections.items()),
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"Data set {root}"),
        element("style", Markup(CSS + PAGE_CSS)),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _heading(root: Path, info: DatasetInfo, facts: Facts, faults: Sequence[str]) -> Markup:
    made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    alarms = [*_alarms(facts), *faults[:_FEW]]
    if len(faults) > _FEW:
        alarms.append(f"… and {len(faults) - _FEW:,} more damaged files.")
    return joined(
        element("h1", str(root)),
        element("p", f"{info.kind} data set, as of {made}.", class_="muted"),
        element("ul", *_facts(info, facts), class_="facts"),
        element("ul", *(element("li", text) for text in alarms), class_="alarms")
        if alarms
        else None,
    )


def _facts(info: DatasetInfo, facts: Facts) -> list[Markup]:
    whole = facts.whole
    slowest, fastest = facts.clip_rates.min(), facts.clip_rates.max()
    rates = f"{slowest:.4g}" + (f" to {fastest:.4g}" if fastest > slowest else "")
    names = {"person": "people", "recording": "recordings as people", "file": "files as people"}
    pairs = [
        (_count(whole.people), names[info.identities]),
        (_count(whole.clips), "clips"),
        (_span(whole.seconds), "of video"),
        (_count(facts.frames), "frames"),
        (f"{info.size} x {info.size}", "pixels"),
        (rates, "frames a second"),
        (f"{facts.with_sound / whole.clips:.0%}", "with sound"),
    ]
    if facts.recordings:
        pairs.append((_count(facts.recordings), "recordings"))
    if facts.bytes:
        pairs.append((_size(facts.bytes), "of clips"))
    return [element("li", element("b", value), words) for value, words in pairs]


def _alarms(facts: Facts) -> list[str]:
    if not facts.torn:
        return []
    names = ", ".join(facts.torn[:5]) + (", …" if len(facts.torn) > 5 else "")
    return [f"In several splits: {names}. Training refuses that."]


def _count(number: int) -> str:
    return f"{number:,}" if number < _LONG_NUMBER else f"{number / 1e6:,.1f} M"


def _span(seconds: float) -> str:
    hours = round(seconds / 3600)
    return duration(seconds) if hours < 100 else f"{hours:,} h"


def _size(count: int) -> str:
    gigabytes = count / (1000 * MEGABYTE)
    return f"{gigabytes:,.1f} GB" if gigabytes >= 1 else f"{count / MEGABYTE:,.1f} MB"

"""The page's sections about what is not in the data set, and its clips to play."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from talkingface.inspection.reason_words import WORDS
from talkingface.inspection.rejects import Example, Rejected
from talkingface.inspection.samples import Sample
from talkingface.report.markup import Markup, element, joined
from talkingface.report.numbers import duration
from talkingface.report.videos import MEGABYTE

_LARGEST_SHEET = 1.5 * MEGABYTE


def reject_section(rejected: Sequence[Rejected] | None, room: float) -> Markup:
    """Return what was left out, with examples and pictures.

    Args:
        rejected: by reason; None where nothing was recorded.
        room: bytes that the page may grow by the pictures.
    """
    if rejected is None:
        return element("p", "No record of it lies beside the manifest.")
    if not rejected:
        return element("p", "Nothing: every piece of every file became a clip.")
    heads = [element("th", text) for text in ("reason", "in words")]
    heads += [element("th", text, class_="number") for text in ("pieces", "of video")]
    head = element("thead", element("tr", *heads))
    table = element("table", head, element("tbody", *map(_row, rejected)))
    details = []
    for of_reason in rejected:
        picture = _sheet(of_reason.sheet, room)
        room -= len(picture or "")
        details.append(_detail(of_reason, picture))
    about = "Pieces are stretches of a video, or whole files of which nothing could be used."
    return joined(
        element("p", about, class_="muted"), element("div", table, class_="wide"), *details
    )


def missing_section(count: int, names: Sequence[str]) -> Markup:
    """Return what the layout's lists name and the input lacked."""
    if not count:
        return element("p", "Nothing that a list of the layout names, or there is no such list.")
    return joined(
        element("p", f"{count:,} that the layout's lists name were not there; see missing.csv."),
        element("ul", *(element("li", element("code", name)) for name in names)),
        element("p", f"… and {count - len(names):,} more.") if count > len(names) else None,
    )


def sample_section(samples: Sequence[Sample], seed: int) -> Markup:
    """Return clips to play."""
    shown = [sample for sample in samples if sample.url]
    if not shown:
        return element("p", "No clip fits into the page: see largest_page_mb.")
    return joined(
        element("p", f"Drawn by chance (seed={seed}).", class_="muted"),
        element("div", *map(_player, shown), class_="figures samples"),
    )


def _row(of_reason: Rejected) -> Markup:
    return element(
        "tr",
        element("th", of_reason.reason, scope="row"),
        element("td", WORDS.get(of_reason.reason, ""), class_="words"),
        element("td", f"{of_reason.count:,}", class_="number"),
        element("td", duration(of_reason.seconds) if of_reason.seconds else "", class_="number"),
    )


def _detail(of_reason: Rejected, picture: Markup | None) -> Markup:
    items = (element("li", *_example(example)) for example in of_reason.examples)
    return element(
        "details",
        element("summary", f"{of_reason.reason} ({of_reason.count:,})"),
        picture,
        element("ul", *items),
    )


def _example(example: Example) -> tuple[Markup | str, ...]:
    start = f" from {example.start:.1f} s" if example.start else ""
    detail = f": {example.detail}" if example.detail else ""
    return element("code", example.source), f"{start}{detail}"


def _sheet(path: Path | None, room: float) -> Markup | None:
    """Return the picture of some pieces; its address alone where it is too large for the page."""
    if path is None:
        return None
    where = element("p", "Pictures: ", element("code", str(path)))
    try:
        if path.stat().st_size > min(_LARGEST_SHEET, room * 3 / 4):
            return where
        text = base64.b64encode(path.read_bytes()).decode("ascii")
    except OSError:
        return where
    url = f"data:image/jpeg;base64,{text}"
    words = f"some of the pieces that are left out: {path.stem}"
    return element("img", src=url, alt=words, class_="sheet")


def _player(sample: Sample) -> Markup:
    clip = sample.clip
    seconds = clip.frames / float(clip.rate)
    said = f"{clip.identity}, {seconds:.1f} s, {float(clip.rate):.4g} frames/s"
    origin = f", from {clip.source}" + (f" at {clip.start:.1f} s" if clip.start else "")
    video = element(
        "video", src=sample.url, controls=True, loop=True, playsinline=True, preload="auto"
    )
    return element(
        "figure",
        video,
        element("figcaption", element("b", clip.clip), element("br"), said + origin),
        class_="sample",
    )

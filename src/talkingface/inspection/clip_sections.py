"""The page's sections about people and about what is seen in the clips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from talkingface.inspection.facts import Facts, Share
from talkingface.inspection.labels import Labels
from talkingface.manifest import ClipTable
from talkingface.report.histogram import histogram
from talkingface.report.markup import Markup, element, joined
from talkingface.report.numbers import duration

_MINUTES_FROM = 300
_MEANINGS = {
    "person": "A name stands for a person.",
    "recording": "A name stands for a recording, since the layout does not say who is seen: a "
    "person who occurs in two recordings may be in training and test.",
    "file": "A name stands for a file, since nothing says who is seen: a person who occurs in two "
    "files may be in training and test.",
}


def people_section(facts: Facts, identities: str) -> Markup:
    """Return who is in the data set, in which splits."""
    long = facts.person_seconds.max() > _MINUTES_FROM
    drawn = [
        histogram("Minutes a name", facts.person_seconds / 60, "minutes", of="names")
        if long
        else histogram("Seconds a name", facts.person_seconds, "seconds", of="names"),
        histogram("Clips a name", facts.person_clips, "clips", of="names"),
    ]
    largest = [
        _row(share.name, f"{share.clips:,}", duration(share.seconds)) for share in facts.largest
    ]
    rest = facts.whole.people - len(facts.largest)
    return joined(
        element("p", _MEANINGS[identities]),
        element(
            "div",
            element(
                "div",
                element("h3", "Published splits"),
                _splits(facts.splits),
            ),
            element(
                "div",
                element("h3", f"Largest {len(facts.largest)}" if rest > 0 else "All names"),
                _table(("name", "clips", "duration"), largest),
            ),
            class_="tables",
        ),
        _figures(drawn) if facts.whole.people > 1 else None,
    )


def clip_section(facts: Facts, table: ClipTable, size: int) -> Markup:
    """Return how long, how fast and how large the clips are."""
    side = table.numbers("crop_side")
    small = float((side < size).mean())
    about = f"Every clip is {size} x {size} pixels. "
    about += f"{small:.1%} were cut from fewer pixels and enlarged." if small else ""
    drawn = [
        histogram("Duration", facts.clip_seconds, "seconds"),
        histogram("Frame rate", facts.clip_rates, "frames a second"),
        histogram("Side of the crop in the source", side, "pixels") if np.ptp(side) else None,
    ]
    return joined(element("p", about), _figures(drawn))


def face_section(table: ClipTable, labels: Labels, kind: str) -> Markup:
    """Return how large, sharp, turned and lively the faces are."""
    measured = [figure for figure in _measured(table) if figure is not None]
    synthetic = "Nothing had to be measured: the clips are synthetic, their labels exact."
    unmeasured = element("p", synthetic if kind == "synthetic" else "Nothing was measured.")
    about = f"Frame by frame, of {labels.clips:,} of {len(table):,} clips spread evenly."
    frames = [
        histogram("Yaw", labels.yaw, "degrees, right of the picture is positive", of="frames"),
        histogram("Pitch", labels.pitch, "degrees, down is positive", of="frames"),
        histogram("Roll", labels.roll, "degrees, clockwise is positive", of="frames"),
        histogram("Opening of the mouth", labels.mouth, "jaw, 0 to 1", of="frames"),
    ]
    return joined(
        element("h3", "Measured by prepare, a value a clip"),
        _figures(measured) if measured else unmeasured,
        element("h3", "Head and mouth"),
        element("p", about, class_="muted"),
        _figures(frames) if labels.yaw.size else element("p", "None of their frames shows a face."),
    )


def _measured(table: ClipTable) -> list[Markup | None]:
    turn = np.maximum(np.abs(table.numbers("yaw_low")), np.abs(table.numbers("yaw_high")))
    nod = np.maximum(np.abs(table.numbers("pitch_low")), np.abs(table.numbers("pitch_high")))
    return [
        histogram("Height of the face", table.numbers("face_px"), "pixels of the source"),
        histogram("Sharpness", table.numbers("sharpness"), "0 (flat) to 1"),
        histogram("Movement of the face in itself", table.numbers("movement"), "face heights"),
        histogram("Furthest turn to a side", turn, "degrees"),
        histogram("Furthest nod", nod, "degrees"),
        histogram("Frames in which the face is seen", table.numbers("face_share"), "share"),
        histogram("Frames with a covered face", table.numbers("covered"), "share"),
        histogram("Crop outside the picture", table.numbers("outside"), "share of its area"),
    ]


def _splits(splits: Sequence[Share]) -> Markup:
    if [share.name for share in splits] == [""]:
        return element("p", "None: training divides the clips by name.")
    rows = [
        _row(
            share.name or "(none)", f"{share.people:,}", f"{share.clips:,}", duration(share.seconds)
        )
        for share in splits
    ]
    return _table(("split", "names", "clips", "duration"), rows)


def _figures(figures: Iterable[Markup | None]) -> Markup:
    return element("div", *figures, class_="figures")


def _row(name: str, *cells: str) -> Markup:
    return element(
        "tr",
        element("th", name, scope="row"),
        *(element("td", cell, class_="number") for cell in cells),
    )


def _table(heads: Sequence[str], rows: Iterable[Markup]) -> Markup:
    first, *numbers = heads
    cells = (element("th", text, class_="number") for text in numbers)
    head = element("thead", element("tr", element("th", first), *cells))
    return element("div", element("table", head, element("tbody", *rows)), class_="wide")

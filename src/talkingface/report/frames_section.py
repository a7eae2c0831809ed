"""The page's picture of frames under bad references."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from talkingface.errors import UserError
from talkingface.report.arms import ArmRuns
from talkingface.report.frame_rows import frame_rows, is_current
from talkingface.report.markup import Markup, element, joined


def frames_section(picture: Path | None, arms: Sequence[ArmRuns]) -> Markup:
    """Return the picture as it lies beside the page, or how it is made.

    Args:
        picture: its file, which need not be there.
        arms: of the report; the section says when the picture is older than they are.
    """
    if picture is None or not picture.is_file():
        return element(
            "p",
            "Not made yet. ",
            element("code", "talkingface report ... frames=true"),
            " makes it from the models and the data set, which takes a minute.",
        )
    text = base64.b64encode(picture.read_bytes()).decode("ascii")
    about = (
        "One test clip: its first frame moved by all of its frames, as the model sees them in the "
        "first row. Each arm's first seed, best checkpoint. "
        f"{picture.name} beside this page has it in full size."
    )
    return joined(
        element("p", about, class_="muted"),
        None if _current(picture, arms) else _OLD,
        element(
            "figure",
            element("img", src=f"data:image/png;base64,{text}", alt="Frames of every arm"),
            class_="wide",
        ),
    )


_OLD = element(
    "p",
    "The picture is older than the arms as they stand; ",
    element("code", "frames=true"),
    " makes it again.",
)


def _current(picture: Path, arms: Sequence[ArmRuns]) -> bool:
    try:
        return is_current(picture, frame_rows(arms))
    except UserError:
        return False

"""What becomes of one stretch of a raw video: a clip, or the reason why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from talkingface.manifest import Clip, Measures
from talkingface.reasons import Reason

# Called with the seconds of video done so far, at least every few seconds of work: who does not
# call any more has stopped working.
Beat = Callable[[float], None]


@dataclass(frozen=True)
class Piece:
    """One person in one shot of a raw video; or a whole file, if nothing of it could be read.

    Attributes:
        start, seconds: the stretch, in seconds from the video's first frame.
        reason: KEPT, or why the stretch is no clip.
        detail: the figures behind the reason, in words; "" for KEPT.
        measures: what was measured; all NaN where nothing could be.
        clip: the manifest's row, its files written; None unless the piece was kept.
        looks: 64-bit perceptual hashes of the face at moments spread over the piece.
        thumbnail: a JPEG of at most 96 pixels a side; b"" if no picture was seen.
    """

    start: float
    seconds: float
    reason: Reason
    detail: str = ""
    measures: Measures = field(default_factory=Measures)
    clip: Clip | None = None
    looks: tuple[int, ...] = ()
    thumbnail: bytes = b""

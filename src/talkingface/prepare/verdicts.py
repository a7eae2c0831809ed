"""What earlier decisions are worth now: under other limits, with files that may be gone."""

from __future__ import annotations

from pathlib import Path

from talkingface.manifest import clip_path, track_path
from talkingface.prepare.filters import decide
from talkingface.prepare.journal import Record, Stamp
from talkingface.prepare.order import Order
from talkingface.prepare.piece import Piece
from talkingface.reasons import Reason

# The processes' limits decided, not the video alone.
WATCHED = frozenset((Reason.TOO_SLOW, Reason.CRASHED, Reason.OUT_OF_MEMORY))
# Of the moment, not of the video: a disk that is away, rights that are given later.
_PASSING = frozenset((Reason.NOT_A_FILE, Reason.NO_PERMISSION))
#: The file could not be read, whatever it shows.
FAILURES = WATCHED | {
    Reason.NOT_A_FILE,
    Reason.NO_PERMISSION,
    Reason.EMPTY,
    Reason.NOT_VIDEO,
    Reason.NO_PICTURE,
    Reason.STILL_PICTURE,
    Reason.DAMAGED,
    Reason.TOO_LARGE,
}


def verdict(piece: Piece, record: Record, order: Order) -> tuple[Reason, str]:
    """Return the decision on a piece under the limits of now, which may not be the record's."""
    if record.stamp.limits == order.filter_values or piece.reason in FAILURES:
        return piece.reason, piece.detail
    return decide(piece.measures, piece.seconds, order.filters)


def is_settled(record: Record, stamp: Stamp, order: Order) -> bool:
    """Whether a record is about this video as it is now, and its clips are all there.

    A piece that the limits of now admit must have a clip: if it was rejected before, it has none,
    and the video is to be opened again.
    """
    old = record.stamp
    same = (old.size, old.mtime_ns, old.prefix, old.sound)
    if same != (stamp.size, stamp.mtime_ns, stamp.prefix, stamp.sound):
        return False
    for piece in record.pieces:
        if piece.reason in WATCHED and old.watch != stamp.watch:
            return False
        if piece.clip is not None:
            if not _is_there(order.root, piece.clip.clip, piece.clip.bytes):
                return False
        elif verdict(piece, record, order)[0] is Reason.KEPT:
            return False
    return True


def may_have_passed(record: Record) -> bool:
    """Whether what a record says may have been true for a while only: another run tries again.

    Such a record is settled all the same, or parts of other machines would never come together.
    """
    return any(piece.reason in _PASSING for piece in record.pieces)


def _is_there(root: Path, clip: str, size: int) -> bool:
    try:
        return (
            clip_path(root, clip).stat().st_size == size
            and track_path(root, clip).stat().st_size > 0
        )
    except OSError:
        return False

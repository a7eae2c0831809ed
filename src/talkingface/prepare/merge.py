"""The last step: from all journals to the manifest, the record of decisions and the report."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace

from talkingface.dataset.whole_files import replaced_file
from talkingface.errors import UserError
from talkingface.faces.landmarker import EXPRESSION
from talkingface.manifest import Clip, DatasetInfo, write_dataset
from talkingface.prepare.decisions import WHOLE_FILE, Decision, decision_writer
from talkingface.prepare.duplicates import Lookalikes
from talkingface.prepare.folder import remove_manifest
from talkingface.prepare.inventory import Inventory, Job, Refused
from talkingface.prepare.journal import Journal, Record
from talkingface.prepare.order import Order
from talkingface.prepare.piece import Piece
from talkingface.prepare.reject_report import RejectReport
from talkingface.prepare.summary import Summary
from talkingface.prepare.verdicts import FAILURES, verdict
from talkingface.prepare.walk import printable_name
from talkingface.reasons import Reason

MISSING_FILE = "missing.csv"


def merge(order: Order, inventory: Inventory, journal: Journal) -> Summary:
    """Write all that describes the data set, from records of every video; the manifest last.

    What is written follows from the input and the settings alone. Records are read one by one, so
    that memory holds the manifest's columns and little else.

    Raises:
        UserError: no clip is left.
        OSError: the disk is full.
    """
    copies = _copies(order, inventory, journal)
    summary = Summary.of_all(order, inventory)
    with RejectReport(order.root) as report, decision_writer(order.root) as decisions:
        for decision, clip in _decided(order, inventory, journal, copies):
            decisions.add(decision)
            summary.count(decision, clip)
            if clip is None:
                report.add(decision)
    _write_missing(order, inventory)
    if not summary.clips:
        remove_manifest(order)
        raise UserError(summary.nothing())
    info = DatasetInfo(
        "prepared", order.clips.size, "ibug68", EXPRESSION, identities=inventory.identities
    )
    decided = _decided(order, inventory, journal, copies)
    write_dataset(order.root, info, (clip for _, clip in decided if clip is not None))
    return summary


def _copies(order: Order, inventory: Inventory, journal: Journal) -> Mapping[str, str]:
    """Return the clips that are copies of another, which is named."""
    if order.duplicates == "keep":
        return {}
    lookalikes = Lookalikes()
    for job in inventory.jobs:
        recording = job.source.recording or job.source.name
        for number, (piece, reason, _, record) in enumerate(_pieces(order, journal, job)):
            if reason is Reason.KEPT and piece.clip is not None:
                motion = record.motions[number]
                lookalikes.add(piece.clip, recording, piece.seconds, piece.looks, motion)
    return lookalikes.copies()


def _decided(
    order: Order, inventory: Inventory, journal: Journal, copies: Mapping[str, str]
) -> Iterator[tuple[Decision, Clip | None]]:
    """Yield every decision, by the files' names, with the manifest's row of what is kept."""
    refused = list(reversed(inventory.refused))
    for job in inventory.jobs:
        while refused and refused[-1].name < job.source.name:
            yield _refusal(refused.pop()), None
        for number, (piece, reason, detail, record) in enumerate(_pieces(order, journal, job)):
            yield _decision(job, number, piece, reason, detail, record, copies)
    while refused:
        yield _refusal(refused.pop()), None


def _decision(
    job: Job,
    number: int,
    piece: Piece,
    reason: Reason,
    detail: str,
    record: Record,
    copies: Mapping[str, str],
) -> tuple[Decision, Clip | None]:
    if reason is Reason.KEPT and piece.clip is None:
        raise RuntimeError(f"{job.source.name}: its piece {number} is kept and has no clip")
    clip = piece.clip if reason is Reason.KEPT else None
    if clip is not None and clip.clip in copies:
        reason, detail = Reason.DUPLICATE, f"of the clip {copies[clip.clip]}"
        clip = None
    if clip is not None:
        who = job.source
        clip = replace(
            clip, identity=who.identity, recording=who.recording, split=who.split, source=who.name
        )
    is_file = len(record.pieces) == 1 and reason in FAILURES
    decision = Decision(
        job.source.name,
        job.size,
        job.mtime_ns,
        WHOLE_FILE if is_file else number,
        piece.start,
        piece.seconds,
        reason,
        detail,
        clip.clip if clip is not None else "",
        piece.measures,
        record.pictures[number],
    )
    return decision, clip


def _refusal(refused: Refused) -> Decision:
    return Decision(
        refused.name,
        refused.size,
        refused.mtime_ns,
        WHOLE_FILE,
        0.0,
        0.0,
        refused.reason,
        printable_name(refused.detail),
    )


def _pieces(
    order: Order, journal: Journal, job: Job
) -> Iterator[tuple[Piece, Reason, str, Record]]:
    """Yield the pieces of a video with what is decided now."""
    record = journal.record(job.source.name)
    if record is None:
        raise RuntimeError(f"{job.source.name} is no longer in the journals")
    for piece in record.pieces:
        reason, detail = verdict(piece, record, order)
        yield piece, reason, printable_name(detail), record


def _write_missing(order: Order, inventory: Inventory) -> None:
    """Write what the layout's lists name and the input lacks, if it has lists."""
    path = order.root / MISSING_FILE
    if not inventory.missing:
        path.unlink(missing_ok=True)
        return
    with replaced_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("missing",), *((name,) for name in inventory.missing)])

"""A folder of anything becomes a data set: in parallel, on several machines, resumed at will."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial

from talkingface.errors import MediaError, UserError
from talkingface.manifest import clip_path, read_track, track_path
from talkingface.prepare.folder import claim, remove_manifest, sweep
from talkingface.prepare.inventory import Inventory, Job, take_inventory
from talkingface.prepare.journal import Journal, JournalWriter, Record
from talkingface.prepare.locks import division_held, held
from talkingface.prepare.merge import merge
from talkingface.prepare.motion_print import motion_print
from talkingface.prepare.naming import shard_of
from talkingface.prepare.order import Order
from talkingface.prepare.piece import Beat, Piece
from talkingface.prepare.pieces import make_pieces
from talkingface.prepare.progress import Progress
from talkingface.prepare.serving import FULL
from talkingface.prepare.summary import Summary
from talkingface.prepare.supervised import DiskFullError, Supervised
from talkingface.prepare.verdicts import FAILURES, may_have_passed
from talkingface.prepare.walk import printable_name
from talkingface.prepare.worker import Casualty
from talkingface.reasons import Reason

Work = Callable[[Job, Beat], list[Piece]]


def prepare(order: Order, work: Work | None = None) -> Summary:
    """Make a data set, or what is missing of one begun before, or this machine's part of one.

    Whatever a video is or does to its process, it is named with a reason and the others go on.
    What is done is journaled at once: a process that is killed costs the videos in flight. The
    machine that completes the last part writes the manifest, which follows from the input and the
    settings alone. Scripts that use this need `if __name__ == "__main__"`.

    Args:
        order: what is asked for.
        work: what makes the pieces of a video, importable; None is `make_pieces`.

    Returns:
        What became of the input. If other machines are not done yet, of this machine's part.

    Raises:
        UserError: nothing to prepare, a folder of other settings or another user, no usable video,
            a full disk, an input that is gone, or something that would fail with any video.
    """
    inventory = take_inventory(order)
    with _full_disk_said(order, lambda: "0 videos"):
        claim(order)
    with division_held(order):
        with held(order.shard_folder / "lock"), closing(Journal(order.work)) as journal:
            _make_missing(order, inventory.of_shard(order), journal, work or partial(_make, order))
        return _merge_if_complete(order, inventory)


def _merge_if_complete(order: Order, inventory: Inventory) -> Summary:
    with closing(Journal(order.work)) as journal:
        left = _unfinished_elsewhere(order, inventory, journal)
        if left:
            return Summary.of_part(order, inventory, left)
        with held(order.work / "lock", wait=True), _full_disk_said(order, lambda: "All videos"):
            return merge(order, inventory, journal)


def _make(order: Order, job: Job, beat: Beat) -> list[Piece]:
    try:
        return make_pieces(
            job.source, job.prefix, order.root, order.model, order.clips, order.filters, beat
        )
    except MediaError as error:
        return [Piece(0, 0, error.reason, str(error).removeprefix(f"{job.source.path}: "))]


def _make_missing(order: Order, jobs: Sequence[Job], journal: Journal, work: Work) -> None:
    """Prepare the videos that the journals know nothing of, or nothing that is still true."""
    missing = _missing(order, jobs, journal)
    # The longest first, so that no process is left alone with one at the end.
    missing.sort(key=lambda job: (-job.size, job.source.name))
    total, left = (sum(job.size for job in some) for some in (jobs, missing))
    journaled = JournalWriter(order.shard_folder, journal.newest)
    done = len(jobs) - len(missing)
    with (
        Progress(total, total - left) as bar,
        _full_disk_said(order, lambda: f"{done} of {len(jobs)} videos"),
    ):
        pool = Supervised(work, order.workers, order.limits, proven=done > 0, tick=bar.tick)
        for job, answer in pool.run(missing):
            pieces = _pieces(answer)
            _check_source(order, pieces, done)
            earlier = journal.record(job.source.name)
            motions = [_motion(order, piece) for piece in pieces]
            journaled.add(job.source.name, job.stamp(order), pieces, motions)
            _remove_superseded(order, earlier, pieces)
            done += 1
            kept = sum(piece.clip is not None for piece in pieces)
            bar.video(job.size, kept, len(pieces) - kept)


def _missing(order: Order, jobs: Sequence[Job], journal: Journal) -> list[Job]:
    """Return the videos to prepare; what they are to lose is in the manifest no more."""
    # Videos that left the input may come back.
    mine = (name for name in journal if shard_of(name, order.shards) == order.shard)
    records = (journal.record(name) for name in mine)
    known = {record.stamp.prefix for record in records if record is not None and _clips(record)}
    missing = [job for job in jobs if _is_missing(order, job, journal.record(job.source.name))]
    if any(job.prefix in known for job in missing):
        remove_manifest(order)
    sweep(order, known.__contains__)
    return missing


def _is_missing(order: Order, job: Job, record: Record | None) -> bool:
    return record is None or not job.is_done(record, order) or may_have_passed(record)


def _clips(record: Record) -> set[str]:
    return {piece.clip.clip for piece in record.pieces if piece.clip is not None}


def _check_source(order: Order, pieces: Sequence[Piece], done: int) -> None:
    """Blame no video for the input as a whole: a disk may be away, its folder there and empty."""
    if not any(piece.reason in FAILURES for piece in pieces):
        return
    try:
        there = order.source.is_file() or any(order.source.iterdir())
    except OSError:
        there = False
    if not there:
        raise UserError(
            f"{order.source}: is gone. {done} videos are done and kept; run the same command again."
        )


def _pieces(answer: list[Piece] | Casualty) -> list[Piece]:
    if isinstance(answer, Casualty):
        return [Piece(0, 0, answer.reason, printable_name(answer.detail))]
    return answer or [Piece(0, 0, Reason.NO_FACE, "nobody is seen")]


def _motion(order: Order, piece: Piece) -> bytes:
    if piece.clip is None:
        return b""
    return motion_print(read_track(order.root, piece.clip.clip))


def _remove_superseded(order: Order, earlier: Record | None, pieces: Sequence[Piece]) -> None:
    """Remove the clips that an earlier record of a video knows and the new one does not."""
    if earlier is None:
        return
    now = {piece.clip.clip for piece in pieces if piece.clip is not None}
    for clip in _clips(earlier) - now:
        clip_path(order.root, clip).unlink(missing_ok=True)
        track_path(order.root, clip).unlink(missing_ok=True)


def _unfinished_elsewhere(order: Order, inventory: Inventory, journal: Journal) -> int:
    """Return how many videos of other machines have no record that is good."""
    return sum(
        shard_of(job.source.name, order.shards) != order.shard
        and not job.is_done_elsewhere(journal.record(job.source.name), order)
        for job in inventory.jobs
    )


@contextmanager
def _full_disk_said(order: Order, done: Callable[[], str]) -> Iterator[None]:
    """Say in one message that the output takes no writing, and what is `done`."""
    try:
        yield
    except (DiskFullError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in FULL:
            raise
        there = next(path for path in (order.root, *order.root.absolute().parents) if path.exists())
        room = shutil.disk_usage(there).free / 1e6
        raise UserError(
            f"{order.root}: nothing more can be written ({error}; {room:.0f} MB free). {done()} "
            "are done and kept. Make room, or allow writing, and run the same command again."
        ) from error

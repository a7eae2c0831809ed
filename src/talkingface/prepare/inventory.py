"""What an input folder holds: videos to prepare, files that cannot be, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from talkingface.adapters.listing import list_sources
from talkingface.errors import UserError
from talkingface.prepare.journal import Record, Stamp
from talkingface.prepare.naming import prefixes, shard_of
from talkingface.prepare.order import Order
from talkingface.prepare.source import Source
from talkingface.prepare.verdicts import is_settled
from talkingface.prepare.walk import Found, Ignored, Unusable, printable_name, walk
from talkingface.reasons import Reason


@dataclass(frozen=True)
class Job:
    """One video to prepare.

    Attributes:
        source: what the layout says of it.
        prefix: what the names of its clips begin with.
        size, mtime_ns: of the file.
        sound: what the file of its sound is known by, if that is another.
    """

    source: Source
    prefix: str
    size: int
    mtime_ns: int
    sound: str = ""

    def stamp(self, order: Order) -> Stamp:
        """Return by what a record about this video is known to be good."""
        return Stamp(
            self.size,
            self.mtime_ns,
            self.prefix,
            self.sound,
            order.filter_values,
            order.limit_values,
        )

    def is_done(self, record: Record | None, order: Order) -> bool:
        """Whether a record says all that is to be known, and its clips are there."""
        return record is not None and is_settled(record, self.stamp(order), order)

    def is_done_elsewhere(self, record: Record | None, order: Order) -> bool:
        """Whether it is done for another machine, whatever that one let it take."""
        if record is None:
            return False
        stamp = replace(self.stamp(order), watch=record.stamp.watch)
        return is_settled(record, stamp, order)


@dataclass(frozen=True)
class Refused:
    """A file that is not opened; its size and time are 0 where they are not known."""

    name: str
    size: int
    mtime_ns: int
    reason: Reason
    detail: str


@dataclass(frozen=True)
class Inventory:
    """All that an input folder holds.

    Attributes:
        layout: name of the layout that it was read as.
        identities: what an identity's name stands for, see `DatasetInfo`.
        jobs: the videos, by name.
        refused: files that are not opened, each with its reason, by name.
        ignored: number of files of other kinds.
        missing: what the layout's lists name and the folder lacks.
    """

    layout: str
    identities: str
    jobs: tuple[Job, ...]
    refused: tuple[Refused, ...]
    ignored: int
    missing: tuple[str, ...]

    def of_shard(self, order: Order) -> list[Job]:
        """Return the videos of this machine."""
        return [job for job in self.jobs if shard_of(job.source.name, order.shards) == order.shard]


def take_inventory(order: Order) -> Inventory:
    """Look through the input; no file is opened but lists.

    Raises:
        UserError: there are no videos, or the layout cannot be read.
    """
    found: dict[str, Found] = {}
    refused: list[Refused] = []
    ignored = 0
    for entry in walk(order.source, order.root):
        if isinstance(entry, Found):
            found[entry.name] = entry
        elif isinstance(entry, Unusable):
            refused.append(Refused(entry.name, 0, 0, entry.reason, entry.detail))
        elif isinstance(entry, Ignored):
            ignored += 1
    # First, since a layout may say what the files of other kinds are.
    listing = list_sources(order.source, order.layout, list(found.values()), order.identity)
    if not found and not refused:
        seen = f", only {ignored} files of other kinds" if ignored else ""
        raise UserError(f"{order.source}: holds no videos{seen}. Set input= to videos.")
    refused += [
        Refused(file.name, file.size, file.mtime_ns, reason, detail)
        for file, reason, detail in listing.refused
    ]
    ignored += len(found) - len(listing.sources) - len(listing.refused)
    return Inventory(
        listing.layout,
        listing.identities,
        tuple(_jobs(listing.sources, found)),
        tuple(sorted(refused, key=lambda item: item.name)),
        ignored,
        listing.missing,
    )


def _jobs(sources: tuple[Source, ...], found: Mapping[str, Found]) -> list[Job]:
    chosen = prefixes(source.name for source in sources)
    return [
        Job(
            source,
            chosen[source.name],
            found[source.name].size,
            found[source.name].mtime_ns,
            _known_by(source.sound) if source.sound is not None else "",
        )
        for source in sorted(sources, key=lambda source: source.name)
    ]


def _known_by(path: Path) -> str:
    """Return the name of a file with its size and time, where these can be had."""
    name = printable_name(path.name)
    try:
        status = path.stat()
    except OSError:
        return name
    return f"{name} {status.st_size} {status.st_mtime_ns}"

"""What was made of each video, written down the moment it is done.

Every process of `prepare` appends to a journal of its own, one write a video, after the video's
clips are there under their final names. So whatever ends the process costs the videos in flight
and nothing else. Thumbnails lie in a second file beside it, of which the journal knows the places.
"""

from __future__ import annotations

import json
import math
import os
import socket
import time
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

from talkingface.errors import UserError
from talkingface.manifest import Clip, Measures
from talkingface.prepare.piece import Piece
from talkingface.reasons import Reason

_MEASURES = tuple(field.name for field in fields(Measures))


@dataclass(frozen=True)
class Stamp:
    """By what a video is known to be the same, and the record about it still good.

    Attributes:
        size, mtime_ns: of the file.
        prefix: what the names of its clips begin with.
        sound: name, size and time of the file that its sound is taken from, "" for its own.
        limits: the filters' limits that decided which clips were written.
        watch: what the video was allowed to take; matters if it took more.
    """

    size: int
    mtime_ns: int
    prefix: str
    sound: str
    limits: Mapping[str, float]
    watch: Mapping[str, float | None]


@dataclass(frozen=True)
class Picture:
    """Where a thumbnail lies."""

    path: Path
    offset: int
    length: int

    def read(self) -> bytes:
        """Return the JPEG; b"" if it is gone."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                return file.read(self.length)
        except OSError:
            return b""


@dataclass(frozen=True)
class Record:
    """What was made of one video.

    Attributes:
        stamp: by what the video is known.
        pieces: without their thumbnails,
        pictures: which lie here.
        motions: how the head moves in each piece that has a clip, else b"".
    """

    stamp: Stamp
    pieces: tuple[Piece, ...]
    pictures: tuple[Picture | None, ...]
    motions: tuple[bytes, ...]


class Journal:
    """The newest record of each video, from all journals below a folder.

    Only their places are held: 0.3 kB a video.

    Attributes:
        newest: time of the newest record, nanoseconds since 1970; 0 if there is none.
    """

    def __init__(self, work: Path) -> None:
        self._paths = sorted(work.glob("*/*.journal"))
        self._open: tuple[int, BinaryIO] | None = None
        self._places: dict[str, tuple[int, int, int, int]] = {}
        self.newest = 0
        for number, path in enumerate(self._paths):
            for when, name, offset, length in _lines(path):
                self.newest = max(self.newest, when)
                if when >= self._places.get(name, (0,))[0]:
                    self._places[name] = (when, number, offset, length)

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the videos that there are records of."""
        return iter(self._places)

    def __contains__(self, name: str) -> bool:
        """Whether there is a record of a video."""
        return name in self._places

    def record(self, name: str) -> Record | None:
        """Return what was made of a video, if anything was."""
        if name not in self._places:
            return None
        _, number, offset, length = self._places[name]
        raw = json.loads(self._read(number, offset, length).split(b"\t", 3)[3])
        pictures = self._paths[number].with_suffix(".thumbs")
        return Record(
            Stamp(**raw["stamp"]),
            tuple(_piece(piece) for piece in raw["pieces"]),
            tuple(
                Picture(pictures, *piece["picture"]) if piece["picture"] else None
                for piece in raw["pieces"]
            ),
            tuple(b64decode(piece["motion"]) for piece in raw["pieces"]),
        )

    def _read(self, number: int, offset: int, length: int) -> bytes:
        """Return a part of a journal; the one read last stays open, since many parts follow."""
        if self._open is None or self._open[0] != number:
            self.close()
            self._open = number, self._paths[number].open("rb")
        self._open[1].seek(offset)
        return self._open[1].read(length)

    def close(self) -> None:
        """Close the journal that was read last."""
        if self._open is not None:
            self._open[1].close()
            self._open = None


class JournalWriter:
    """A process's own journal; the files appear with the first record.

    Args:
        folder: of this shard's journals.
        after: time of the newest record so far, `Journal.newest`. What is written comes after it,
            though a clock was put back or another machine's is ahead.
    """

    def __init__(self, folder: Path, after: int = 0) -> None:
        name = f"{socket.gethostname()}-{os.getpid()}-{time.time_ns()}"
        self._path = folder / f"{name}.journal"
        self._pictures_path = folder / f"{name}.thumbs"
        self._end = 0
        self._last = after

    def add(
        self, name: str, stamp: Stamp, pieces: Sequence[Piece], motions: Sequence[bytes]
    ) -> None:
        """Write down what was made of a video, and how the heads move in its clips.

        Raises:
            OSError: it could not be written, so the video counts as not done.
        """
        blob, places = bytearray(), []
        for piece in pieces:
            places.append([self._end + len(blob), len(piece.thumbnail)] if piece.thumbnail else [])
            blob += piece.thumbnail
        if blob:
            _append(self._pictures_path, bytes(blob))
            self._end += len(blob)
        raw = [
            _raw(piece) | {"picture": at, "motion": b64encode(motion).decode()}
            for piece, at, motion in zip(pieces, places, motions, strict=True)
        ]
        told = {"stamp": asdict(stamp), "pieces": raw}
        # Numbers of NumPy's own types say themselves what they are.
        text = json.dumps(told, separators=(",", ":"), default=lambda number: number.item())
        self._last = max(time.time_ns(), self._last + 1)
        body = f"{self._last}\t{name}\t{text}".encode()
        _append(self._path, b"%08x\t%b\n" % (zlib.crc32(body), body))


def _append(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        written = os.write(file, content)
        if written < len(content):
            # The rest either says why it does not fit, or completes the record.
            os.write(file, content[written:])
    finally:
        os.close(file)


def _lines(path: Path) -> Iterator[tuple[int, str, int, int]]:
    """Yield (time, name, offset, length) of the whole lines; a torn one is left out."""
    offset = 0
    try:
        lines = path.open("rb")
    except PermissionError as error:
        raise UserError(
            f"{path}: may not be read, so another user prepared a part of this data set. Have them "
            "allow it, or choose another output."
        ) from error
    with lines as file:
        for line in file:
            parts = line.split(b"\t", 3)
            body = line[9:-1]
            if line.endswith(b"\n") and len(parts) == 4 and parts[0] == b"%08x" % zlib.crc32(body):
                yield int(parts[1]), parts[2].decode(), offset, len(line)
            offset += len(line)


def _raw(piece: Piece) -> dict[str, Any]:
    clip = asdict(piece.clip) if piece.clip is not None else None
    if clip is not None:
        del clip["measures"]
    values = (getattr(piece.measures, name) for name in _MEASURES)
    return {
        "start": piece.start,
        "seconds": piece.seconds,
        "reason": piece.reason.value,
        "detail": piece.detail,
        "measures": [None if math.isnan(value) else float(value) for value in values],
        "looks": list(piece.looks),
        "clip": clip,
    }


def _piece(raw: dict[str, Any]) -> Piece:
    values = (math.nan if value is None else value for value in raw["measures"])
    measures = Measures(**dict(zip(_MEASURES, values, strict=True)))
    clip = Clip(**raw["clip"], measures=measures) if raw["clip"] is not None else None
    return Piece(
        start=raw["start"],
        seconds=raw["seconds"],
        reason=Reason(raw["reason"]),
        detail=raw["detail"],
        measures=measures,
        clip=clip,
        looks=tuple(raw["looks"]),
    )

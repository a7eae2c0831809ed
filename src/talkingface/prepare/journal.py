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
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

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
        sound: the file that its sound is taken from, "" for its own.
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
    """

    def __init__(self, work: Path) -> None:
        self._paths = sorted(work.glob("*/*.journal"))
        self._places: dict[str, tuple[int, int, int, int]] = {}
        for number, path in enumerate(self._paths):
            for when, name, offset, length in _lines(path):
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
        path = self._paths[number]
        with path.open("rb") as file:
            file.seek(offset)
            line = file.read(length)
        raw = json.loads(line.split(b"\t", 3)[3])
        pictures = path.with_suffix(".thumbs")
        return Record(
            Stamp(**raw["stamp"]),
            tuple(_piece(piece) for piece in raw["pieces"]),
            tuple(
                Picture(pictures, *piece["picture"]) if piece["picture"] else None
                for piece in raw["pieces"]
            ),
            tuple(b64decode(piece["motion"]) for piece in raw["pieces"]),
        )


class JournalWriter:
    """A process's own journal; the files appear with the first record.

    Args:
        folder: of this shard's journals.
    """

    def __init__(self, folder: Path) -> None:
        name = f"{socket.gethostname()}-{os.getpid()}-{time.time_ns()}"
        self._path = folder / f"{name}.journal"
        self._pictures_path = folder / f"{name}.thumbs"
        self._end = 0

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
        body = f"{time.time_ns()}\t{name}\t{text}".encode()
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
    with path.open("rb") as file:
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
    clip = Clip(**raw["clip"]) if raw["clip"] is not None else None
    return Piece(
        start=raw["start"],
        seconds=raw["seconds"],
        reason=Reason(raw["reason"]),
        detail=raw["detail"],
        measures=measures,
        clip=replace(clip, measures=measures) if clip is not None else None,
        looks=tuple(raw["looks"]),
    )

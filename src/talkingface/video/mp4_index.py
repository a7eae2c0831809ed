"""Where the coded frames of an MP4 file lie: its tables, without a library that opens the file.

Opening takes FFmpeg longer than decoding some frames of a small clip. Only what `VideoWriter`
writes is understood: H.264, one frame a sample, no B-frames, index in front or at the end.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST_FRAMES = 1 << 24
_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
# Of a picture's sample description, before its own boxes; of the list of descriptions.
_AVC1_HEADER, _LIST_HEADER = 78, 8


class NotUnderstoodError(Exception):
    """The bytes are no whole MP4 file of the kind that `VideoWriter` writes."""


@dataclass(frozen=True)
class FrameIndex:
    """The coded frames of a clip, in the order in which they are shown.

    Attributes:
        header: the decoder's settings (the contents of `avcC`).
        starts, sizes: (N,) int64, bytes of each coded frame in the file.
        key: (N,) bool, whether decoding may begin there.
    """

    header: bytes
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    key: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.sizes)


def tables_end(head: bytes) -> int | None:
    """Return where the tables of an MP4 file end, from its first bytes; None if they come later.

    Raises:
        NotUnderstoodError: the bytes do not begin an MP4 file.
    """
    place = 0
    while place + 16 <= len(head):
        size, kind = struct.unpack_from(">I4s", head, place)
        if not kind.isalnum() or size < 8:
            raise NotUnderstoodError("no MP4 file")
        if kind == b"moov":
            return place + size
        place += size
    return None


def frame_index(data: bytes, length: int) -> FrameIndex:
    """Read the tables of an MP4 file's picture.

    Args:
        data: the file, at least to the end of its tables.
        length: bytes of the whole file.

    Raises:
        NotUnderstoodError: the tables are missing, contradict each other or the file's length, or
            the file is of another kind.
    """
    try:
        tables = _picture_tables(memoryview(data), length)
        index = _index_of(tables)
    except (struct.error, KeyError, ValueError, IndexError) as error:
        raise NotUnderstoodError(f"no whole MP4 file ({error!r})") from error
    if b"ctts" in tables:
        raise NotUnderstoodError("its frames are not stored in the order in which they are shown")
    ends = index.starts + index.sizes
    if not len(index) or not index.key[0] or ends.max() > length or index.sizes.min() < 1:
        raise NotUnderstoodError("its tables say what the file does not hold")
    return index


def _index_of(tables: dict[bytes, memoryview]) -> FrameIndex:
    same_size, count = struct.unpack_from(">II", tables[b"stsz"], 4)
    if count > _MOST_FRAMES:
        raise ValueError(f"{count} frames")
    sizes = (
        np.full(count, same_size, np.int64)
        if same_size
        else np.frombuffer(tables[b"stsz"], ">u4", count, 12).astype(np.int64)
    )
    wide = b"co64" in tables
    table = tables[b"co64" if wide else b"stco"]
    chunks = np.frombuffer(table, ">u8" if wide else ">u4", _count(table), 8).astype(np.int64)
    chunk_of = _chunk_of_frames(tables[b"stsc"], len(chunks))
    if len(chunk_of) != count:
        raise ValueError(f"{len(chunk_of)} frames in chunks, {count} sizes")
    # Frames of a chunk follow each other.
    before = np.cumsum(sizes) - sizes
    first = np.searchsorted(chunk_of, np.arange(len(chunks)))
    starts = chunks[chunk_of] + before - before[first[chunk_of]]
    key = np.ones(count, bool)
    if b"stss" in tables:
        key[:] = False
        key[np.frombuffer(tables[b"stss"], ">u4", _count(tables[b"stss"]), 8) - 1] = True
    return FrameIndex(_decoder_header(tables[b"stsd"]), starts, sizes, key)


def _chunk_of_frames(table: memoryview, chunks: int) -> NDArray[np.int64]:
    rows = np.frombuffer(table, ">u4", 3 * _count(table), 8).reshape(-1, 3).astype(np.int64)
    first, frames = rows[:, 0] - 1, rows[:, 1]
    if len(rows) == 0 or first[0] != 0 or (np.diff(first) <= 0).any() or frames.max() > 1 << 20:
        raise ValueError("chunks out of order")
    each = np.repeat(frames, np.diff(first, append=chunks))
    return np.repeat(np.arange(chunks), each)


def _decoder_header(table: memoryview) -> bytes:
    entry = table[_LIST_HEADER:]
    if bytes(entry[4:8]) != b"avc1":
        raise NotUnderstoodError("it is not coded in H.264")
    size = struct.unpack_from(">I", entry)[0]
    for kind, body in _boxes(entry[8 + _AVC1_HEADER : size]):
        if kind == b"avcC":
            return bytes(body)
    raise ValueError("no avcC")


def _picture_tables(data: memoryview, length: int) -> dict[bytes, memoryview]:
    """Return the boxes of the first track of pictures, by name."""
    for kind, body in _boxes(data, length):
        if kind == b"moov":
            for name, track in _boxes(body):
                if name == b"trak":
                    tables = dict(_leaves(track))
                    if bytes(tables[b"hdlr"][8:12]) == b"vide":
                        return tables
    raise ValueError("no track of pictures")


def _leaves(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    for kind, body in _boxes(data):
        if kind in _CONTAINERS:
            yield from _leaves(body)
        elif kind != b"hdlr" or body[8:12] in (b"vide", b"soun"):
            yield kind, body


def _boxes(data: memoryview, length: int | None = None) -> Iterator[tuple[bytes, memoryview]]:
    """Yield kind and contents of each box; the last may reach beyond `data`, not `length`."""
    place = 0
    whole = len(data) if length is None else length
    while place + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", data, place + 8)[0], 16
        end = place + size if size else whole
        if (size and size < header) or end > whole:
            raise ValueError(f"a box reaches beyond the end: {kind!r}")
        yield kind, data[place + header : end]
        place = end


def _count(table: memoryview) -> int:
    count: int = struct.unpack_from(">I", table, 4)[0]
    return count

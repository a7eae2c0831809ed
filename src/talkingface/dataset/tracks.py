"""Per-frame labels of a clip: a NumPy file of one record a frame, of which rows can be read."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.dataset.files import checksum, track_path
from talkingface.dataset.whole_files import replaced_file
from talkingface.errors import UserError

_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER_AT = len(_MAGIC) + 2
_LONGEST_HEADER = 4096


@dataclass(frozen=True)
class Track:
    """Per-frame labels of one clip of T frames.

    Attributes:
        pose: (T, 6) float32: yaw, pitch, roll in degrees; x, y of the head's centre and the log of
            its scale in units of half the crop's width. Yaw is positive when the head turns to
            the right of the picture, pitch when it looks down, roll when the picture of the head
            turns clockwise; x grows to the right and y downwards.
        expression: (T, E) float32, columns named by DatasetInfo.expression_names.
        landmarks: (T, L, 2) float32: x, y in [0, 1] of the frame, from the top left corner.
        face: (T,) bool: whether a face was seen; other rows hold the nearest seen frame's values.
    """

    pose: NDArray[np.float32]
    expression: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    face: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.pose)


_FIELDS = tuple(field.name for field in fields(Track))


def write_track(root: Path, clip: str, track: Track) -> int:
    """Write the per-frame labels of one clip, atomically, and return the file's checksum."""
    columns = vars(track)
    kinds = [
        (name, "?" if name == "face" else "<f4", values.shape[1:])
        for name, values in columns.items()
    ]
    records = np.empty(len(track), kinds)
    for name, values in columns.items():
        records[name] = values
    content = BytesIO()
    np.lib.format.write_array(content, records, version=(1, 0), allow_pickle=False)
    with replaced_file(track_path(root, clip)) as partial:
        partial.write_bytes(content.getvalue())
    return checksum(content.getvalue())


def read_track(root: Path, clip: str, rows: Sequence[int] | None = None, crc32: int = 0) -> Track:
    """Read the per-frame labels of one clip.

    Args:
        root: folder of the data set.
        clip: the clip's name.
        rows: frames whose labels are wanted, in any order; None reads all.
        crc32: checksum that the file must have; 0 looks at no more of it than is wanted.

    Returns:
        The labels of the frames asked for, in their order.

    Raises:
        UserError: the file is missing, is not a track, is shorter than a row asks for, or has
            another checksum.
    """
    path = track_path(root, clip)
    try:
        if rows is not None and not crc32:
            return _track(_read_rows(path, rows))
        content = path.read_bytes()
        if crc32 and checksum(content) != crc32:
            raise ValueError("its checksum differs from the manifest's")
        kind, count, first = _layout(content[:_LONGEST_HEADER])
        if rows is not None:
            _check_range(rows, count)
        records = np.frombuffer(content, kind, count, first)
        return _track(records if rows is None else records[list(rows)])
    except (OSError, ValueError, IndexError) as error:
        raise UserError(
            f"{path}: not a readable track ({error}). Prepare the data set again."
        ) from error


def _read_rows(path: Path, rows: Sequence[int]) -> NDArray[np.void]:
    """Read the stretch of the file that holds the rows, and nothing after it."""
    file = os.open(path, os.O_RDONLY)
    try:
        kind, count, first = _layout(os.pread(file, _LONGEST_HEADER, 0))
        low, high = _check_range(rows, count)
        stretch = os.pread(file, (high + 1 - low) * kind.itemsize, first + low * kind.itemsize)
    finally:
        os.close(file)
    return np.frombuffer(stretch, kind, high + 1 - low)[np.subtract(rows, low)]


def _check_range(rows: Sequence[int], count: int) -> tuple[int, int]:
    """Return the first and the last of the rows."""
    low, high = min(rows), max(rows)
    if not 0 <= low <= high < count:
        raise IndexError(f"it has rows 0 to {count - 1}, asked for {low} to {high}")
    return low, high


def _layout(head: bytes) -> tuple[np.dtype, int, int]:
    """Return the kind of a file's records, their number, and where the first begins."""
    length = int.from_bytes(head[len(_MAGIC) : _HEADER_AT], "little")
    if not head.startswith(_MAGIC) or len(head) < _HEADER_AT + length:
        raise ValueError("no NumPy file of version 1.0")
    kind, count = _parsed(head[_HEADER_AT : _HEADER_AT + length])
    return kind, count, _HEADER_AT + length


# Clips of one length share their header, and parsing takes longer than reading.
@lru_cache(maxsize=4096)
def _parsed(header: bytes) -> tuple[np.dtype, int]:
    try:
        fields = ast.literal_eval(header.decode("latin1").strip())
        (count,) = fields["shape"]
        kind = np.dtype([(name, *rest) for name, *rest in fields["descr"]])
    except (SyntaxError, KeyError, TypeError) as error:
        raise ValueError(f"its header says nothing of use: {error}") from error
    if kind.names != _FIELDS:
        raise ValueError(f"its records hold {kind.names}")
    return kind, count


def _track(records: NDArray[np.void]) -> Track:
    return Track(**{name: np.ascontiguousarray(records[name]) for name in _FIELDS})

"""The columns of the manifest: what stands in `manifest.parquet` and its map, `manifest.arrow`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

import pyarrow as pa

from talkingface.dataset.clip import Clip, Measures

_MEASURE_NAMES = tuple(field.name for field in fields(Measures))
_CLIP_NAMES = tuple(field.name for field in fields(Clip) if field.name != "measures")

_COLUMNS: tuple[tuple[str, pa.DataType, str], ...] = (
    ("clip", pa.string(), "Unique name; rows are sorted by it."),
    ("identity", pa.string(), "Who is seen; splits never share an identity."),
    ("source", pa.string(), "File the clip was cut from, below the input folder; or the seed."),
    ("frames", pa.int32(), "Number of frames."),
    ("rate_num", pa.int32(), "Frames a second: the fraction's numerator."),
    ("rate_den", pa.int32(), "Frames a second: the fraction's denominator."),
    ("crop_x", pa.float64(), "Left edge of the square crop, pixels of the source's first frame."),
    ("crop_y", pa.float64(), "Upper edge of the crop, the same pixels."),
    ("crop_side", pa.float64(), "Side of the crop, the same pixels."),
    ("has_audio", pa.bool_(), "Whether the clip carries sound."),
    ("motion", pa.string(), "Name of the motion where several identities share it, else empty."),
    ("recording", pa.string(), "Name shared by views and cuts of one recording; may be empty."),
    ("split", pa.string(), "train, val or test where the published layout says so, else empty."),
    ("start", pa.float64(), "Seconds from the source's first frame to the clip's."),
    ("bytes", pa.int64(), "Size of the video file; 0 is unknown."),
    ("crc32", pa.uint32(), "CRC-32 of the video file; 0 is unknown."),
    ("track_crc32", pa.uint32(), "CRC-32 of the file of labels; 0 is unknown."),
    ("face_px", pa.float32(), "Median height of the face, forehead to chin, source pixels."),
    ("sharpness", pa.float32(), "Fine detail of the face, 0 (flat) to 1."),
    ("yaw_low", pa.float32(), "Turn of the head, degrees: 5th percentile over the frames."),
    ("yaw_high", pa.float32(), "Turn of the head: 95th percentile."),
    ("pitch_low", pa.float32(), "Nod of the head, degrees: 5th percentile."),
    ("pitch_high", pa.float32(), "Nod of the head: 95th percentile."),
    ("mouth_mean", pa.float32(), "Mean opening of the mouth, 0 to 1."),
    ("mouth_std", pa.float32(), "Standard deviation of the mouth's opening."),
    ("face_share", pa.float32(), "Share of the frames in which the face was seen."),
    ("covered", pa.float32(), "Share of the frames in which something hides part of the face."),
    ("crowded", pa.float32(), "Share of the frames in which another face reaches into the crop."),
    ("movement", pa.float32(), "How much the face moves in itself, in face heights."),
    ("outside", pa.float32(), "Largest share of the crop that lies outside the picture."),
)

#: What pixels, labels, order and splits of a training follow from.
CONTENT_COLUMNS = (
    "clip", "identity", "split", "frames", "rate_num", "rate_den", "motion", "crc32", "track_crc32",
)  # fmt: skip

CLIP_SCHEMA = pa.schema(
    [
        pa.field(name, kind, nullable=False, metadata={"doc": sentence})
        for name, kind, sentence in _COLUMNS
    ]
)


def schema_table() -> str:
    """Return the columns as a Markdown table, as the documentation shows them."""
    rows = [f"| `{name}` | {kind} | {sentence} |" for name, kind, sentence in _COLUMNS]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])


def clips_to_table(clips: Iterable[Clip], chunk: int = 65_536) -> pa.Table:
    """Return rows as a table of CLIP_SCHEMA, holding no more than `chunk` Clips at a time."""
    rows = iter(clips)
    batches = []
    while part := list(islice(rows, chunk)):
        batches.append(_batch(part))
    return pa.Table.from_batches(batches, CLIP_SCHEMA)


def _batch(clips: Sequence[Clip]) -> pa.RecordBatch:
    values = [[getattr(clip, name) for clip in clips] for name in _CLIP_NAMES]
    values += [[getattr(clip.measures, name) for clip in clips] for name in _MEASURE_NAMES]
    arrays = [pa.array(v, field.type) for v, field in zip(values, CLIP_SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=CLIP_SCHEMA)


def rows_to_clips(rows: Iterable[dict[str, Any]]) -> list[Clip]:
    """Return Clips of rows as `Table.to_pylist` gives them; measures are float32 there."""
    return [_clip(row) for row in rows]


def _clip(row: dict[str, Any]) -> Clip:
    # math.nan is equal to itself where two Clips are compared; another NaN is not.
    measures = {name: row[name] if row[name] == row[name] else math.nan for name in _MEASURE_NAMES}
    return Clip(**{name: row[name] for name in _CLIP_NAMES}, measures=Measures(**measures))

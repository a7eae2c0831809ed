"""A prepared or synthesised data set on disk: clips, a manifest of clips, and per-frame tracks.

Layout of a data set folder::

    dataset.json            what all clips share (see DatasetInfo)
    manifest.parquet        one row a clip (see Clip)
    clips/<clip>.mp4        constant rate, square, short GOP
    tracks/<clip>.parquet   one row a frame: pose, expression, landmarks, face
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from talkingface.errors import UserError

FORMAT = 1
POSE_NAMES = ("yaw", "pitch", "roll", "x", "y", "log_scale")


@dataclass(frozen=True)
class DatasetInfo:
    """What all clips of a data set share.

    Attributes:
        kind: "synthetic" (exact labels) or "prepared" (labels measured by MediaPipe).
        size: side of the square frames, pixels.
        landmark_set: "ibug68" or "mediapipe478": which points `Track.landmarks` holds.
        expression_names: name of each column of `Track.expression`.
        pose_names: name of each column of `Track.pose`; always POSE_NAMES.
    """

    kind: str
    size: int
    landmark_set: str
    expression_names: tuple[str, ...]
    pose_names: tuple[str, ...] = POSE_NAMES
    format: int = FORMAT

    @property
    def mouth_column(self) -> int:
        """Column of `Track.expression` that says how far the jaw is open."""
        return next(
            i for i, name in enumerate(self.expression_names) if name in ("jaw_open", "jawOpen")
        )


@dataclass(frozen=True)
class Measures:
    """What `prepare` measured of a clip; NaN where nothing was (synthetic clips, old copies).

    Attributes:
        face_px: median height of the face, forehead to chin, in pixels of the source.
        sharpness: how much fine detail the face holds, 0 (flat) to 1; see prepare.measures.
        yaw_low, yaw_high, pitch_low, pitch_high: 5th and 95th percentile of the head's angles,
            degrees.
        mouth_mean, mouth_std: of the mouth's opening (jaw), 0 to 1.
        face_share: share of the frames in which the face was seen, 0 to 1.
        covered: share of the frames in which something hides part of the face, 0 to 1.
        crowded: share of the frames looked at in which another face reaches into the crop.
        movement: how much the face moves in itself, the head's movement taken out; mean over the
            landmarks of their standard deviation over time, in face heights.
        outside: largest share of the crop's area that lies outside the picture, 0 to 1.
    """

    face_px: float = math.nan
    sharpness: float = math.nan
    yaw_low: float = math.nan
    yaw_high: float = math.nan
    pitch_low: float = math.nan
    pitch_high: float = math.nan
    mouth_mean: float = math.nan
    mouth_std: float = math.nan
    face_share: float = math.nan
    covered: float = math.nan
    crowded: float = math.nan
    movement: float = math.nan
    outside: float = math.nan


@dataclass(frozen=True)
class Clip:
    """One row of the manifest.

    Attributes:
        clip: unique name; the files are `clips/<clip>.mp4` and `tracks/<clip>.parquet`.
        identity: who is seen. Splits never share an identity.
        source: the file the clip was cut from, or the seed that made it.
        frames: number of frames in the file.
        rate_num, rate_den: exact frame rate, frames a second, as a fraction.
        crop_x, crop_y, crop_side: square crop in pixels of the source's first frame.
        has_audio: whether the clip carries sound.
        motion: names the motion; clips of several identities may share one (synthetic only).
        recording: names the recording; views and cuts of one moment share it. "" is unknown.
        split: "train", "val" or "test" where the published layout says so, else "".
        start: seconds from the source's first frame to the clip's.
        bytes, crc32: size and checksum of the video file; 0 is unknown.
        track_crc32: checksum of the file of labels; 0 is unknown.
        measures: what `prepare` measured.
    """

    clip: str
    identity: str
    source: str
    frames: int
    rate_num: int
    rate_den: int
    crop_x: float
    crop_y: float
    crop_side: float
    has_audio: bool
    motion: str = ""
    recording: str = ""
    split: str = ""
    start: float = 0.0
    bytes: int = 0
    crc32: int = 0
    track_crc32: int = 0
    measures: Measures = field(default_factory=Measures)

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return Fraction(self.rate_num, self.rate_den)


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


def clip_path(root: Path, clip: str) -> Path:
    """Return the video file of a clip."""
    return root / "clips" / f"{clip}.mp4"


def track_path(root: Path, clip: str) -> Path:
    """Return the per-frame label file of a clip."""
    return root / "tracks" / f"{clip}.parquet"


def write_track(root: Path, clip: str, track: Track) -> None:
    """Write the per-frame labels of one clip, atomically."""
    path = track_path(root, clip)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {
        name: pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values[0].size)
        for name, values in (
            ("pose", track.pose.astype(np.float32)),
            ("expression", track.expression.astype(np.float32)),
            ("landmarks", track.landmarks.astype(np.float32)),
        )
    }
    table = pa.table(columns | {"face": pa.array(track.face.astype(bool))})
    _write_table(table, path)


def read_track(root: Path, clip: str) -> Track:
    """Read the per-frame labels of one clip.

    Raises:
        UserError: the file is missing or is not a track.
    """
    path = track_path(root, clip)
    try:
        table = pq.read_table(path, use_threads=False)
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(
            f"{path}: not a readable track ({error}). Prepare the data set again."
        ) from error

    def column(name: str) -> NDArray[np.float32]:
        values = table.column(name).combine_chunks()
        return values.flatten().to_numpy(zero_copy_only=False).reshape(len(table), -1)

    return Track(
        pose=column("pose"),
        expression=column("expression"),
        landmarks=column("landmarks").reshape(len(table), -1, 2),
        face=table.column("face").to_numpy(),
    )


def write_dataset(root: Path, info: DatasetInfo, clips: list[Clip]) -> None:
    """Write `dataset.json` and `manifest.parquet`; the manifest comes last and marks completion."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "dataset.json").write_text(json.dumps(asdict(info), indent=2) + "\n")
    columns = {f.name: [getattr(clip, f.name) for clip in clips] for f in fields(Clip)}
    _write_table(pa.table(columns), root / "manifest.parquet")


def read_dataset(root: Path) -> tuple[DatasetInfo, list[Clip]]:
    """Read a data set's description and its clips, in the manifest's order.

    Raises:
        UserError: the folder is no data set, or of another format version.
    """
    try:
        raw: dict[str, Any] = json.loads((root / "dataset.json").read_text())
        rows = pq.read_table(root / "manifest.parquet").to_pylist()
    except (OSError, ValueError) as error:
        raise UserError(
            f"{root}: not a data set: needs dataset.json and manifest.parquet ({error}). "
            "Make one with `talkingface synthesize` or `talkingface prepare`."
        ) from error
    if raw.get("format") != FORMAT:
        raise UserError(
            f"{root}: data set format {raw.get('format')}, this version reads format {FORMAT}. "
            "Make the data set again."
        )
    for name in ("expression_names", "pose_names"):
        raw[name] = tuple(raw[name])
    return DatasetInfo(**raw), [Clip(**row) for row in rows]


def dataset_fingerprint(root: Path) -> str:
    """Return a hash of what a data set's description and manifest say, wherever it lies.

    Raises:
        UserError: as read_dataset.
    """
    info, clips = read_dataset(root)
    text = json.dumps([asdict(info), [asdict(clip) for clip in clips]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write_table(table: pa.Table, path: Path) -> None:
    partial = path.with_name(path.name + ".partial")
    pq.write_table(table, partial, compression="zstd")
    partial.replace(path)

"""What all clips of a data set share."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from talkingface.dataset.whole_files import replaced_file
from talkingface.errors import UserError

FORMAT = 2
DESCRIPTION_FILE = "dataset.json"
POSE_NAMES = ("yaw", "pitch", "roll", "x", "y", "log_scale")


@dataclass(frozen=True)
class DatasetInfo:
    """What all clips of a data set share.

    Attributes:
        kind: "synthetic" (exact labels) or "prepared" (labels measured by MediaPipe).
        size: side of the square frames, pixels.
        landmark_set: which points `Track.landmarks` holds; always "ibug68".
        expression_names: name of each column of `Track.expression`.
        pose_names: name of each column of `Track.pose`; always POSE_NAMES.
        format: version of the files, FORMAT.
        identities: what an identity's name stands for: "person", "recording" (clips of one
            recording share it; a person may have several) or "file".
    """

    kind: str
    size: int
    landmark_set: str
    expression_names: tuple[str, ...]
    pose_names: tuple[str, ...] = POSE_NAMES
    format: int = FORMAT
    identities: str = "person"

    @property
    def mouth_column(self) -> int:
        """Column of `Track.expression` that says how far the jaw is open."""
        return next(
            i for i, name in enumerate(self.expression_names) if name in ("jaw_open", "jawOpen")
        )


def write_description(root: Path, info: DatasetInfo) -> None:
    """Write `dataset.json`, atomically."""
    with replaced_file(root / DESCRIPTION_FILE) as partial:
        partial.write_text(json.dumps(asdict(info), indent=2) + "\n")


def read_description(root: Path) -> DatasetInfo:
    """Read `dataset.json`.

    Raises:
        UserError: there is none, or it is of another version.
    """
    path = root / DESCRIPTION_FILE
    try:
        raw: Any = json.loads(path.read_text())
        version = raw.get("format")
    except (OSError, ValueError, AttributeError) as error:
        raise UserError(
            f"{root}: not a data set: needs {DESCRIPTION_FILE} ({error}). "
            "Make one with `talkingface synthesize` or `talkingface prepare`."
        ) from error
    if version == 1:
        raise UserError(
            f"{root}: made by an earlier version; run the same command into a new folder."
        )
    known = {field.name for field in fields(DatasetInfo)}
    if version != FORMAT or raw.keys() != known:
        other = sorted(raw.keys() ^ known)
        raise UserError(
            f"{path}: data set format {version}{' with other fields: ' if other else ''}"
            f"{', '.join(other)}; this version reads format {FORMAT}. Use the version of "
            "talkingface that made it, or make the data set again."
        )
    for name in ("expression_names", "pose_names"):
        if not isinstance(raw[name], list):
            raise UserError(f"{path}: {name} must be a list. Make the data set again.")
        raw[name] = tuple(raw[name])
    return DatasetInfo(**raw)

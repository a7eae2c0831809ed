"""Readings kept on disk, found again by what the footage holds, not by where it lies."""

from __future__ import annotations

import hashlib
import os
import zipfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

from talkingface.errors import UserError
from talkingface.faces.reading import READER_VERSION, FaceReading
from talkingface.manifest import Track
from talkingface.model_files import file_sha256

_ARRAYS = ("pose", "expression", "landmarks", "face")


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names and contents of the files in a folder.

    Raises:
        UserError: the path or a file in it cannot be read.
    """
    try:
        if not path.is_dir():
            return file_sha256(path)
        files = sorted(file for file in path.iterdir() if file.is_file())
        lines = [f"{file_sha256(file)} {file.name}" for file in files]
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error}).") from error
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def reading_path(folder: Path, footage: Path, model_hash: str, size: int) -> Path:
    """Return where the reading of some footage by some model at some size is kept.

    Raises:
        UserError: as content_hash.
    """
    # Whatever changes a reading must change its name.
    reader = f"reader {READER_VERSION}, mediapipe {version('mediapipe')}"
    parts = (reader, model_hash, str(size), content_hash(footage))
    return folder / f"{hashlib.sha256(', '.join(parts).encode()).hexdigest()}.npz"


def write_reading(path: Path, reading: FaceReading) -> None:
    """Keep a reading; the file appears when it is complete, whoever else writes the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    arrays = {name: getattr(reading.track, name) for name in _ARRAYS}
    try:
        with partial.open("wb") as file:
            np.savez(file, **arrays, seconds=[reading.seconds, reading.landmarker_seconds])
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def kept_reading(path: Path) -> FaceReading | None:
    """Return a reading that was kept; None if there is none or its file is damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            track = Track(**{name: file[name] for name in _ARRAYS})
            seconds, landmarker_seconds = file["seconds"].tolist()
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return FaceReading(track, seconds, landmarker_seconds, kept=True)

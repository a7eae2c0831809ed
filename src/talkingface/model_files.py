"""Finding model files that are not part of this package: never one with another checksum."""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_dir

from talkingface.errors import UserError

MODELS_VARIABLE = "TALKINGFACE_MODELS"
# Of silence, on connecting and between two pieces: a machine without a network has to learn soon.
_TIMEOUT_SECONDS = 10
_BLOCK = 1 << 20


class MissingModelError(UserError):
    """A model file is nowhere to be had. What does not need it can go on without it."""


@dataclass(frozen=True)
class ModelFile:
    """A model file with its official address and the only content that is accepted.

    Attributes:
        name: its file name.
        url: where it is published.
        sha256: its checksum, or as much of its beginning as the publisher tells.
    """

    name: str
    url: str
    sha256: str


FACE_LANDMARKER = ModelFile(
    name="face_landmarker.task",
    url="https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/"
    "float16/1/face_landmarker.task",
    sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
)


def find_model(model: ModelFile, explicit: Path | None = None) -> Path:
    """Return a checked local copy of a model file.

    Looks at `explicit` alone when given; else in the folder that the environment variable
    TALKINGFACE_MODELS names, in the user's cache, and last downloads into that cache.

    Raises:
        MissingModelError: the file is nowhere to be had.
        UserError: a file found has other content, or `explicit` does not exist. All messages say
            which file, from where, which checksum, and where to put it.
    """
    if explicit is not None:
        if not explicit.is_file():
            raise UserError(f"{explicit}: no such file. {_remedy(model)}")
        return _checked(model, explicit)
    for place in _places(model):
        if place.is_file():
            return _checked(model, place)
    return _download(model, _cache(model))


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _cache(model: ModelFile) -> Path:
    return Path(user_cache_dir("talkingface")) / model.name


def _places(model: ModelFile) -> list[Path]:
    folder = os.environ.get(MODELS_VARIABLE)
    return ([Path(folder) / model.name] if folder else []) + [_cache(model)]


def _checked(model: ModelFile, path: Path) -> Path:
    sha256 = file_sha256(path)
    if not sha256.startswith(model.sha256):
        raise UserError(
            f"{path}: not the expected {model.name}, its SHA-256 is {sha256}. "
            f"Remove it. {_remedy(model)}"
        )
    return path


def _download(model: ModelFile, target: Path) -> Path:
    """Download to a name of this process's own, check, and only then give the final name."""
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            urllib.request.urlopen(model.url, timeout=_TIMEOUT_SECONDS) as answer,
            partial.open("wb") as file,
        ):
            while block := answer.read(_BLOCK):
                file.write(block)
            announced = answer.headers.get("Content-Length")
            if announced is not None and file.tell() < int(announced):
                raise OSError(f"it broke off after {file.tell()} of {announced} bytes")
        _checked(model, partial).replace(target)
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise MissingModelError(
            f"{model.name} was not found and could not be downloaded. (The reason: {error}.) "
            f"{_remedy(model)}"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return target


def _remedy(model: ModelFile) -> str:
    return (
        f"Get {model.url} (SHA-256 {model.sha256}) and put it at {_cache(model)}, or into the "
        f"folder that the environment variable {MODELS_VARIABLE} names."
    )

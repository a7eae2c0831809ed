"""Why a video, or a piece of one, is not in a data set."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A decision of `prepare`; the value stands in the data set's records, so it never changes."""

    KEPT = "kept"
    # The file.
    NOT_A_FILE = "not-a-file"
    NO_PERMISSION = "no-permission"
    EMPTY = "empty"
    NOT_VIDEO = "not-video"
    NO_PICTURE = "no-picture"
    STILL_PICTURE = "still-picture"
    DAMAGED = "damaged"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out-of-memory"
    # The people in it.
    TOO_SHORT = "too-short"
    NO_FACE = "no-face"
    FACE_LOST = "face-lost"
    FACE_SMALL = "face-small"
    FACE_BLURRED = "face-blurred"
    FACE_TURNED = "face-turned"
    FACE_COVERED = "face-covered"
    FACE_CUT_OFF = "face-cut-off"
    SEVERAL_FACES = "several-faces"
    STATIC = "static"
    # The data set.
    DUPLICATE = "duplicate"
    NO_IDENTITY = "no-identity"
    NOT_LISTED = "not-listed"

"""The reasons of `prepare` in words, with the field that decides where there is one."""

from __future__ import annotations

from talkingface.reasons import Reason

WORDS: dict[str, str] = {
    Reason.KEPT: "a clip of the data set",
    Reason.NOT_A_FILE: "a link to nothing, a pipe or a device",
    Reason.NO_PERMISSION: "may not be read",
    Reason.EMPTY: "holds no byte",
    Reason.NOT_VIDEO: "is no video",
    Reason.NO_PICTURE: "sound without a picture",
    Reason.STILL_PICTURE: "a single picture",
    Reason.DAMAGED: "cannot be decoded to its end",
    Reason.TOO_LARGE: "its picture is too large to be decoded",
    Reason.TOO_SLOW: "took too long (limits.stall_seconds, limits.file_seconds)",
    Reason.CRASHED: "ended the process that read it",
    Reason.OUT_OF_MEMORY: "needed too much memory (limits.memory)",
    Reason.TOO_SHORT: "too short (filters.min_seconds)",
    Reason.NO_FACE: "no face was seen",
    Reason.FACE_LOST: "the face is seen too rarely (filters.min_face_share)",
    Reason.FACE_SMALL: "the face is too small (filters.min_face)",
    Reason.FACE_BLURRED: "the face is not sharp (filters.min_sharpness)",
    Reason.FACE_TURNED: "the head turns or nods too far (filters.max_yaw, filters.max_pitch)",
    Reason.FACE_COVERED: "something hides part of the face (filters.max_covered)",
    Reason.FACE_CUT_OFF: "the crop leaves the picture (filters.max_outside)",
    Reason.SEVERAL_FACES: "another face reaches into the crop (filters.max_crowded)",
    Reason.STATIC: "the face does not move (filters.min_movement)",
    Reason.DUPLICATE: "a recording that is there already (duplicates)",
    Reason.NO_IDENTITY: "nothing says who is seen (identity, layout)",
    Reason.NOT_LISTED: "not named or listed as the layout wants it (layout)",
}

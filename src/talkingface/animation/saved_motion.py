"""A motion as a file: one reference drives many portraits without its video, and runs no code."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from talkingface.animation.motion import Motion
from talkingface.animation.parts import Parts
from talkingface.dataset.whole_files import replaced_file
from talkingface.errors import UserError
from talkingface.motion.path import Driving

FORMAT = "talkingface-motion-1"
_TYPES = {"code": torch.float32, "time": torch.float64, "fresh": torch.bool}
_FIELDS = {"format", "rate", "duration", "pose_dim", "encoder", "frontal", "sound"}
_LONGEST_HEADER = 1 << 20
# Bounded in length: Python would spend hours on a number of a million digits.
_NUMBERS = {
    "rate": re.compile(r"[0-9]{1,9}(/[0-9]{1,9})?"),
    "duration": re.compile(r"[0-9]{1,18}(/[0-9]{1,18})?"),
    "pose_dim": re.compile(r"[0-9]{1,9}"),
    "frontal": re.compile(r"[0-9]{0,9}"),
}
# Codes may end before their video where that cannot be decoded, or was thinned; but not absurdly.
_LONGEST_SHARE, _LONGEST_REST = 100, 60
_QUICKEST = 1000


class _BadMotionError(Exception):
    """What is wrong with a file; the caller knows its name."""


def save_motion(motion: Motion, path: Path) -> None:
    """Write a motion: codes as they were read, so that all that is done to them stays a choice.

    Of the sound only the name of its file is kept; it is looked for beside the motion.

    Args:
        motion: what a reference says.
        path: the file, `.safetensors`; its folder is created. An older file stands until the new
            one is complete.

    Raises:
        UserError: another ending, a rate above 1000 frames a second, or nothing can be written
            there.
    """
    if path.suffix.lower() != ".safetensors":
        raise UserError(f"{path}: must end in .safetensors.")
    if motion.rate > _QUICKEST:
        raise UserError(
            f"{path}: a motion of {float(motion.rate):.0f} frames/s is not saved. Give a reference "
            f"of at most {_QUICKEST} frames/s."
        )
    sound = motion.sound.name if motion.sound else motion.missing_sound or ""
    fields = {
        "format": FORMAT,
        "rate": str(motion.rate),
        "duration": str(motion.duration),
        "pose_dim": str(motion.pose_dim),
        "encoder": motion.encoder,
        "frontal": "" if motion.frontal is None else str(motion.frontal),
        # A name that is no text cannot stand in the file; such sound is told of, not found again.
        "sound": "".join(c if c.isprintable() else "?" for c in sound),
    }
    tensors = {name: x.cpu().contiguous() for name, x in motion.driving._asdict().items()}
    try:
        with replaced_file(path) as partial:
            partial.write_bytes(save(tensors, fields))
    except OSError as error:
        raise UserError(
            f"{path}: the motion cannot be written ({error.strerror}). Choose a writable place."
        ) from error


def load_motion(path: Path, parts: Parts) -> Motion:
    """Read a motion that `save_motion` wrote.

    Args:
        path: the file. The sound's file is looked for beside it.
        parts: of the network that is to be driven.

    Returns:
        The motion; without sound, and with its name, when the sound's file is not there.

    Raises:
        UserError: not such a file, a damaged one, or one that another network's encoder read.
    """
    try:
        _check_header(path)
        with safe_open(path, framework="pt") as file:
            fields = _checked_fields(file.metadata() or {}, parts)
            # Copies do not change with the file, and have no bools other than 0 and 1.
            tensors = {name: file.get_tensor(name).clone() for name in sorted(file.keys())}
        driving = _checked_driving(tensors, len(parts.scale))
        return _assembled(driving, fields, path.parent)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({error.strerror or error}). Give a motion that "
            "`talkingface animate` saved."
        ) from error
    except SafetensorError as error:
        raise UserError(
            f"{path}: no safetensors file, or damaged ({str(error).splitlines()[0]}). Give a "
            "motion that `talkingface animate` saved."
        ) from error
    except _BadMotionError as error:
        raise UserError(f"{path}: {error}.") from error


def _check_header(path: Path) -> None:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
    if length > _LONGEST_HEADER:
        raise _BadMotionError("no safetensors file of a motion: its header is too large")


def _checked_fields(fields: dict[str, str], parts: Parts) -> dict[str, str]:
    found = fields.get("format")
    if found is None:
        raise _BadMotionError("holds no motion. Give one that `talkingface animate` saved")
    if found != FORMAT:
        raise _BadMotionError(
            f"written in format {found[:40]!r}, while this version reads {FORMAT!r}: "
            "read the video again"
        )
    if fields.keys() != _FIELDS:
        raise _BadMotionError(
            f"must have the fields {', '.join(sorted(_FIELDS))}: read the video again"
        )
    for name, pattern in _NUMBERS.items():
        if not pattern.fullmatch(fields[name]) or fields[name].endswith("/0"):
            raise _BadMotionError(
                f"its {name} is {fields[name][:40]!r}, which cannot be: read the video again"
            )
    if fields["encoder"] != parts.encoder or int(fields["pose_dim"]) != parts.pose_dim:
        raise _BadMotionError("read with another network: read the video again with this one")
    return fields


def _checked_driving(tensors: dict[str, Tensor], code_dim: int) -> Driving:
    if tensors.keys() != _TYPES.keys():
        raise _BadMotionError(f"must hold {', '.join(_TYPES)} alone: read the video again")
    frames = tensors["time"].numel()
    for name, kind in _TYPES.items():
        shape = (frames, code_dim) if name == "code" else (frames,)
        found = tensors[name]
        if found.dtype != kind or found.shape != shape or not frames:
            raise _BadMotionError(
                f"its {name} is {found.dtype} {tuple(found.shape)}, not {kind} {shape} with at "
                "least one frame: read the video again"
            )
    driving = Driving(**tensors)
    if not driving.code.isfinite().all():
        raise _BadMotionError("its codes are not all finite numbers: read the video again")
    times_rise = driving.time[0] >= 0 and (driving.time.diff() > 0).all()
    if not (times_rise and driving.time.isfinite().all()):
        raise _BadMotionError("its times do not rise from 0 on: read the video again")
    return driving


def _assembled(driving: Driving, fields: dict[str, str], folder: Path) -> Motion:
    rate, duration = Fraction(fields["rate"]), Fraction(fields["duration"])
    frontal = int(fields["frontal"]) if fields["frontal"] else None
    if not 0 < rate <= _QUICKEST or not duration:
        raise _BadMotionError("its rate or duration cannot be: read the video again")
    if duration > _LONGEST_SHARE * len(driving.time) / rate + _LONGEST_REST:
        raise _BadMotionError("its duration is not that of its codes: read the video again")
    if frontal is not None and frontal > duration * rate:
        raise _BadMotionError("its most frontal frame is behind its end: read the video again")
    name = fields["sound"]
    if name != Path(name).name or not name.isprintable():
        raise _BadMotionError("its sound is not the plain name of a file: read the video again")
    sound = folder / name if name and (folder / name).is_file() else None
    missing = name if name and sound is None else None
    pose_dim, encoder = int(fields["pose_dim"]), fields["encoder"]
    return Motion(driving, rate, duration, pose_dim, encoder, frontal, sound, missing)

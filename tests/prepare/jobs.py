"""What worker processes are made to do in tests: work, and every way to fail."""

import ctypes
import errno
import hashlib
import io
import os
import signal
import time

import numpy as np
from PIL import Image

from talkingface.dataset.whole_files import replaced_file
from talkingface.manifest import Clip, Measures, Track, checksum, clip_path, write_track
from talkingface.prepare.filters import decide
from talkingface.prepare.piece import Piece
from talkingface.reasons import Reason


def misbehave(task, beat):
    """Do what the name of a (name, folder) says."""
    name, folder = task
    beat(0)
    FAULTS.get(name.split("-")[0], _nothing)(name, folder, beat)
    return f"{name} by {os.getpid()}"


def _nothing(_name, _folder, _beat):
    pass


def _hang(_name, _folder, _beat):
    time.sleep(600)


def _hang_natively(_name, _folder, _beat):
    # Keeps the interpreter's lock, so that no Python code runs beside it.
    ctypes.PyDLL(None).sleep(600)


def _crawl(_name, _folder, beat):
    while True:
        time.sleep(0.1)
        beat(0)


def _segfault(_name, _folder, _beat):
    os.kill(os.getpid(), signal.SIGSEGV)


def _exit(_name, _folder, _beat):
    os._exit(3)


def _exit_once(name, folder, _beat):
    if not (folder / name).exists():
        (folder / name).touch()
        os._exit(1)


def _hog(_name, _folder, beat):
    held = []
    while True:
        held.append(bytearray(b"x") * 50_000_000)
        beat(0)
        time.sleep(0.05)


def _raise(name, _folder, _beat):
    raise ValueError(f"of {name}")


def _full(_name, _folder, _beat):
    try:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise RuntimeError("could not write") from error


FAULTS = {
    "hang": _hang,
    "hang_natively": _hang_natively,
    "crawl": _crawl,
    "segfault": _segfault,
    "exit": _exit,
    "exit_once": _exit_once,
    "hog": _hog,
    "raise": _raise,
    "full": _full,
}


def pieces_of(root, limits, log, job, beat):
    """Make pieces of a text file as `make_pieces` does of a video, and note the call in `log`.

    The first word is one of FAULTS, "slow" or anything; the second is the height of the face in
    the second piece. The first piece is always good, the third shows nobody.
    """
    # Before the log, on whose lines the process is killed.
    with log.with_name("pids.txt").open("a") as file:
        file.write(f"{os.getpid()}\n")
    with log.open("a") as file:
        file.write(f"{job.source.name}\n")
    kind, height, *_ = job.source.path.read_text().split()
    beat(0)
    FAULTS.get(kind, _nothing)(kind, job.source.path.parent, beat)
    if kind == "slow":
        time.sleep(0.1)
    pieces = []
    for number, measures in enumerate(
        (
            Measures(face_px=200, face_share=1, yaw_low=-3.5),
            Measures(face_px=float(height), face_share=1),
            Measures(face_share=0),
        )
    ):
        reason, detail = decide(measures, 2.0, limits)
        kept = reason is Reason.KEPT
        clip = _clip(root, job, f"{job.prefix}-{number:03d}", measures) if kept else None
        looks = np.frombuffer(hashlib.sha512(f"{job.source.name}{number}".encode()).digest(), "u8")
        pieces.append(
            Piece(2.0 * number, 2.0, reason, detail, measures, clip, tuple(looks), _picture(number))
        )
    return pieces


def _clip(root, job, name, measures):
    content = f"{job.source.name} {name}".encode()
    with replaced_file(clip_path(root, name)) as partial:
        partial.write_bytes(content)
    write_track(root, name, random_track(len(name)))
    size, crc = len(content), checksum(content)
    return Clip(
        clip=name, identity=job.source.identity, source=job.source.name, frames=50, rate_num=25,
        rate_den=1, crop_x=0.0, crop_y=0.0, crop_side=100.0, has_audio=False,
        recording=job.source.recording, start=0.0, bytes=size, crc32=crc, track_crc32=crc,
        measures=measures,
    )  # fmt: skip


def random_track(seed, frames=50):
    draws = np.random.default_rng(seed)
    return Track(
        draws.normal(size=(frames, 6)).astype(np.float32),
        draws.normal(size=(frames, 51)).astype(np.float32),
        draws.random((frames, 68, 2)).astype(np.float32),
        np.ones(frames, bool),
    )


def _picture(number):
    content = io.BytesIO()
    Image.new("RGB", (96, 72), (80 * number, 90, 120)).save(content, "JPEG")
    return content.getvalue()

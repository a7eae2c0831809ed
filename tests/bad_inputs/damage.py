"""Good videos that something happened to: cut, flipped, zeroed, patched together."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from talkingface.reasons import Reason
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter

from .material import WHOLE, head, whole
from .recipe import ANY_DAMAGE, DAMAGED, PERHAPS, READ, Recipe

CUTS = (0.001, 0.02, 0.1, 0.3, 0.5, 0.75, 0.95, 0.999)
FLIPPED = ("mp4", "late.mp4", "mkv", "avi", "ts", "mpg")
REGIONS = {"head": (0.0, 0.02), "index": (0.0, 0.1), "middle": (0.3, 0.7), "tail": (0.9, 1.0)}


def recipes() -> Iterator[Recipe]:
    """Yield all inputs of these families."""
    for kind in WHOLE:
        for cut in CUTS:
            # Without its index, which comes last, nothing of such a file can be found.
            reasons = DAMAGED if kind == "late.mp4" and 0.01 < cut < 0.8 else ANY_DAMAGE
            yield Recipe("cut", f"{cut}.{kind}", _changed(kind, _cut(cut)), reasons)
    for kind in FLIPPED:
        for region, share in REGIONS.items():
            for seed in range(4):
                name = f"{region}-{seed}.{kind}"
                yield Recipe("flipped", name, _changed(kind, _flipped(share, seed)), ANY_DAMAGE)
    for kind in FLIPPED:
        for begin in (0.2, 0.6):
            name = f"{begin}.{kind}"
            yield Recipe("zeroed", name, _changed(kind, _zeroed(begin)), ANY_DAMAGE)
    yield Recipe("patched", "begins-late.ts", _changed("ts", _begins_late), PERHAPS)
    yield Recipe("patched", "begins-late.mpg", _changed("mpg", _begins_late), PERHAPS)
    yield Recipe("patched", "twice.mp4", _changed("mp4", lambda data: data + data), PERHAPS)
    yield Recipe("patched", "tail-of-noise.mp4", _changed("mp4", _noise_behind), PERHAPS)
    yield Recipe("patched", "only-ftyp.mp4", _changed("mp4", lambda data: data[:32]), DAMAGED)
    yield Recipe("patched", "no-data.mp4", _changed("mp4", _without_data), DAMAGED)
    yield Recipe("patched", "huge-box.mp4", _changed("mp4", _huge_box), ANY_DAMAGE)
    yield Recipe("patched", "no-header.mkv", _changed("mkv", lambda data: data[64:]), ANY_DAMAGE)
    yield Recipe("patched", "unknown-codec.mp4", _changed("mp4", _unknown_codec), _NO_DECODER)
    yield Recipe("patched", "unknown-sound.mp4", _unknown_sound, READ)
    yield Recipe("patched", "damaged-sound.mp4", _damaged_sound, READ)


_NO_DECODER = DAMAGED | {Reason.NO_PICTURE, Reason.NOT_VIDEO}


def _changed(kind: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(change(whole(kind)))

    return write


def _cut(share: float) -> Callable[[bytes], bytes]:
    return lambda data: data[: max(1, round(len(data) * share))]


def _flipped(share: tuple[float, float], seed: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        rng, changed = np.random.default_rng(seed), bytearray(data)
        low, high = (round(len(data) * part) for part in share)
        for place in rng.integers(low, max(high, low + 1), 3):
            changed[place] ^= int(rng.integers(1, 256))
        return bytes(changed)

    return change


def _zeroed(begin: float) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        start, length = round(len(data) * begin), len(data) // 10
        return data[:start] + bytes(length) + data[start + length :]

    return change


def _begins_late(data: bytes) -> bytes:
    return data[len(data) // 3 + 1 :]


def _noise_behind(data: bytes) -> bytes:
    return data + np.random.default_rng(0).bytes(5000)


def _without_data(data: bytes) -> bytes:
    return data[: data.index(b"mdat") + 4]


def _huge_box(data: bytes) -> bytes:
    place = data.index(b"stbl") - 4
    return data[:place] + b"\x7f\xff\xff\xff" + data[place + 4 :]


def _unknown_codec(data: bytes) -> bytes:
    return data.replace(b"avc1", b"zzz9").replace(b"avcC", b"zzzC")


def _with_sound() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.mp4"
        noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
        with VideoWriter(path, Fraction(25), 96, 96, audio=AudioTrack(noise, 16000)) as writer:
            for frame in head():
                writer.write(frame)
        return path.read_bytes()


def _unknown_sound(path: Path) -> None:
    path.write_bytes(_with_sound().replace(b"mp4a", b"zzza").replace(b"esds", b"zzds"))


def _damaged_sound(path: Path) -> None:
    data = bytearray(_with_sound())
    path.write_bytes(data)
    with av.open(str(path)) as container:
        places = [(p.pos, p.size) for p in container.demux(audio=0) if p.size]
    for start, size in places[3:]:
        data[start : start + size] = bytes(size)
    path.write_bytes(data)

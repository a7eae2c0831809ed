"""Good videos that readers get wrong: codings, interlace, rotation, rates, clocks, sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from talkingface.reasons import Reason

from .material import FRAMES, encode, head, resized
from .recipe import DAMAGED, PERHAPS, READ, Recipe

STILL = frozenset({Reason.STILL_PICTURE})
CODINGS = {
    "h264-10.mp4": ("libx264", "yuv420p10le"),
    "h264-422.mp4": ("libx264", "yuv422p"),
    "h264-444.mp4": ("libx264", "yuv444p"),
    "hevc.mp4": ("libx265", "yuv420p"),
    "hevc-10.mp4": ("libx265", "yuv420p10le"),
    "vp8.webm": ("libvpx", "yuv420p"),
    "vp9.webm": ("libvpx-vp9", "yuv420p"),
    "av1.mp4": ("libsvtav1", "yuv420p"),
    "av1-10.mkv": ("libsvtav1", "yuv420p10le"),
    "mpeg1.mpg": ("mpeg1video", "yuv420p"),
    "mpeg2.mpg": ("mpeg2video", "yuv420p"),
    "mpeg4.avi": ("mpeg4", "yuv420p"),
    "prores.mov": ("prores_ks", "yuv422p10le"),
    "mjpeg.avi": ("mjpeg", "yuvj420p"),
    "ffv1.mkv": ("ffv1", "yuv420p"),
    "ffv1-16.mkv": ("ffv1", "yuv420p16le"),
    "wmv2.wmv": ("wmv2", "yuv420p"),
    "flv.flv": ("flv", "yuv420p"),
    "huffyuv.avi": ("huffyuv", "rgb24"),
    "raw.avi": ("rawvideo", "yuv420p"),
    "grey.mkv": ("ffv1", "gray"),
    "film.gif": ("gif", "rgb8"),
    "png-alpha.mov": ("png", "rgba"),
    "prores-alpha.mov": ("prores_ks", "yuva444p10le"),
    "vp9-alpha.webm": ("libvpx-vp9", "yuva420p"),
}
MILLISECOND = Fraction(1, 1000)
REGULAR = [40 * k for k in range(FRAMES)]
CLOCKS = {
    "variable.mkv": ([0, 40, 80, 300, 310, 900, *range(1000, 1000 + 40 * 18, 40)], READ),
    "late.mkv": ([k + 7_200_000 for k in REGULAR], READ),
    "jitter.mkv": ([k + 9 * (n % 3) for n, k in enumerate(REGULAR)], READ),
    "lost.mkv": ([k + 200 * (n > 12) for n, k in enumerate(REGULAR)], READ),
    "jump-10-s.mkv": ([k + 10_000 * (n > 12) for n, k in enumerate(REGULAR)], DAMAGED),
    "jump-10-h.mkv": ([k + 36_000_000 * (n > 12) for n, k in enumerate(REGULAR)], DAMAGED),
    "jump-a-year.mkv": ([k + 2**35 * (n > 12) for n, k in enumerate(REGULAR)], DAMAGED),
    "negative.mp4": ([k - 400 for k in REGULAR], READ),
    "jump-9-h.mp4": ([k + 2**25 * (n > 12) for n, k in enumerate(REGULAR)], DAMAGED),
    "standing.mkv": ([0, 0, 0, *REGULAR[3:]], PERHAPS),
}  # fmt: skip
RATES = ("5", "10", "25/2", "24000/1001", "30000/1001", "60000/1001", "120", "240")
WRONG_RATES = ("1", "1/10", "1000")
SIZES = ((2, 2), (3, 3), (17, 31), (1, 64), (64, 1), (97, 95), (4096, 64), (64, 4096))


def recipes() -> Iterator[Recipe]:
    """Yield all inputs of these families."""
    for name, (codec, pixels) in CODINGS.items():
        quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
        write = _written(codec, pixels, alpha="alpha" in name, options=quiet)
        yield Recipe("coding", name, write, READ)
    for codec, first in (("libx264", "tff"), ("libx264", "bff"), ("mpeg2video", "tff")):
        yield Recipe("interlaced", f"{first}.{codec}.mkv", _interlaced(codec, first), READ)
    for turn in (90, 180, 270):
        yield Recipe("turned", f"{turn}.mp4", _written(rotate=turn), READ)
    for rate in RATES:
        name = f"{rate.replace('/', '-')}.mp4"
        yield Recipe("rate", name, _written(rate=Fraction(rate)), READ)
    for rate in WRONG_RATES:
        name = f"{rate.replace('/', '-')}.mp4"
        yield Recipe("wrong-rate", name, _written(rate=Fraction(rate)), DAMAGED)
    for name, (ticks, reasons) in CLOCKS.items():
        write = _written(ticks=ticks, time_base=MILLISECOND, options={"bf": "0"})
        yield Recipe("clock", name, write, reasons)
    for width, height in SIZES:
        write = _written("png", "rgb24", frames=lambda w=width, h=height: resized(w, h))
        yield Recipe("size", f"{width}x{height}.mov", write, READ)
    for container in ("mp4", "mkv", "avi", "ts"):
        codec = "mpeg2video" if container == "ts" else "mpeg4"
        write = _written(codec, frames=lambda: head()[:1])
        yield Recipe("short", f"1.{container}", write, STILL | DAMAGED)
    yield Recipe("short", "2.mp4", _written(frames=lambda: head()[:2]), READ)
    yield Recipe("people", "nobody.mp4", _written(frames=_nobody), READ)
    yield Recipe("people", "five.mp4", _written(frames=_five), READ)


def _written(
    codec: str = "libx264",
    pixels: str = "yuv420p",
    *,
    alpha: bool = False,
    frames: Callable[[], np.ndarray] = head,
    **options: object,
) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        pictures = _see_through(frames()) if alpha else frames()
        encode(path, pictures, codec, pixels, **options)  # type: ignore[arg-type]

    return write


def _interlaced(codec: str, first: str) -> Callable[[Path], None]:
    if codec == "libx264":
        return _written(codec, options={"x264-params": f"{first}=1"})
    return _written(codec, options={"flags": "+ildct+ilme"})


def _see_through(frames: np.ndarray) -> np.ndarray:
    alpha = np.zeros((*frames.shape[:3], 1), np.uint8)
    alpha[:, 10:-10, 10:-10] = 255
    return np.concatenate([frames, alpha], axis=-1)


def _nobody() -> np.ndarray:
    rows = np.linspace(0, 6, 96)
    waves = [np.sin(rows[:, None] + np.cos(rows) + k / 9) * 90 + 128 for k in range(FRAMES)]
    return np.repeat(np.stack(waves)[..., None], 3, axis=-1).astype(np.uint8)


def _five() -> np.ndarray:
    return np.concatenate([head()] * 5, axis=2)

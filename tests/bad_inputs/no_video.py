"""Files that are no video: nothing, noise, text that FFmpeg would follow, pictures, sound."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from talkingface.reasons import Reason

from .material import bytes_of, head, whole
from .recipe import Recipe

NOT_VIDEO = frozenset({Reason.NOT_VIDEO})
STILL = frozenset({Reason.STILL_PICTURE})
SOUND = frozenset({Reason.NO_PICTURE})
TEXTS = {
    "plain": "This is no video.\n" * 40,
    "playlist-of-a-file": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n/etc/hostname\n",
    "playlist-of-a-host": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a\n",
    "list": "ffconcat version 1.0\nfile /etc/hostname\n",
    "session": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 "
    "RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "dash": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
    "<Period><BaseURL>http://127.0.0.1:9/</BaseURL></Period></MPD>\n",
    "html": "<!DOCTYPE html><html><body>404 Not Found</body></html>\n" * 8,
    "subtitles": "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n" * 20,
    "json": '{"frames": [' + "1, " * 300 + "1]}",
    "address": "http://127.0.0.1:9/video.mp4\n",
}


def recipes() -> Iterator[Recipe]:
    """Yield all inputs of these families."""
    yield Recipe("nothing", "empty.mp4", bytes_of(b""), frozenset({Reason.EMPTY}))
    for size in (1, 7, 100, 5_000, 300_000):
        noise = np.random.default_rng(size).bytes(size)
        yield Recipe("noise", f"{size}.mp4", bytes_of(noise), NOT_VIDEO | {Reason.NO_PICTURE})
    for name, text in TEXTS.items():
        yield Recipe("text", f"{name}.mp4", bytes_of(text.encode()), NOT_VIDEO)
    yield Recipe("archive", "zip.mp4", bytes_of(_zip()), NOT_VIDEO)
    yield Recipe("archive", "program.mp4", bytes_of(b"\x7fELF\2\1\1" + bytes(4000)), NOT_VIDEO)
    yield Recipe("archive", "zeros.mp4", bytes_of(bytes(10_000)), NOT_VIDEO)
    for kind in ("png", "jpeg", "webp", "bmp", "tiff", "gif"):
        yield Recipe("picture", f"{kind}.mp4", bytes_of(_picture(kind)), STILL)
    for codec, kind in (
        ("aac", "mp4"), ("libmp3lame", "mp3"), ("pcm_s16le", "wav"), ("flac", "flac"),
        ("libopus", "ogg"),
    ):  # fmt: skip
        yield Recipe("sound", f"{kind}.mp4", _sound(codec, kind), SOUND)
    yield Recipe("sound", "cover.mp4", _sound("aac", "mp4", cover=True), SOUND)


def _zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("video.mp4", whole("mp4"))
    return data.getvalue()


def _picture(kind: str) -> bytes:
    data = io.BytesIO()
    Image.fromarray(head()[0]).save(data, kind)
    return data.getvalue()


def _sound(codec: str, kind: str, cover: bool = False) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with av.open(str(path), "w", format=kind) as container:
            stream = container.add_stream(codec, rate=48000, layout="mono")
            if cover:
                _add_cover(container)
            noise = np.random.default_rng(0).normal(0, 0.1, (1, 24000)).astype(np.float32)
            block = av.AudioFrame.from_ndarray(noise, format="fltp", layout="mono")
            block.sample_rate, block.time_base, block.pts = 48000, Fraction(1, 48000), 0
            for frame in av.AudioResampler(
                format=stream.format, layout="mono", rate=48000, frame_size=stream.frame_size
            ).resample(block):
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))

    return write


def _add_cover(container: av.container.OutputContainer) -> None:
    picture = container.add_stream("mjpeg", rate=1)
    picture.width, picture.height, picture.pix_fmt = 96, 96, "yuvj420p"
    picture.disposition = av.stream.Disposition.attached_pic
    container.mux(picture.encode(av.VideoFrame.from_ndarray(head()[0], format="rgb24")))
    container.mux(picture.encode(None))

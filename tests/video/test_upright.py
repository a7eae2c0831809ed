"""Pictures come out as a player shows them, whatever the file holds."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace

from talkingface.errors import MediaError
from talkingface.reasons import Reason
from talkingface.video.read import constant_rate_frames

RED = (200, 60, 40)


def write(
    path: Path,
    frames: Sequence[np.ndarray],
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    matrix: int | None = None,
    tag: int | None = None,
) -> Path:
    """Write frames (H, W, 3 or 4), converted by the colour matrix `matrix` and tagged as `tag`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options or {})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels
        if tag is not None:
            stream.codec_context.colorspace = tag
        for k, frame in enumerate(frames):
            kind = "rgba" if frame.shape[2] == 4 else "rgb24"
            picture = av.VideoFrame.from_ndarray(frame, format=kind)
            picture = picture.reformat(format=pixels, dst_colorspace=matrix)
            picture.pts, picture.time_base = k, Fraction(1, 25)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def shown(path: Path) -> list[np.ndarray]:
    return [frame for _, frame in constant_rate_frames(path)]


@pytest.mark.parametrize("depth", ["yuv420p", "yuv420p10le"])
@pytest.mark.parametrize(
    ("size", "tag", "matrix"),
    [
        ((64, 64), None, Colorspace.ITU601),
        ((64, 64), 1, Colorspace.ITU709),
        ((720, 1280), None, Colorspace.ITU709),
        ((720, 1280), 5, Colorspace.ITU601),
    ],
)
def test_colours_are_those_that_the_tags_or_the_size_say(tmp_path, size, tag, matrix, depth):
    patch = np.full((*size, 3), RED, np.uint8)
    path = write(tmp_path / "a.mp4", [patch] * 2, "libx264", depth, {"crf": "1"}, matrix, tag)
    assert np.abs(shown(path)[0][3, 3].astype(int) - RED).max() <= 3


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
def test_interlaced_fields_do_not_comb(tmp_path, codec):
    frames = []
    for k in range(12):
        frame = np.full((64, 128, 3), 40, np.uint8)
        frame[0::2, 8 * k : 8 * k + 16] = 220
        frame[1::2, 8 * k + 4 : 8 * k + 20] = 220
        frames.append(frame)
    fields = {"x264-params": "tff=1"} if codec == "libx264" else {"flags": "+ildct+ilme"}
    path = write(tmp_path / "a.mkv", frames, codec, options=fields)
    seen = shown(path)
    assert len(seen) == 12
    assert combing(frames[5]) > 10
    assert max(combing(frame) for frame in seen) < 2


def combing(frame: np.ndarray) -> float:
    return float(np.abs(np.diff(frame[..., 0].astype(int), axis=0)).mean())


def test_what_is_transparent_is_grey(tmp_path):
    frame = np.zeros((32, 32, 4), np.uint8)
    frame[..., 0] = 200
    frame[:16, :, 3] = 255
    picture = shown(write(tmp_path / "a.mov", [frame] * 2, "png", "rgba"))[0]
    assert picture[[3, 28], 3].tolist() == [[200, 0, 0], [128, 128, 128]]


def test_pictures_that_would_fill_the_memory_are_refused_before_decoding(tmp_path):
    path = tmp_path / "huge.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 8192, 8192, "yuvj420p"
        container.mux(stream.encode(av.VideoFrame(8192, 8192, "yuvj420p")))
        container.mux(stream.encode(None))
    with pytest.raises(MediaError, match="8192x8192") as error:
        next(constant_rate_frames(path))
    assert error.value.reason == Reason.TOO_LARGE

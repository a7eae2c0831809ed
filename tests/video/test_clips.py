import os
import signal
from fractions import Fraction

import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.video.clips import read_clip_frames
from talkingface.video.read import constant_rate_frames
from talkingface.video.write import VideoWriter

COUNT = 41


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A clip of moving stripes with a key frame every 12 frames."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    across = np.arange(64)
    with VideoWriter(path, Fraction(30000, 1001), 64, 64, crf=10, gop=12) as writer:
        for k in range(COUNT):
            row = (128 + 90 * np.sin((across + 3 * k) / 7)).astype(np.uint8)
            frame = np.stack([np.tile(row, (64, 1)), np.tile(row[:, None], (1, 64))], -1)
            writer.write(np.dstack([frame, np.full((64, 64), 5 * k, np.uint8)]))
    return path


@pytest.mark.parametrize("indices", [[0], [40, 3, 3, 17, 0, 28], list(range(COUNT))], ids=len)
def test_both_backends_return_the_frames_asked_for(clip, indices):
    every = [frame for _, frame in constant_rate_frames(clip)]
    expected = np.stack([every[index] for index in indices]).astype(int)
    for backend in ("decord", "pyav"):
        frames = read_clip_frames(clip, indices, backend=backend)
        assert frames.dtype == np.uint8
        assert np.abs(frames - expected).max() <= 1, backend


def test_both_backends_scale_alike(clip):
    one = read_clip_frames(clip, [2, 30], 32, backend="decord").astype(int)
    other = read_clip_frames(clip, [2, 30], 32, backend="pyav")
    assert one.shape == (2, 32, 32, 3)
    assert np.abs(one - other).mean() < 2.5
    assert np.abs(one[0] - one[1]).mean() > 10


@pytest.mark.parametrize("backend", ["decord", "pyav"])
@pytest.mark.parametrize("indices", [[COUNT], [-1], []], ids=str)
def test_frames_outside_the_clip_are_refused(clip, backend, indices):
    with pytest.raises(UserError, match=r"clip\.mp4.*frames 0 to 40"):
        read_clip_frames(clip, indices, backend=backend)


@pytest.mark.parametrize("backend", ["decord", "pyav"])
@pytest.mark.parametrize("content", [None, b"", b"text " * 100], ids=["missing", "empty", "text"])
def test_unreadable_clip_is_named(tmp_path, backend, content):
    path = tmp_path / "bad.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=r"bad\.mp4"):
        read_clip_frames(path, [0], backend=backend)


@pytest.mark.parametrize("backend", ["pyav", "decord"])
def test_a_process_forked_from_one_that_has_read_reads_too(clip, backend):
    read_clip_frames(clip, [3, 20], 32, backend)
    child = os.fork()
    if not child:
        signal.alarm(20)
        try:
            os._exit(len(read_clip_frames(clip, [3, 20], 32, backend)) - 2)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0

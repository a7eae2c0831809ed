"""Chosen frames of prepared clips: the right ones, and an error instead of a guess."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from talkingface.errors import MediaError, UserError
from talkingface.reasons import Reason
from talkingface.video.clips import read_clip_frames
from talkingface.video.mp4_index import NotUnderstoodError, frame_index
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter

from .media import click_samples, number_of, numbered_frame, write_timed

COUNT = 30


def write_clip(path: Path, size: int = 32, **options) -> Path:
    with VideoWriter(path, Fraction(25), size, size, **options) as writer:
        for number in range(COUNT):
            writer.write(numbered_frame(number, size, size))
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    sound = AudioTrack(click_samples(Fraction(2), Fraction(1), 16000), 16000)
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", audio=sound)


def numbers(path: Path, indices: list[int]) -> list[int]:
    return [number_of(frame) for frame in read_clip_frames(path, indices, backend="pyav")]


def test_any_order_and_repeats_give_the_frames_asked_for(clip):
    rng = np.random.default_rng(0)
    for _ in range(50):
        wanted = rng.integers(0, COUNT, rng.integers(1, 9)).tolist()
        assert numbers(clip, wanted) == wanted


def test_clips_of_several_codings_are_read_in_turn(clip, tmp_path):
    """One decoder is kept for each; a jump to another clip must not carry over a picture."""
    others = [write_clip(tmp_path / f"{size}.mp4", size) for size in range(34, 52, 2)]
    for path in [clip, *others, clip, *reversed(others)]:
        assert numbers(path, [29, 0, 13]) == [29, 0, 13]


def test_the_index_knows_every_frame_and_key_frame(clip):
    data = clip.read_bytes()
    index = frame_index(data, len(data))
    with av.open(str(clip)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        assert index.key.tolist() == [packet.is_keyframe for packet in packets]
        for start, size, packet in zip(index.starts, index.sizes, packets, strict=True):
            assert data[start : start + size] == bytes(packet)
        assert index.header == container.streams.video[0].codec_context.extradata
    assert np.diff(np.flatnonzero(index.key)).max() <= 4


def test_a_cut_clip_is_an_error_wherever_it_is_cut(clip, tmp_path):
    data, cut = clip.read_bytes(), tmp_path / "cut.mp4"
    for length in range(1, len(data), len(data) // 40):
        with pytest.raises(NotUnderstoodError):
            frame_index(data[:length], length)
        cut.write_bytes(data[:length])
        with pytest.raises(MediaError, match=r"cut\.mp4") as error:
            read_clip_frames(cut, [0], backend="pyav")
        assert error.value.reason == Reason.DAMAGED


def test_flipped_bytes_end_in_frames_or_an_error_that_names_the_clip(clip, tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "flipped.mp4"
    refused = 0
    for _ in range(150):
        data = bytearray(clip.read_bytes())
        for place in rng.integers(0, len(data), 6):
            data[place] ^= int(rng.integers(1, 256))
        path.write_bytes(data)
        refused += is_refused(path)
    assert 20 < refused <= 150
    assert numbers(clip, [3, 17]) == [3, 17]


def is_refused(path: Path) -> bool:
    """Return whether three frames cannot be had; any other error than a UserError goes up."""
    try:
        frames = read_clip_frames(path, [0, 12, 29], 32, backend="pyav")
    except UserError as error:
        return path.name in str(error)
    return frames.shape != (3, 32, 32, 3)


def test_a_video_of_another_kind_is_refused(tmp_path):
    write_timed(tmp_path / "a.mkv", list(range(10)), Fraction(1, 25))
    with pytest.raises(MediaError, match="Prepare it again"):
        read_clip_frames(tmp_path / "a.mkv", [0], backend="pyav")

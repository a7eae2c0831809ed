import wave
from fractions import Fraction

import av
import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames
from talkingface.video.write import VideoWriter

from .media import number_of, write_timed

MILLISECOND = Fraction(1, 1000)


def shown_numbers(path, rate=None):
    return [number_of(frame) for _, frame in constant_rate_frames(path, rate)]


def test_constant_rate_in_milliseconds_gives_each_frame_once(tmp_path):
    """30000/1001 frames a second in a file that counts milliseconds: intervals of 33 and 34."""
    path = tmp_path / "odd.mkv"
    rate = Fraction(30000, 1001)
    write_timed(path, [round(1000 * k / rate) for k in range(41)], MILLISECOND)
    assert abs(probe(path).rate - rate) < Fraction(1, 10)
    assert shown_numbers(path) == list(range(41))
    assert shown_numbers(path, rate) == list(range(41))


def test_lost_frames_are_repeated_at_the_rate_of_the_others(tmp_path):
    path = tmp_path / "lossy.mp4"
    ticks = [k for k in range(31) if k not in (10, 11, 20)]
    write_timed(path, ticks, Fraction(1, 25))
    assert probe(path).rate == 25
    shown = shown_numbers(path)
    assert len(shown) == 31
    assert shown[8:13] == [8, 9, 9, 9, 10]


def test_first_time_stamp_other_than_zero_changes_nothing(tmp_path):
    path = tmp_path / "late.mkv"
    write_timed(path, [5000 + 40 * k for k in range(20)], MILLISECOND)
    times = [time for time, _ in constant_rate_frames(path)]
    assert times == [Fraction(k, 25) for k in range(20)]
    assert shown_numbers(path) == list(range(20))
    assert probe(path).duration == Fraction(20, 25)


@pytest.mark.parametrize("rate", [None, Fraction(25), Fraction(30000, 1001), Fraction(7)], ids=str)
def test_variable_rate_keeps_duration_within_one_frame(tmp_path, rate):
    path = tmp_path / "vfr.mkv"
    ticks = [0, 40, 80, 120, 160, 200, 700, 720, 740, 760, 1500, 1540, 2000, 2100, 2110, 2500]
    write_timed(path, ticks, MILLISECOND)
    frames = list(constant_rate_frames(path, rate))
    out_rate = rate or probe(path).rate
    assert all(time == k / out_rate for k, (time, _) in enumerate(frames))
    assert abs(len(frames) / out_rate - probe(path).duration) <= 1 / out_rate


def test_variable_rate_shows_the_frame_of_each_moment(tmp_path):
    path = tmp_path / "vfr.mkv"
    ticks = [0, 40, 80, 500, 1000, 1040, 1080, 1120]
    write_timed(path, ticks, MILLISECOND)
    for time, frame in list(constant_rate_frames(path, Fraction(25)))[:29]:
        newest = max(k for k, tick in enumerate(ticks) if tick < time * 1000 + 20)
        assert number_of(frame) == newest


def test_lower_and_higher_rates_pick_the_frame_being_shown(tmp_path):
    path = tmp_path / "a.mkv"
    write_timed(path, [40 * k for k in range(20)], MILLISECOND)
    assert shown_numbers(path, Fraction(25, 2)) == list(range(0, 20, 2))
    assert shown_numbers(path, Fraction(50)) == [k // 2 for k in range(40)]
    assert shown_numbers(path, Fraction(5)) == [0, 5, 10, 15]


@pytest.mark.parametrize(("counterclockwise", "clockwise"), [(90, 270), (-90, 90), (180, 180)])
def test_rotation_metadata_is_applied(tmp_path, counterclockwise, clockwise):
    """The stored picture is dark left and bright right, so the turned one tells its turn."""
    path = tmp_path / "turned.mp4"
    write_half_bright(path, counterclockwise)
    info = probe(path)
    (_, frame), *_ = constant_rate_frames(path)
    assert info.rotation == clockwise
    assert frame.shape == (info.height, info.width, 3)
    bright, dark = {
        90: (frame[:40], frame[56:]),
        -90: (frame[56:], frame[:40]),
        180: (frame[:, :40], frame[:, 56:]),
    }[counterclockwise]
    assert max(bright.shape[:2]) == 48
    assert bright.mean() > 200
    assert dark.mean() < 60


def write_half_bright(path, counterclockwise):
    picture = np.full((48, 96, 3), 30, np.uint8)
    picture[:, 48:] = 230
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 48, "yuv420p"
        stream.set_display_rotation(counterclockwise)
        for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
            container.mux(packet)
        container.mux(stream.encode(None))


def test_truncated_file_tells_what_is_left_of_it(tmp_path):
    path, cut = tmp_path / "whole.mkv", tmp_path / "cut.mkv"
    write_timed(path, [40 * k for k in range(41)], MILLISECOND)
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert probe(cut).duration < probe(path).duration
    assert len(list(constant_rate_frames(cut))) < 41


@pytest.mark.parametrize("content", [b"", b"not a video at all\n" * 50, bytes(range(256)) * 40])
def test_unreadable_file_is_named(tmp_path, content):
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    for read in (probe, lambda path: list(constant_rate_frames(path))):
        with pytest.raises(UserError, match=r"broken\.mp4"):
            read(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"absent\.mp4"):
        probe(tmp_path / "absent.mp4")


def test_sound_file_is_no_video(tmp_path):
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0" * 1000)
    with pytest.raises(UserError, match=r"sound\.wav.*no video"):
        probe(path)


def test_reading_a_long_file_is_told_while_it_goes_on(tmp_path):
    path = tmp_path / "long.mp4"
    with VideoWriter(path, Fraction(25), 16, 16) as writer:
        for _ in range(1200):
            writer.write(np.zeros((16, 16, 3), np.uint8))
    told = []
    assert probe(path, told.append).duration == 48
    assert told == [20, 40]

import resource
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path

import av
import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter

from .media import click_samples, number_of, numbered_frame, sound_of, write_timed

ODD_RATES = [Fraction(30000, 1001), Fraction(10), Fraction(25, 2), Fraction(24000, 1001)]


def write_numbered(path: Path, count: int, rate: Fraction, size=(64, 64), **options) -> None:
    with VideoWriter(path, rate, *size, **options) as writer:
        for number in range(count):
            writer.write(numbered_frame(number, *size))


def test_a_name_with_a_colon_is_a_file_and_no_address(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_numbered(Path("take:2.mp4"), 2, Fraction(25))
    assert probe(tmp_path / "take:2.mp4").rate == 25


def test_frames_larger_than_the_coding_takes_are_refused_before_any_is_written(tmp_path):
    with pytest.raises(UserError, match="20000x8 pixels can be written"):
        VideoWriter(tmp_path / "out.mp4", Fraction(25), 20000, 8)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("rate", ODD_RATES, ids=str)
def test_written_video_keeps_exact_rate_duration_and_sound(tmp_path, rate):
    path = tmp_path / "out.mp4"
    click_at = Fraction(2, 3)
    samples = click_samples(Fraction(9), click_at, 16000)
    write_numbered(path, 40, rate, audio=AudioTrack(samples, 16000))
    info = probe(path)
    assert (info.rate, info.duration, info.has_audio) == (rate, 40 / rate, True)
    heard, sound_rate, duration = sound_of(path)
    assert abs(np.abs(heard).argmax() / sound_rate - float(click_at)) < 0.002
    assert abs(duration - 40 / rate) < Fraction(1, 500)


def test_short_sound_is_continued_by_silence(tmp_path):
    path = tmp_path / "out.mp4"
    write_numbered(path, 40, Fraction(20), audio=AudioTrack(np.full(4000, 0.3, np.float32), 8000))
    _, _, duration = sound_of(path)
    assert abs(duration - 2) < Fraction(1, 500)


def test_sound_at_a_rate_that_aac_lacks_keeps_its_pitch_and_place(tmp_path):
    path = tmp_path / "out.mp4"
    samples = click_samples(Fraction(2), Fraction(1), 18000)
    write_numbered(path, 40, Fraction(20), audio=AudioTrack(samples, 18000))
    heard, rate, _ = sound_of(path)
    assert rate == 22050
    assert abs(np.abs(heard).argmax() / rate - 1) < 0.002


@pytest.mark.parametrize("rate", ODD_RATES, ids=str)
def test_odd_size_grows_by_one_repeated_row_and_column(tmp_path, rate):
    path = tmp_path / "odd.mp4"
    rows = np.linspace(40, 200, 65).astype(np.uint8)
    frame = np.broadcast_to(rows[:, None, None], (65, 63, 3))
    with VideoWriter(path, rate, 63, 65, crf=1) as writer:
        writer.write(frame)
    (_, written), *_ = constant_rate_frames(path)
    assert written.shape == (66, 64, 3)
    assert np.abs(written[:65, :63].astype(int) - frame).mean() < 3
    assert np.abs(written[65].astype(int) - written[64]).mean() < 3


def write_then_raise(path: Path, error: type[BaseException]) -> None:
    with VideoWriter(path, Fraction(25), 64, 64) as writer:
        for _ in range(100):
            writer.write(numbered_frame(9))
        assert list(path.parent.glob(f"{path.name}.*.partial")), "enough frames to reach the disk"
        raise error


def test_interrupted_writer_leaves_nothing_behind(tmp_path):
    path = tmp_path / "out.mp4"
    with pytest.raises(KeyboardInterrupt):
        write_then_raise(path, KeyboardInterrupt)
    assert list(tmp_path.iterdir()) == []


def test_interrupted_writer_keeps_the_file_that_was_there(tmp_path):
    path = tmp_path / "out.mp4"
    write_numbered(path, 5, Fraction(25))
    before = path.read_bytes()
    with pytest.raises(RuntimeError):
        write_then_raise(path, RuntimeError)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]
    assert path.read_bytes() == before


def test_video_without_frames_is_refused(tmp_path):
    with (
        pytest.raises(UserError, match="no frame"),
        VideoWriter(tmp_path / "none.mp4", Fraction(25), 64, 64),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_unwritable_place_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"file.*writable"):
        VideoWriter(tmp_path / "file" / "out.mp4", Fraction(25), 64, 64)


def test_a_folder_as_output_is_refused_and_left_alone(tmp_path):
    (tmp_path / "out.mp4").mkdir()
    with pytest.raises(UserError, match=r"out\.mp4: is a folder"):
        VideoWriter(tmp_path / "out.mp4", Fraction(25), 64, 64)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]


def test_a_folder_that_appears_meanwhile_is_one_message(tmp_path):
    path = tmp_path / "out.mp4"
    writer = VideoWriter(path, Fraction(25), 64, 64)
    writer.write(numbered_frame(1))
    path.mkdir()
    with pytest.raises(UserError, match=r"out\.mp4: cannot be written"), writer:
        pass
    assert list(tmp_path.rglob("*")) == [path]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="this system has no /proc")
def test_a_place_where_nothing_can_be_created_is_named():
    with pytest.raises(UserError, match=r"/proc.*no video can be written here"):
        VideoWriter(Path("/proc/out.mp4"), Fraction(25), 64, 64)


def write_noise(path: Path, room: int) -> str:
    """Write 40 frames of noise where files grow to `room` bytes at the most; return the message."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    noise = np.random.default_rng(0).integers(0, 255, (40, 64, 64, 3), dtype=np.uint8)
    try:
        with VideoWriter(path, Fraction(25), 64, 64) as writer:
            for frame in noise:
                writer.write(frame)
    except UserError as error:
        return str(error)
    return "written"


@pytest.fixture(scope="module")
def limited():
    """A process of its own, whose limits end with it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield lambda *arguments: pool.submit(write_noise, *arguments).result()


def test_a_full_disk_is_one_message_at_whichever_byte_and_leaves_nothing(tmp_path, limited):
    path = tmp_path / "out.mp4"
    assert limited(path, 10_000_000) == "written"
    size = path.stat().st_size
    before = path.read_bytes()
    for room in (10, size // 2, size - 1000, size - 10):
        message = limited(path, room)
        assert message.startswith(f"{path}: cannot be written (")
        assert "\n" not in message
        assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]
        assert path.read_bytes() == before


def test_two_writers_of_one_file_do_not_mix(tmp_path):
    """The second is another process, so the file is one of the two as a whole."""
    path = tmp_path / "out.mp4"
    with VideoWriter(path, Fraction(25), 64, 64) as writer:
        writer.write(numbered_frame(1))
        code = (
            "import sys; from fractions import Fraction; from pathlib import Path; "
            "from tests.video.test_write import write_numbered; "
            "write_numbered(Path(sys.argv[1]), 7, Fraction(25))"
        )
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=60)
        assert probe(path).duration == Fraction(7, 25)
    assert probe(path).duration == Fraction(1, 25)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]


def test_frames_of_another_size_are_refused(tmp_path):
    with (
        pytest.raises(ValueError, match="expected uint8"),
        VideoWriter(tmp_path / "out.mp4", Fraction(25), 64, 64) as writer,
    ):
        writer.write(numbered_frame(1, 32, 64))


def test_clips_have_a_short_gop_and_frames_in_order(tmp_path):
    path = tmp_path / "out.mp4"
    write_numbered(path, 40, Fraction(25))
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    keys = [number for number, packet in enumerate(packets) if packet.is_keyframe]
    assert max(np.diff(keys)) <= 12
    assert all(packet.pts == packet.dts for packet in packets)
    assert [number_of(frame) for _, frame in constant_rate_frames(path)] == list(range(40))


@pytest.mark.parametrize("starts", [Fraction(0), Fraction(1, 2), Fraction(-1, 4)], ids=str)
def test_sound_of_a_file_keeps_its_place_beside_the_picture(tmp_path, starts):
    """The source's sound begins with, after, or before its picture; its click is 1 s after that."""
    source, path = tmp_path / "source.mkv", tmp_path / "out.mp4"
    picture_starts = Fraction(1)
    ticks = [round((picture_starts + Fraction(k, 20)) * 1000) for k in range(40)]
    write_timed(
        source,
        ticks,
        Fraction(1, 1000),
        sound=click_samples(Fraction(6), Fraction(1), 16000),
        sound_starts=picture_starts + starts,
    )
    write_numbered(path, 40, Fraction(20), sound_from=source)
    heard, rate, duration = sound_of(path)
    assert abs(np.abs(heard).argmax() / rate - float(1 + starts)) < 0.003
    assert abs(duration - 2) < Fraction(1, 500)


def test_file_without_sound_gives_video_without_sound(tmp_path):
    source, path = tmp_path / "source.mp4", tmp_path / "out.mp4"
    write_numbered(source, 10, Fraction(25))
    write_numbered(path, 10, Fraction(25), sound_from=source)
    assert not probe(path).has_audio

"""Reading faces from footage: what is seen, what is lost, and what is kept for the next time."""

import multiprocessing
import os
import signal
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkingface.errors import UserError
from talkingface.faces.reader_pool import FaceReaders
from talkingface.faces.reading import FaceReading, read_faces
from talkingface.faces.reading_files import content_hash, reading_path
from talkingface.faces.worker_process import spawn_workers
from talkingface.video.footage import read_footage, write_lossless

RATE = Fraction(25)
BLANK = np.full((256, 256, 3), 120, np.uint8)


def swaying(picture: np.ndarray, count: int) -> list[np.ndarray]:
    """Return frames in which the picture moves two pixels to the right, one after the other."""
    return [np.roll(picture, 2 * k, axis=1) for k in range(count)]


def same(one: FaceReading, other: FaceReading) -> bool:
    names = ("pose", "expression", "landmarks", "face")
    return all(np.array_equal(getattr(one.track, n), getattr(other.track, n)) for n in names)


@pytest.fixture(scope="module")
def video(tmp_path_factory, close_up) -> Path:
    path = tmp_path_factory.mktemp("footage") / "face.mkv"
    write_lossless(path, swaying(close_up, 12), RATE)
    return path


@pytest.fixture
def readers(model, tmp_path):
    with FaceReaders(model, 64, tmp_path / "cache", workers=1) as pool:
        yield pool


def test_a_moving_face_is_read_in_units_of_the_frame(video, model) -> None:
    reading = read_faces(video, model, 256)
    track = reading.track
    assert track.face.all()
    assert (track.pose.shape, track.expression.shape) == ((12, 6), (12, 51))
    assert track.landmarks.shape == (12, 68, 2)
    assert ((track.landmarks > 0) & (track.landmarks < 1)).all()
    # 22 pixels of 256, and half sides make twice as many.
    moved = track.landmarks[-1].mean(axis=0) - track.landmarks[0].mean(axis=0)
    assert moved == pytest.approx([22 / 256, 0], abs=0.01)
    assert track.pose[-1, 3] - track.pose[0, 3] == pytest.approx(2 * 22 / 256, abs=0.02)
    assert 0 < reading.landmarker_seconds < reading.seconds


def test_small_frames_are_enlarged_and_read_almost_alike(video, model) -> None:
    large, small = (read_faces(video, model, size).track for size in (256, 64))
    assert small.face.all()
    assert 256 * np.abs(large.landmarks - small.landmarks).mean() < 3
    assert np.abs(large.pose[:, :3] - small.pose[:, :3]).mean() < 3


def test_a_folder_of_pictures_reads_like_the_video(video, model, tmp_path) -> None:
    for k, frame in enumerate(np.concatenate(list(read_footage(video)))):
        Image.fromarray(frame).save(tmp_path / f"frame{k}.png")
    assert same(read_faces(tmp_path, model, 64), read_faces(video, model, 64))


def test_lost_frames_hold_the_nearest_seen_frame(close_up, model, tmp_path) -> None:
    frames = swaying(close_up, 14)
    frames[4:10] = [BLANK] * 6
    write_lossless(tmp_path / "gap.mkv", frames, RATE)
    track = read_faces(tmp_path / "gap.mkv", model, 256).track
    assert track.face.tolist() == [True] * 4 + [False] * 6 + [True] * 4
    for values in (track.pose, track.expression, track.landmarks):
        assert np.array_equal(values[4:7], np.stack([values[3]] * 3))
        assert np.array_equal(values[7:10], np.stack([values[10]] * 3))


def test_footage_without_a_face_reads_as_zeros(model, tmp_path) -> None:
    write_lossless(tmp_path / "wall.mkv", [BLANK] * 3, RATE)
    track = read_faces(tmp_path / "wall.mkv", model, 64).track
    assert not track.face.any()
    assert (track.pose.shape, track.expression.shape) == ((3, 6), (3, 51))
    assert track.landmarks.shape == (3, 68, 2)
    assert not any(values.any() for values in (track.pose, track.expression, track.landmarks))


def test_the_same_content_is_read_once_wherever_it_lies(readers, video, model, tmp_path) -> None:
    first = readers.submit(video).result()
    assert same(first, read_faces(video, model, 64)), "a process reads as this one does"
    copy = tmp_path / "another_name.mkv"
    copy.write_bytes(video.read_bytes())
    again = readers.submit(copy).result()
    assert (first.kept, again.kept) == (False, True)
    assert same(first, again)
    assert again.seconds == first.seconds
    with FaceReaders(model, 96, tmp_path / "cache", workers=1) as larger:
        assert not larger.submit(copy).result().kept


def test_a_damaged_reading_is_made_again(readers, video, model, tmp_path) -> None:
    first = readers.submit(video).result()
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:200])
    again = readers.submit(video).result()
    assert not again.kept
    assert same(first, again)
    assert readers.submit(video).result().kept


def test_content_is_told_by_names_and_bytes(tmp_path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for name, data in (("1.png", b"one"), ("2.png", b"two")):
        (folder / name).write_bytes(data)
    found = [content_hash(folder)]
    (folder / "2.png").rename(folder / "0.png")
    found.append(content_hash(folder))
    (folder / "0.png").write_bytes(b"three")
    found.append(content_hash(folder))
    assert len(set(found)) == 3
    paths = {reading_path(tmp_path, folder, model, 64) for model in ("one", "other")}
    assert len(paths) == 2


def test_bad_footage_is_named_and_the_next_is_read(readers, video, tmp_path) -> None:
    (tmp_path / "text.mkv").write_text("not a video")
    bad = readers.submit(tmp_path / "text.mkv")
    missing = readers.submit(tmp_path / "nowhere.mkv")
    good = readers.submit(video)
    with pytest.raises(UserError, match=r"text\.mkv"):
        bad.result()
    with pytest.raises(UserError, match=r"nowhere\.mkv"):
        missing.result()
    assert good.result().track.face.all()


def test_a_killed_worker_is_told_to_the_user(close_up, model, tmp_path) -> None:
    write_lossless(tmp_path / "long.mkv", (close_up for _ in range(1500)), RATE)
    others = {process.pid for process in multiprocessing.active_children()}
    with FaceReaders(model, 64, tmp_path / "cache", workers=1) as readers:
        reading = readers.submit(tmp_path / "long.mkv")
        time.sleep(0.5)
        (pid,) = {process.pid for process in multiprocessing.active_children()} - others
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(UserError, match="fewer workers"):
            reading.result(timeout=60)
        with pytest.raises(UserError, match="fewer workers"):
            readers.submit(tmp_path / "long.mkv")


def test_leaving_the_readers_drops_what_has_not_begun(video, model, tmp_path) -> None:
    with FaceReaders(model, 64, tmp_path / "cache", workers=1) as readers:
        waiting = [readers.submit(video) for _ in range(8)]
    assert all(reading.done() for reading in waiting)
    assert waiting[-1].cancelled()


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_memory_does_not_grow_with_the_video(shared_dir, model, tmp_path) -> None:
    clip = shared_dir / "clips" / "bbal6n.mpg"
    frames = [frame for piece in read_footage(clip, 256) for frame in piece]
    peaks = {}
    for length in (200, 2000):
        path = tmp_path / f"{length}.mkv"
        looped = (frames[k % len(frames)] for k in range(length))
        write_lossless(path, looped, RATE)
        with spawn_workers(1) as pool:
            faces, peaks[length] = pool.submit(peak_of_reading, path, model).result()
        assert faces > 0.95 * length
    print("peak resident memory in MB:", peaks)
    assert peaks[2000] < 1.1 * peaks[200]


def peak_of_reading(path: Path, model: Path) -> tuple[int, float]:
    """Return how many faces were read, and this process's highest resident memory in MB."""
    faces = int(read_faces(path, model, 256).track.face.sum())
    (line,) = [
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    ]
    return faces, int(line.split()[1]) / 1024

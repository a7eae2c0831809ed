"""The page's work, without a browser."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from talkingface.animation.framing import Framing
from talkingface.animation.torch_parts import TorchParts
from talkingface.animation.watch import unwatched
from talkingface.errors import UserError
from talkingface.motion.path import MotionPath
from talkingface.motion.transfer import Transfer
from talkingface.page.folders import page_folders
from talkingface.page.limits import Limits
from talkingface.page.work import Shown, Stopped, Stops, Wish, Worker
from talkingface.video.probe import probe
from tests.animation.material import moving_picture, random_network, write_moving


@pytest.fixture(scope="module")
def parts() -> TorchParts:
    return TorchParts(random_network(), batch=4)


@pytest.fixture
def worker(parts: TorchParts, tmp_path: Path) -> Iterator[Worker]:
    with page_folders(tmp_path) as folders:
        yield Worker(parts, Framing("whole"), MotionPath(), Limits(), folders)


@pytest.fixture
def wish(worker: Worker) -> Wish:
    portrait, reference = (worker.folders.shown / name for name in ("face.png", "talk.mp4"))
    Image.fromarray(moving_picture(7, 96)).save(portrait)
    write_moving(reference, 14)
    return Wish(str(portrait), str(reference))


def made(worker: Worker, wish: Wish) -> Shown:
    return worker.make(wish, unwatched, threading.Event())


def left(worker: Worker) -> list[Path]:
    return list((worker.folders.root / "jobs").rglob("*"))


def test_names_as_long_as_an_upload_may_have_are_no_obstacle(worker: Worker, wish: Wish) -> None:
    long = "ä" * 98
    files = ((Path(wish.portrait), f"{long}.png"), (Path(wish.reference), f"{long}.mp4"))
    wish = Wish(*(str(old.rename(old.with_name(new))) for old, new in files))
    assert made(worker, wish).video.name.startswith("ä" * 40 + "_")


def test_the_result_has_the_references_length_and_sound(worker: Worker, wish: Wish) -> None:
    shown = made(worker, wish)
    info = probe(shown.video)
    assert shown.video.name == "face_talk.mp4"
    assert worker.folders.shown_file(str(shown.video)) == shown.video
    assert (info.width, info.height, info.has_audio) == (64, 64, True)
    assert abs(info.duration * 25 - 14) <= 1
    assert shown.words.startswith("14 frames, 0.56 s, with sound; made in ")
    assert not left(worker)


def test_every_control_changes_the_video(worker: Worker, wish: Wish) -> None:
    videos = [
        made(worker, each).video.read_bytes()
        for each in (
            wish,
            replace(wish, transfer=Transfer(head_strength=0.0)),
            replace(wish, transfer=Transfer(face_strength=0.0)),
            replace(wish, transfer=Transfer(relative=True, relative_to="first")),
            replace(wish, paste=True),
            replace(wish, side_by_side=True),
        )
    ]
    assert len(set(videos)) == len(videos)
    assert made(worker, wish).video.read_bytes() == videos[0]


def test_progress_is_told_to_the_last_frame(worker: Worker, wish: Wish) -> None:
    told: list[tuple[str, int, int]] = []
    worker.make(wish, lambda *news: told.append(news), threading.Event())
    assert told[0] == ("looking at the files", 0, 1)
    assert ("reading motion", 14, 14) in told
    assert told[-1] == ("animating", 14, 14)


def test_a_stop_ends_the_work_within_a_frame_and_leaves_nothing(worker: Worker, wish: Wish) -> None:
    stop = threading.Event()
    told: list[int] = []

    def watch(what: str, done: int, total: int) -> None:
        if what == "animating":
            told.append(done)
            if done == 5:
                stop.set()

    with pytest.raises(Stopped):
        worker.make(wish, watch, stop)
    assert told == [1, 2, 3, 4, 5]
    assert not left(worker)
    assert not (worker.folders.shown / "results").exists()


def test_errors_name_the_file_as_it_was_uploaded(worker: Worker, wish: Wish) -> None:
    broken = worker.folders.shown / "0a" / "my face.png"
    broken.parent.mkdir()
    broken.write_text("no picture")
    with pytest.raises(UserError) as caught:
        made(worker, replace(wish, portrait=str(broken)))
    assert str(caught.value).startswith("my face.png: is neither a picture nor a video")
    assert str(worker.folders.root) not in str(caught.value)
    assert not left(worker)


def test_limits_hold_for_uploads(worker: Worker, wish: Wish) -> None:
    tight = replace(worker, limits=Limits(longest_seconds=0.3))
    with pytest.raises(UserError, match=r"^talk\.mp4: lasts 0\.6 s"):
        made(tight, wish)


@pytest.mark.parametrize(("field", "word"), [("portrait", "portrait"), ("reference", "reference")])
def test_what_is_missing_is_named(worker: Worker, wish: Wish, field: str, word: str) -> None:
    with pytest.raises(UserError, match=f"no {word}.* yet"):
        made(worker, replace(wish, **{field: None}))


def test_a_file_that_was_never_uploaded_is_not_read(worker: Worker, wish: Wish) -> None:
    outside = worker.folders.root.parent / "private.png"
    Image.fromarray(moving_picture(3, 96)).save(outside)
    with pytest.raises(UserError, match="not here any more"):
        made(worker, replace(wish, portrait=str(outside)))


def test_one_job_is_done_at_a_time(worker: Worker, wish: Wish) -> None:
    now, most = [0], [0]
    lock = threading.Lock()

    def job() -> None:
        def watch(what: str, done: int, total: int) -> None:
            with lock:
                if what == "looking at the files":
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                if (what, done) == ("animating", total):
                    now[0] -= 1

        worker.make(wish, watch, threading.Event())

    threads = [threading.Thread(target=job) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (now[0], most[0]) == (0, 1)
    assert len(list((worker.folders.shown / "results").iterdir())) == 3


def test_the_end_waits_for_the_work_that_is_being_done(worker: Worker, wish: Wish) -> None:
    begun, stop = threading.Event(), threading.Event()

    def watch(what: str, done: int, total: int) -> None:
        begun.set()
        stop.wait(10)

    def work() -> None:
        with pytest.raises(Stopped):
            worker.make(wish, watch, stop)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(10)
    worker.end(0.1)
    assert len(left(worker)) == 1
    stop.set()
    worker.end(10)
    assert not left(worker)
    thread.join()


def test_a_session_stops_its_own_work_alone(tmp_path: Path) -> None:
    stops = Stops()
    seen: dict[str, bool] = {}

    def work(session: str) -> Shown:
        def inner(stop: threading.Event) -> Shown:
            stops.stop("mine")
            seen[session] = stop.is_set()
            return Shown(tmp_path, "")

        return stops.run(session, inner)

    work("yours")
    work("mine")
    assert seen == {"yours": False, "mine": True}


def test_what_comes_after_the_end_stops_at_once(tmp_path: Path) -> None:
    stops, events = Stops(), []

    def work(stop: threading.Event) -> Shown:
        events.append(stop)
        stops.close()
        return Shown(tmp_path, "")

    stops.run("a", work)
    stops.run("a", work)
    assert [event.is_set() for event in events] == [True, True]

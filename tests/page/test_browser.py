"""What somebody with a browser sees: upload, generate, play."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.animation.material import moving_picture, random_checkpoint, write_moving
from tests.page.conftest import Served, serving

pytestmark = pytest.mark.slow
pytest.importorskip("gradio", reason="gradio is not installed")

FRAMES = 60
PLAY = """async () => {
    const video = document.querySelector('#result video');
    video.muted = true;
    await video.play();
    await new Promise(done => setTimeout(done, 1000));
    return {time: video.currentTime, duration: video.duration, width: video.videoWidth,
            sound: video.webkitAudioDecodedByteCount, error: video.error};
}"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "examples").mkdir()
    for number, name in ((7, "face.png"), (2, "examples/other.png")):
        Image.fromarray(moving_picture(number, 96)).save(folder / name)
    for frames, name in ((FRAMES, "talk.mp4"), (20, "examples/short.mp4"), (300, "long.mp4")):
        write_moving(folder / name, frames)
    random_checkpoint(folder / "a.ckpt")
    return folder


@pytest.fixture(scope="module")
def page(chromium: Any, files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    fields = (
        f"checkpoint={files / 'a.ckpt'}", "crop=whole", "synthetic=false", "longest_seconds=20",
        f"examples={files / 'examples'}", "largest_mb=1",
    )  # fmt: skip
    with serving(tmp_path_factory.mktemp("page"), *fields) as served:
        yield served


@pytest.fixture
def tab(chromium: Any, page: Served) -> Iterator[Any]:
    opened = open_tab(chromium, page)
    yield opened
    opened.close()


def open_tab(chromium: Any, page: Served) -> Any:
    tab = chromium.new_page()
    tab.set_default_timeout(60_000)
    tab.hosts = set()
    tab.on("request", lambda request: tab.hosts.add(urlsplit(request.url).netloc))
    tab.goto(page.address)
    tab.wait_for_selector("#go")
    return tab


def give(tab: Any, what: str, path: Path) -> None:
    shown = {"portrait": "#portrait img", "reference": "#reference video"}[what]
    clear = tab.locator(f"#{what} button[aria-label=Clear]")
    if clear.count():
        clear.click()
    tab.set_input_files(f"#{what} input[type=file]", path)
    tab.wait_for_function(
        f"document.querySelector('{shown}')?.src.includes('{path.name}')", timeout=60_000
    )


def wait_for_status(tab: Any, word: str) -> str:
    tab.wait_for_function(f"document.querySelector('#status').innerText.includes('{word}')")
    return tab.inner_text("#status").strip()


def result(tab: Any) -> bytes:
    tab.wait_for_selector("#result video")
    return tab.request.get(tab.get_attribute("#result video", "src")).body()


def test_a_portrait_and_a_reference_become_a_video_that_plays_with_sound(
    tab: Any, page: Served, files: Path
) -> None:
    give(tab, "portrait", files / "face.png")
    give(tab, "reference", files / "talk.mp4")
    tab.click("#go")
    tab.wait_for_function(
        "/(reading motion|animating) - [0-9.]+%/.test(document.querySelector('#result').innerText)"
    )
    words = wait_for_status(tab, "made in")
    assert words.startswith(f"{FRAMES} frames, 2.40 s, with sound")
    tab.wait_for_function("document.querySelector('#result video')?.readyState >= 3")
    played = tab.evaluate(PLAY)
    assert played["error"] is None
    assert played["time"] > 0.3
    assert played["width"] == 64
    assert played["sound"] > 0
    assert abs(played["duration"] - FRAMES / 25) <= 1 / 25
    # Pictures that the page holds itself have no host.
    assert tab.hosts == {page.address.removeprefix("http://"), ""}


def test_examples_and_sliders_make_other_videos(tab: Any) -> None:
    for kind in ("portraits", "references"):
        tab.locator(f"#{kind} button").first.click()
    for shown in ("#portrait img", "#reference video"):
        tab.wait_for_selector(shown)
    tab.wait_for_timeout(500)
    videos = []
    for head in ("1", "0"):
        tab.fill("#head input[type=number]", head)
        tab.press("#head input[type=number]", "Enter")
        tab.click("#go")
        tab.wait_for_function(
            "number => document.querySelector('#status').innerText.includes('made in') "
            "&& document.querySelectorAll('#result video').length == 1 "
            "&& !window.seen?.includes(document.querySelector('#result video').src)",
        )
        videos.append(result(tab))
        tab.evaluate(
            "window.seen = [...(window.seen ?? []), document.querySelector('#result video').src]"
        )
    assert videos[0] != videos[1]
    assert all(video[4:8] == b"ftyp" for video in videos)


def test_what_cannot_be_used_is_said_in_one_line(tab: Any, files: Path) -> None:
    tab.click("#go")
    assert wait_for_status(tab, "Upload a portrait").startswith("There is no portrait yet.")
    tiny = files / "<img src=x> tiny.png"
    Image.new("RGB", (9, 9)).save(tiny)
    tab.set_input_files("#portrait input[type=file]", tiny)
    tab.wait_for_selector("#portrait img")
    give(tab, "reference", files / "talk.mp4")
    tab.click("#go")
    words = wait_for_status(tab, "tiny.png")
    assert "its 9x9 pixels are smaller than 32 on a side" in words
    assert tab.locator("#status img").count() == 0
    assert "\n" not in words
    give(tab, "portrait", files / "face.png")
    write_moving(files / "hour.mp4", 600)
    give(tab, "reference", files / "hour.mp4")
    tab.click("#go")
    assert "hour.mp4: lasts 24.0 s" in wait_for_status(tab, "hour.mp4")


def test_an_upload_that_is_too_large_is_refused_with_the_limit(tab: Any, files: Path) -> None:
    large = files / "large.png"
    large.write_bytes(bytes(1_500_000))
    tab.set_input_files("#portrait input[type=file]", large)
    tab.wait_for_selector(".toast-body")
    assert "maximum" in tab.inner_text(".toast-body").lower()


def test_a_second_job_waits_and_each_is_stopped_alone(
    chromium: Any, page: Served, files: Path, tab: Any
) -> None:
    other = open_tab(chromium, page)
    for each in (tab, other):
        give(each, "portrait", files / "face.png")
        give(each, "reference", files / "long.mp4")
    tab.click("#go")
    tab.wait_for_function("document.querySelector('#result').innerText.includes('%')")
    other.click("#go")
    other.wait_for_function("/queue: 1.1/.test(document.querySelector('#result').innerText)")
    other.click("#stop")
    wait_for_status(other, "Stopped")
    other.close()
    tab.click("#stop")
    wait_for_status(tab, "Stopped")
    assert tab.locator("#result video").count() == 0
    tab.wait_for_timeout(1500)
    assert not list((page.root / "jobs").iterdir())

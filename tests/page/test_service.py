"""A served page gives away nothing, and leaves nothing behind."""

import time
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.animation.material import moving_picture, random_checkpoint, write_moving
from tests.page.conftest import Served, serving

pytestmark = pytest.mark.slow
pytest.importorskip("gradio", reason="gradio is not installed")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    Image.fromarray(moving_picture(7, 96)).save(folder / "face.png")
    write_moving(folder / "talk.mp4", 20)
    write_moving(folder / "long.mp4", 1200)
    random_checkpoint(folder / "a.ckpt")
    return folder


@pytest.fixture(scope="module")
def page(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    fields = (f"checkpoint={files / 'a.ckpt'}", "crop=whole", "synthetic=false", "largest_mb=1")
    with serving(tmp_path_factory.mktemp("page"), *fields) as served:
        yield served


def becomes(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def status(page: Served, path: str) -> int:
    try:
        page.get(path)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def result(page: Served, session: str, portrait: object, reference: object) -> str:
    page.join(session, portrait, reference)
    return str(list(page.told(session))[-1])


def test_no_file_outside_its_folder_can_be_read(page: Served, files: Path) -> None:
    upload = Path(page.upload(files / "face.png"))
    shown = page.root / "shown"
    assert upload.is_relative_to(shown)
    assert page.get(f"/gradio_api/file={upload}") == (files / "face.png").read_bytes()
    (shown / "link.png").symlink_to(files / "a.ckpt")
    (shown / "link").symlink_to(files)
    escapes = (
        "/etc/passwd", "//etc/passwd", f"{files}/a.ckpt", "conf/serve.yaml", "pyproject.toml",
        f"{shown}/../lock", f"{shown}/%2e%2e/lock", f"{shown}/..%2flock", f"{page.root}/lock",
        f"{shown}/../../../../../../../../etc/passwd", f"{shown}/link.png", f"{shown}/link/a.ckpt",
        f"file://{files}/a.ckpt", f"{page.address}/config", "https://example.org/",
        "%2fetc%2fpasswd", f"{shown}/", "~/.bashrc",
    )  # fmt: skip
    for path in escapes:
        for prefix in ("/gradio_api/file=", "/file=", "/gradio_api/file/", "/file/"):
            assert status(page, prefix + path) != 200, prefix + path
    for path in (
        "/gradio_api/proxy=http://127.0.0.1:1/", "/static/../../../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/%2e%2e/__init__.py", "/assets/..%2f..%2f..%2f__init__.py",
        "/gradio_api/monitoring", "/monitoring", "/docs", "/openapi.json",
    ):  # fmt: skip
        assert status(page, path) != 200, path


def test_a_path_that_was_not_uploaded_is_not_taken(page: Served, files: Path) -> None:
    portrait, reference = page.upload(files / "face.png"), page.upload(files / "talk.mp4")
    private = files / "private.png"
    Image.fromarray(moving_picture(3, 96)).save(private)
    before = set(page.root.rglob("*"))
    for wrong in (str(private), "/etc/passwd", "http://example.org/a.png"):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            page.join("wrong", wrong, reference)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            page.join("wrong", portrait, wrong)
    assert set(page.root.rglob("*")) == before
    assert "made in" in result(page, "right", portrait, reference)


def test_the_page_tells_no_paths_of_this_machine(page: Served, files: Path) -> None:
    config = page.get("/config").decode() + page.get("/gradio_api/info").decode()
    assert str(files) not in config
    assert str(Path.home()) not in config or str(page.temporary).startswith(str(Path.home()))


def test_jobs_are_asked_for_through_the_queue_alone(page: Served) -> None:
    for name in ("predict", "made", "made_1"):
        with pytest.raises(urllib.error.HTTPError):
            page.post(f"/gradio_api/run/{name}", {"data": []})


def test_a_file_that_is_too_large_is_not_kept(page: Served, files: Path) -> None:
    large = files / "large.png"
    large.write_bytes(bytes(1_500_000))
    with pytest.raises(urllib.error.HTTPError, match="413"):
        page.upload(large)
    assert becomes(lambda: not list(page.root.rglob("large*")), 5)


def test_uploads_and_results_go_after_a_while_and_everything_at_the_end(
    files: Path, tmp_path: Path
) -> None:
    fields = (f"checkpoint={files / 'a.ckpt'}", "crop=whole", "synthetic=false", "keep_minutes=0.1")
    left = tmp_path / "talkingface-page-left"
    (left / "shown").mkdir(parents=True)
    (left / "lock").touch()
    with serving(tmp_path, *fields, f"examples={files}") as page:
        assert not left.exists()
        examples = {path for path in page.root.rglob("*") if path.is_file()}
        answer = result(
            page, "one", page.upload(files / "face.png"), page.upload(files / "talk.mp4")
        )
        assert "made in" in answer
        assert not list((page.root / "jobs").iterdir())
        assert list((page.root / "shown").rglob("face_talk.mp4"))

        def only_examples() -> bool:
            return {path for path in page.root.rglob("*") if path.is_file()} == examples

        assert not only_examples()
        assert becomes(only_examples, 30)
        assert page.end() == 128 + 15
    assert not list(tmp_path.glob("talkingface-page-*"))


def test_a_full_queue_takes_no_more_and_a_page_that_ends_in_a_job_leaves_nothing(
    files: Path, tmp_path: Path
) -> None:
    fields = (f"checkpoint={files / 'a.ckpt'}", "crop=whole", "synthetic=false", "waiting=1")
    with serving(tmp_path, *fields) as page:
        job = (page.upload(files / "face.png"), page.upload(files / "long.mp4"))
        page.join("one", *job)
        animating = (news for news in page.told("one") if "animating" in str(news))
        assert next(animating)
        page.join("two", *job)
        with pytest.raises(urllib.error.HTTPError, match="503"):
            page.join("three", *job)
        assert list(page.root.rglob("*.partial"))
        began = time.monotonic()
        assert page.end() == 128 + 15
        assert time.monotonic() - began < 30
    assert not list(tmp_path.glob("talkingface-page-*"))


def test_gradio_itself_takes_no_file_that_was_not_uploaded(files: Path, tmp_path: Path) -> None:
    """Without the guard in front of it: it copied any file as long as it thought to be stopped."""
    program = (
        "import sys; from pathlib import Path\n"
        "import talkingface.page.guard as guard\n"
        "guard.Guard._names_refusal = lambda self, body: 0\n"
        "from talkingface.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    fields = (f"checkpoint={files / 'a.ckpt'}", "crop=whole", "synthetic=false")
    with serving(tmp_path, *fields, start=("-c", program)) as page:
        private = files / "private.png"
        Image.fromarray(moving_picture(3, 96)).save(private)
        page.join("wrong", str(private), page.upload(files / "talk.mp4"))
        assert "'success': False" in str(list(page.told("wrong"))[-1])
        assert not list(page.root.rglob("private*"))

"""Files that a browser gets lie in one folder, and none of them stays."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from talkingface.errors import UserError
from talkingface.page.folders import PREFIX, Folders, page_folders


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Folders]:
    with page_folders(tmp_path) as made:
        yield made


def upload(folders: Folders, name: str = "face.png", text: str = "pixels") -> Path:
    path = folders.shown / "0a1b" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_nobody_else_may_look_into_the_folder(folders: Folders) -> None:
    assert folders.root.stat().st_mode & 0o777 == 0o700


def test_only_what_lies_in_the_shown_folder_is_taken_for_an_upload(
    folders: Folders, tmp_path: Path
) -> None:
    inside = upload(folders)
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    link = folders.shown / "link.png"
    link.symlink_to(secret)
    (folders.shown / "up").symlink_to(tmp_path)
    assert folders.uploaded(str(inside)) == inside
    refused = (
        secret, link, folders.shown / "up" / "secret.txt", folders.root / "lock", folders.shown,
        f"{folders.shown}/../../secret.txt", "/etc/passwd", "secret.txt", "", "a\0b", None,
        {"path": str(inside)}, f"{folders.shown}-other/x",
    )  # fmt: skip
    for name in refused:
        with pytest.raises(UserError, match="not here any more"):
            folders.uploaded(name)


def test_a_file_in_use_outlives_its_upload_and_goes_with_its_job(folders: Folders) -> None:
    path = upload(folders)
    with folders.job() as job:
        own = folders.take(path, job / "portrait")
        assert own.name == path.name
        path.unlink()
        assert own.read_text() == "pixels"
    assert not job.exists()


def test_a_job_that_fails_leaves_nothing(folders: Folders) -> None:
    work = folders.job()
    job = work.__enter__()
    (job / "half.mp4").write_text("half")
    assert not work.__exit__(ValueError, ValueError("broken"), None)
    assert not job.exists()


def test_a_result_lies_where_nobody_can_guess(folders: Folders) -> None:
    shown = []
    for _ in range(2):
        with folders.job() as job:
            (job / "out.mp4").write_text("video")
            shown.append(folders.show(job / "out.mp4"))
    assert [folders.shown_file(str(path)) for path in shown] == shown
    assert shown[0].parent != shown[1].parent
    assert len(shown[0].parent.name) == 32


def test_what_nobody_has_used_for_a_while_is_removed_with_its_folder(folders: Folders) -> None:
    path = upload(folders)
    example = folders.examples / "example.png"
    example.write_text("example")
    now = time.time()
    assert folders.forget(60, now + 59) == 0
    assert path.exists()
    assert folders.forget(60, now + 70) == 1
    assert not path.parent.exists()
    assert example.exists()


def test_being_used_makes_an_upload_young_again(folders: Folders) -> None:
    path = upload(folders)
    os.utime(path, (1, 1))
    time.sleep(0.05)
    began = time.time()
    with folders.job() as job:
        folders.take(path, job / "portrait")
    assert folders.forget(60, began + 60) == 0
    assert path.exists()


def test_the_folder_goes_when_the_page_ends(tmp_path: Path) -> None:
    with page_folders(tmp_path) as folders:
        upload(folders)
        assert list(tmp_path.iterdir()) == [folders.root]
    assert not list(tmp_path.iterdir())


def test_folders_of_killed_pages_are_removed_and_those_of_living_ones_stay(
    tmp_path: Path,
) -> None:
    program = (
        "import os, sys; from pathlib import Path\n"
        "from talkingface.page.folders import page_folders\n"
        "with page_folders(Path(sys.argv[1])) as folders:\n"
        "    (folders.shown / 'x.png').write_text('x')\n"
        "    print(folders.root, flush=True); sys.stdin.readline(); os._exit(9)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    other = tmp_path / f"{PREFIX}somebody"
    other.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "elsewhere").mkdir()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as living:
        assert living.stdout is not None
        root = Path(living.stdout.readline().strip())
        with page_folders(tmp_path):
            assert (root / "shown" / "x.png").exists()
        living.communicate("\n", timeout=60)
    assert living.returncode == 9
    assert (root / "shown" / "x.png").exists()
    with page_folders(tmp_path):
        assert not root.exists()
    assert (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(UserError, match=r"missing: cannot be written .* Set TMPDIR"):
        page_folders(missing).__enter__()

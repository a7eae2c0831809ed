import os
import stat
from pathlib import Path

import pytest

from talkingface.animation.checks import check_output
from talkingface.errors import UserError


def refused(output: Path, inputs: tuple[Path, ...] = ()) -> str:
    with pytest.raises(UserError) as caught:
        check_output(output, inputs)
    message = str(caught.value)
    assert str(output) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", ["out.mp4", "out.MOV", "new/folder/out.m4v"])
def test_a_good_output_passes_and_nothing_is_left(tmp_path, name):
    check_output(tmp_path / name, [tmp_path / "missing.jpg"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["out.gif", "out", "mp4"])
def test_other_suffixes_are_refused(tmp_path, name):
    assert "must end in .mp4 or .mov or .m4v" in refused(tmp_path / name)


def test_a_folder_is_refused(tmp_path):
    (tmp_path / "out.mp4").mkdir()
    assert "is a folder" in refused(tmp_path / "out.mp4")


def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "out.mp4")
    assert "no regular file" in refused(tmp_path / "out.mp4")


@pytest.mark.parametrize("link", ["itself", "symbolic", "hard"])
def test_an_input_is_not_overwritten_under_any_of_its_names(tmp_path, link):
    driving = tmp_path / "reference.mp4"
    driving.write_bytes(b"video")
    output = driving if link == "itself" else tmp_path / "out.mp4"
    if link == "symbolic":
        output.symlink_to(driving)
    elif link == "hard":
        output.hardlink_to(driving)
    assert "is also an input" in refused(output, (tmp_path / "portrait.jpg", driving))
    assert driving.read_bytes() == b"video"


def test_an_older_result_may_be_replaced_and_stays_until_then(tmp_path):
    output, driving = tmp_path / "out.mp4", tmp_path / "reference.mp4"
    output.write_bytes(b"older")
    driving.write_bytes(b"older")
    check_output(output, [driving])
    assert output.read_bytes() == b"older"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="this system has no /proc")
@pytest.mark.parametrize("place", ["/proc/out.mp4", "/proc/new/out.mp4"])
def test_a_place_where_nothing_can_be_created_is_refused(place):
    assert "cannot be written" in refused(Path(place))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_refused(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    assert "cannot be written" in refused(closed / "out.mp4")


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert "cannot be written" in refused(tmp_path / "file" / "out.mp4")


@pytest.mark.parametrize("length", [251, 300])
def test_a_name_that_is_too_long_is_refused(tmp_path, length):
    assert "cannot be written" in refused(tmp_path / f"{'x' * length}.mp4")

import os
import socket

import pytest

from talkingface.errors import UserError
from talkingface.prepare.walk import Found, Ignored, Unusable, printable_name, walk
from talkingface.reasons import Reason


def looked_through(root, outside=None):
    return {entry.name: entry for entry in walk(root, outside or root / "absent")}


def test_files_are_found_by_content_and_other_kinds_are_counted(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "a.MP4").write_bytes(b"12345")
    (tmp_path / "no_suffix").write_bytes(b"")
    (tmp_path / "list.csv").write_text("x")
    (tmp_path / ".DS_Store").write_text("x")
    found = looked_through(tmp_path)
    assert found["deep/er/a.MP4"].size == 5
    assert found["deep/er/a.MP4"].mtime_ns == (tmp_path / "deep/er/a.MP4").stat().st_mtime_ns
    assert isinstance(found["no_suffix"], Found)
    assert isinstance(found["list.csv"], Ignored)
    assert isinstance(found[".DS_Store"], Ignored)


def test_a_file_named_by_the_user_is_opened_whatever_its_suffix(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("x")
    assert [type(entry) for entry in walk(path, tmp_path / "out")] == [Found]


def test_what_cannot_be_opened_is_named_with_its_reason(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self.mp4").symlink_to(tmp_path / "self.mp4")
    (tmp_path / "null.mp4").symlink_to("/dev/null")
    (tmp_path / "pictures.mp4").mkdir()
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(os.path.relpath(tmp_path / "s.mp4"))
        found = looked_through(tmp_path)
    said = {name: entry.detail for name, entry in found.items() if isinstance(entry, Unusable)}
    assert said == {
        "pipe.mp4": "a named pipe",
        "gone.mp4": "a link to a file that does not exist",
        "self.mp4": "a link that leads back to itself",
        "null.mp4": "a device",
        "pictures.mp4": "a folder; what is in it was looked at",
        "s.mp4": "a socket",
    }
    assert {entry.reason for entry in found.values()} == {Reason.NOT_A_FILE}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_named_and_the_others_are_searched(tmp_path):
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "z.mp4").write_bytes(b"1")
    found = looked_through(tmp_path)
    assert found["shut"].reason is Reason.NO_PERMISSION
    assert isinstance(found["z.mp4"], Found)


def test_a_loop_of_folders_ends_and_each_folder_is_searched_once(tmp_path):
    (tmp_path / "in" / "b").mkdir(parents=True)
    (tmp_path / "in" / "b" / "v.mp4").write_bytes(b"1")
    (tmp_path / "in" / "b" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "a").symlink_to(tmp_path / "in" / "b")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "w.mp4").write_bytes(b"1")
    (tmp_path / "in" / "c").symlink_to(tmp_path / "elsewhere")
    found = looked_through(tmp_path / "in")
    assert {name for name, entry in found.items() if isinstance(entry, Found)} == {
        "b/v.mp4",
        "c/w.mp4",
    }
    assert (
        found["b/up"].detail == found["a"].detail == "a link to a folder that is searched already"
    )


def test_the_data_set_itself_is_not_searched(tmp_path):
    (tmp_path / "out" / "clips").mkdir(parents=True)
    (tmp_path / "out" / "clips" / "a.mp4").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    (tmp_path / "b.mp4").write_bytes(b"1")
    assert list(looked_through(tmp_path, tmp_path / "out")) == ["b.mp4"]


def test_every_name_is_printable_and_no_two_are_the_same(tmp_path):
    names = ["a\nb.mp4", "a\\nb.mp4", "ünï 'x\" 😀.mp4", "-rf.mp4", "%s*.mp4", "a:b.mp4"]
    for name in names:
        (tmp_path / name).write_bytes(b"1")
    with open(os.fsencode(tmp_path) + b"/\xff\xfe.mp4", "wb") as file:  # noqa: PTH123 - no UTF-8
        file.write(b"1")
    found = list(walk(tmp_path, tmp_path / "out"))
    assert {entry.name for entry in found} == {
        "a\\nb.mp4",
        "a\\\\nb.mp4",
        "ünï 'x\" 😀.mp4",
        "-rf.mp4",
        "%s*.mp4",
        "a:b.mp4",
        "\\udcff\\udcfe.mp4",
    }
    assert all(entry.path.read_bytes() == b"1" for entry in found)
    assert printable_name("plain/name.mp4") == "plain/name.mp4"


def test_an_input_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match="absent: no such file or folder"):
        list(walk(tmp_path / "absent", tmp_path / "out"))

"""Examples are made here, or copied from the folder that the user names."""

from pathlib import Path

import pytest
from PIL import Image

from talkingface.animation.framing import Framing
from talkingface.errors import UserError
from talkingface.model_files import FACE_LANDMARKER
from talkingface.page.examples import MOST, own_examples, synthetic_examples
from talkingface.page.folders import page_folders
from talkingface.page.limits import Limits
from talkingface.video.picture import read_picture
from talkingface.video.probe import probe
from tests.animation.material import moving_picture, write_moving


def test_own_files_are_copied_as_far_as_the_page_takes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "given"
    (given / "sub").mkdir(parents=True)
    for number in range(MOST + 2):
        Image.fromarray(moving_picture(number)).save(given / f"face {number:02}.png")
    write_moving(given / "short.mp4", 5)
    write_moving(given / "long.mp4", 40)
    (given / "notes.txt").write_text("private")
    with page_folders(tmp_path) as folders:
        examples = own_examples(given, folders, Limits(longest_seconds=1))
        assert [path.name for path in examples.references] == ["short.mp4"]
        assert len(examples.portraits) == MOST
        assert sorted(folders.examples.iterdir()) == sorted(
            [*examples.portraits, *examples.references]
        )
    assert "left out of the examples" in capsys.readouterr().out
    assert (given / "short.mp4").exists()


def test_a_folder_without_examples_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with page_folders(tmp_path) as folders:
        for name, words in (("empty", "holds no picture or video"), ("none", "no such folder")):
            with pytest.raises(UserError, match=f"{name}: {words}"):
                own_examples(tmp_path / name, folders, Limits())


def test_synthetic_references_speak(tmp_path: Path) -> None:
    examples = synthetic_examples(tmp_path, size=32, seconds=1)
    for path in examples.references:
        info = probe(path)
        assert (info.duration, info.has_audio) == (1, True)
    pictures = [read_picture(path).pixels for path in examples.portraits]
    assert {picture.shape for picture in pictures} == {(32, 32, 3)}


@pytest.mark.slow
def test_faces_are_found_in_synthetic_examples(tmp_path: Path, shared_dir: Path) -> None:
    framing = Framing("face", landmarker=shared_dir / "models" / FACE_LANDMARKER.name)
    examples = synthetic_examples(tmp_path)
    for path in examples.portraits:
        assert framing.portrait(read_picture(path).pixels, path).side > 128
    for path in examples.references:
        assert framing.driving(path).box.side > 128

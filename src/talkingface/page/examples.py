"""Portraits and references to try the page with: made by this project, and the user's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PIL import Image

from talkingface.errors import UserError
from talkingface.page.folders import Folders
from talkingface.page.limits import Limits
from talkingface.synthetic.clip import frame_times, render_motion
from talkingface.synthetic.motion import Motion
from talkingface.synthetic.sound import SOUND_RATE, speech_sound
from talkingface.video.footage import PICTURES, VIDEOS
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter

_RATE = Fraction(25)
# Shown in full; scrolling through more is no way to try something out.
MOST = 8
# People and motions as they look in small; each motion belongs to another person than it drives.
_PORTRAITS = ((1003, 5003), (1007, 5007))
_REFERENCES = ((1004, 5004), (1000, 5000))


@dataclass(frozen=True)
class Examples:
    """Files that lie among the page's examples."""

    portraits: tuple[Path, ...]
    references: tuple[Path, ...]


def synthetic_examples(
    folder: Path, size: int = 256, seconds: int = 3, check: Callable[[], None] = lambda: None
) -> Examples:
    """Render talking heads into a folder: still ones, and moving ones that speak.

    Args:
        folder: where they go.
        size: side of the pictures, pixels.
        seconds: how long the moving ones are.
        check: called before each; an exception that it raises ends the work.
    """
    portraits, references = [], []
    for number, (person, motion) in enumerate(_PORTRAITS, 1):
        check()
        portraits.append(folder / f"synthetic portrait {number}.png")
        pixels = render_motion(person, motion, frame_times(1, _RATE), size)[0]
        Image.fromarray(pixels).save(portraits[-1])
    for number, (person, motion) in enumerate(_REFERENCES, 1):
        check()
        references.append(folder / f"synthetic reference {number}.mp4")
        _render_reference(references[-1], person, motion, size, seconds)
    return Examples(tuple(portraits), tuple(references))


def own_examples(given: Path, folders: Folders, limits: Limits) -> Examples:
    """Copy the pictures and videos of a user's folder, as far as the page takes them.

    A copy, since the page shows no file outside its own folder.

    Raises:
        UserError: no such folder, or nothing in it that can be used.
    """
    if not given.is_dir():
        raise UserError(f"examples={given}: no such folder.")
    files = sorted(path for path in given.iterdir() if path.is_file())
    portraits = _copied(files, PICTURES, limits.check_portrait, folders)
    references = _copied(files, VIDEOS, limits.check_reference, folders)
    if not portraits and not references:
        raise UserError(
            f"examples={given}: holds no picture or video that the page takes. "
            "Put pictures and short videos there, or leave examples out."
        )
    return Examples(portraits, references)


def _copied(
    files: Iterable[Path],
    suffixes: tuple[str, ...],
    check: Callable[[Path], object],
    folders: Folders,
) -> tuple[Path, ...]:
    copies: list[Path] = []
    for path in files:
        if path.suffix.lower() not in suffixes or len(copies) == MOST:
            continue
        try:
            check(path)
        except (UserError, OSError) as error:
            print(f"left out of the examples: {error}")
            continue
        copies.append(folders.examples / path.name)
        shutil.copyfile(path, copies[-1])
    return tuple(copies)


def _render_reference(path: Path, person: int, motion: int, size: int, seconds: int) -> None:
    frames = round(seconds * _RATE)
    sound = AudioTrack(speech_sound(Motion(motion), float(frames / _RATE)), SOUND_RATE)
    with VideoWriter(path, _RATE, size, size, audio=sound) as writer:
        for frame in render_motion(person, motion, frame_times(frames, _RATE), size):
            writer.write(frame)

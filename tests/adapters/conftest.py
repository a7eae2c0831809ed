from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter
from tests.adapters.trees import any_clip
from tests.faces.conftest import model, portrait  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def video(talking_heads: Path) -> Path:
    """One clip of the project's own."""
    return any_clip(talking_heads)


@pytest.fixture(scope="session")
def faces(
    tmp_path_factory: pytest.TempPathFactory,
    portrait: NDArray[np.uint8],  # noqa: F811
) -> dict[str, Path]:
    """Two videos of a face that moves sideways, of 20 frames: one with sound, one without."""
    folder = tmp_path_factory.mktemp("faces")
    videos = {"silent": folder / "silent.mp4", "sound": folder / "sound.mp4"}
    for name, path in videos.items():
        tone = AudioTrack(np.full(16000, 0.1, np.float32), 16000) if name == "sound" else None
        with VideoWriter(path, Fraction(25), 320, 320, audio=tone) as writer:
            for k in range(20):
                writer.write(portrait[0:320, 60 + 3 * k : 380 + 3 * k])
    return videos

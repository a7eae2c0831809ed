"""However the command ends, no broken video stands under the output's name."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from talkingface.video.probe import probe
from tests.animation.material import random_checkpoint, write_moving

FRAMES = 300
# Whoever started the tests may have signals ignored, which children inherit.
HEAR_ALL = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "signal.signal(signal.SIGHUP, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("killed")
    driving = write_moving(folder / "driving.mp4", FRAMES)
    checkpoint = random_checkpoint(folder / "random.ckpt")
    return [
        sys.executable, "-m", "talkingface.cli", "animate", f"source={driving}",
        f"driving={driving}", f"checkpoint={checkpoint}", "crop=whole", "device=cpu",
    ]  # fmt: skip


def ended_half_way(words: list[str], number: signal.Signals) -> int:
    """Run the command, send the signal once half of the frames are written; return its status."""
    hearing = [sys.executable, "-c", HEAR_ALL, *words]
    started = subprocess.Popen(hearing, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert started.stderr is not None
    seen, share = b"", 0
    while share < 50:
        more = started.stderr.read1(4096)
        assert more, f"it ended before half of the frames: {seen.decode()}"
        seen += more
        share = max([0, *map(int, re.findall(rb"animating: +(\d+)%", seen))])
    started.send_signal(number)
    started.communicate(timeout=60)
    assert share < 100
    return started.returncode


@pytest.mark.slow
def test_killed_half_way_an_older_video_stays_and_the_command_can_be_given_again(
    words: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "out.mp4"
    assert ended_half_way([*words, f"output={output}"], signal.SIGKILL) == -signal.SIGKILL
    assert not output.exists()
    output.write_bytes(b"older")
    assert ended_half_way([*words, f"output={output}"], signal.SIGKILL) == -signal.SIGKILL
    assert output.read_bytes() == b"older"
    subprocess.run([*words, f"output={output}"], check=True, capture_output=True)
    assert abs(probe(output).duration * 25 - FRAMES) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_nothing_of_the_unfinished_video_stays(
    words: list[str], tmp_path: Path, number: signal.Signals
) -> None:
    output = tmp_path / "out.mp4"
    output.write_bytes(b"older")
    assert ended_half_way([*words, f"output={output}"], number) == 128 + number
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"older"]

"""Overlapped work makes what plain work makes, of any reference, and leaves nothing half done."""

import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from talkingface.animation.codes import transferred
from talkingface.animation.framing import Framing
from talkingface.animation.making import Made, Settings, animate
from talkingface.animation.motion import Motion
from talkingface.animation.reference import Reference, read_motion
from talkingface.animation.still import Still, read_still
from talkingface.animation.torch_parts import TorchParts
from talkingface.errors import UserError
from talkingface.motion.path import MotionPath
from talkingface.motion.transfer import Transfer
from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames
from talkingface.video.write import VideoWriter
from tests.animation.material import moving_picture, random_network, write_moving
from tests.video.media import click_samples, write_timed

WHOLE = Framing("whole")
PLAIN = Settings(MotionPath())


@pytest.fixture(scope="module")
def parts() -> TorchParts:
    return TorchParts(random_network(), batch=4)


@pytest.fixture(scope="module")
def still(parts: TorchParts, tmp_path_factory: pytest.TempPathFactory) -> Still:
    path = tmp_path_factory.mktemp("still") / "portrait.png"
    Image.fromarray(moving_picture(7, 96)).save(path)
    return read_still(parts, path, WHOLE)


@pytest.fixture(scope="module")
def read(parts: TorchParts, tmp_path_factory: pytest.TempPathFactory) -> tuple[Motion, Reference]:
    return read_motion(parts, write_moving(tmp_path_factory.mktemp("driving") / "a.mp4", 18), WHOLE)


def made_of(parts: TorchParts, still: Still, driving: Path, settings: Settings) -> Made:
    motion, reference = read_motion(parts, driving, WHOLE)
    output = driving.with_name("out.mp4")
    return animate(parts, still, motion, settings, output, reference)


def test_the_video_equals_one_made_step_by_step_byte_for_byte(
    parts: TorchParts, still: Still, read: tuple[Motion, Reference], tmp_path: Path
) -> None:
    motion, reference = read
    read_plainly = [parts.read(frames) for frames, _ in reference.chunks(parts.batch)]
    assert np.array_equal(motion.driving.code.numpy(), np.concatenate(read_plainly))
    output, serial = tmp_path / "out.mp4", tmp_path / "serial.mp4"
    animate(parts, still, motion, PLAIN, output)
    times = torch.tensor([k / 25 for k in range(18)], dtype=torch.float64)
    source = torch.from_numpy(still.portrait.code)
    codes = transferred(MotionPath(), Transfer(), parts, motion, source, times).numpy()
    with VideoWriter(
        serial, Fraction(25), 64, 64, crf=16, gop=50, tune=None, sound_from=motion.sound
    ) as writer:
        for first in range(0, 18, parts.batch):
            for frame in parts.render(still.portrait, codes[first : first + parts.batch]):
                writer.write(frame)
    assert output.read_bytes() == serial.read_bytes()


@pytest.mark.parametrize("rate", ["24000/1001", "25", "60", "7/2"])
def test_a_constant_rate_is_kept_and_the_duration_within_a_frame(
    parts: TorchParts, still: Still, tmp_path: Path, rate: str
) -> None:
    driving = write_moving(tmp_path / "a.mp4", 13, Fraction(rate))
    made = made_of(parts, still, driving, PLAIN)
    info = probe(made.output)
    assert (info.rate, made.frames, info.has_audio) == (Fraction(rate), 13, True)
    assert abs(info.duration - probe(driving).duration) <= 1 / info.rate


@pytest.mark.parametrize("seconds_of_sound", [Fraction(1, 2), Fraction(6)])
@pytest.mark.parametrize("output_rate", [None, Fraction(30000, 1001), Fraction(5)])
def test_a_variable_rate_keeps_the_duration_whatever_the_sound_s_length(
    parts: TorchParts,
    still: Still,
    tmp_path: Path,
    output_rate: Fraction | None,
    seconds_of_sound: Fraction,
) -> None:
    driving = tmp_path / "variable.mkv"
    ticks = [0, 40, 80, 120, 500, 540, 700, 720, 740, 1500, 1540, 2000, 2100, 2110, 2500]
    sound = click_samples(seconds_of_sound, Fraction(1, 4), 16000)
    write_timed(driving, ticks, Fraction(1, 1000), sound=sound)
    made = made_of(parts, still, driving, replace(PLAIN, output_rate=output_rate))
    info = probe(made.output)
    assert info.rate == made.rate == (output_rate or probe(driving).rate)
    assert abs(info.duration - probe(driving).duration) <= 1 / info.rate


@pytest.mark.parametrize("frames", [1, 2])
def test_the_shortest_references_are_animated(
    parts: TorchParts, still: Still, tmp_path: Path, frames: int
) -> None:
    made = made_of(parts, still, write_moving(tmp_path / "a.mp4", frames), PLAIN)
    assert probe(made.output).duration == Fraction(frames, 25)


def test_a_reference_that_ends_early_is_held_and_shortens_nothing(
    parts: TorchParts, still: Still, read: tuple[Motion, Reference], tmp_path: Path
) -> None:
    motion, reference = read
    promised = replace(motion, duration=motion.duration * 2)
    settings = replace(PLAIN, side_by_side=True)
    made = animate(parts, still, promised, settings, tmp_path / "out.mp4", reference)
    assert made.frames == 36
    shown = [frame[:, 64:128] for _, frame in constant_rate_frames(made.output)]
    assert len(shown) == 36
    last = moving_picture(17).astype(int)
    assert all(np.abs(frame - last).mean() < 6 for frame in shown[17:])


def test_side_by_side_shows_portrait_reference_and_result(
    parts: TorchParts, still: Still, read: tuple[Motion, Reference], tmp_path: Path
) -> None:
    motion, reference = read
    settings = replace(PLAIN, side_by_side=True)
    beside = animate(parts, still, motion, settings, tmp_path / "beside.mp4", reference)
    alone = animate(parts, still, motion, PLAIN, tmp_path / "alone.mp4", reference)
    pairs = zip(
        constant_rate_frames(beside.output), constant_rate_frames(alone.output), strict=True
    )
    for number, ((_, row), (_, result)) in enumerate(pairs):
        assert row.shape == (64, 192, 3)
        assert np.abs(row[:, :64].astype(int) - still.crop).mean() < 6
        assert np.abs(row[:, 64:128].astype(int) - moving_picture(number)).mean() < 6
        assert np.abs(row[:, 128:].astype(int) - result).mean() < 6


def test_a_saved_motion_has_no_video_to_show(
    parts: TorchParts, still: Still, read: tuple[Motion, Reference], tmp_path: Path
) -> None:
    settings = replace(PLAIN, side_by_side=True)
    with pytest.raises(UserError, match="side_by_side"):
        animate(parts, still, read[0], settings, tmp_path / "out.mp4", None)
    assert list(tmp_path.iterdir()) == []


def test_pasted_frames_are_the_whole_portrait_and_can_stand_beside_the_reference(
    parts: TorchParts, still: Still, read: tuple[Motion, Reference], tmp_path: Path
) -> None:
    motion, reference = read
    settings = replace(PLAIN, paste=True)
    alone = animate(parts, still, motion, settings, tmp_path / "out.mp4", reference)
    info = probe(alone.output)
    assert (info.width, info.height) == (96, 96)
    settings = replace(settings, side_by_side=True)
    beside = animate(parts, still, motion, settings, tmp_path / "beside.mp4", reference)
    first = next(constant_rate_frames(beside.output))[1]
    assert first.shape == (96, 3 * 96, 3)
    assert np.abs(first[:, :96].astype(int) - still.picture).mean() < 6


class StopError(Exception):
    pass


def test_work_that_is_stopped_leaves_an_older_video_and_no_thread(
    parts: TorchParts, still: Still, read: tuple[Motion, Reference], tmp_path: Path
) -> None:
    motion, reference = read
    output = tmp_path / "out.mp4"
    output.write_bytes(b"older")

    def stop(what: str, done: int, total: int) -> None:
        if (what, done) == ("animating", 9):
            raise StopError

    settings = replace(PLAIN, side_by_side=True)
    with pytest.raises(StopError):
        animate(parts, still, motion, settings, output, reference, stop)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"older"]
    assert "ahead" not in {thread.name for thread in threading.enumerate()}

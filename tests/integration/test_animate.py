"""The command `animate` on many files, saved motions, exported networks and long references."""

import subprocess
import sys
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from talkingface.video.probe import probe
from talkingface.video.read import constant_rate_frames
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter
from tests.animation.material import moving_picture, random_checkpoint, write_moving
from tests.integration.command import talkingface, talkingface_here

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_checkpoint(tmp_path_factory.mktemp("network") / "random.ckpt")


def pixels(path: Path) -> np.ndarray:
    return np.stack([frame for _, frame in constant_rate_frames(path)]).astype(int)


def test_every_portrait_meets_every_reference_and_a_bad_one_is_named_at_the_end(
    checkpoint: Path, tmp_path: Path
) -> None:
    portraits, references = tmp_path / "portraits", tmp_path / "references"
    portraits.mkdir()
    references.mkdir()
    for name, number in (("ann", 3), ("bob", 9)):
        Image.fromarray(moving_picture(number, 80)).save(portraits / f"{name}.png")
    (portraits / "notes.txt").write_text("no picture")
    write_moving(references / "x.mp4", 12)
    write_moving(references / "y.mp4", 7, Fraction(30), sound=False)
    (references / "z.mp4").write_bytes(b"no video at all")
    output = tmp_path / "made"
    where = (f"source={portraits}", f"driving={references}", f"output={output}")
    printed = talkingface_here(
        "animate", *where, f"checkpoint={checkpoint}", "crop=whole", status=2
    )
    made = {path.name: probe(path) for path in output.iterdir()}
    assert set(made) == {"ann_x.mp4", "ann_y.mp4", "bob_x.mp4", "bob_y.mp4"}
    for name, info in made.items():
        frames, rate, sound = (12, 25, True) if "_x" in name else (7, 30, False)
        assert (info.duration, info.rate, info.has_audio) == (Fraction(frames, rate), rate, sound)
    told = printed[printed.index("error:") :].splitlines()
    assert told[0] == "error: 2 of 6 videos were not made:"
    assert [line.split(":")[0].strip() for line in told[1:]] == [
        str(output / "ann_z.mp4"), str(output / "bob_z.mp4"),
    ]  # fmt: skip
    assert all(str(references / "z.mp4") in line for line in told[1:])


def test_a_saved_motion_drives_a_portrait_as_its_video_does(
    checkpoint: Path, tmp_path: Path
) -> None:
    reference, motion = write_moving(tmp_path / "x.mp4", 12), tmp_path / "motion.safetensors"
    portrait = tmp_path / "ann.png"
    Image.fromarray(moving_picture(3, 80)).save(portrait)
    ways = ("relative=true", "relative_to=first", "head_strength=0.5", "output_rate=30")
    shared = (f"checkpoint={checkpoint}", "crop=whole", f"source={portrait}", *ways)
    videos = [tmp_path / "by_video.mp4", tmp_path / "by_motion.mp4"]
    first = (f"driving={reference}", f"output={videos[0]}", f"save_motion={motion}")
    assert str(motion) in talkingface_here("animate", *shared, *first)
    talkingface_here("animate", *shared, f"driving={motion}", f"output={videos[1]}")
    assert videos[0].read_bytes() == videos[1].read_bytes()
    assert probe(videos[0]).has_audio
    known = reference.read_bytes()
    for wrong, message in (
        ((f"output={reference}",), "is also an input"),
        ((f"output={motion}",), "must end in"),
        (("side_by_side=true",), "a saved motion does not hold"),
        (("perturb=jitter-2",), "changes a video before"),
    ):
        words = (f"driving={motion}", f"output={tmp_path / 'out.mp4'}", *wrong)
        assert message in talkingface_here("animate", *shared, *words, status=2)
    assert reference.read_bytes() == known


def test_a_choice_that_cannot_be_met_is_one_line_before_any_video(
    checkpoint: Path, tmp_path: Path
) -> None:
    reference, output = write_moving(tmp_path / "x.mp4", 3), tmp_path / "out.mp4"
    shared = ("animate", f"checkpoint={checkpoint}", "crop=whole", f"source={reference}")
    for wrong in (
        (f"output={reference}",),
        ("output=out.avi",),
        ("source=[]",),
        ("relative=true", "relative_to=frontal"),
        ("head_strength=3",),
        ("runtime=onnx",),
        ("portrait_face=second",),
        ("save_motion=motion.pt",),
        ("save_motion=/proc/motion.safetensors",),
        ("paste=no",),
        ("relative=maybe",),
        ("side_by_side=off",),
        ("source=null",),
        ("source=[null]",),
        ("source=123",),
        ("output=2024",),
        ("checkpoint=5",),
    ):
        printed = talkingface_here(
            *shared, f"driving={reference}", f"output={output}", *wrong, status=2
        )
        (line,) = [x for x in printed.splitlines() if x.startswith("error:")]
        assert "Traceback" not in printed, line
    assert {path.name for path in tmp_path.iterdir()} == {"x.mp4"}


def test_an_exported_network_makes_the_same_video(checkpoint: Path, tmp_path: Path) -> None:
    exported = tmp_path / "exported"
    talkingface("export", f"checkpoint={checkpoint}", f"output={exported}", "formats=[onnx]")
    reference = write_moving(tmp_path / "x.mp4", 12)
    videos = []
    for place in (checkpoint, exported):
        videos.append(tmp_path / f"{place.stem}.mp4")
        where = (f"source={reference}", f"driving={reference}", f"output={videos[-1]}")
        talkingface("animate", f"checkpoint={place}", "crop=whole", "precision=auto", *where)
    true, made = map(pixels, videos)
    assert np.abs(true - made).mean() < 0.5


def test_the_whole_portrait_of_a_real_person_talks(
    checkpoint: Path, shared_dir: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.mp4"
    driving = shared_dir / "clips/aoc__V-Express_025d01.mp4"
    where = (
        f"source={shared_dir / 'portraits/LIA-ad1800-macron.png'}", f"driving={driving}",
        f"landmarker={shared_dir / 'models/face_landmarker.task'}",
    )  # fmt: skip
    ways = ("paste=true", "side_by_side=true", "relative=true", "relative_to=frontal")
    talkingface("animate", f"checkpoint={checkpoint}", *where, *ways, f"output={output}")
    made, true = probe(output), probe(driving)
    assert abs(made.duration - true.duration) <= 1 / true.rate
    assert made.width > 2 * made.height


def peak_memory(*words: object) -> float:
    """Return the most memory that the command ever had, bytes."""
    code = (
        "import resource, subprocess, sys; "
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-m", "talkingface.cli", *map(str, words)]
    command = [sys.executable, "-c", code, *command]
    return 1024 * int(subprocess.check_output(command, stderr=subprocess.DEVNULL, text=True))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_ten_minutes_take_no_more_memory_than_ten_seconds(checkpoint: Path, tmp_path: Path) -> None:
    peaks = []
    for seconds in (10, 600):
        reference = tmp_path / f"{seconds}.mp4"
        sound = np.random.default_rng(0).normal(0, 0.1, 16000 * seconds).astype(np.float32)
        frames = [moving_picture(number) for number in range(48)]
        track = AudioTrack(sound, 16000)
        with VideoWriter(reference, Fraction(25), 64, 64, audio=track) as writer:
            for frame in islice(cycle(frames), 25 * seconds):
                writer.write(frame)
        where = (f"source={reference}", f"driving={reference}", f"output={tmp_path / 'out.mp4'}")
        # All frames are read, a fifth of them written, which takes half of the time; in small
        # batches, of which ten seconds fill all queues too.
        ways = ("crop=whole", "device=cpu", "batch=4", "output_rate=5")
        peaks.append(peak_memory("animate", f"checkpoint={checkpoint}", *where, *ways))
        assert probe(tmp_path / "out.mp4").duration == seconds
    assert peaks[1] < 1.1 * peaks[0], peaks

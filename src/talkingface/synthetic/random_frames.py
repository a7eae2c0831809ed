"""Single frames of people whom no data set shows, in all poses and expressions, kept on disk."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from talkingface.errors import UserError
from talkingface.manifest import POSE_NAMES, Track
from talkingface.settings import claim_folder
from talkingface.synthetic.dataset import (
    FIRST_RESERVED_SEED,
    GENERATOR_VERSION,
    SEEDS_A_DATASET,
)
from talkingface.synthetic.deform import EXPRESSION_NAMES
from talkingface.synthetic.identity import Identity
from talkingface.synthetic.motion import Motion
from talkingface.synthetic.render import Renderer

MOTIONS_A_PERSON = 6
#: People of two groups with one seed: those learned from, and those who only test.
TRAINING, HELD_OUT = 0, 1
_SEEDS_A_GROUP = SEEDS_A_DATASET // 2
_SECONDS = 30.0
# Deviations of x, y and log scale around a motion's own, and the limits of everything.
_PLACE = np.array([0.05, 0.04, 0.06])
_POSE_LIMIT = np.array([45.0, 28.0, 22.0, 0.3, 0.25, 0.25])
_EXPRESSION_LOW = np.array(
    [0.0 if n == "jaw_open" or "blink" in n else -1 for n in EXPRESSION_NAMES]
)


@dataclass(frozen=True)
class RandomFrames:
    """Which frames; the same settings give the same frames.

    Attributes:
        people: number of identities.
        frames: frames of each.
        size: side of the frames, pixels.
        seed: other seeds share neither people nor motions, and none shares any with a data set.
        group: TRAINING, or HELD_OUT, which shares nobody and no motion with it.
        natural: share of a person's frames, the first ones, that show a moment of a motion. Of
            the rest, half mix the pose of one motion with the expression of another, half go
            beyond what motions do.
    """

    people: int
    frames: int
    size: int
    seed: int
    group: int = TRAINING
    natural: float = 0.5

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            UserError: a value is out of range.
        """
        most = _SEEDS_A_GROUP // MOTIONS_A_PERSON
        if not 1 <= self.people <= most or self.frames < 1 or self.seed < 0:
            raise UserError(
                f"{self.people} people of {self.frames} frames, seed={self.seed}: must be 1 to "
                f"{most} people, at least one frame, and no negative seed."
            )

    @property
    def first_seed(self) -> int:
        """Seed of the first person and of the first motion."""
        own = self.seed * SEEDS_A_DATASET + self.group * _SEEDS_A_GROUP
        return FIRST_RESERVED_SEED + own

    @property
    def seeds(self) -> range:
        """All seeds of people and motions that these frames may use."""
        return range(self.first_seed, self.first_seed + self.people * MOTIONS_A_PERSON)

    @property
    def natural_frames(self) -> int:
        """How many of a person's frames show a moment of a motion."""
        return round(self.natural * self.frames)


def render_random_frames(folder: Path, settings: RandomFrames, workers: int) -> None:
    """Render all frames into a folder, or what is missing of them.

    Args:
        folder: one file of frames and one of labels a person.
        settings: what to render.
        workers: processes to use; 1 works in this process.

    Raises:
        UserError: the folder holds something else.
    """
    if workers < 1:
        raise UserError(f"workers={workers}: must be at least 1.")
    claim_folder(folder, asdict(settings) | {"generator_version": GENERATOR_VERSION})
    missing = [k for k in range(settings.people) if not _frames_file(folder, k).exists()]
    with tqdm(total=settings.people, initial=settings.people - len(missing), unit="person") as bar:
        for made in _render_all(folder, settings, missing, workers):
            bar.update(made)


def read_random_frames(
    folder: Path, settings: RandomFrames
) -> tuple[list[NDArray[np.uint8]], Track]:
    """Return the frames (N, S, S, 3) of each person, mapped from disk, and all labels in order."""
    people = range(settings.people)
    tracks = [np.load(_labels_file(folder, k)) for k in people]
    joined = {
        n: np.concatenate([t[n] for t in tracks]) for n in ("pose", "expression", "landmarks")
    }
    track = Track(face=np.ones(len(joined["pose"]), bool), **joined)
    return [np.load(_frames_file(folder, k), mmap_mode="r") for k in people], track


def draw_labels(
    settings: RandomFrames, person: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return pose (N, 6) and expression (N, 9) of all frames of a person."""
    rng = np.random.default_rng([settings.first_seed + person, 0x2F])
    motions = [settings.first_seed + person * MOTIONS_A_PERSON + k for k in range(MOTIONS_A_PERSON)]
    count, natural = settings.frames, settings.natural_frames
    posing, acting = rng.integers(len(motions), size=(2, count))
    posing_time, acting_time = rng.uniform(0, _SECONDS, (2, count))
    acting[:natural], acting_time[:natural] = posing[:natural], posing_time[:natural]
    pose = np.empty((count, len(POSE_NAMES)), np.float32)
    expression = np.empty((count, len(EXPRESSION_NAMES)), np.float32)
    for index, seed in enumerate(motions):
        motion = Motion(seed)
        pose[posing == index] = motion.pose(posing_time[posing == index])
        expression[acting == index] = motion.expression(acting_time[acting == index])
    wide = slice(natural + (count - natural) // 2, count)
    pose[wide] = _widened_pose(pose[wide], rng)
    expression[wide] = _widened_expression(expression[wide], rng)
    return pose, expression


def _widened_pose(pose: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    wide = pose * rng.uniform(1.0, 1.6, (len(pose), 1))
    wide[:, 3:] += _PLACE * rng.standard_normal((len(pose), 3))
    return wide.clip(-_POSE_LIMIT, _POSE_LIMIT).astype(np.float32)


def _widened_expression(
    expression: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    anything = rng.uniform(_EXPRESSION_LOW, 1.0, expression.shape)
    return np.where(rng.random(expression.shape) < 0.5, anything, expression).astype(np.float32)


def _render_all(
    folder: Path, settings: RandomFrames, people: list[int], workers: int
) -> Iterator[int]:
    """Render people, yielding how many are new."""
    if workers == 1 or len(people) < 2:
        for person in people:
            yield _render_person(folder, settings, person)
        return
    # As for a data set: compiled code does not survive a fork, and an interrupt ends all at once.
    with ProcessPoolExecutor(
        min(workers, len(people)),
        get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_DFL),
    ) as pool:
        try:
            count = len(people)
            yield from pool.map(_render_person, [folder] * count, [settings] * count, people)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _render_person(folder: Path, settings: RandomFrames, person: int) -> int:
    pose, expression = draw_labels(settings, person)
    drawn = Renderer(Identity.sample(settings.first_seed + person), settings.size)
    labels, frames = _labels_file(folder, person), _frames_file(folder, person)
    landmarks = drawn.landmarks(pose, expression)
    np.savez(labels, pose=pose, expression=expression, landmarks=landmarks)
    # The frames come last and under their name only when complete: they mark the person as done.
    partial = frames.with_name(frames.name + ".partial")
    with partial.open("wb") as file:
        np.save(file, drawn.render(pose, expression))
    partial.replace(frames)
    return 1


def _frames_file(folder: Path, person: int) -> Path:
    return folder / f"{person:05}.frames.npy"


def _labels_file(folder: Path, person: int) -> Path:
    return folder / f"{person:05}.labels.npz"

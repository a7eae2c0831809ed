"""A whole data set of synthetic talking heads: which clips, made by how many processes, resumed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from talkingface.errors import UserError
from talkingface.manifest import Clip, DatasetInfo, clip_path, read_description, write_dataset
from talkingface.settings import claim_folder
from talkingface.synthetic.clip import clip_row, synthesize_clip
from talkingface.synthetic.deform import EXPRESSION_NAMES

#: Raised whenever the same seed would give other pictures, sound or labels.
GENERATOR_VERSION = 1
#: Seeds of identities and motions that a data set of one seed may use.
SEEDS_A_DATASET = 1_000_000
#: Seeds from here on belong to no data set: what measures data sets learns from these people.
FIRST_RESERVED_SEED = 1_000_000 * SEEDS_A_DATASET


@dataclass(frozen=True)
class SynthesisSettings:
    """What a synthetic data set consists of; the same settings give the same frames.

    Attributes:
        identities: number of people.
        clips_per_identity: clips of each.
        shared_motions: how many of these show motions that all identities share.
        seconds: length of a clip.
        rate: frames a second, a whole number or a fraction such as "30000/1001".
        size: side of the frames, pixels.
        seed: data sets of different seeds share neither identities nor motions.
    """

    identities: int
    clips_per_identity: int
    shared_motions: int
    seconds: float
    rate: str
    size: int
    seed: int

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            UserError: a value is out of range.
        """
        for name, low in (("identities", 1), ("clips_per_identity", 1), ("shared_motions", 0)):
            if getattr(self, name) < low:
                raise UserError(f"{name}={getattr(self, name)}: must be at least {low}.")
        if self.shared_motions > self.clips_per_identity:
            raise UserError(
                f"shared_motions={self.shared_motions}: there are only clips_per_identity="
                f"{self.clips_per_identity} clips of an identity. Choose at most that many."
            )
        if not 16 <= self.size <= 1024 or self.size % 2:
            raise UserError(f"size={self.size}: must be even and between 16 and 1024 pixels.")
        if self.seed < 0:
            raise UserError(f"seed={self.seed}: must not be negative.")
        own = self.clips_per_identity - self.shared_motions
        motions = self.shared_motions + self.identities * own
        if max(self.identities, motions) > SEEDS_A_DATASET:
            raise UserError(
                f"identities={self.identities} clips_per_identity={self.clips_per_identity}: a "
                f"data set has at most {SEEDS_A_DATASET} people and motions. Choose fewer."
            )
        if (self.seed + 1) * SEEDS_A_DATASET > FIRST_RESERVED_SEED:
            raise UserError(
                f"seed={self.seed}: must be below {FIRST_RESERVED_SEED // SEEDS_A_DATASET}; what "
                "lies above is reserved for the people that the ruler learns from."
            )
        if self.frame_count < 1:
            raise UserError(
                f"seconds={self.seconds} at rate={self.rate} is less than one frame. Choose more."
            )

    @property
    def exact_rate(self) -> Fraction:
        """Frames a second.

        Raises:
            UserError: `rate` is no positive number or fraction.
        """
        try:
            rate = Fraction(self.rate)
        except (ValueError, ZeroDivisionError) as error:
            raise UserError(
                f"rate={self.rate}: not a frame rate. Write a number or a fraction, "
                "such as 25 or 30000/1001."
            ) from error
        if not 1 <= rate <= 240:
            raise UserError(f"rate={self.rate}: must be between 1 and 240 frames a second.")
        return rate

    @property
    def frame_count(self) -> int:
        """Frames of a clip."""
        return round(Fraction(self.seconds) * self.exact_rate)


@dataclass(frozen=True)
class _Job:
    name: str
    identity: tuple[str, int]
    motion_seed: int


def synthesize_dataset(root: Path, settings: SynthesisSettings, workers: int) -> bool:
    """Make a data set, or what is missing of one begun before.

    Args:
        root: folder of the data set; see `talkingface.manifest`.
        settings: what to make.
        workers: processes to use; 1 works in this process.

    Returns:
        Whether anything was made; False when the data set was complete already.

    Raises:
        UserError: the folder holds a data set of other settings or of an earlier version, or
            something else.
    """
    if workers < 1:
        raise UserError(f"workers={workers}: must be at least 1.")
    if (root / "dataset.json").exists():
        read_description(root)
    claim_folder(root, asdict(settings) | {"generator_version": GENERATOR_VERSION})
    jobs = list(_jobs(settings))
    missing = [job for job in jobs if not clip_path(root, job.name).exists()]
    if not missing and (root / "manifest.parquet").exists():
        return False
    with tqdm(total=len(jobs), initial=len(jobs) - len(missing), unit="clip") as bar:
        for made in _make(root, settings, missing, workers):
            bar.update(made)
    info = DatasetInfo("synthetic", settings.size, "ibug68", EXPRESSION_NAMES)
    write_dataset(root, info, (_row(root, settings, job) for job in jobs))
    return True


def _jobs(settings: SynthesisSettings) -> Iterator[_Job]:
    own = settings.clips_per_identity - settings.shared_motions
    base = settings.seed * SEEDS_A_DATASET
    for person in range(settings.identities):
        first_own = settings.shared_motions + person * own
        motions = [*range(settings.shared_motions), *range(first_own, first_own + own)]
        for motion in motions:
            yield _Job(
                f"id{person:04}_m{motion:04}", (f"id{person:04}", base + person), base + motion
            )


def _row(root: Path, settings: SynthesisSettings, job: _Job) -> Clip:
    return clip_row(
        root, job.name, job.identity, job.motion_seed,
        frames=settings.frame_count, rate=settings.exact_rate, size=settings.size,
    )  # fmt: skip


def _make(root: Path, settings: SynthesisSettings, jobs: list[_Job], workers: int) -> Iterator[int]:
    """Make clips, yielding how many are new."""
    groups = _groups(jobs, workers)
    if workers == 1 or len(groups) < 2:
        for job in jobs:
            yield _make_group(root, settings, [job])
        return
    # Compiled code and video encoders do not survive a fork.
    # An interrupt ends them at once: the next run makes what they leave unfinished.
    with ProcessPoolExecutor(
        min(workers, len(groups)),
        get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_DFL),
    ) as pool:
        try:
            running = [pool.submit(_make_group, root, settings, group) for group in groups]
            for done in as_completed(running):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _groups(jobs: list[_Job], workers: int) -> list[list[_Job]]:
    """Return groups of one identity each, since building a head takes as long as 30 frames."""
    people: dict[str, list[_Job]] = {}
    for job in jobs:
        people.setdefault(job.identity[0], []).append(job)
    if len(people) >= workers:
        return list(people.values())
    return [[job] for job in jobs]


def _make_group(root: Path, settings: SynthesisSettings, jobs: list[_Job]) -> int:
    for job in jobs:
        synthesize_clip(
            root, job.name, job.identity, job.motion_seed,
            frames=settings.frame_count, rate=settings.exact_rate, size=settings.size,
        )  # fmt: skip
    return len(jobs)

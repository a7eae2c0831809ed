"""Whether hours of loading make memory, open files or threads grow.

    python benchmarks/soak.py --clips 200000
    python benchmarks/soak.py --hours 1

Clips come through the loader of a training, augmentation included, decoded anew each time. The main
process and its loader processes are looked at every thousand clips; growth is the slope over the
second half. Ends with status 1 if something grows.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from hydra import compose, initialize_config_module
from hydra.utils import instantiate

from data_modules.clips import ClipDataModule
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset

LOOK = 1000
BATCH = 8
#: Most growth that counts as none, over 100,000 clips: megabytes, files, threads.
MOST = (8.0, 0.5, 0.5)


@dataclass(frozen=True)
class Look:
    megabytes: float
    files: int
    threads: int


def look() -> Look:
    """Return what this process and its children hold; shared memory is counted once.

    Pages of files are left out: a library's share grows when another program that uses it ends.
    """
    own = Path("/proc/self")
    children = (own / f"task/{os.getpid()}/children").read_text().split()
    kilobytes = files = threads = 0
    for process in (own, *(Path("/proc") / child for child in children)):
        lines = (process / "smaps_rollup").read_text().splitlines()
        held = ("Pss_Anon:", "Pss_Shmem:")
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith(held))
        files += len(list((process / "fd").iterdir()))
        threads += len(list((process / "task").iterdir()))
    return Look(kilobytes / 1024, files, threads)


def loader(root: Path, steps: int, given: argparse.Namespace) -> ClipDataModule:
    if not given.root:
        settings = SynthesisSettings(given.people, 1, 0, 4.0, "25", 64, 0)
        synthesize_dataset(root, settings, workers=2)
    words = (
        f"data.root={given.root or root}", f"batch_size={BATCH}", f"steps={steps}",
        f"data.workers={given.workers}", f"data.backend={given.backend}",
        "data.memory=0", "data.val_identities=1", "data.test_identities=1",
    )  # fmt: skip
    with initialize_config_module("conf", version_base="1.3"):
        return instantiate(compose("train", overrides=list(words)).data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=200_000, help="clips to load")
    parser.add_argument("--hours", type=float, default=None, help="end after so long")
    parser.add_argument("--workers", type=int, default=2, help="loader processes")
    parser.add_argument("--people", type=int, default=24, help="clips of the data set made")
    parser.add_argument("--root", type=Path, default=None, help="a data set to load instead")
    parser.add_argument("--backend", default="pyav", help="what decodes: pyav or decord")
    given = parser.parse_args()
    looks: list[Look] = []
    clips = 10**9 if given.hours else given.clips
    with tempfile.TemporaryDirectory() as folder:
        data = loader(Path(folder) / "data", clips // BATCH, given)
        began = time.monotonic()
        for step, _ in enumerate(data.train_dataloader(), 1):
            if step * BATCH % LOOK:
                continue
            looks.append(look())
            if len(looks) % 10 == 1:
                speed = step * BATCH / (time.monotonic() - began)
                print(f"{step * BATCH:8} clips {speed:7.1f} clips/s {looks[-1]}", flush=True)
            if given.hours and time.monotonic() - began > 3600 * given.hours:
                break
    print(f"{len(looks) * LOOK} clips in {(time.monotonic() - began) / 60:.1f} minutes")
    sys.exit(verdict(looks))


def verdict(looks: list[Look]) -> int:
    """Print the growth over the second half; return 1 if there is any beyond its own noise."""
    values = np.array([astuple(one) for one in looks[len(looks) // 2 :]])
    if len(values) < 8:
        print(f"{len(looks)} looks are too few for a verdict: load more clips.")
        return 1
    places = np.arange(len(values)) * LOOK / 1e5
    grown = 0
    for name, series, most in zip(("megabytes", "files", "threads"), values.T, MOST, strict=True):
        (slope, _), covariance = np.polyfit(places, series, 1, cov=True)
        noise = 3 * float(np.sqrt(covariance[0, 0]))
        grows = slope - noise > most
        grown |= int(grows)
        print(
            f"{name:10} {series.min():8.1f} to {series.max():8.1f}, slope {slope:+.2f} per "
            f"100,000 clips, give or take {noise:.2f}: {'GROWS' if grows else 'steady'}"
        )
    return grown


if __name__ == "__main__":
    main()

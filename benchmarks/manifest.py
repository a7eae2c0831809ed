"""How long a data set of a million clips takes to open, and the memory of it on one machine.

One process opens the manifest, divides it into splits and draws an epoch's order; four forked from
it read clips in that order, as loader processes do. Memory is the sum of their proportional set
sizes (Pss): pages that they share are counted once.
"""

import argparse
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

CHILDREN = 4


def rows(count: int) -> Iterator:
    from talkingface.manifest import Clip, Measures  # noqa: PLC0415

    for i in range(count):
        person = i % 6112
        source = f"dev/mp4/id{person:05}/{i:011x}/{i % 300:05}.mp4"
        yield Clip(
            f"id{person:05}-{i:08x}-000", f"id{person:05}", source, 100 + i % 400, 25, 1, 1.5, 2.5,
            300.0, True, recording=f"id{person:05}/{i:011x}", start=0.0, bytes=100_000 + i,
            crc32=i * 7919 % 2**32, track_crc32=i * 104_729 % 2**32,
            measures=Measures(100 + i % 50, 0.5, -10, 10, -5, 5, 0.2, 0.1, 1, 0, 0, 0.05, 0),
        )  # fmt: skip


def write(root: Path, count: int) -> None:
    from talkingface.manifest import DatasetInfo, write_dataset  # noqa: PLC0415

    began = time.perf_counter()
    write_dataset(root, DatasetInfo("prepared", 256, "ibug68", ("jawOpen",)), rows(count))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": time.perf_counter() - began, "peak_mb": peak}))


def pss(process: int | str) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def read(root: Path) -> None:
    """Open the data set as a training does, and print seconds and megabytes as JSON."""
    import numpy as np  # noqa: PLC0415

    from data_modules.sampler import StepSampler  # noqa: PLC0415
    from data_modules.splits import split_clips  # noqa: PLC0415
    from talkingface.manifest import dataset_fingerprint, read_dataset  # noqa: PLC0415

    before, began = pss("self"), time.perf_counter()
    dataset_fingerprint(root)
    _, clips = read_dataset(root)
    opened = time.perf_counter() - began
    train = split_clips(clips, 100, 118)["train"]
    train = train.take(train.numbers("frames") > 20)
    order = StepSampler(len(train), 10_000, 1, 0).batch(0)
    ready = time.perf_counter() - began
    context = multiprocessing.get_context("fork")
    done, end = context.Barrier(CHILDREN + 1), context.Event()

    def child(number: int) -> None:
        for _, index in order[number::CHILDREN]:
            assert train[index].frames > 20
        done.wait()
        end.wait()

    children = [context.Process(target=child, args=(i,)) for i in range(CHILDREN)]
    for process in children:
        process.start()
    done.wait()
    total = pss("self") + sum(pss(process.pid or "self") for process in children)
    end.set()
    for process in children:
        process.join()
    figures = {
        "clips": len(clips), "open_s": opened, "ready_s": ready, "before_mb": before,
        "total_mb": total, "one_clip_us": _microseconds(lambda: train[int(np.int64(7))]),
    }  # fmt: skip
    print(json.dumps(figures))


def _microseconds(call, times: int = 1000) -> float:
    began = time.perf_counter()
    for _ in range(times):
        call()
    return 1e6 * (time.perf_counter() - began) / times


def measured(mode: str, root: Path, count: int) -> dict[str, float]:
    """Run a part in a process of its own and return its figures."""
    command = [sys.executable, __file__, "--clips", str(count), "--part", mode, "--root", str(root)]
    return json.loads(subprocess.check_output(command, text=True).splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=1_000_000)
    parser.add_argument("--part", choices=["write", "read"], help="used by the command itself")
    parser.add_argument("--root", type=Path, help="used by the command itself")
    given = parser.parse_args()
    if given.part:
        write(given.root, given.clips) if given.part == "write" else read(given.root)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        written = measured("write", root, given.clips)
        print(f"written in {written['seconds']:.1f} s, peak memory {written['peak_mb']:.0f} MB")
        for name in ("manifest.parquet", "manifest.arrow"):
            print(f"{name}: {(root / name).stat().st_size / 2**20:.0f} MB")
        report("opened", measured("read", root, given.clips))
        (root / "manifest.arrow").unlink()
        report("opened without its map", measured("read", root, given.clips))


def report(what: str, found: dict[str, float]) -> None:
    print(
        f"{what}: {found['clips']} clips in {found['open_s']:.3f} s, with splits and an order "
        f"{found['ready_s']:.3f} s; {found['total_mb']:.0f} MB in 1 + {CHILDREN} processes, of "
        f"which {found['before_mb']:.0f} MB are Python and torch; one clip "
        f"{found['one_clip_us']:.0f} us"
    )


if __name__ == "__main__":
    main()

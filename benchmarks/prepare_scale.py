"""What `prepare` costs beside reading videos: videos a second with trivial work, and memory."""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from talkingface.manifest import (
    Clip,
    Measures,
    Track,
    clip_path,
    size_and_checksum,
    track_path,
    write_track,
)
from talkingface.prepare.engine import prepare
from talkingface.prepare.inventory import Job
from talkingface.prepare.order import Order
from talkingface.prepare.piece import Beat, Piece
from talkingface.reasons import Reason

_FRAMES = 10


def trivial(root: Path, job: Job, beat: Beat) -> list[Piece]:
    """Write a clip of a kilobyte with its labels, and reject a second piece."""
    beat(0)
    draws = np.random.default_rng(int(job.source.path.stem))
    name = f"{job.prefix}-000"
    content = draws.bytes(1000)
    path = clip_path(root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    labels = (draws.random((_FRAMES, *shape), np.float32) for shape in ((6,), (51,), (68, 2)))
    write_track(root, name, Track(*labels, np.ones(_FRAMES, bool)))
    size, crc32 = size_and_checksum(path)
    measures = Measures(face_px=100, face_share=1.0)
    clip = Clip(
        name, job.source.identity, job.source.name, _FRAMES, 25, 1, 0.0, 0.0, 100.0, False,
        bytes=size, crc32=crc32, track_crc32=size_and_checksum(track_path(root, name))[1],
        measures=measures,
    )  # fmt: skip
    looks = tuple(int(look) for look in draws.integers(0, 2**64, 8, np.uint64))
    return [
        Piece(0.0, 0.4, Reason.KEPT, "", measures, clip, looks, content),
        Piece(0.4, 0.4, Reason.NO_FACE, "no frame shows a face", Measures(face_share=0.0)),
    ]


@contextmanager
def timed(what: str, count: int) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {seconds:.1f} s, {count / seconds:.0f} videos/s, peak so far {peak:.0f} MB")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=5000, help="files to prepare")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, root = Path(folder) / "in", Path(folder) / "out"
        for number in range(given.videos):
            path = source / f"{number // 1000}" / f"{number:07}.mp4"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        # The trivial work asks no model; the folder is claimed for the checksum of one.
        model = Path(folder) / "model.task"
        model.write_bytes(b"none")
        order = Order(source, root, model, layout="files", workers=given.workers)
        with timed("everything", given.videos):
            prepare(order, partial(trivial, root))
        with timed("again, nothing to do", given.videos):
            prepare(order, partial(trivial, root))


if __name__ == "__main__":
    main()

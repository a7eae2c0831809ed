"""Frames a second of reading faces, by picture size and processes, and where the time goes."""

import argparse
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from talkingface.errors import UserError
from talkingface.faces.reader_pool import FaceReaders
from talkingface.faces.reading import FaceReading
from talkingface.model_files import FACE_LANDMARKER, find_model
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset
from talkingface.video.footage import find_footage


def read_all(clips: list[Path], model: Path, size: int, workers: int) -> tuple[float, list]:
    """Return the seconds that reading takes once all processes are running, and the readings."""
    with (
        tempfile.TemporaryDirectory() as cache,
        FaceReaders(model, size, Path(cache), workers) as readers,
    ):
        # Starting a process and importing MediaPipe takes seconds, once for all videos.
        for warm in [readers.submit(clips[k % len(clips)]) for k in range(workers)]:
            warm.result()
        for kept in Path(cache).iterdir():
            kept.unlink()
        start = time.perf_counter()
        waiting = [readers.submit(clip) for clip in clips]
        readings = [reading.result() for reading in waiting]
        return time.perf_counter() - start, readings


def report(size: int, workers: int, seconds: float, readings: list[FaceReading]) -> None:
    frames = sum(len(reading.track) for reading in readings)
    faces = sum(int(reading.track.face.sum()) for reading in readings)
    busy = sum(reading.seconds for reading in readings)
    inside = sum(reading.landmarker_seconds for reading in readings)
    print(
        f"{size:4} px  {workers} workers  {frames / seconds:6.1f} frames/s  "
        f"{inside / busy:5.0%} MediaPipe  {1 - inside / busy:5.0%} decoding and scaling  "
        f"{faces / frames:5.0%} with a face",
        flush=True,
    )


def synthetic_clips(root: Path) -> Path:
    """Return a folder of synthetic talking heads."""
    settings = SynthesisSettings(
        identities=4, clips_per_identity=1, shared_motions=0,
        seconds=4, rate="25", size=256, seed=0,
    )  # fmt: skip
    synthesize_dataset(root, settings, workers=2)
    return root / "clips"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="videos; none: synthetic heads")
    parser.add_argument("--clips", type=int, default=6, help="how many of them are read")
    parser.add_argument("--landmarker", type=Path, help="face_landmarker.task; none: found")
    given = parser.parse_args()
    try:
        model = find_model(FACE_LANDMARKER, given.landmarker)
    except UserError as error:
        # The other benchmarks do not need the model and shall still run.
        print(f"not measured: {error}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as root:
        folder = given.folder or synthetic_clips(Path(root))
        clips = list(islice(find_footage(folder).values(), given.clips))
        for size in (64, 256):
            for workers in (1, 2):
                report(size, workers, *read_all(clips, model, size, workers))


if __name__ == "__main__":
    main()

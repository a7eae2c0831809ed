"""How much of a crop's jitter STAC's steadying takes out, and what it costs.

`python benchmarks/steadying.py data/mine` prints, for jitter of several strengths, what is left of
the crop's acceleration and place, in pixels of a 64-pixel frame, on up to 20 clips; half a minute.
Without a data set it makes one of synthetic heads.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from talkingface.manifest import clip_path, read_dataset
from talkingface.motion.conditions import move_crop
from talkingface.motion.registration import crop_motion
from talkingface.motion.steadying import REACH, jitter_of
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset
from talkingface.video.footage import read_footage
from talkingface.video.frames import to_tensor

_CLIPS, _FRAMES, _SIZE = 20, 75, 64


def shaking(frames: int, strength: float, seed: int) -> Tensor:
    """A crop's path (T, 4) as in the suite jitter-<strength>, known exactly."""
    rng = np.random.default_rng(seed)
    spread, slow = strength / 50 * np.array([1, 1, 0.75, 0.75]), rng.standard_normal(4)
    path = []
    for _ in range(frames):
        slow = 0.8 * slow + 0.6 * rng.standard_normal(4)
        path.append(spread * (slow + rng.standard_normal(4)) / 2**0.5)
    return torch.tensor(np.array(path), dtype=torch.float32)


def pixels(paths: list[Tensor]) -> str:
    """Root mean square over shift, log scale and turn, in pixels at the border."""
    return f"{float(torch.cat(paths).square().mean().sqrt()) * _SIZE / 2:6.2f}"


def main() -> None:
    torch.set_num_threads(1)
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        settings = SynthesisSettings(8, 1, 0, 3.0, "25", _SIZE, seed=0)
        synthesize_dataset(Path(folder), settings, workers=1)
        measure(Path(folder))


def measure(root: Path) -> None:
    _, clips = read_dataset(root)
    chosen = [clips[int(k)] for k in np.linspace(0, len(clips) - 1, min(_CLIPS, len(clips)))]
    print("jitter  acceleration: was, left   place: was, left   ms a frame")
    for strength in (0, 1, 2, 4):
        was, left, seconds, frames = [], [], 0.0, 0
        for number, clip in enumerate(chosen):
            clean = to_tensor(next(read_footage(clip_path(root, clip.clip), _SIZE, _FRAMES)))
            true = shaking(len(clean), strength, number)
            shaken = move_crop(clean, true) if strength else clean
            began = time.perf_counter()
            path = F.pad(crop_motion(shaken[:-1], shaken[1:]).cumsum(0), (0, 0, 1, 0))
            found = jitter_of(path, REACH)
            move_crop(shaken, -found)
            seconds, frames = seconds + time.perf_counter() - began, frames + len(clean)
            was.append(true)
            left.append(true - found)
        accelerations = [pixels([x.diff(n=2, dim=0) for x in paths]) for paths in (was, left)]
        places = [pixels(paths) for paths in (was, left)]
        print(
            f"{strength:6}  {accelerations[0]:>17}{accelerations[1]}{places[0]:>13}{places[1]}"
            f"{1000 * seconds / frames:13.1f}"
        )


if __name__ == "__main__":
    main()

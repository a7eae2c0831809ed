"""The same frames as raw videos, as prepared clips and as folders of PNG files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
from PIL import Image

from decoding.shapes import Frames, Shapes
from talkingface.synthetic.clip import frame_times, render_motion
from talkingface.video.footage import find_footage
from talkingface.video.read import constant_rate_frames
from talkingface.video.write import VideoWriter

WIDTH, HEIGHT, FACE = 1280, 720, 512
_GRAIN = 2.0
_RATE = Fraction(25)


def make_sets(root: Path, clips: int, frames: int, size: int, real: Path | None) -> list[Shapes]:
    """Make the three shapes of some recordings below `root`: synthetic ones, or of real videos."""
    raws = list(find_footage(real).values())[:clips] if real else _scenes(root, clips, frames)
    made = []
    for number, raw in enumerate(raws):
        box = _box(raw)
        pictures = list(islice(_cropped(raw, box, size), frames))
        if len(pictures) < 40:
            continue
        shapes = Shapes(
            raw, box, root / f"prepared/{number}.mp4", root / f"pngs/{number}", len(pictures)
        )
        write_clip(shapes.prepared, pictures)
        shapes.pngs.mkdir(parents=True)
        for k, picture in enumerate(pictures):
            Image.fromarray(picture).save(shapes.pngs / f"{k:07}.png")
        made.append(shapes)
    return made


def write_clip(path: Path, pictures: Sequence[Frames], **coding: object) -> None:
    """Write a prepared clip without sound."""
    side = pictures[0].shape[0]
    with VideoWriter(path, _RATE, side, side, **coding) as writer:  # type: ignore[arg-type]
        for picture in pictures:
            writer.write(picture)


def png_frames(shapes: Shapes) -> Frames:
    """Return all frames of a recording, bit for bit as they were cropped."""
    return np.stack([np.asarray(Image.open(path)) for path in sorted(shapes.pngs.iterdir())])


def size_on_disk(paths: Sequence[Path]) -> int:
    """Return the bytes of files, and of the files in folders."""
    return sum(
        size_on_disk(list(path.iterdir())) if path.is_dir() else path.stat().st_size
        for path in paths
    )


def _scenes(root: Path, clips: int, frames: int) -> list[Path]:
    """Write heads in front of a backdrop as a camera and a video host leave them."""
    (root / "raw").mkdir(parents=True)
    paths = []
    for number in range(clips):
        heads = render_motion(number, number, frame_times(frames, _RATE), FACE // 2)
        rng = np.random.default_rng(number)
        coarse = Image.fromarray(rng.integers(60, 190, (24, 40, 3), np.uint8))
        backdrop = np.array(coarse.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))
        left, top = (WIDTH - FACE) // 2, HEIGHT - FACE
        path = root / f"raw/{number}.mp4"
        options = {"crf": "23", "preset": "medium"}
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=_RATE, options=options)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            stream.gop_size = 250
            for head in heads:
                scene = backdrop.copy()
                large = Image.fromarray(head).resize((FACE, FACE), Image.Resampling.BICUBIC)
                scene[top:, left : left + FACE] = np.asarray(large)
                grain = rng.normal(0, _GRAIN, scene.shape)
                noisy = np.clip(scene + grain, 0, 255).astype(np.uint8)
                picture = av.VideoFrame.from_ndarray(noisy, format="rgb24")
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        paths.append(path)
    return paths


def _box(raw: Path) -> tuple[int, int, int]:
    height, width = next(constant_rate_frames(raw))[1].shape[:2]
    side = min(FACE, height, width) // 2 * 2
    return (width - side) // 2, height - side, side


def _cropped(raw: Path, box: tuple[int, int, int], size: int) -> Iterator[Frames]:
    left, top, side = box
    for _, frame in constant_rate_frames(raw):
        square = Image.fromarray(frame[top : top + side, left : left + side])
        yield np.asarray(square.resize((size, size), Image.Resampling.BOX))

"""CSIM: how much the person of a video looks like the one who has to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talkingface.evaluation.item import Item
from talkingface.manifest import Track
from talkingface.metrics.face_embedding import FaceEmbedder, csim
from talkingface.video.footage import read_footage

Embedded = tuple[NDArray[np.float32], NDArray[np.bool_]]


def likeness(item: Item, embedder: FaceEmbedder, made: Track, true: Track, size: int) -> float:
    """Return the mean cosine of face embeddings, -1 to 1; NaN where no face is seen.

    Args:
        item: compared with its target frame by frame, or with its portrait where it has none.
        embedder: faces to embeddings.
        made: what is read of the video.
        true: what is read of the target, or of the source.
        size: side of the frames, pixels.
    """
    values: list[float] = []
    against = _embedded(embedder, item.target or item.source, true, size)
    portrait = None if item.target else _first(against)
    for ours, seen in _embedded(embedder, item.made, made, size):
        if portrait is None:
            theirs, there = next(against)
        else:
            theirs, there = (np.broadcast_to(x, (len(ours), *x.shape[1:])) for x in portrait)
        values += csim(ours, theirs)[seen & there].tolist()
    return float(np.mean(values)) if values else float("nan")


def _embedded(embedder: FaceEmbedder, path: Path, track: Track, size: int) -> Iterator[Embedded]:
    first = 0
    for piece in read_footage(path, size):
        index = slice(first, first + len(piece))
        first = index.stop
        yield embedder.embed(piece, track.landmarks[index]), track.face[index]


def _first(pieces: Iterator[Embedded]) -> Embedded:
    embeddings, seen = next(pieces)
    return embeddings[:1], seen[:1]

"""CSIM: how much the person of a video looks like the one who has to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from talkingface.evaluation.floors import unit
from talkingface.evaluation.item import Item
from talkingface.manifest import Track
from talkingface.metrics.face_embedding import FaceEmbedder, csim
from talkingface.video.footage import read_footage


def likeness(item: Item, embedder: FaceEmbedder, made: Track, true: Track, size: int) -> float:
    """Return the mean cosine of face embeddings, -1 to 1; NaN where no face is seen.

    Args:
        item: compared with its target frame by frame, or with its portrait where it has none; only
            scored frames count.
        embedder: faces to embeddings.
        made: what is read of the video.
        true: what is read of the target, or of the source.
        size: side of the frames, pixels.
    """
    against = _embedded(embedder, item.target or item.source, true, size)
    portrait = None if item.target else next(against)[:1]
    cosines = [
        csim(ours, next(against) if portrait is None else portrait)
        for ours in _embedded(embedder, item.made, made, size)
    ]
    cosine_T = torch.cat(cosines)
    if item.scored is not None:
        cosine_T = cosine_T[torch.from_numpy(item.scored)]
    return float(cosine_T.nanmean())


def _embedded(embedder: FaceEmbedder, path: Path, track: Track, size: int) -> Iterator[Tensor]:
    first = 0
    for piece in read_footage(path, size):
        index = slice(first, first + len(piece))
        first = index.stop
        landmarks, face = (torch.from_numpy(x[index]) for x in (track.landmarks, track.face))
        yield embedder.embed(unit(piece), landmarks, face)

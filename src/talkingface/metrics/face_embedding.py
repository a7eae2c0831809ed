"""CSIM: do two faces look like one person to a face embedder?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from talkingface.errors import UserError
from talkingface.metrics.face_alignment import align_faces
from talkingface.metrics.onnx_embedder import OnnxEmbedder
from talkingface.model_files import MissingModelError, file_sha256
from talkingface.networks.iresnet import load_iresnet

_FORMATS = (
    "an ArcFace-style network as ONNX (.onnx, one input of shape (1 or any number, 3, 112, 112) in "
    "RGB, (value - 127.5) / 127.5) or as the state dictionary of an IResNet (.pth, .pt)"
)
_CHUNK = 16


class FaceEmbedder:
    """Faces in frames -> embeddings of unit length.

    Attributes:
        name: the network's file name; figures of two networks do not compare.
        sha256: its checksum.
    """

    def __init__(self, path: Path, network: Callable[[Tensor], Tensor], side: int):
        self.name, self.sha256 = path.name, file_sha256(path)
        self._network, self._side = network, side

    @torch.no_grad()
    def embed(
        self, frames_T3HW: Tensor, landmarks_T682: Tensor, face_T: Tensor | None = None
    ) -> Tensor:
        """Return embeddings (T, E) on the CPU; NaN where there is no face.

        Args:
            frames_T3HW: frames in [0, 1].
            landmarks_T682: iBUG-68 points, x and y in [0, 1] of the frame.
            face_T: whether there is a face; None means that all frames have one.
        """
        found = []
        for start in range(0, len(frames_T3HW), _CHUNK):
            piece = slice(start, start + _CHUNK)
            faces = align_faces(frames_T3HW[piece], landmarks_T682[piece], self._side)
            found.append(F.normalize(self._network(faces * 2 - 1).float().cpu(), dim=1))
        embedding_TE = torch.cat(found)
        if face_T is not None:
            embedding_TE[~face_T.cpu()] = torch.nan
        return embedding_TE


def csim(a_TE: Tensor, b_TE: Tensor) -> Tensor:
    """Return the cosines (T,) of embeddings (T, E); one side may be a single one, (1, E).

    1 is the same face, about 0 two strangers; NaN where either has no face.
    """
    return F.cosine_similarity(a_TE, b_TE, dim=1)


def load_embedder(path: Path | None, device: torch.device | str = "cpu") -> FaceEmbedder:
    """Return the embedder in a file; there is no default, since none may be used by everybody.

    Args:
        path: ONNX, or a state dictionary that `networks.iresnet.load_iresnet` reads.
        device: where an IResNet runs; ONNX runs where onnxruntime can.

    Raises:
        MissingModelError: no path.
        UserError: the file is missing or holds something else.
    """
    if path is None:
        raise MissingModelError(f"No face embedder is named. Give the path of {_FORMATS}.")
    if not path.is_file():
        raise UserError(f"{path}: no such file. Give the path of {_FORMATS}.")
    if path.suffix.lower() == ".onnx":
        network = OnnxEmbedder(path)
        return FaceEmbedder(path, network, network.side)
    if path.suffix.lower() in (".pth", ".pt"):
        iresnet = load_iresnet(path).to(device)
        return FaceEmbedder(path, lambda faces: iresnet(faces.to(device)), side=112)
    raise UserError(f"{path}: its ending is no face embedder's. Give the path of {_FORMATS}.")

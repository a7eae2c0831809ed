"""Face embedders in ONNX files, run by onnxruntime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from talkingface.errors import UserError
from talkingface.onnx_runtime import errors, onnxruntime

_SIDE = 112
# onnxruntime's errors have no common ancestor but Exception.
_FAILURES = (
    errors.Fail, errors.InvalidArgument, errors.InvalidGraph, errors.InvalidProtobuf,
    errors.NoSuchFile, errors.NotImplemented, errors.RuntimeException, RuntimeError, ValueError,
)  # fmt: skip


class OnnxEmbedder:
    """Aligned faces -> embeddings, by the first and only output of an ONNX file.

    The input may have channels first or last, any batch or a batch of one. CUDA is used where
    onnxruntime has it.

    Attributes:
        side: of the faces that it takes, pixels.

    Raises:
        UserError: not ONNX, or a network of another shape.
    """

    def __init__(self, path: Path):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = torch.get_num_threads()
        offered = onnxruntime.get_available_providers()
        wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
        self._path = path
        try:
            self._session = onnxruntime.InferenceSession(
                path, options, providers=[name for name in wanted if name in offered]
            )
        except _FAILURES as error:
            raise self._refusal(f"onnxruntime says: {str(error).splitlines()[0]}") from error
        self._read_shape()
        embedding = self(torch.zeros(1, 3, self.side, self.side))
        if embedding.ndim != 2 or len(embedding) != 1:
            raise self._refusal(f"it answers one face with the shape {tuple(embedding.shape)}")

    def __call__(self, face_B3SS: Tensor) -> Tensor:
        """Embed faces (B, 3, S, S) in [-1, 1]; returns (B, E) on the CPU."""
        pixels: NDArray[np.float32] = face_B3SS.float().cpu().numpy()
        if self._channels_last:
            pixels = np.moveaxis(pixels, 1, -1)
        pieces = np.split(pixels, len(pixels)) if self._one_at_a_time else [pixels]
        try:
            found = [
                self._session.run(None, {self._input: np.ascontiguousarray(x)})[0] for x in pieces
            ]
        except _FAILURES as error:
            raise self._refusal(f"onnxruntime says: {str(error).splitlines()[0]}") from error
        return torch.from_numpy(np.concatenate(found))

    def _read_shape(self) -> None:
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise self._refusal(f"it has {len(inputs)} inputs and {len(outputs)} outputs")
        (taken,) = inputs
        described = f"its input is {taken.type} of shape {taken.shape}"
        if taken.type != "tensor(float)" or len(taken.shape) != 4:
            raise self._refusal(described)
        batch, *rest = taken.shape
        self._channels_last = rest[0] != 3 and rest[-1] == 3
        channels, height, width = (rest[-1], *rest[:2]) if self._channels_last else rest
        # A size left open has a name, or none, in place of a number.
        height, width = (x if isinstance(x, int) else _SIDE for x in (height, width))
        if channels != 3 or height != width or (isinstance(batch, int) and batch != 1):
            raise self._refusal(described)
        self._input, self._one_at_a_time, self.side = taken.name, batch == 1, height

    def _refusal(self, reason: str) -> UserError:
        return UserError(
            f"{self._path}: not a face embedder in ONNX ({reason}). Give one that takes float "
            f"faces of shape (1 or any number, 3, {_SIDE}, {_SIDE}) and gives one embedding each."
        )

"""An exported network in ONNX Runtime, as what animates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from talkingface.animation.parts import Pixels, Portrait
from talkingface.errors import UserError
from talkingface.export.folder import Export, Part, part_names
from talkingface.motion.recombination import plain_recombination
from talkingface.onnx_runtime import errors, onnxruntime

# onnxruntime's errors have no common ancestor but Exception.
_FAILURES = (
    errors.Fail, errors.InvalidArgument, errors.InvalidGraph, errors.InvalidProtobuf,
    errors.NoSuchFile, errors.NotImplemented, errors.RuntimeException, RuntimeError, ValueError,
)  # fmt: skip
_ON_GPU, _ON_CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


class OnnxParts:
    """See `animation.parts.Parts`. Takes as many threads as PyTorch would.

    On the CPU each thread works on frames of its own: threads that share a frame wait for each
    other at every layer (docs/results/animate.md).

    Args:
        export: a folder with ONNX files.
        batch: frames at a time.
        device: auto takes a GPU where ONNX Runtime was built for one; else cpu or cuda.

    Raises:
        UserError: a file is missing, was changed or cannot be run, or there is no such device.
    """

    def __init__(self, export: Export, batch: int = 8, device: str = "auto") -> None:
        self.batch = batch
        self.size, self.pose_dim = export.network.size, export.network.pose_dim
        self.corrects, self.steadies = export.network.corrector, export.network.steady
        self.lookahead = export.network.lookahead
        self.encoder = export.encoder
        self.scale, self.mean = torch.tensor(export.scale), torch.tensor(export.mean)
        providers = _providers(device)
        threads = torch.get_num_threads()
        self._framewise = providers == [_ON_CPU]
        self._workers = ThreadPoolExecutor(min(threads, batch))
        each = max(1, threads // batch) if self._framewise else threads
        self._sessions = {
            part: _session(export, part, providers, each) for part in part_names(export.network)
        }

    def portrait(self, picture_SS3: Pixels) -> Portrait:
        """Read a cropped portrait."""
        kept = self._run("portrait", picture_SS3[None])
        return Portrait(kept[0][0], kept)

    def read(self, frames_BSS3: Pixels) -> NDArray[np.float32]:
        """Return the motion codes (B, Z) of cropped frames."""
        code_BZ: NDArray[np.float32] = self._over_frames("read", frames_BSS3)
        return code_BZ

    def correct(self, code_BTZ: Tensor, time_BT: Tensor, fresh_BT: Tensor) -> Tensor:
        """Return corrected codes."""
        if not self.corrects:
            return code_BTZ
        videos = zip(code_BTZ.float(), time_BT.float(), fresh_BT, strict=True)
        return torch.stack(
            [
                torch.from_numpy(self._run("correct", *(x[None].numpy() for x in video))[0][0])
                for video in videos
            ]
        )

    def recombine(self, head_UZ: Tensor, face_UZ: Tensor) -> Tensor:
        """Return codes of one code's head pose and another's facial motion."""
        if "recombine" not in self._sessions:
            return plain_recombination(head_UZ, face_UZ, self.pose_dim)
        return torch.from_numpy(self._run("recombine", head_UZ.numpy(), face_UZ.numpy())[0])

    def render(self, portrait: Portrait, code_BZ: NDArray[np.float32]) -> Pixels:
        """Return the portrait's frames (B, S, S, 3) for motion codes."""
        frames: Pixels = self._over_frames("render", code_BZ, *portrait.features)
        return frames

    def _over_frames(self, part: Part, given: NDArray, *rest: NDArray) -> NDArray:
        if not self._framewise:
            return self._run(part, given, *rest)[0]
        single = (given[k : k + 1] for k in range(len(given)))
        made = self._workers.map(lambda frame: self._run(part, frame, *rest)[0], single)
        return np.concatenate(list(made))

    def _run(self, part: Part, *given: NDArray) -> list[NDArray]:
        session = self._sessions[part]
        named = zip(session.get_inputs(), given, strict=True)
        return session.run(None, {node.name: np.ascontiguousarray(x) for node, x in named})


def _session(
    export: Export, part: Part, providers: list[str], threads: int
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads
    # Threads that wait busily take the cores from decoder and encoder.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    content = export.content(part, "onnx")
    try:
        return onnxruntime.InferenceSession(content, options, providers=providers)
    except _FAILURES as error:
        raise UserError(
            f"{export.root}: {part}.onnx cannot be run (onnxruntime says: "
            f"{str(error).splitlines()[0]}). Export again with this version."
        ) from error


def _providers(device: str) -> list[str]:
    offered = onnxruntime.get_available_providers()
    if device == "cpu" or (device == "auto" and _ON_GPU not in offered):
        return [_ON_CPU]
    if device not in ("auto", "cuda") or _ON_GPU not in offered:
        raise UserError(
            f"device={device}: ONNX files run on the CPU, or with device=cuda where ONNX Runtime "
            "was built for it. Use device=auto or device=cpu."
        )
    return [_ON_GPU, _ON_CPU]

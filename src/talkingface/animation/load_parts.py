"""From a checkpoint or an exported folder to what animates."""

from __future__ import annotations

import sys
from pathlib import Path

from talkingface.animation.exported_parts import ExportedParts
from talkingface.animation.onnx_parts import OnnxParts
from talkingface.animation.parts import Parts
from talkingface.animation.torch_parts import Precision, TorchParts
from talkingface.errors import UserError
from talkingface.export.folder import Format, is_export, read_export
from talkingface.numbers import is_whole
from talkingface.runs.checkpoint import load_network
from talkingface.runs.device import choose_device
from talkingface.runs.folder import find_checkpoint
from talkingface.runs.precision import resolve_precision

RUNTIMES = ("auto", "torch", "compile", "onnx", "exported")
PRECISIONS = ("auto", "fp32", "bf16")
_MOST = 256


def load_parts(
    checkpoint: Path,
    *,
    runtime: str = "auto",
    precision: str = "auto",
    device: str = "auto",
    batch: int = 8,
) -> Parts:
    """Return the parts of a trained network.

    Args:
        checkpoint: a .ckpt file, a run's folder, or a folder that `talkingface export` wrote.
        runtime: torch or compile for a checkpoint, onnx or exported (files of torch.export) for an
            export; auto takes torch or onnx.
        precision: fp32 or bf16; auto takes bf16 where the hardware multiplies it quickly.
        device: auto takes a GPU where there is one.
        batch: frames at a time.

    Raises:
        UserError: something that is not there, is not offered, or does not fit the rest.
    """
    if runtime not in RUNTIMES:
        raise UserError(f"runtime={runtime}: must be one of {', '.join(RUNTIMES)}.")
    if precision not in PRECISIONS:
        raise UserError(f"precision={precision}: must be one of {', '.join(PRECISIONS)}.")
    if not is_whole(batch) or not 1 <= batch <= _MOST:
        raise UserError(f"batch={batch}: must be a whole number of frames from 1 to {_MOST}.")
    if is_export(checkpoint):
        return _exported(checkpoint, runtime, precision, device, batch)
    if checkpoint.suffix in (".onnx", ".pt2", ".json"):
        raise UserError(f"{checkpoint}: one file of an export. Give the folder that it lies in.")
    if runtime in ("onnx", "exported"):
        raise UserError(
            f"runtime={runtime}: {checkpoint} is no exported network. Export it first "
            "(talkingface export) and give that folder, or leave runtime at auto."
        )
    network = load_network(find_checkpoint(checkpoint)).to(choose_device(device))
    chosen = _precision(precision, network.statistics.mean.device.type)
    return TorchParts(network, batch, chosen, compiled=runtime == "compile")


def _exported(root: Path, runtime: str, precision: str, device: str, batch: int) -> Parts:
    export = read_export(root)
    if runtime in ("torch", "compile"):
        raise UserError(
            f"runtime={runtime}: {root} is an export, which has no weights to load. Give the "
            "checkpoint, or leave runtime at auto."
        )
    if precision == "bf16":
        raise UserError(
            f"precision=bf16: {root} is an export, which computes in float32. Give the "
            "checkpoint, or leave precision at auto."
        )
    kind: Format = "torch" if runtime == "exported" else "onnx"
    if kind not in export.formats:
        other = "runtime=exported" if kind == "onnx" else "runtime=onnx"
        raise UserError(
            f"{root}: exported without formats={kind}. Export again with it, or choose {other}"
            f"{', for files of your own only' if kind == 'onnx' else ''}."
        )
    if kind == "onnx":
        return OnnxParts(export, batch, device)
    if device not in ("auto", "cpu"):
        raise UserError(f"device={device}: runtime=exported runs on the CPU. Use device=cpu.")
    return ExportedParts(export, batch)


def _precision(wanted: str, device: str) -> Precision:
    quick = resolve_precision("auto", "cpu" if device == "cpu" else "gpu") == "bf16-mixed"
    if wanted == "bf16" and not quick:
        print(
            f"warning: precision=bf16 is slower than fp32 here: this {device} has no instructions "
            "for it.",
            file=sys.stderr,
        )
    if wanted == "auto":
        return "bf16" if quick else "fp32"
    return "bf16" if wanted == "bf16" else "fp32"

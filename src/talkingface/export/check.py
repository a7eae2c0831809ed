"""Whether exported files do what the network does in PyTorch."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from talkingface.animation.exported_parts import ExportedParts
from talkingface.animation.onnx_parts import OnnxParts
from talkingface.animation.parts import Parts, Pixels
from talkingface.animation.torch_parts import TorchParts
from talkingface.errors import UserError
from talkingface.export.folder import Export, Format
from talkingface.networks.model import TalkingFace

_STEP = 0.04


@dataclass(frozen=True)
class Agreement:
    """How far an exported network is from PyTorch on the same frames, in float32.

    Attributes:
        frames: number of frames compared.
        code: largest difference of motion codes, in deviations over the training data.
        corrected: the same of corrected codes; 0 without a corrector.
        recombined: the same of codes put together of two frames' streams.
        level: largest difference of a value of a frame, of 255.
        share: share of the values that differ by more than 2 of 255.
        psnr: the lowest of a frame, dB; 100 where a frame is equal.
    """

    frames: int
    code: float
    corrected: float
    recombined: float
    level: int
    share: float
    psnr: float


@dataclass(frozen=True)
class Limits:
    """The worst that an `Agreement` may say; fields as there."""

    code: float
    corrected: float
    recombined: float
    level: int
    share: float
    psnr: float


#: Other kernels sum in another order; torch.export keeps PyTorch's own.
LIMITS: dict[Format, Limits] = {
    "onnx": Limits(code=1e-3, corrected=1e-3, recombined=1e-3, level=8, share=1e-4, psnr=60.0),
    "torch": Limits(code=1e-5, corrected=1e-5, recombined=1e-5, level=1, share=0.0, psnr=80.0),
}


def check_export(export: Export, network: TalkingFace, frames_TSS3: Pixels) -> dict[str, dict]:
    """Compare every format with PyTorch on real frames, the first of them as the portrait.

    Args:
        export: what was written.
        network: what it was written from, in eval mode, on the CPU.
        frames_TSS3: consecutive frames of a face, of the network's size, two at the least.

    Returns:
        The figures of each format and their limits, in plain containers.

    Raises:
        UserError: a format is further from PyTorch than its limits; the figures are in the message.
    """
    true = TorchParts(network)
    figures: dict[str, dict] = {}
    for kind in export.formats:
        parts = OnnxParts(export, device="cpu") if kind == "onnx" else ExportedParts(export)
        found, limits = compare(true, parts, frames_TSS3), LIMITS[kind]
        figures[kind] = {**asdict(found), "limits": asdict(limits)}
        if beyond := exceeded(found, limits):
            raise UserError(
                f"The {kind} files differ from PyTorch on {found.frames} frames: {beyond}. Nothing "
                "is kept. Check with frames of a face like those that the network was trained on, "
                "or with other versions of torch and onnxruntime."
            )
    return figures


def compare(true: Parts, parts: Parts, frames_TSS3: Pixels) -> Agreement:
    """Compare two runtimes of one network; frames are as for `check_export`."""
    scale_Z = true.scale.numpy()
    portraits = true.portrait(frames_TSS3[0]), parts.portrait(frames_TSS3[0])
    # One frame by itself and all others together: two numbers of frames.
    pieces = slice(0, 1), slice(1, None)
    codes = [
        np.concatenate([p.read(frames_TSS3[piece]) for piece in pieces]) for p in (true, parts)
    ]
    code_TZ = codes[0]
    made = [
        np.concatenate([p.render(portrait, code_TZ[piece]) for piece in pieces])
        for p, portrait in zip((true, parts), portraits, strict=True)
    ]
    off = np.abs(made[1].astype(np.int16) - made[0])
    differences = codes[1] - codes[0], portraits[1].code - portraits[0].code
    return Agreement(
        frames=len(frames_TSS3),
        code=max(_largest(each / scale_Z) for each in differences),
        corrected=_largest((_corrected(parts, code_TZ) - _corrected(true, code_TZ)) / scale_Z),
        recombined=_largest((_recombined(parts, code_TZ) - _recombined(true, code_TZ)) / scale_Z),
        level=int(off.max()),
        share=float((off > 2).mean()),
        psnr=min(_psnr(each) for each in off),
    )


def exceeded(found: Agreement, limits: Limits) -> str:
    """Return what is beyond the limits, "" when nothing is; a figure that is no number is."""
    wrong = [
        f"{name} {getattr(found, name):.4g} (at most {limit:g})"
        for name, limit in asdict(limits).items()
        if name != "psnr" and not getattr(found, name) <= limit
    ]
    if not found.psnr >= limits.psnr:
        wrong.append(f"PSNR {found.psnr:.1f} dB (at least {limits.psnr:g})")
    return ", ".join(wrong)


def _corrected(parts: Parts, code_TZ: NDArray[np.float32]) -> NDArray[np.float32]:
    """Correct codes of which every fifth frame repeats the one before."""
    order = torch.arange(len(code_TZ))
    fresh_1T = (order % 5 != 4)[None]
    time_1T = order[None] * _STEP
    corrected: NDArray[np.float32] = parts.correct(
        torch.from_numpy(code_TZ)[None], time_1T, fresh_1T
    )[0].numpy()
    return corrected


def _recombined(parts: Parts, code_TZ: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put head poses together with facial motion in reversed order."""
    head_TZ = torch.from_numpy(code_TZ)
    made: NDArray[np.float32] = parts.recombine(head_TZ, head_TZ.flip(0)).numpy()
    return made


def _largest(difference: NDArray[np.float32]) -> float:
    return float(np.abs(difference).max())


def _psnr(off_SS3: NDArray[np.int16]) -> float:
    error = float(np.square(off_SS3, dtype=np.float64).mean())
    return min(100.0, 10 * float(np.log10(255**2 / error))) if error else 100.0

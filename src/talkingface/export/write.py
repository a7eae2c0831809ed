"""A trained network as files that other runtimes run."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from talkingface.animation.encoder_hash import encoder_hash
from talkingface.errors import UserError
from talkingface.export.folder import Export, Format, Part, file_name, part_names
from talkingface.networks.exportable import (
    CorrectPart,
    PortraitPart,
    ReadPart,
    RecombinePart,
    RenderPart,
    portrait_tensors,
)
from talkingface.networks.model import TalkingFace

#: The first in which GridSample has its name of today.
OPSET = 20
_MOST_FRAMES = 1 << 16
_MOST_TIMES = 1 << 20
_NEEDED = ("onnxscript", "onnx")


def write_export(
    network: TalkingFace,
    root: Path,
    formats: Sequence[Format],
    tell: Callable[[str], None] = lambda what: None,
) -> Export:
    """Write the parts of a network into a folder that is there; its description is not written.

    Args:
        network: in eval mode, on the CPU.
        root: the folder.
        formats: which files.
        tell: called with the name of each file before it is made; one takes up to a minute.

    Raises:
        UserError: ONNX is asked for where the packages that write it are not installed.
    """
    check_installed(formats)
    files = {}
    for part in part_names(network.config):
        tell(part)
        with _quiet(), torch.no_grad():
            program = _program(network, part)
            for kind in formats:
                content = _onnx(program, network, part) if kind == "onnx" else _torch(program)
                name = file_name(part, kind)
                (root / name).write_bytes(content)
                files[name] = hashlib.sha256(content).hexdigest()
    mean, scale = (
        tuple(x.float().tolist()) for x in (network.statistics.mean, network.statistics.scale)
    )
    return Export(
        root, network.config, encoder_hash(network), mean, scale, files, _versions(formats), {}
    )


def check_installed(formats: Sequence[Format]) -> None:
    """Find out before the work what it needs.

    Raises:
        UserError: a package is not installed.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if "onnx" in formats and missing:
        raise UserError(
            f"Writing ONNX needs {' and '.join(missing)}. Install talkingface-motion[export], or "
            "choose formats=[torch]."
        )


def _program(network: TalkingFace, part: Part) -> torch.export.ExportedProgram:
    """Trace one part, for any number of frames."""
    size, code_dim = network.config.size, network.config.code_dim
    frames = torch.export.Dim("frames", min=1, max=_MOST_FRAMES)
    # An example of one frame would fix the number at one.
    frames_BSS3 = torch.zeros(3, size, size, 3, dtype=torch.uint8)
    module: nn.Module
    given: tuple[Tensor, ...]
    free: Any
    if part == "portrait":
        module, given, free = PortraitPart(network), (frames_BSS3[:1],), None
    elif part == "read":
        module, given, free = ReadPart(network), (frames_BSS3,), ({0: frames},)
    elif part == "render":
        kept = PortraitPart(network)(frames_BSS3[:1])
        module, given = RenderPart(network), (torch.zeros(3, code_dim), *kept)
        # The features are one argument, or none for a generator that does not warp.
        features = ((None,) * (len(kept) - 3),) if len(kept) > 3 else ()
        free = ({0: frames}, None, None, None, *features)
    elif part == "recombine":
        codes = {0: torch.export.Dim("codes", min=1, max=_MOST_TIMES)}
        given = (torch.zeros(5, code_dim), torch.zeros(5, code_dim))
        module, free = RecombinePart(network), (codes, codes)
    else:
        times = {1: torch.export.Dim("times", min=1, max=_MOST_TIMES)}
        fresh_1T = torch.ones(1, 5, dtype=torch.bool)
        given = (torch.zeros(1, 5, code_dim), torch.arange(5.0)[None], fresh_1T)
        module, free = CorrectPart(network), (times, times, times)
    return torch.export.export(module.eval(), given, dynamic_shapes=free)


def _torch(program: torch.export.ExportedProgram) -> bytes:
    content = io.BytesIO()
    torch.export.save(program, content)
    return content.getvalue()


def _onnx(program: torch.export.ExportedProgram, network: TalkingFace, part: Part) -> bytes:
    kept = portrait_tensors(network.config)
    inputs, outputs = {
        "portrait": (("picture",), kept),
        "read": (("frames",), ("code",)),
        "render": (("code", *kept), ("frames",)),
        "correct": (("code", "time", "fresh"), ("corrected",)),
        "recombine": (("head", "face"), ("code",)),
    }[part]
    made = torch.onnx.export(
        program.run_decompositions({torch.ops.aten.lerp.Tensor: _blend}),
        dynamo=True,
        opset_version=OPSET,
        input_names=inputs,
        output_names=outputs,
        verbose=False,
    )
    assert made is not None
    return made.model_proto.SerializeToString()


def _blend(a: Tensor, b: Tensor, weight: Tensor) -> Tensor:
    """Do what lerp does, without its choice between two formulas."""
    return a + weight * (b - a)


def _versions(formats: Sequence[Format]) -> dict[str, str]:
    names = ["torch", *(_NEEDED if "onnx" in formats else ())]
    opset = {"opset": str(OPSET)} if "onnx" in formats else {}
    return {name: metadata.version(name) for name in names} | opset


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what exporters say to their own developers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

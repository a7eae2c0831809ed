"""Lets torchvision be imported beside a torch without CUDA; import this before it.

torchvision's compiled part is linked with CUDA libraries. Beside a CPU-only torch it cannot be
loaded, `import torchvision` then fails because its operator `nms` is undeclared, and lightning,
torchmetrics and lpips fail with it, since they import torchvision when it is installed. Where the
compiled part does not load, this module declares the two operators that torchvision's Python part
asks for. They have no kernel, so calling one still fails loudly; nothing here calls them. Where it
does load, nothing else happens.
"""

from __future__ import annotations

import os
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

import torch

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_declared: list[torch.library.Library] = []  # declarations last only as long as their Library


def _compiled_part() -> Path | None:
    """The shared library of the torchvision that would be imported, if there is one."""
    spec = find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        return None
    for folder in spec.submodule_search_locations:
        for library in sorted(Path(folder).glob("_C*.so")):
            return library
    return None


def _guard() -> None:
    # On Windows torchvision itself adds the folders that its libraries are searched in, and it
    # has no CUDA build that pip would choose beside a CPU-only torch.
    if os.name == "nt" or "torchvision" in sys.modules or hasattr(torch.ops.torchvision, "nms"):
        return
    library = _compiled_part()
    if library is None:
        return
    try:
        torch.ops.load_library(library)
    except OSError:
        _declare_operators()


def _declare_operators() -> None:
    fragment = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        fragment.define(schema)
    _declared.append(fragment)
    if torch.version.cuda is not None:
        warnings.warn(
            f"torchvision's compiled part does not load although torch {torch.__version__} has "
            "CUDA: the two do not match. Reinstall both with `pip install -c constraints.txt`.",
            stacklevel=2,
        )


_guard()

"""What figures were taken on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch

_FLAGS = (
    "avx2",
    "fma",
    "avx512f",
    "avx512_vnni",
    "avx_vnni",
    "avx512_bf16",
    "amx_bf16",
    "amx_int8",
)


def machine() -> str:
    """Return processor, the instructions that matter, threads, load and version."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    facts = {name.strip(): value.strip() for name, value in facts.items()}
    name = facts.get("model name", platform.processor() or platform.machine())
    flags = facts.get("flags", "").split()
    present = " ".join(flag if flag in flags else f"(no {flag})" for flag in _FLAGS)
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{name}, {cores} cores, load {load}\n{present}\n"
        f"PyTorch {torch.__version__} with {torch.get_num_threads()} threads"
    )

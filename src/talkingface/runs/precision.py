"""Mixed precision where it is faster, full precision where it is not."""

from __future__ import annotations

from pathlib import Path


def resolve_precision(wanted: str, accelerator: str) -> str:
    """Return Lightning's name of a precision; "auto" looks at the hardware.

    Processors without bfloat16 instructions emulate it at a tenth of float32's speed, so that
    "auto" means "bf16-mixed" on hardware that has them and "32-true" elsewhere.
    """
    if wanted != "auto":
        return wanted
    if accelerator == "cpu":
        return "bf16-mixed" if cpu_has_bf16() else "32-true"
    import torch  # noqa: PLC0415 - a finished run is skipped without it where that is possible

    on_gpu = torch.cuda.is_available()
    fast = torch.cuda.is_bf16_supported(including_emulation=False) if on_gpu else cpu_has_bf16()
    return "bf16-mixed" if fast else "32-true"


def cpu_has_bf16() -> bool:
    """Return whether this processor multiplies bfloat16 in hardware (AMX or AVX512-BF16)."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return False
    flags = info.read_text()
    return "amx_bf16" in flags or "avx512_bf16" in flags

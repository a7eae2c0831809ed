"""What a frame costs at inference, and how large the network is."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch

from talkingface.networks.model import TalkingFace

_TIMES, _WARM_UP = 30, 5
# Frames that the corrector looks at for one frame, in both directions.
_WINDOW = 35


@torch.no_grad()
def inference_cost(network: TalkingFace) -> dict[str, float]:
    """Return "parameters" of the network and "ms_per_frame" on its device.

    The milliseconds are the median time to encode one driving frame, correct its code within the
    window that the corrector sees, and generate one frame, at batch 1 and on one thread. What is
    done once a portrait is not counted.
    """
    device, size = next(network.parameters()).device, network.config.size
    frame_13SS = torch.zeros(1, 3, size, size, device=device)
    appearance, code_1Z = network.appearance(frame_13SS), network.motion(frame_13SS).code
    code_1TZ = code_1Z[None].expand(1, _WINDOW, -1)
    time_1T = torch.arange(_WINDOW, device=device)[None] / 25
    fresh_1T = torch.ones(1, _WINDOW, dtype=torch.bool, device=device)

    def one_frame() -> None:
        network.motion(frame_13SS)
        network.correct(code_1TZ, time_1T, fresh_1T)
        network.generate(appearance, code_1Z, code_1Z[None])

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        seconds = [_timed(one_frame, device) for _ in range(_WARM_UP + _TIMES)][_WARM_UP:]
    finally:
        torch.set_num_threads(threads)
    parameters = sum(weight.numel() for weight in network.parameters())
    return {"parameters": parameters, "ms_per_frame": 1000 * statistics.median(seconds)}


def _timed(work: Callable[[], None], device: torch.device) -> float:
    began = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - began

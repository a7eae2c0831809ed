"""What labels say of crossed frames: the head's donor gives the pose, the face's the expression."""

from typing import cast

import torch

from data_modules.dataset import ClipBatch
from lightning_modules.objective import crossed_labels
from talkingface.losses.guidance import Guidance
from talkingface.motion.crossing import Crossing

CROSSING = Crossing(*(torch.tensor([[value], [value]]) for value in (1, 0, 2)))


def _batch() -> ClipBatch:
    torch.manual_seed(0)
    labels = {
        "pose": torch.randn(2, 4, 6),
        "expression": torch.randn(2, 4, 9),
        "face": torch.ones(2, 4, dtype=torch.bool),
    }
    return cast(ClipBatch, labels)


def _losses(guidance: Guidance, batch: ClipBatch, read: torch.Tensor) -> list[float]:
    losses = crossed_labels(guidance, batch, CROSSING, read)
    return [float(losses[name].detach()) for name in ("guide_pose", "guide_expression")]


def test_each_donor_answers_for_its_own_stream() -> None:
    torch.manual_seed(0)
    guidance, read, batch = Guidance(12, 64, 6, 9), torch.randn(2, 1, 76), _batch()
    pose, expression = _losses(guidance, batch, read)
    batch["expression"][:, 1] += 1
    batch["pose"][0, 2] += 1
    assert _losses(guidance, batch, read) == [pose, expression]
    batch["pose"][:, 1] += 1
    batch["expression"][0, 2] += 1
    changed = _losses(guidance, batch, read)
    assert changed[0] != pose
    assert changed[1] != expression


def test_labels_of_unseen_faces_say_nothing_of_crossed_frames() -> None:
    guidance, batch = Guidance(12, 64, 6, 9), _batch()
    batch["face"][0, 2] = False
    assert _losses(guidance, batch, torch.randn(2, 1, 76)) == [0, 0]


def test_read_outs_learn_nothing_from_crossed_frames() -> None:
    guidance, read = Guidance(12, 64, 6, 9), torch.randn(2, 1, 76, requires_grad=True)
    torch.stack([*crossed_labels(guidance, _batch(), CROSSING, read).values()]).sum().backward()
    assert read.grad is not None
    assert read.grad.any()
    assert all(parameter.grad is None for parameter in guidance.parameters())

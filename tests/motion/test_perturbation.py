"""A perturbed reference is the same for every model, and what its name says."""

from typing import Any

import pytest
import torch
from torch import Tensor

from talkingface.errors import UserError
from talkingface.motion.perturbation import Perturbation

CLIP = torch.rand(50, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
TIME = torch.arange(50, dtype=torch.float64) / 25


def seen(name: str, piece: int = 50, of: str = "clip") -> tuple[Tensor, Tensor]:
    pieces = zip(CLIP.split(piece), TIME.split(piece), strict=True)
    frames, times = zip(*Perturbation.named(name).apply(pieces, of), strict=True)
    return torch.cat(frames), torch.cat(times)


def test_clean_leaves_everything_as_it_is() -> None:
    frames, times = seen("clean")
    assert torch.equal(frames, CLIP)
    assert torch.equal(times, TIME)


@pytest.mark.parametrize("name", ["jitter-2", "drop-30", "rate-3", "jitter-2+drop-30+rate-2"])
def test_how_a_reference_is_cut_into_pieces_changes_nothing(name: str) -> None:
    whole, small = seen(name), seen(name, piece=7)
    assert torch.equal(whole[0], small[0])
    assert torch.equal(whole[1], small[1])
    assert not torch.equal(whole[0], CLIP)


def test_rate_keeps_every_third_frame_with_its_time() -> None:
    frames, times = seen("rate-3")
    assert torch.equal(frames, CLIP[::3])
    assert torch.equal(times, TIME[::3])


def test_a_missing_frame_is_shown_as_the_last_one_that_is_there() -> None:
    perturbation = Perturbation.named("rate-3")
    shown = torch.stack(list(perturbation.shown(perturbation.apply([(CLIP, TIME)], "clip"))))
    assert torch.equal(shown[:50], CLIP[torch.arange(50) // 3 * 3])


def test_dropped_frames_repeat_the_one_before() -> None:
    frames, _ = seen("drop-30")
    repeated = [torch.equal(frames[t], frames[t - 1]) for t in range(1, 50)]
    assert 0.1 < sum(repeated) / 49 < 0.5
    assert all(torch.equal(frames[t], CLIP[t]) for t in range(1, 50) if not repeated[t - 1])


def test_jitter_moves_the_crop_by_its_percentage_of_the_side() -> None:
    side = 64
    line = (torch.arange(side) + 0.5).float()
    blob = torch.exp(-((line - 32) ** 2) / 32)
    frame = (blob[:, None] * blob).expand(3, side, side) * 2 - 1
    pieces = [(frame.expand(400, 3, side, side), torch.arange(400.0))]
    ((moved, _),) = Perturbation.named("jitter-2").apply(pieces, "blob")
    weight = (moved[:, 0] + 1).clamp_min(0)
    centre = (weight.sum(dim=1) * line).sum(dim=1) / weight.sum(dim=(1, 2))
    assert centre.std().item() == pytest.approx(0.02 * side, rel=0.25)


def test_another_clip_is_perturbed_in_another_way() -> None:
    assert not torch.equal(seen("jitter-2", of="one")[0], seen("jitter-2", of="two")[0])


@pytest.mark.parametrize(
    "name", [None, 5, "", "noise-3", "jitter", "drop-100", "rate-0", "rate-1.5"]
)
def test_an_unknown_perturbation_is_named(name: Any) -> None:
    with pytest.raises(UserError, match=r"perturb="):
        Perturbation.named(name)

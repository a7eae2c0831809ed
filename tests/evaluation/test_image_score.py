"""Image scores do not depend on how a video is cut, and count what they say they count."""

import pytest
import torch
from torch import Tensor

from talkingface.evaluation.floors import mean_frame, unit
from talkingface.evaluation.image_score import ImageScore


def clip(frames: int, seed: int) -> Tensor:
    noise = torch.rand(frames, 3, 32, 32, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.avg_pool2d(noise, 3, 1, 1)


TRUE, MADE = clip(20, 0), clip(20, 1)
ALL = torch.ones(20, dtype=torch.bool)


def scored(made: Tensor, true: Tensor, mask: Tensor = ALL, piece: int = 20) -> dict[str, float]:
    score = ImageScore({"still": true[0], "mean": true.mean(dim=0)}, None)
    for parts in zip(made.split(piece), true.split(piece), mask.split(piece), strict=True):
        score.add(*parts)
    return score.result()


@pytest.mark.parametrize("piece", [1, 2, 7])
def test_how_a_video_is_cut_into_pieces_changes_nothing(piece: int) -> None:
    assert scored(MADE, TRUE, piece=piece) == pytest.approx(scored(MADE, TRUE), rel=1e-6)


def test_a_perfect_video_has_no_errors_and_the_floors_have_their_own() -> None:
    values = scored(TRUE, TRUE)
    assert (values["l1"], values["jitter"], values["psnr"]) == (0, 0, 100)
    assert values["ssim"] == pytest.approx(1, abs=1e-5)
    assert values["ms_ssim"] == pytest.approx(1, abs=1e-5)
    assert values["l1_still"] == pytest.approx(float((TRUE[0] - TRUE).abs().mean()))
    assert values["l1_mean"] == pytest.approx(float((TRUE.mean(0) - TRUE).abs().mean()))
    assert values["jitter_still"] == pytest.approx(float(TRUE.diff(n=2, dim=0).abs().mean()))


def test_only_scored_frames_count_but_changes_over_time_are_of_all() -> None:
    mask = torch.arange(20) % 3 != 0
    half = torch.where(mask[:, None, None, None], MADE, TRUE)
    values = scored(half, TRUE, mask, piece=4)
    assert values["l1"] == pytest.approx(float((MADE - TRUE)[mask].abs().mean()))
    assert scored(half, TRUE, ~mask, piece=4)["l1"] == 0
    assert values["jitter"] == scored(half, TRUE, piece=4)["jitter"] > 0


def test_a_frozen_video_does_not_win_the_jitter() -> None:
    moving = torch.stack([TRUE[0].roll(t * t, dims=-1) for t in range(20)])
    faithful = moving + 0.001 * MADE
    assert (
        scored(faithful, moving)["jitter"]
        < 0.1 * scored(moving[:1].expand(20, -1, -1, -1), moving)["jitter"]
    )


def test_the_mean_frame_is_that_of_all_pieces() -> None:
    frames = (TRUE * 255).round().to(torch.uint8).movedim(1, -1).numpy()
    mean = mean_frame(iter([frames[:7], frames[7:]]))
    assert torch.allclose(mean, unit(frames).mean(dim=0), atol=1e-6)
    with pytest.raises(ValueError, match="no frames"):
        mean_frame(iter([]))

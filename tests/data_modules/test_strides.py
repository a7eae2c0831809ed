"""Windows at several strides (CRA) change nothing else that a sample draws."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from data_modules.clips import ClipDataModule
from data_modules.dataset import ClipDataset, Window
from talkingface.errors import UserError
from talkingface.manifest import read_dataset


def _dataset(root: Path, shares: tuple[float, ...]) -> ClipDataset:
    info, clips = read_dataset(root)
    return ClipDataset(root, info, clips, Window(64, 6, 1, shares), seed=3)


def test_strides_are_drawn_with_their_probabilities() -> None:
    window = Window(64, 6, 2, (0.2, 0.3, 0.5))
    drawn = Counter(window.drawn_stride(100, 25, [0, 0, index]) for index in range(3000))
    assert {k: pytest.approx(v / 3000, abs=0.03) for k, v in drawn.items()} == {
        2: 0.2,
        4: 0.3,
        6: 0.5,
    }


def test_a_clip_too_short_for_a_stride_gets_the_longest_that_fits() -> None:
    window = Window(64, 6, 1, (0.0, 0.0, 1.0))
    assert window.drawn_stride(100, 25, [0]) == 3
    assert window.drawn_stride(13, 25, [0]) == 2
    assert window.drawn_stride(7, 25, [0]) == 1


@pytest.mark.parametrize(("rate", "stride"), [(60, 3), (25, 3), (24, 2), (15, 1), (5, 1)])
def test_two_steps_of_a_drawn_stride_lie_within_reach_where_the_rate_allows_it(
    rate: float, stride: int
) -> None:
    assert Window(64, 6, 1, (0.0, 0.0, 1.0), reach=0.24).drawn_stride(100, rate, [0]) == stride


def test_a_data_set_without_any_frame_within_reach_is_refused(talking_heads: Path) -> None:
    info, clips = read_dataset(talking_heads)
    with pytest.raises(UserError, match=r"lower data\.stride"):
        ClipDataset(talking_heads, info, clips, Window(64, 6, 4, reach=0.24), seed=3)


def test_a_sample_at_another_stride_has_its_true_times(talking_heads: Path) -> None:
    sample = _dataset(talking_heads, (0.0, 0.0, 1.0))[(0, 1)]
    torch.testing.assert_close(sample["time"].diff(), torch.full((5,), 3 / 25))
    times = (sample["time"] * 25).round().long()
    whole = _dataset(talking_heads, (1.0,))
    clip = whole.clips[1]
    frames, _ = whole.memory.read(clip, times.tolist())
    assert torch.equal(sample["driving"], torch.from_numpy(frames).permute(0, 3, 1, 2))


def test_one_stride_alone_draws_what_was_drawn_before_there_were_several(
    talking_heads: Path,
) -> None:
    plain = _dataset(talking_heads, (1.0,))[(4, 2)]
    first = _dataset(talking_heads, (1.0, 0.0))[(4, 2)]
    assert all(torch.equal(plain[name], first[name]) for name in plain)  # type: ignore[literal-required]


def test_validation_keeps_its_windows_whatever_training_draws(talking_heads: Path) -> None:
    settings = {
        "root": str(talking_heads), "size": 64, "clip_length": 4, "stride": 2, "batch_size": 2,
        "steps": 2, "val_identities": 2, "test_identities": 2, "val_batches": 1, "workers": 0,
        "geometry": None, "colours": None, "backend": "pyav", "memory": 0, "splits": "auto",
        "seed": 0,
    }  # fmt: skip
    data = ClipDataModule(**settings, strides=(0.0, 1.0), reach=0.3)
    assert data.dataset("train").window == replace(data.window, shares=(0.0, 1.0), reach=0.3)
    assert data.dataset("val").window == data.window

"""Keeping decoded clips changes the time a sample takes and nothing else."""

from collections.abc import Callable

import pytest
import torch
from hydra.utils import instantiate
from omegaconf import DictConfig

import data_modules.memory
from data_modules.dataset import ClipDataset

TinyRun = Callable[..., DictConfig]


def _dataset(tiny_run: TinyRun, megabytes: float) -> ClipDataset:
    data = instantiate(tiny_run(f"data.memory={megabytes}").data)
    dataset: ClipDataset = data.dataset("train")
    return dataset


def test_samples_are_the_same_with_and_without_memory(tiny_run: TinyRun) -> None:
    forgetful, mindful = _dataset(tiny_run, 0), _dataset(tiny_run, 100)
    for key in ((0, 0), (1, 0), (0, 1), (2, 0)):
        one, two = forgetful[key], mindful[key]
        assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_kept_clip_is_decoded_once(tiny_run: TinyRun, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, calls = _dataset(tiny_run, 100), []
    decode = data_modules.memory.read_clip_frames
    monkeypatch.setattr(
        data_modules.memory,
        "read_clip_frames",
        lambda *args: (calls.append(args[0]), decode(*args))[1],
    )
    for epoch in range(4):
        dataset[(epoch, 0)]
    assert len(calls) == 1


def test_a_split_that_does_not_fit_is_not_kept_at_all(tiny_run: TinyRun) -> None:
    clips = len(_dataset(tiny_run, 100))
    decoded = clips * 30 * 64**2 * 3 / 2**20
    for megabytes, kept in ((1.1 * decoded, clips), (0.99 * decoded, 0)):
        dataset = _dataset(tiny_run, megabytes)
        for index in range(clips):
            dataset[(0, index)]
        assert len(dataset.memory.kept) == kept

"""Waiting for data is timed where it happens, and errors reach the user in their own words."""

import time

import pytest
from torch.utils.data import Dataset

from data_modules.loader import ClipLoader
from talkingface.errors import UserError


class Slow(Dataset[int]):
    """Items that take a while; one of them cannot be had."""

    def __init__(self, seconds: float, error: Exception | None = None):
        self.seconds, self.error = seconds, error

    def __getitem__(self, index: int) -> int:
        time.sleep(self.seconds)
        if index == 3 and self.error:
            raise self.error
        return index


def test_only_the_time_inside_the_loader_counts_as_waiting() -> None:
    loader = ClipLoader(Slow(0.02), batch_sampler=[[i] for i in range(5)])
    for _ in loader:
        time.sleep(0.2)
    assert 0.1 <= loader.waited < 0.6


def test_batches_that_are_ready_are_not_waited_for() -> None:
    loader = ClipLoader(Slow(0.001), batch_sampler=[[i] for i in range(8)], num_workers=1)
    batches = iter(loader)
    next(batches)
    started = loader.waited
    for _ in batches:
        time.sleep(0.15)
    assert loader.waited - started < 0.5


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_of_a_loader_process_arrives_as_it_was_said(workers: int) -> None:
    error = UserError("disk.mp4: is gone. Look for it.\nThen: try again.")
    loader = ClipLoader(Slow(0, error), batch_sampler=[[i] for i in range(5)], num_workers=workers)
    with pytest.raises(UserError) as raised:
        list(loader)
    assert str(raised.value) == str(error)

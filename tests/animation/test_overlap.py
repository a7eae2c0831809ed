"""Running ahead: same items, bounded, errors handed over, and no thread left behind."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from talkingface.animation.overlap import ahead


class BrokenError(Exception):
    pass


def running() -> int:
    return sum(thread.name == "ahead" for thread in threading.enumerate())


def wait_until(true: Callable[[], bool]) -> None:
    patience = time.monotonic() + 10
    while not true():
        assert time.monotonic() < patience, "waited for ten seconds"
        time.sleep(0.001)


@pytest.mark.parametrize("depth", [1, 2, 7])
def test_items_come_in_order_and_no_thread_stays(depth: int) -> None:
    with ahead(range(500), depth) as items:
        assert list(items) == list(range(500))
    assert running() == 0


def test_no_items_are_no_items() -> None:
    with ahead([], 2) as items:
        assert list(items) == []


def test_the_source_runs_ahead_by_no_more_than_what_may_wait_and_the_item_in_hand() -> None:
    begun: list[int] = []

    def source() -> Iterator[int]:
        for k in range(100):
            begun.append(k)
            yield k

    with ahead(source(), depth=3) as items:
        wait_until(lambda: len(begun) == 4)
        time.sleep(0.02)
        assert len(begun) == 4
        assert next(items) == 0
        wait_until(lambda: len(begun) == 5)
    assert len(begun) == 5


def test_an_error_of_the_source_comes_after_the_items_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise BrokenError("decoder")

    with ahead(source(), depth=5) as items:
        assert [next(items), next(items)] == [1, 2]
        with pytest.raises(BrokenError, match="decoder"):
            next(items)
    assert running() == 0


def test_a_consumer_that_fails_ends_the_thread_and_closes_the_source_on_it() -> None:
    closed_on: list[str] = []

    def source() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed_on.append(threading.current_thread().name)

    def consume() -> None:
        with ahead(source(), depth=2) as items:
            next(items)
            raise BrokenError("encoder")

    with pytest.raises(BrokenError, match="encoder"):
        consume()
    assert running() == 0
    assert closed_on == ["ahead"]


def test_both_sides_failing_raises_the_consumer_s_error_and_hangs_nobody() -> None:
    failed = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        failed.set()
        raise BrokenError("decoder")

    def consume() -> None:
        with ahead(source(), depth=1) as items:
            next(items)
            assert failed.wait(10)
            raise KeyError("encoder")

    with pytest.raises(KeyError, match="encoder"):
        consume()
    assert running() == 0


def test_the_two_sides_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)

    def source() -> Iterator[int]:
        yield 0
        both.wait()
        yield 1

    with ahead(source(), depth=1) as items:
        next(items)
        # Passed only if the source goes on while the consumer is here.
        both.wait()
        assert next(items) == 1

"""A lock that another process holds."""

import multiprocessing
from contextlib import contextmanager

from talkingface.prepare.locks import division_held, held


def _hold(lock, of_what, pipe):
    with lock(of_what):
        pipe.send("held")
        pipe.recv()


def lock_held_elsewhere(path):
    return _held_elsewhere(held, path)


def division_held_elsewhere(order):
    return _held_elsewhere(division_held, order)


@contextmanager
def _held_elsewhere(lock, of_what):
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_hold, args=(lock, of_what, theirs))
    process.start()
    assert ours.recv() == "held"
    try:
        yield
    finally:
        ours.send("enough")
        process.join()

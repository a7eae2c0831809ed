"""A lock that another process holds."""

import multiprocessing
from contextlib import contextmanager

from talkingface.prepare.folder import held


def _hold(path, pipe):
    with held(path):
        pipe.send("held")
        pipe.recv()


@contextmanager
def lock_held_elsewhere(path):
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_hold, args=(path, theirs))
    process.start()
    assert ours.recv() == "held"
    yield
    ours.send("enough")
    process.join()

"""What worker processes are made to do in tests: work, and every way to fail."""

import ctypes
import errno
import os
import signal
import time


def misbehave(task, beat):
    """Do what the name of a (name, folder) says."""
    name, folder = task
    beat(0)
    FAULTS.get(name.split("-")[0], _nothing)(name, folder, beat)
    return f"{name} by {os.getpid()}"


def _nothing(_name, _folder, _beat):
    pass


def _hang(_name, _folder, _beat):
    time.sleep(600)


def _hang_natively(_name, _folder, _beat):
    # Keeps the interpreter's lock, so that no Python code runs beside it.
    ctypes.PyDLL(None).sleep(600)


def _crawl(_name, _folder, beat):
    while True:
        time.sleep(0.1)
        beat(0)


def _segfault(_name, _folder, _beat):
    os.kill(os.getpid(), signal.SIGSEGV)


def _exit(_name, _folder, _beat):
    os._exit(3)


def _exit_once(name, folder, _beat):
    if not (folder / name).exists():
        (folder / name).touch()
        os._exit(1)


def _hog(_name, _folder, beat):
    held = []
    while True:
        held.append(bytearray(b"x") * 50_000_000)
        beat(0)
        time.sleep(0.05)


def _raise(name, _folder, _beat):
    raise ValueError(f"of {name}")


def _full(_name, _folder, _beat):
    try:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise RuntimeError("could not write") from error


FAULTS = {
    "hang": _hang,
    "hang_natively": _hang_natively,
    "crawl": _crawl,
    "segfault": _segfault,
    "exit": _exit,
    "exit_once": _exit_once,
    "hog": _hog,
    "raise": _raise,
    "full": _full,
}

"""Keeping a native library's start-up chatter off the terminal."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_CHATTER = re.compile(rb"^([IW]\d{4} [\d:.]+ |INFO: |WARNING: (All log messages|Logging) before)")


@contextmanager
def without_native_chatter() -> Iterator[None]:
    """Hold back what is written to the process's stderr, and pass on all but log chatter.

    MediaPipe's C++ part writes information and warnings to file descriptor 2 whatever its log
    level is set to. Errors, and every line that is not in its log format, are still shown.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        terminal = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            held.seek(0)
            for line in held:
                if not _CHATTER.match(line):
                    os.write(2, line)

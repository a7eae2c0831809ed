"""The command `talkingface`, as a process of its own or, quicker, in this one."""

import contextlib
import io
import subprocess
import sys

from talkingface.cli.main import main


def talkingface(*words: object, status: int = 0) -> str:
    """Run the command as a user would, and return what it printed."""
    command = [sys.executable, "-m", "talkingface.cli", *map(str, words)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert ended.returncode == status, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def talkingface_here(*words: object, status: int = 0) -> str:
    """Run the command in this process, which saves importing torch, and return what it printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        found = main([*map(str, words)])
    assert found == status, printed.getvalue()
    return printed.getvalue()

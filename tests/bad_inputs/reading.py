"""Reads files given on standard input, in a process that may crash: `python -m ...reading`.

One line of JSON a path in; one line a file out: the reason, the message, seconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from talkingface.errors import MediaError
from talkingface.reasons import Reason
from talkingface.video.read import constant_rate_frames


def outcome(path: Path) -> tuple[Reason, str]:
    """Return what reading all of a file ends with."""
    try:
        frames = sum(1 for _ in constant_rate_frames(path, strict=True))
    except MediaError as error:
        return error.reason, str(error)
    return Reason.KEPT, f"{frames} frames"


def main() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        path = Path(os.fsdecode(bytes.fromhex(line.strip())))
        began = time.monotonic()
        reason, message = outcome(path)
        print(json.dumps([reason, message, time.monotonic() - began]), flush=True)


if __name__ == "__main__":
    main()

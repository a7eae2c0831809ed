"""The landmarker lives beside other libraries in one process."""

import subprocess
import sys
from pathlib import Path

from talkingface.model_files import FACE_LANDMARKER

# In between is what Lightning does at the end of a training: every handler as Python knew it.
_USED_BEFORE_AND_AFTER_A_TRAINING = """
import signal, sys
import numpy as np
from talkingface.faces.landmarker import Landmarker
picture = np.random.default_rng(0).integers(0, 255, (256, 256, 3)).astype(np.uint8)
with Landmarker(sys.argv[1]) as landmarker:
    landmarker.detect(picture)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    for _ in range(100):
        landmarker.detect(picture)
with Landmarker(sys.argv[1]) as landmarker:
    for _ in range(100):
        landmarker.detect(picture)
print("still here")
"""


def test_faces_are_found_after_a_training_in_the_same_process(shared_dir: Path) -> None:
    model = shared_dir / "models" / FACE_LANDMARKER.name
    done = subprocess.run(
        [sys.executable, "-c", _USED_BEFORE_AND_AFTER_A_TRAINING, str(model)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "still here\n"), done.stderr

"""`talkingface serve`: a page in the browser where portraits are made to talk."""

from __future__ import annotations

import time
from pathlib import Path

from omegaconf import DictConfig

from talkingface.animation.framing import Framing
from talkingface.animation.load_parts import load_parts
from talkingface.cli.stopping import Stop, stoppable
from talkingface.errors import UserError
from talkingface.model_files import FACE_LANDMARKER, find_model
from talkingface.motion.path import MotionPath
from talkingface.page.environment import set_environment
from talkingface.page.examples import Examples, own_examples, synthetic_examples
from talkingface.page.folders import Folders, page_folders
from talkingface.page.limits import Limits
from talkingface.page.work import Stops, Worker

_LARGEST_PORT = 65535
_MOST_SECONDS_BETWEEN_LOOKS = 30.0
_MOST_SECONDS_TO_END = 10.0
_SECONDS_TO_HEAR = 0.2


def run(cfg: DictConfig) -> None:
    """Serve the page until the process is told to stop.

    Raises:
        UserError: a field cannot be used, or Gradio is not installed.
    """
    port = cfg.port
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= _LARGEST_PORT:
        raise UserError(f"port={port}: must be a whole number from 0 to {_LARGEST_PORT}.")
    limits = Limits(
        cfg.largest_mb, cfg.longest_seconds, cfg.largest_megapixels, cfg.waiting, cfg.keep_minutes
    )
    framing = Framing(cfg.crop, cfg.crop_scale, Path(cfg.landmarker) if cfg.landmarker else None)
    if framing.crop == "face":
        # It may have to be downloaded, or be missing: nobody shall learn that from a job.
        find_model(FACE_LANDMARKER, framing.landmarker)
    path = MotionPath(**cfg.path)
    parts = load_parts(
        Path(cfg.checkpoint), runtime=cfg.runtime, precision=cfg.precision, device=cfg.device,
        batch=cfg.batch,
    )  # fmt: skip
    stops = Stops()
    with stoppable() as stop, page_folders() as folders:
        worker = Worker(parts, framing, path, limits, folders)
        _serve(worker, stops, _examples(cfg, folders, limits, stop), port, stop)


def _serve(worker: Worker, stops: Stops, examples: list[Examples], port: int, stop: Stop) -> None:
    set_environment(worker.folders.shown)
    try:
        # Only now: Gradio looks at the environment when it is imported.
        from talkingface.page.page import page_app  # noqa: PLC0415
        from talkingface.page.server import served  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise UserError(
            f"{error.name} is not installed, which the page needs. Install it with "
            "`pip install -c constraints.txt -e '.[serve]'`."
        ) from error
    with served(page_app(worker, stops, examples), port) as address:
        print(f"The page is at {address}; Ctrl-C ends it.", flush=True)
        try:
            _wait(worker, stop)
        finally:
            # Work that goes on would write into a folder that is gone.
            stops.close()
            worker.end(_MOST_SECONDS_TO_END)


def _wait(worker: Worker, stop: Stop) -> None:
    kept = 60 * worker.limits.keep_minutes
    pause = min(kept / 4, _MOST_SECONDS_BETWEEN_LOOKS)
    looked = time.monotonic()
    while True:
        stop.check()
        time.sleep(_SECONDS_TO_HEAR)
        if time.monotonic() - looked >= pause:
            worker.folders.forget(kept)
            looked = time.monotonic()


def _examples(cfg: DictConfig, folders: Folders, limits: Limits, stop: Stop) -> list[Examples]:
    found = [own_examples(Path(cfg.examples), folders, limits)] if cfg.examples else []
    if cfg.synthetic:
        print("Rendering examples ...", flush=True)
        found.append(synthetic_examples(folders.examples, check=stop.check))
    return found

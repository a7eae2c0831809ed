"""Starts a W&B run, live where that works and offline otherwise, and never raises for it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import wandb
from wandb.errors import Error
from wandb.sdk.lib.asyncio_manager import AlreadyJoinedError, RunCancelledError
from wandb.sdk.lib.service.service_connection import WandbApiFailedError
from wandb.sdk.lib.service.service_token import WandbServiceConnectionError
from wandb.sdk.mailbox import HandleAbandonedError, MailboxClosedError

from callbacks.wandb_server import find_server

# What the client raises when the disk is full, the server fails or its own service has died.
FAILURES = (
    Error,
    OSError,
    AlreadyJoinedError,
    HandleAbandonedError,
    MailboxClosedError,
    RunCancelledError,
    WandbApiFailedError,
    WandbServiceConnectionError,
)
# The server has just answered, so it either does so again or has died in between.
INIT_SECONDS = 20.0
FINISH_SECONDS = 30.0
RECORD = "wandb.json"
UNSENT = "unsent"
_FULL_DISK = 2**20  # bytes
# What W&B's service writes into its own log when it has given up on data.
_LOST = ('"level":"ERROR+', "returned error", "failed to upload changes")


def start(fields: dict[str, Any], folder: Path, *, offline: bool) -> Any:
    """Return a W&B run, or None when not even an offline one can be had.

    Within an agent of a W&B sweep the run is the agent's; the run's folder remembers it, so that
    the same command without an agent goes on in it.

    Args:
        fields: keyword arguments of `wandb.init`, of which `project` and `id` give way to an
            agent's.
        folder: the run's folder.
        offline: write files only, to be pushed later.
    """
    # The client prints through its session, whatever the settings of a run say.
    wandb.setup(settings=wandb.Settings(silent=True))
    fields = fields | _identity(folder)
    try:
        check_space(fields["dir"])
        run = (None if offline else _live(fields)) or wandb.init(
            **fields, mode="offline", settings=_settings()
        )
    except FAILURES as error:
        say(f"{in_words(error)}; nothing is logged to W&B.")
        return None
    record = {
        "id": run.id,
        "project": run.project,
        "entity": run.entity or None,
        "sweep": os.environ.get("WANDB_SWEEP_ID") or _recorded(folder).get("sweep"),
    }
    (folder / RECORD).write_text(json.dumps(record) + "\n")
    if not run.offline:
        # Gone again once everything is uploaded: `talkingface push` looks for it.
        (Path(run.dir).parent / UNSENT).touch()
    return run


def finish(run: Any, *, complete: bool) -> str:
    """End a W&B run within half a minute; return what went wrong, or "" when all went well.

    Args:
        run: what `start` returned.
        complete: whether training has come to its end.
    """
    place = Path(run.dir).parent
    try:
        run.finish(exit_code=0 if complete else 1)
    except FAILURES as error:
        # Left to the end of the process, a dead service would end it with a traceback.
        with suppress(*FAILURES):
            wandb.teardown()
        return in_words(error)
    if run.offline:
        return ""
    # The client only warns of a server that refuses data, and warnings are off.
    log = (place / "logs" / "debug-internal.log").read_text(errors="replace")
    if any(words in log for words in _LOST):
        return "the server did not take everything"
    (place / UNSENT).unlink(missing_ok=True)
    return ""


def check_space(folder: str) -> None:
    """Raise OSError when a disk is full: W&B's service, which writes to it, keeps that to itself.

    Args:
        folder: where W&B's files go; made where it is missing.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < _FULL_DISK:
        raise OSError(f"{folder}: no space left on the disk")


def say(message: str) -> None:
    """Print one line about W&B."""
    print(f"W&B: {message}", file=sys.stderr, flush=True)


def in_words(error: BaseException) -> str:
    """Return an error's first line, or its type where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _recorded(folder: Path) -> dict[str, Any]:
    path = folder / RECORD
    return json.loads(path.read_text()) if path.exists() else {}


def _identity(folder: Path) -> dict[str, Any]:
    if os.environ.get("WANDB_SWEEP_ID"):
        # The client takes them from what the agent put into the environment.
        return {"project": None, "id": None, "entity": None}
    recorded = _recorded(folder)
    return {key: recorded[key] for key in ("project", "id", "entity") if recorded.get("sweep")}


def _live(fields: dict[str, Any]) -> Any:
    try:
        trouble = find_server().trouble()
        if not trouble:
            return wandb.init(**fields, mode="online", resume="allow", settings=_settings())
    except FAILURES as error:
        trouble = in_words(error)
    say(f"{trouble}; logging offline instead.")
    return None


def _settings() -> wandb.Settings:
    """Return settings with bounded waits; failures are said here, in one line each."""
    return wandb.Settings(
        init_timeout=INIT_SECONDS,
        finish_timeout=FINISH_SECONDS,
        finish_timeout_raises=True,
        silent=True,
    )

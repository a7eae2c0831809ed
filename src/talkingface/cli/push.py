"""`talkingface push`: upload what runs logged offline to W&B, each run's parts in order."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig
from wandb.errors import Error

from callbacks.wandb_server import find_server
from callbacks.wandb_start import UNSENT, in_words
from talkingface.cli.push_report import log_reports
from talkingface.errors import UserError
from talkingface.runs.folder import below
from talkingface.runs.lock import locked

# The server is asked this often while a run uploads, and given up after so many bad answers.
ASK_EVERY = 30.0
PATIENCE = 4
# W&B's own mark beside a file that it has uploaded.
MARKED = ".wandb.synced"
# Words of W&B's client about data that the server did not take.
_REFUSED = ("ERROR", "Fatal error", "rror:")


@dataclass(frozen=True)
class Parts:
    """What one run logged, a .wandb file for each time it was started.

    Attributes:
        folder: the folder above W&B's, which is the run's.
        files: the files that have not been uploaded, oldest first.
    """

    folder: Path
    files: tuple[Path, ...]


def run(cfg: DictConfig) -> None:
    """Upload everything below a folder and say what was uploaded and what was not.

    Raises:
        UserError: there is nothing to upload, no key, no server, or something was not uploaded.
    """
    root = Path(cfg.runs)
    log_reports(root, cfg.project)
    found = find_parts(root)
    if not found:
        raise UserError(f"{root}: nothing here was logged to W&B. Train with logger=wandb.")
    waiting = [parts for parts in found if parts.files]
    skipped = sum(not parts.files for parts in found)
    if skipped:
        print(f"{skipped} runs were uploaded already.")
    if not waiting:
        return
    _check_server()
    failed = []
    for parts in waiting:
        reason = _upload(parts)
        print(f"{'failed' if reason else 'pushed':8}{parts.folder}{reason and f': {reason}'}")
        if reason:
            failed.append(parts)
    print(f"{len(waiting) - len(failed)} runs pushed, {len(failed)} failed.")
    if failed:
        names = ", ".join(str(parts.folder) for parts in failed)
        raise UserError(f"not uploaded: {names}. Nothing is lost; the same command tries again.")


def find_parts(root: Path) -> list[Parts]:
    """Return what was logged at or below a folder, a run at a time, oldest start first."""
    groups: dict[Path, list[Path]] = defaultdict(list)
    for file in below(root, "*.wandb"):
        folder = file.parent
        live = folder.name.startswith("run-") and (folder / UNSENT).exists()
        # W&B's link to the latest run leads to one of the others.
        if not folder.is_symlink() and (live or folder.name.startswith("offline-run-")):
            groups[folder.parent.parent].append(file)
    parts = []
    for folder, files in groups.items():
        waiting = [file for file in files if not file.with_suffix(MARKED).exists()]
        parts.append(Parts(folder, tuple(sorted(waiting, key=_started))))
    return sorted(parts, key=lambda part: min(_started(file) for file in groups[part.folder]))


def _started(file: Path) -> str:
    """Return the time in the name of a W&B folder, such as offline-run-20260131_235959-id."""
    return file.parent.name.removeprefix("offline-").removeprefix("run-")[:15]


def _check_server() -> None:
    try:
        trouble = find_server().trouble()
    except Error as error:
        trouble = in_words(error)
    if trouble:
        raise UserError(f"nothing was uploaded: {trouble}. The same command tries again.")


def _upload(parts: Parts) -> str:
    """Upload the parts of a run, oldest first; return what went wrong, or ""."""
    try:
        with locked(parts.folder):
            return _sync(parts)
    except UserError:
        return "still training"


def _sync(parts: Parts) -> str:
    files = [str(file) for file in parts.files]
    # In one command, W&B uploads the parts of a run one after another, oldest first.
    command = [sys.executable, "-m", "wandb", "sync", "--include-online", *files]
    bad, said = 0, ""
    # The client's notes on the upload go where it keeps those on the run.
    environment = os.environ | {"WANDB_DIR": str(parts.folder)}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    while process.poll() is None:
        try:
            said = process.communicate(timeout=ASK_EVERY)[0]
        except subprocess.TimeoutExpired:
            bad = bad + 1 if find_server().trouble() else 0
            if bad == PATIENCE:
                process.kill()
                process.communicate()
                return "the server stopped answering"
    # A refused upload ends with status 0, and one that is refused half-way even with W&B's mark.
    marked = all(file.with_suffix(MARKED).exists() for file in parts.files)
    lines = [line.removeprefix("wandb: ") for line in said.splitlines()]
    refused = [line for line in lines if any(word in line for word in _REFUSED)]
    if process.returncode or refused or not marked:
        for file in parts.files:
            file.with_suffix(MARKED).unlink(missing_ok=True)
        return (refused or lines or [f"exit status {process.returncode}"])[-1]
    for file in parts.files:
        (file.parent / UNSENT).unlink(missing_ok=True)
    return ""

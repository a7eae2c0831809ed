"""The table of an ablation as a W&B run of its own, named "report", in the ablation's group."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import wandb

from callbacks.wandb_start import RECORD, finish, start
from talkingface.errors import UserError
from talkingface.runs.folder import below

_LOGGED = "pushed.json"


def log_reports(root: Path, project: str) -> None:
    """Log every report at or below a folder offline, unless it has been logged as it is.

    Args:
        root: the folder; a report is `<experiment>/report/report.csv`, with report.html beside it.
        project: W&B project of a report without runs that were logged to one.

    Raises:
        UserError: W&B cannot write its files.
    """
    for table in below(root, "report.csv"):
        folder = table.parent
        files = [file for file in (table, table.with_suffix(".html")) if file.exists()]
        digest = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
        logged = folder / _LOGGED
        if folder.name != "report" or (
            logged.exists() and json.loads(logged.read_text()) == digest
        ):
            continue
        _log(folder, _place(folder.parent, project), files)
        logged.write_text(json.dumps(digest) + "\n")


def _place(experiment: Path, project: str) -> dict[str, Any]:
    """Return W&B's project and entity of an experiment's runs."""
    for record in below(experiment, RECORD):
        place = json.loads(record.read_text())
        if record.parent.name != "report":
            return {"project": place["project"], "entity": place["entity"]}
    return {"project": project, "entity": None}


def _log(folder: Path, place: dict[str, Any], files: list[Path]) -> None:
    group = folder.resolve().parent.name
    fields = {"id": f"{group}-report", "name": "report", "group": group, "dir": str(folder)}
    run = start(place | fields, folder, offline=True)
    if run is None:
        raise UserError(f"{folder}: W&B could not write the report's files there.")
    header, *rows = csv.reader(files[0].open(newline=""))
    run.log({"report": wandb.Table(columns=list[str | int](header), data=rows)})
    for file in files[1:]:
        run.log({"page": wandb.Html(file.read_text(), inject=False)})
    if trouble := finish(run, complete=True):
        raise UserError(f"{folder}: the report was not logged: {trouble}.")
    # Only now W&B's service has written all of it.
    wandb.teardown()

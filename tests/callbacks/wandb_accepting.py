"""A server that takes what W&B's own client uploads, as far as `wandb sync` asks for answers.

It keeps the rows of each run at the places that the client names, and tells the client how many it
has, as W&B's server does. It checks nothing, and knows no entities, media or permissions.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.callbacks.wandb_servers import serving


@dataclass
class Taken:
    """What a server has been sent.

    Attributes:
        url: its address.
        runs: the fields of each run, by id.
        rows: the history of each run, by id: rows by their place.
        uploads: the names of uploaded files.
        broken: ids of runs whose rows are refused.
    """

    url: str = ""
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    uploads: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def steps(self, run: str) -> list[int]:
        """Return the steps of a run's rows, in their order."""
        return [self.rows[run][place]["_step"] for place in sorted(self.rows[run])]


@contextmanager
def accepting() -> Iterator[Taken]:
    """A server for as long as the context lasts."""
    taken = Taken()

    with serving(lambda path, body: _answer(taken, path, body)) as taken.url:
        yield taken


def _answer(taken: Taken, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
    if path == "/graphql":
        request = json.loads(body)
        return 200, {"data": _graphql(taken, request["query"], request.get("variables") or {})}
    if path.startswith("/upload/"):
        taken.uploads.append(path.removeprefix("/upload/"))
    if path.endswith("/file_stream"):
        run = path.split("/")[4]
        if run in taken.broken:
            return 401, {}
        history = json.loads(body).get("files", {}).get("wandb-history.jsonl", {})
        for place, row in enumerate(history.get("content", []), history.get("offset", 0)):
            taken.rows[run][place] = json.loads(row)
    return 200, {}


def _graphql(taken: Taken, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    if "upsertBucket" in query:
        name = variables["name"]
        known = name in taken.runs
        given = {key: value for key, value in variables.items() if value is not None}
        taken.runs.setdefault(name, {}).update(given)
        rows = taken.rows.setdefault(name, {})
        owner = {"id": "3", "name": "somebody"}
        bucket = {
            "id": name,
            "name": name,
            "displayName": taken.runs[name].get("displayName", name),
            "config": "{}",
            "project": {"id": "2", "name": variables["project"], "entity": owner},
            "historyLineCount": len(rows),
        }
        return {"upsertBucket": {"bucket": bucket, "inserted": not known}}
    if "createRunFiles" in query:
        files = [{"name": f, "uploadUrl": f"{taken.url}/upload/{f}"} for f in variables["files"]]
        return {"createRunFiles": {"runID": "1", "uploadHeaders": [], "files": files}}
    if "createArtifact(" in query:
        artifact = {"id": "1", "state": "COMMITTED"}
        artifact["artifactSequence"] = {"latestArtifact": {"id": "1"}}  # type: ignore[assignment]
        return {"createArtifact": {"artifact": artifact}}
    return {"viewer": {"id": "3", "entity": "somebody", "flags": "{}"}}

import csv
from collections import Counter
from functools import partial

import pytest

from talkingface.prepare.engine import prepare
from talkingface.prepare.order import Order
from talkingface.prepare.worker import Limits
from tests.prepare.jobs import pieces_of


class Preparation:
    """A folder of text files that stand for videos, and `prepare` with trivial work."""

    def __init__(self, folder, root=None):
        self.folder = folder
        self.input = folder / "in"
        self.root = root or folder / "out"
        self.log = folder / "calls.txt"
        self.model = folder / "model.task"
        self.input.mkdir(exist_ok=True)
        self.model.write_text("a model")

    def add(self, name, kind="good", height=100):
        path = self.input / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{kind} {height} {name}")
        return path

    def order(self, **changes):
        quick = Limits(stall_seconds=30, file_seconds=30, memory=400)
        fields = {"layout": "files", "limits": quick, "workers": 1} | changes
        return Order(source=self.input, root=self.root, model=self.model, **fields)

    def run(self, **changes):
        order = self.order(**changes)
        return prepare(order, partial(pieces_of, self.root, order.filters, self.log))

    def calls(self):
        """Return how often each file was opened since the last question."""
        if not self.log.exists():
            return {}
        names = self.log.read_text().splitlines()
        self.log.unlink()
        return dict(Counter(names))

    def rejects(self):
        with (self.root / "rejects.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def contents(self):
        """Return every file of the data set but what belongs to one process or its clock."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file() and ".work" not in path.parts
        }


@pytest.fixture
def preparation(tmp_path):
    return Preparation(tmp_path)

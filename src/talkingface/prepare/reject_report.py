"""What was not kept, to read and to look at: `rejects.csv` and `rejects/`."""

from __future__ import annotations

import csv
import heapq
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from talkingface.dataset.whole_files import replaced_file
from talkingface.prepare.decisions import WHOLE_FILE, Decision
from talkingface.prepare.naming import spread
from talkingface.prepare.sheet import contact_sheet
from talkingface.prepare.walk import printable_name
from talkingface.reasons import Reason
from talkingface.report.markup import Markup, element, joined
from talkingface.report.style import CSS

REJECTS_FILE = "rejects.csv"
REJECTS_FOLDER = "rejects"
_MOST_PICTURES = 120
_COLUMNS = ("file", "start", "seconds", "reason", "detail")


class RejectReport:
    """Collects decisions; the report is there when the block ends. A context manager.

    Args:
        root: the data set's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._counts: Counter[Reason] = Counter()
        # For each reason the pieces with the least sort keys, the largest of them first.
        self._shown: dict[Reason, list[tuple[int, int, Decision]]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> RejectReport:
        """Open the table."""
        partial = self._stack.enter_context(replaced_file(self._root / REJECTS_FILE))
        file = self._stack.enter_context(partial.open("w", newline="", encoding="utf-8"))
        self._table = csv.writer(file)
        self._table.writerow(_COLUMNS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the sheets and the page, or nothing if the block raised."""
        self._stack.__exit__(kind, error, trace)
        if kind is None:
            self._write_folder()

    def add(self, decision: Decision) -> None:
        """Take what was not kept."""
        whole = decision.piece == WHOLE_FILE
        times = ("", "") if whole else (f"{decision.start:.3f}", f"{decision.seconds:.3f}")
        self._table.writerow([decision.source, *times, decision.reason, decision.detail])
        self._counts[decision.reason] += 1
        if decision.picture is None:
            return
        shown = self._shown.setdefault(decision.reason, [])
        key = -int.from_bytes(spread(decision.source, decision.piece))
        item = (key, self._counts[decision.reason], decision)
        if len(shown) < _MOST_PICTURES:
            heapq.heappush(shown, item)
        else:
            heapq.heappushpop(shown, item)

    def _write_folder(self) -> None:
        folder = self._root / REJECTS_FOLDER
        folder.mkdir(exist_ok=True)
        for old in folder.glob("*.jpg"):
            if old.stem not in self._shown:
                old.unlink()
        for reason, shown in self._shown.items():
            chosen = sorted((decision for _, _, decision in shown), key=_place)
            items = [(_picture(decision), _caption(decision)) for decision in chosen]
            with replaced_file(folder / f"{reason}.jpg") as partial:
                partial.write_bytes(contact_sheet(items))
        with replaced_file(folder / "index.html") as partial:
            partial.write_text(self._page(), encoding="utf-8")

    def _page(self) -> str:
        title = f"What is not in {printable_name(self._root.name)}"
        counts = [
            element("tr", element("td", reason.value), element("td", str(count), class_="number"))
            for reason, count in self._counts.most_common()
        ]
        sheets = [
            part
            for reason, count in self._counts.most_common()
            if reason in self._shown
            for part in self._section(reason, count)
        ]
        head = element("tr", element("th", "reason"), element("th", "pieces or files"))
        return "<!DOCTYPE html>\n" + element(
            "html",
            element(
                "head",
                element("meta", charset="utf-8"),
                element("title", title),
                element("style", Markup(CSS + "img { max-width: 100%; }")),
            ),
            element(
                "body",
                element("h1", title),
                element("p", "All of them, with the figures: ", _link(f"../{REJECTS_FILE}")),
                element("table", element("thead", head), element("tbody", joined(*counts))),
                *sheets,
            ),
            lang="en",
        )

    def _section(self, reason: Reason, count: int) -> list[Markup]:
        shown = len(self._shown[reason])
        note = f"{shown} of {count}" if shown < count else f"{count}"
        picture = element("img", src=f"{reason}.jpg", alt=reason, loading="lazy")
        return [element("h2", f"{reason.value} ({note})"), element("div", picture, class_="wide")]


def _link(address: str) -> Markup:
    return element("a", address.rpartition("/")[2], href=address)


def _place(decision: Decision) -> tuple[str, int]:
    return decision.source, decision.piece


def _picture(decision: Decision) -> bytes:
    return decision.picture.read() if decision.picture is not None else b""


def _caption(decision: Decision) -> str:
    name = decision.source.rpartition("/")[2]
    return f"{name}\n{decision.start:.1f} s {decision.detail}"

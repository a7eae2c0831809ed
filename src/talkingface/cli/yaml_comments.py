"""The comments beside the fields of a YAML file, which YAML parsers throw away.

Reads the block style that configuration files here are written in: one `key: value` a line,
nesting by indentation. A field's sentence is the comment behind it, which may go on in the lines
below at the same column, or else the comment lines directly above it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_KEY = re.compile(r"""^(?P<indent>[ ]*)(?P<key>[\w./@-]+|"[^"]*"|'[^']*')[ ]*:(?:[ ]|$)""")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[ ]?(?P<text>.*)$")
_QUOTED = re.compile(r"""(?<![\w])(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*')""")


@dataclass
class Comments:
    """The comments of one file.

    Attributes:
        header: the comment lines at the top, `# @package` left out.
        fields: the sentence of each dotted field name that has one.
    """

    header: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def read_comments(text: str) -> Comments:
    """The comments of a YAML text in block style."""
    return _Reader().read(text)


class _Reader:
    def __init__(self) -> None:
        self.comments = Comments()
        self.parents: list[tuple[int, str]] = []  # indentation and dotted name, outermost first
        self.above: list[str] = []
        self.behind: tuple[str, int] | None = None  # the name and column of the last such comment
        self.block: int | None = None  # indentation of the key whose text block is being passed

    def read(self, text: str) -> Comments:
        lines = text.splitlines()
        header = []
        for line in lines:
            if not line.startswith("#"):
                break
            if not line.startswith("# @package"):
                header.append(line.lstrip("#").strip())
        self.comments.header = " ".join(header).strip()
        for line in lines[next((i for i, x in enumerate(lines) if not x.startswith("#")), 0) :]:
            self._line(line)
        return self.comments

    def _line(self, line: str) -> None:
        indent = len(line) - len(line.lstrip(" "))
        if self.block is not None:
            if not line.strip() or indent > self.block:
                return
            self.block = None
        bare, comment, column = _split(line)
        if not bare.strip():
            self._comment_line(comment, column)
            return
        key = _KEY.match(bare)
        if key:
            self._key(indent, key["key"].strip("\"'"), comment, column)
            if re.search(r":\s*[|>][+-]?\d?$", bare.rstrip()):
                self.block = indent
        else:
            self.behind = None
        self.above = []

    def _comment_line(self, comment: str, column: int) -> None:
        if not comment:
            self.above, self.behind = [], None
        elif self.behind and self.behind[1] == column:
            self.comments.fields[self.behind[0]] += f" {comment}"
        else:
            self.above.append(comment)

    def _key(self, indent: int, key: str, comment: str, column: int) -> None:
        while self.parents and self.parents[-1][0] >= indent:
            self.parents.pop()
        name = f"{self.parents[-1][1]}.{key}" if self.parents else key
        self.parents.append((indent, name))
        self.behind = (name, column) if comment else None
        sentence = comment or " ".join(self.above)
        if sentence:
            self.comments.fields[name] = sentence


def _split(line: str) -> tuple[str, str, int]:
    """A line without its comment, the comment's text, and the column of its `#`."""
    # Quoted text is blanked for the search, so that a # in it starts no comment.
    blanked = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), line)
    found = _COMMENT.search(blanked)
    if not found:
        return line, "", -1
    return line[: found.start()], line[found.start("text") :].strip(), found.start()

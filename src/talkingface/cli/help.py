"""The help of one verb, made from its configuration files and the comments in them."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import groupby
from typing import Any

from talkingface.cli.configuration import Composed, Configuration, leaves
from talkingface.cli.verbs import Verb
from talkingface.cli.yaml_comments import Comments, read_comments

_NARROWEST, _WIDEST = 50, 110
_WIDEST_FIELD = 42
# Hydra's own words for building an object; `--cfg job` shows them.
HYDRA_WORDS = frozenset({"_target_", "_args_", "_partial_", "_recursive_", "_convert_"})


def verb_help(verb: Verb, configuration: Configuration, composed: Composed) -> str:
    """What the verb does, examples, its groups, and every field with its default and meaning."""
    width = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((88, 24)).columns - 1))
    paragraphs = [
        f"usage: talkingface {verb.name} [field=value ...] [group=choice ...]",
        textwrap.fill(verb.description, width),
        "Examples:\n" + "\n".join(_example(verb, example) for example in verb.examples),
        *_groups(configuration, composed, width),
        *_sections(configuration, composed, width),
        _footer(verb, width),
    ]
    return "\n\n".join(paragraphs)


def _example(verb: Verb, arguments: str) -> str:
    return f"  talkingface {verb.name} {arguments}".rstrip()


def _groups(configuration: Configuration, composed: Composed, width: int) -> Iterator[str]:
    groups = {
        group: choice
        for group, choice in composed.choices.items()
        if not group.startswith("hydra/") and configuration.is_group(group)
    }
    if not groups:
        return
    lines = ["Groups (group=choice; * is taken):"]
    for group, taken in sorted(groups.items()):
        options = configuration.options(group)
        lines.append(f"  {group}")
        for option in options:
            mark = "*" if option == taken else " "
            meaning = _comments(configuration, f"{group}/{option}").header
            lines.append(_entry(f"   {mark} {option}", meaning, 22, width))
    yield "\n".join(lines)


def _sections(configuration: Configuration, composed: Composed, width: int) -> Iterator[str]:
    sentences = _sentences(configuration, composed)
    shown = [
        (name, value)
        for name, value in leaves(composed.fields)
        if name.rpartition(".")[2] not in HYDRA_WORDS
    ]
    shown.sort(key=lambda field: "." in field[0])  # stable: the verb's own fields come first
    column = 4 + max(
        (len(f"{n} = {_text(v)}") for n, v in shown if len(f"{n} = {_text(v)}") <= _WIDEST_FIELD),
        default=0,
    )
    for section, fields in groupby(shown, key=lambda field: field[0].rpartition(".")[0]):
        title = f"{section}:" if section else "Fields (field = default):"
        about = sentences.get(section) or sentences.get(f"{section}._target_", "")
        lines = [textwrap.fill(f"{title} {about}".strip(), width, subsequent_indent="  ")]
        for name, value in fields:
            entry = f"  {name} = {_text(value)}"
            lines.append(_entry(entry, sentences.get(name, ""), column, width))
        yield "\n".join(lines)


def _sentences(configuration: Configuration, composed: Composed) -> dict[str, str]:
    """The sentence of every field, the last file that has one winning."""
    sentences: dict[str, str] = {}
    for layer in composed.layers:
        comments = _comments(configuration, layer.path)
        prefix = f"{layer.package}." if layer.package else ""
        if layer.package and comments.header:
            sentences.setdefault(layer.package, comments.header)
        for name, sentence in comments.fields.items():
            sentences[prefix + name] = sentence
    return sentences


def _comments(configuration: Configuration, path: str) -> Comments:
    file = files(configuration.package).joinpath(f"{path}.yaml")
    return read_comments(file.read_text(encoding="utf-8")) if file.is_file() else Comments()


def _entry(left: str, right: str, column: int, width: int) -> str:
    """`left`, then `right` wrapped from `column` on; below `left` where that is too long."""
    column = min(column, width // 2)
    lines = textwrap.wrap(right, width - column)
    if not lines:
        return left
    if len(left) + 2 > column:
        return "\n".join([left, *(" " * column + line for line in lines)])
    first, *rest = lines
    return "\n".join([left.ljust(column) + first, *(" " * column + line for line in rest)])


def _text(value: Any) -> str:
    """A value as it would be typed in an override."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if value == "???":
        return "(required)"
    if isinstance(value, list):
        return f"[{','.join(map(_text, value))}]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_text(item)}" for key, item in value.items()) + "}"
    return str(value) if value != "" else "''"


def _footer(verb: Verb, width: int) -> str:
    text = (
        f"`talkingface {verb.name} --cfg job` prints the composed configuration instead of "
        "running; --multirun runs every combination of values separated by commas. "
        "Hydra's other options: --hydra-help."
    )
    return textwrap.fill(text, width) + "\n"

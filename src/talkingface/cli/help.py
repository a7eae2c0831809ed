"""The help of one verb, made from its configuration files and the comments in them."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from talkingface.cli.configuration import SWEEPS, Composed, Configuration, leaves
from talkingface.cli.verbs import Verb
from talkingface.cli.yaml_comments import Comments, read_comments

_NARROWEST, _WIDEST = 50, 110
_WIDEST_FIELD = 42
_CHOICE_COLUMN = 22
# Hydra's own words for building an object; `--cfg job` shows them.
HYDRA_WORDS = frozenset({"_target_", "_args_", "_partial_", "_recursive_", "_convert_"})


def verb_help(verb: Verb, configuration: Configuration, overrides: Sequence[str]) -> str:
    """What the verb does, examples, its groups, and every field with its default and meaning.

    Args:
        verb: the verb.
        configuration: the verb's configuration.
        overrides: checked ones; the fields and defaults shown are those beside them.
    """
    width = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((88, 24)).columns - 1))
    composed = configuration.compose(overrides, complete=False)
    groups = list(_groups(verb, configuration, composed, width))
    words = "[field=value ...]" + " [group=choice ...]" * bool(groups)
    paragraphs = [
        f"usage: talkingface {verb.name} {_bare_word(verb)}{words}",
        textwrap.fill(verb.description, width),
        "Examples:\n" + "\n".join(_example(verb, example) for example in verb.examples),
        *groups,
        *_sections(configuration, composed, overrides, width),
        _footer(verb, width),
    ]
    return "\n\n".join(paragraphs)


def _bare_word(verb: Verb) -> str:
    return f"[{verb.takes.upper()}] " if verb.takes else ""


def _example(verb: Verb, arguments: str) -> str:
    return f"  talkingface {verb.name} {arguments}".rstrip()


def _groups(
    verb: Verb, configuration: Configuration, composed: Composed, width: int
) -> Iterator[str]:
    groups = sorted(group for group in composed.choices if not group.startswith("hydra/"))
    lines: list[str] = []
    for group in groups:
        lines += _choices(configuration, group, composed.choices[group], width)
    if lines:
        yield "\n".join(["Groups (group=choice, * marks the one taken):", *lines])
    if verb.arms and configuration.is_group(SWEEPS):
        grids = _choices(configuration, SWEEPS, None, width)
        yield "\n".join([f"Grids of runs (+{SWEEPS}=choice --multirun):", *grids])


def _choices(
    configuration: Configuration, group: str, taken: str | None, width: int
) -> Iterator[str]:
    yield f"  {group}"
    for option in configuration.options(group):
        mark = "*" if option == taken else " "
        meaning = _comments(configuration, f"{group}/{option}").header
        yield _entry(f"   {mark} {option}", meaning, _CHOICE_COLUMN, width)


def _sections(
    configuration: Configuration, composed: Composed, overrides: Sequence[str], width: int
) -> Iterator[str]:
    sentences = _sentences(configuration, overrides)
    sections = _by_section(composed)
    entries = [f"{name} = {value}" for fields in sections.values() for name, value in fields]
    short = [len(entry) for entry in entries if len(entry) <= _WIDEST_FIELD]
    column = 4 + max(short, default=0)
    for section, fields in sections.items():
        title = f"{section}:" if section else "Fields (field = default):"
        about = sentences.get(section) or sentences.get(f"{section}._target_", "")
        lines = [textwrap.fill(f"{title} {about}".strip(), width, subsequent_indent="  ")]
        for name, value in fields:
            lines.append(_entry(f"  {name} = {value}", sentences.get(name, ""), column, width))
        yield "\n".join(lines)


def _by_section(composed: Composed) -> dict[str, list[tuple[str, str]]]:
    """Name and value of all fields by the mapping they stand in, a mapping before those in it."""
    sections: dict[str, list[tuple[str, str]]] = {"": []}
    outermost = list(composed.fields)
    for name, value in leaves(composed.fields):
        section, _, leaf = name.rpartition(".")
        if leaf not in HYDRA_WORDS:
            sections.setdefault(section, []).append((name, _text(value)))

    def order(section: str) -> tuple[int, bool]:
        top = section.partition(".")[0]
        return (outermost.index(top) if top else -1, section != top)

    return {section: sections[section] for section in sorted(sections, key=order)}


def _sentences(configuration: Configuration, overrides: Sequence[str]) -> dict[str, str]:
    """The sentence of every field, the last file that has one winning."""
    sentences: dict[str, str] = {}
    for layer in configuration.layers(overrides):
        comments = _comments(configuration, layer.path)
        prefix = f"{layer.package}." if layer.package else ""
        if layer.package and comments.header:
            sentences.setdefault(layer.package, comments.header)
        for name, sentence in comments.fields.items():
            sentences[prefix + name] = sentence
    return sentences


def _comments(configuration: Configuration, path: str) -> Comments:
    package = configuration.package
    if path.startswith(f"{SWEEPS}/"):
        package, path = SWEEPS, path.removeprefix(f"{SWEEPS}/")
    file = files(package).joinpath(f"{path}.yaml")
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

"""Checks one override's group, choice or field against a verb's configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hydra.core.override_parser.types import Override, QuotedString

from talkingface.cli.configuration import Composed, Configuration, leaves
from talkingface.cli.names import did_you_mean
from talkingface.errors import UserError


def is_choice(configuration: Configuration, override: Override) -> bool:
    """Whether the override chooses a file of a group, rather than setting fields."""
    return configuration.is_group(override.key_or_group) and not isinstance(
        override.value(), Mapping
    )


def check_choice(configuration: Configuration, override: Override) -> None:
    """Raise UserError when the override gives a group a choice that it does not have."""
    group = override.key_or_group
    if not is_choice(configuration, override):
        return
    options = configuration.options(group)
    for choice in _values(override):
        if choice is None and override.is_delete():
            continue
        if choice is None:
            raise UserError(f"the group '{group}' has no choice null: {', '.join(options)}.")
        if str(choice) not in options:
            raise UserError(
                f"no choice '{choice}' in the group '{group}'."
                f"{did_you_mean(str(choice), options)} The choices are: {', '.join(options)}."
            )


def check_name(configuration: Configuration, base: Composed, override: Override) -> None:
    """Raise UserError when the override, where it is no group's choice, names no field.

    Args:
        configuration: the verb's configuration.
        base: composed with all group choices that stand beside the override.
        override: without several values.
    """
    if is_choice(configuration, override):
        return
    name, value = override.key_or_group, override.value()
    fields = [field for field, _ in leaves({name: value})] if isinstance(value, dict) else [name]
    for field in fields:
        _check_field(configuration, base, override, field)


def list_of_fields(configuration: Configuration) -> str:
    """Where the user finds all names."""
    return f"talkingface {configuration.name} --help lists all fields"


def _check_field(
    configuration: Configuration, base: Composed, override: Override, field: str
) -> None:
    adds = override.is_add() or override.is_force_add()
    tree = {**base.fields, "hydra": base.hydra}
    if _exists(tree, field, adds=adds):
        return
    reason = ", and + adds fields only where the default is {}" if adds else ""
    if override.is_hydra_override():
        valid = _names(tree)
    elif adds:
        valid = {*_names(base.fields), *(f"+{group}" for group in configuration.groups())}
    else:
        valid = {*_names(base.fields), *base.choices}
    raise UserError(
        f"no field '{field}'{reason}.{did_you_mean(field, valid)} ({list_of_fields(configuration)})"
    )


def _values(override: Override) -> Iterator[Any]:
    """All values that an override gives its key, over all jobs of a sweep."""
    if override.is_discrete_sweep():
        for value in override.sweep_iterator():
            yield value.text if isinstance(value, QuotedString) else value
    else:
        given = override.value()
        yield from given if isinstance(given, list) else [given]


def _exists(tree: Any, name: str, *, adds: bool) -> bool:
    """Whether the dotted name is in the tree, or may be added to an empty mapping in it."""
    for part in name.replace("[", ".").replace("]", "").split("."):
        if isinstance(tree, str) and "${" in tree:
            return True  # what an interpolation refers to is not known before it is resolved
        if isinstance(tree, Mapping):
            if adds and not tree:
                return True
            by_text = {str(key): value for key, value in tree.items()}
            if part not in by_text:
                return False
            tree = by_text[part]
        elif isinstance(tree, list):
            if not part.isdecimal() or int(part) >= len(tree):
                return False
            tree = tree[int(part)]
        else:
            return False
    return True


def _names(tree: Mapping[str, Any]) -> set[str]:
    """The dotted names of all fields and of the mappings that they stand in."""
    names = set()
    for name, _ in leaves(tree):
        parts = name.split(".")
        names |= {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    return names

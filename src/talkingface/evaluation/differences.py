"""Where two protocols differ, in words, and the refusal to compare what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from talkingface.errors import UserError
from talkingface.evaluation.protocol import Protocol

_SHORT = 12
_HEX = frozenset("0123456789abcdef")


def differences(here: Protocol, there: Protocol) -> list[str]:
    """Return a sentence for each field in which two protocols differ; cases are summarised."""
    first, second = (dict(flattened(p)) for p in (here, there))
    found = []
    for name in dict.fromkeys([*first, *second]):
        one, other = (_text(side[name]) if name in side else None for side in (first, second))
        if name not in first or name not in second or first[name] != second[name]:
            found.append(f"{name}: {_side(one, 'here')}, {_side(other, 'there')}")
    mine, yours = (p.fields.get("cases") or [] for p in (here, there))
    return found + _case_differences(mine, yours)


def require_same(evaluations: Mapping[str, Protocol]) -> None:
    """Check that evaluations were made in one way.

    Args:
        evaluations: by folder.

    Raises:
        UserError: two differ; both folders and every differing field are named.
    """
    (first, protocol), *others = evaluations.items()
    for folder, other in others:
        found = differences(protocol, other)
        if found:
            listed = "".join(f"\n  {line}" for line in found)
            raise UserError(
                f"{first} (here) and {folder} (there) were evaluated in different ways, so their "
                f"figures cannot be compared:{listed}\nEvaluate one of them again with the "
                "settings, models and versions of the other."
            )


def flattened(protocol: Protocol) -> Iterator[tuple[str, Any]]:
    """Yield every field but the cases under its dotted name."""
    for name, value in protocol.fields.items():
        if name != "cases":
            yield from _below(name, value)


def _below(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    # A model is one thing: its name and its hash are read together.
    is_model = isinstance(value, Mapping) and value.keys() == {"name", "sha256"}
    if not isinstance(value, Mapping) or is_model:
        yield name, value
        return
    if not value:
        yield name, "without parameters" if name.startswith("metrics.") else "none"
    for key, inner in value.items():
        yield from _below(f"{name}.{key}", inner)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(map(_text, value.values()))
    if isinstance(value, str) and len(value) > _SHORT and set(value) <= _HEX:
        return f"{value[:_SHORT]}…"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return "none" if value is None else str(value)


def _side(text: str | None, where: str) -> str:
    return f"missing {where}" if text is None else f"{text} {where}"


def _case_differences(here: Sequence[Any], there: Sequence[Any]) -> list[str]:
    mine, yours = ({case["case"]: case for case in cases} for cases in (here, there))
    found = []
    if len(here) != len(there):
        found.append(f"cases: {len(here)} here, {len(there)} there")
    for names, where in (
        (mine.keys() - yours.keys(), "here"),
        (yours.keys() - mine.keys(), "there"),
    ):
        if names:
            found.append(f"cases: {len(names)} only {where}, such as {min(names)}")
    shared = [name for name in mine if name in yours]
    differing = [name for name in shared if mine[name] != yours[name]]
    if differing:
        one, other = mine[differing[0]], yours[differing[0]]
        parts = (
            f"{key} {_text(one.get(key))} here, {_text(other.get(key))} there"
            for key in dict.fromkeys([*one, *other])
            if one.get(key) != other.get(key)
        )
        found.append(
            f"cases: {len(differing)} of {len(shared)} differ, the first is {differing[0]}: "
            f"{'; '.join(parts)}"
        )
    if not found and list(mine) != list(yours):
        found.append("cases: the same ones in another order")
    return found

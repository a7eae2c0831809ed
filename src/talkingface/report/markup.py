"""HTML elements whose text is escaped unless it is itself made of elements."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is HTML already; any other string becomes text of the page, escaped."""

    __slots__ = ()


Child = str | None
_VOID = frozenset({"meta", "input", "wbr", "img", "br"})


def element(name: str, /, *children: Child, **attributes: object) -> Markup:
    """Return one element.

    Args:
        name: of the element.
        children: elements as they are, other strings escaped, None left out.
        attributes: without a trailing underscore, inner ones as hyphens; True is an attribute
            without a value, None and False leave it out.
    """
    inside = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{inside}>")
    return Markup(f"<{name}{inside}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Markup:
    """Return elements and escaped text one after another."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else escape(child)
            for child in children
            if child is not None
        )
    )


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'

"""A bare word, as in `talkingface report runs/ablation`, sets the field that the verb takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hydra.core.override_parser.types import Quote, QuotedString

from talkingface.errors import UserError


def name_bare_word(verb: str, takes: str, words: Sequence[str]) -> list[str]:
    """Return the overrides with the bare word, if there is one, as `field=...` in its place.

    A word is bare if it has no `=`, or starts as only a path does (`/`, `./`, `../`), or holds a
    `/` before its first `=` and names what is there.

    Args:
        verb: the verb's name.
        takes: the field that it sets; "" leaves all words as they are.
        words: the overrides as typed.

    Raises:
        UserError: there are several bare words, or one beside the field itself.
    """
    bare = [word for word in words if takes and _is_bare(word)]
    if not bare:
        return list(words)
    said = [word for word in words if word not in bare and word.startswith(f"{takes}=")]
    if len(bare) > 1 or said:
        raise UserError(
            f"{verb} takes one word without a field's name, as {takes}, "
            f"but got {' and '.join([*bare, *said])}."
        )
    return [_override(takes, word) if word in bare else word for word in words]


def _is_bare(word: str) -> bool:
    key, equals, _ = word.partition("=")
    if word.startswith(("~", "+")) or not word:
        return False
    if not equals or word.startswith(("/", "./", "../")):
        return True
    return "/" in key and not key.startswith("hydra/") and Path(word).exists()


def _override(field: str, word: str) -> str:
    # Quoted, Hydra reads commas, spaces and brackets as they are; ${ would be looked up even so.
    text = QuotedString(text=word.replace("${", "\\${"), quote=Quote.double)
    return f"{field}={text.with_quotes()}"

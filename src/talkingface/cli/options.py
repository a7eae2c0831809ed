"""The options (words with dashes) that every verb takes beside its overrides."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import NoReturn

from talkingface.cli.bare_word import name_bare_word
from talkingface.errors import UserError


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message} ({self.prog} --help says more)")


def parse_options(
    verb: str, arguments: Sequence[str], takes: str = "", data_field: str = ""
) -> tuple[Namespace, list[str]]:
    """Read the options and overrides of a verb, in any order.

    Args:
        verb: the verb's name.
        arguments: as typed after it.
        takes: the field that a word without `=` sets, "" for none.
        data_field: the field that `data=...` sets, "" where that chooses a group's file.

    Returns:
        The options (help, multirun, cfg, info, hydra_help, overrides), and the arguments reordered
        so that Hydra, which wants all overrides in one piece, reads the same.

    Raises:
        UserError: an option is unknown or lacks its value, or a bare word is one too many.
    """
    parser = _Parser(prog=f"talkingface {verb}", add_help=False, allow_abbrev=False)
    parser.add_argument("--help", "-h", action="store_true")
    parser.add_argument("--multirun", "-m", action="store_true")
    parser.add_argument("--run", "-r", action="store_true")
    parser.add_argument("--cfg", "-c", choices=["job", "hydra", "all"])
    parser.add_argument("--resolve", action="store_true")
    parser.add_argument("--package", "-p")
    parser.add_argument("--info", "-i", nargs="?", const="all")
    parser.add_argument("--hydra-help", action="store_true")
    parser.add_argument("overrides", nargs="*")
    options, unknown = parser.parse_known_intermixed_args(list(arguments))
    if unknown:
        name = unknown[0].lstrip("-").partition("=")[0]
        raise UserError(
            f"no option '{unknown[0]}'. Fields are set without dashes, as in {name}=VALUE "
            f"(talkingface {verb} --help lists all fields)"
        )
    waiting = list(options.overrides)
    dashed = [word for word in arguments if not (waiting and word == waiting[0] and waiting.pop(0))]
    named = name_bare_word(verb, takes, options.overrides)
    # Hydra takes `data=...` for the choice of a file in conf/data, which these verbs do not have.
    options.overrides = [
        f"{data_field}{word[4:]}" if data_field and word.startswith("data=") else word
        for word in named
    ]
    return options, [*dashed, *options.overrides]

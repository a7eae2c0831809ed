"""Runs one verb as a Hydra application, after its overrides were checked."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from importlib import import_module
from os import environ
from typing import NoReturn

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from talkingface.cli.configuration import (
    CONFIG_PACKAGE,
    HYDRA_VERSION_BASE,
    open_configuration,
)
from talkingface.cli.help import verb_help
from talkingface.cli.names import did_you_mean
from talkingface.cli.overrides import check_overrides
from talkingface.cli.verbs import Verb
from talkingface.errors import UserError


class _EndedByUserError(BaseException):
    """Carries a UserError past Hydra, which reports every Exception as a failed job."""


def launch(verb: Verb, arguments: Sequence[str]) -> None:
    """Print the verb's help, or check the overrides and hand over to Hydra.

    Raises:
        UserError: an option or override is wrong, or the verb met bad input.
    """
    # Hydra's parser takes overrides in one piece only; options come first, so that any order works.
    ordered = sorted(arguments, key=_is_override)
    options = _parse(verb, ordered)
    asked = options.hydra_help or options.info or options.shell_completion
    if not asked:
        _check(verb, options)
    if options.help:
        return
    _run_hydra(verb, ordered)


def _check(verb: Verb, options: Namespace) -> None:
    with open_configuration(verb.name) as configuration:
        check_overrides(
            configuration,
            options.overrides,
            multirun=options.multirun,
            runs=not (options.help or options.cfg),
        )
        if options.help:
            composed = configuration.compose(options.overrides, complete=False)
            print(verb_help(verb, configuration, composed))


def _is_override(argument: str) -> bool:
    return not argument.startswith("-") and ("=" in argument or argument.startswith("~"))


def _parse(verb: Verb, arguments: list[str]) -> Namespace:
    parser = get_args_parser()
    known = {option for action in parser._actions for option in action.option_strings}
    options, unknown = parser.parse_known_args(arguments), []
    return _refuse_unsupported(verb, parser, arguments)


def _run_hydra(verb: Verb, arguments: list[str]) -> None:
    """Run the verb in Hydra, whose messages about failed jobs then leave out UserError's."""
    typed = sys.argv
    # Without it Hydra prints shortened tracebacks and exits itself, and a UserError of one job of
    # a multirun would come out as a traceback.
    environ.setdefault("HYDRA_FULL_ERROR", "1")
    task = hydra.main(HYDRA_VERSION_BASE, f"pkg://{CONFIG_PACKAGE}", verb.name)

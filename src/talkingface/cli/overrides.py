"""Refuses overrides that name no field, group or choice, before the verb's code is imported.

Hydra would refuse most of them too, but without the nearest names. This is stricter on
`+field=value`: only a field whose default is the empty mapping `{}` accepts new fields, since
otherwise a typo behind a plus would pass unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any, NoReturn

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override
from hydra.errors import OverrideParseException

from talkingface.cli.configuration import Composed, Configuration, leaves
from talkingface.cli.override_names import check_choice, check_name, is_choice, list_of_fields
from talkingface.errors import UserError

MISSING = "???"
_MOST_COMBINATIONS = 32


def check_overrides(
    configuration: Configuration, arguments: Sequence[str], *, multirun: bool, runs: bool
) -> None:
    """Raise UserError for the first override that is wrong.

    Args:
        configuration: the verb's configuration.
        arguments: the overrides as typed.
        multirun: whether `--multirun` was given; a sweep file may ask for it as well.
        runs: whether the verb is to run, so that fields without a value (`???`) are errors.
    """
    overrides = _parse(configuration, arguments)
    for override in overrides:
        check_choice(configuration, override)
    hydra = _compose_groups(configuration, overrides).hydra
    if multirun or hydra["mode"] == "MULTIRUN" or "hydra.mode=MULTIRUN" in arguments:
        grid = [f"{key}={value}" for key, value in (hydra["sweeper"].get("params") or {}).items()]
        swept = _parse(configuration, grid)
        for override in swept:
            check_choice(configuration, override)
        overrides = [*swept, *overrides]
    else:
        for override in overrides:
            if override.is_sweep_override():
                _refuse_sweep(override)
    for job in _jobs(configuration, overrides):
        _check_job(configuration, job, runs=runs)


def shared_fields(configuration: Configuration, arguments: Sequence[str]) -> dict[str, Any]:
    """Return the fields that all jobs of a multirun share; swept ones keep their defaults."""
    overrides = _parse(configuration, arguments)
    plain = [o.input_line or "" for o in overrides if not o.is_sweep_override()]
    return configuration.compose(plain, complete=False).fields


def planned_jobs(configuration: Configuration, arguments: Sequence[str]) -> list[list[str]]:
    """Return the overrides of each job of a grid; none where a sweeper chooses as it goes."""
    overrides = _parse(configuration, arguments)
    sweeper = _compose_groups(configuration, overrides).hydra["sweeper"]
    if not sweeper["_target_"].endswith(".BasicSweeper"):
        return []
    grid = [f"{key}={value}" for key, value in (sweeper.get("params") or {}).items()]
    own = [o for o in overrides if not o.key_or_group.startswith("hydra")]
    jobs: list[list[str]] = BasicSweeper.split_arguments(
        [*_parse(configuration, grid), *own], None
    )[0]
    return jobs


def _parse(configuration: Configuration, lines: Sequence[str]) -> list[Override]:
    parser = OverridesParser.create(config_loader=configuration.loader)
    parsed = []
    for line in lines:
        try:
            parsed += parser.parse_overrides([line])
        except OverrideParseException as error:
            key, equals, value = line.partition("=")
            if not equals:
                raise UserError(
                    f"'{line}' is not an override; write field=value. "
                    f"({list_of_fields(configuration)})"
                ) from error
            raise UserError(
                f"cannot read '{line}'. If the value is text with special characters, quote it "
                f"""twice: '{key}="{value}"'."""
            ) from error
    return parsed


def _compose_groups(configuration: Configuration, overrides: list[Override]) -> Composed:
    """Compose with the group choices among the overrides, which decide what fields there are."""
    choices = [o for o in overrides if is_choice(configuration, o) and not o.is_sweep_override()]
    try:
        return configuration.compose([o.input_line or "" for o in choices], complete=False)
    except UserError:
        own = configuration.compose([], complete=False).choices
        for override in choices:
            key = override.get_key_element().lstrip("~")
            if not override.is_add() and key not in own:
                groups = sorted(group for group in own if not group.startswith("hydra/"))
                raise UserError(
                    f"{configuration.name} has no group '{key}'; "
                    f"its groups are: {', '.join(groups) or 'none'}."
                ) from None
        raise


def _refuse_sweep(override: Override) -> NoReturn:
    key = override.get_key_element()
    raise UserError(
        f"'{override.input_line}' gives several values: add --multirun to run each of them, or "
        f"write {key}=[...] for a list, or quote it twice for text with commas."
    )


def _jobs(configuration: Configuration, overrides: list[Override]) -> Iterator[list[Override]]:
    """One list of overrides for each combination of swept groups.

    Only groups change which fields there are: of a swept field, the first value stands for all.
    """
    alternatives = [
        _parse(configuration, _alternatives(configuration, override))
        if override.is_sweep_override()
        else [override]
        for override in overrides
    ]
    yield from (list(job) for job in islice(product(*alternatives), _MOST_COMBINATIONS))


def _alternatives(configuration: Configuration, override: Override) -> list[str]:
    key, interval = override.get_key_element(), override.value()
    if isinstance(interval, IntervalSweep):
        return [f"{key}={interval.start}"]
    values = list(override.sweep_string_iterator())
    if not configuration.is_group(override.key_or_group):
        values = values[:1]
    return [f"{key}={value}" for value in values]


def _check_job(configuration: Configuration, job: list[Override], *, runs: bool) -> None:
    base = _compose_groups(configuration, job)
    for override in job:
        check_name(configuration, base, override)
    composed = configuration.compose([o.input_line or "" for o in job], complete=runs)
    missing = [name for name, value in leaves(composed.fields) if value == MISSING]
    if runs and missing:
        raise UserError(
            f"{configuration.name} needs {' '.join(f'{name}=...' for name in missing)} "
            f"({list_of_fields(configuration)})"
        )

"""Every file in conf/ and sweeps/ composes, is used, and explains its fields."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from omegaconf import OmegaConf

from talkingface.cli.configuration import SWEEPS, Configuration, leaves, open_configuration
from talkingface.cli.help import HYDRA_WORDS
from talkingface.cli.options import parse_options
from talkingface.cli.overrides import check_overrides
from talkingface.cli.verbs import VERBS
from talkingface.cli.yaml_comments import read_comments

REPOSITORY = Path(__file__).resolve().parents[2]
CONF = REPOSITORY / "conf"
FILES = sorted(CONF.rglob("*.yaml"))
# Fields that only an opened run knows; the verb adds them before anything is built.
RUN_FIELDS = {"run_folder": "runs/x/y", "run_name": "x/y", "run_id": "x-y", "start_step": 0}


def below_conf(file: Path) -> str:
    return file.relative_to(CONF).with_suffix("").as_posix()


def single_choices(configuration: Configuration) -> Iterator[list[str]]:
    """No override, and then each choice of each group of the verb."""
    yield []
    for group in configuration.compose([], complete=False).choices:
        if not group.startswith("hydra/"):
            yield from ([f"{group}={choice}"] for choice in configuration.options(group))


def raw_fields(file: Path) -> dict[str, Any]:
    content = yaml.safe_load(file.read_text()) or {}
    content.pop("defaults", None)
    return dict(leaves(content))


def test_every_verb_has_its_primary_file() -> None:
    assert {file.stem for file in FILES if file.parent == CONF} == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_choice_of_every_group_composes_and_its_references_resolve(verb: str) -> None:
    with open_configuration(verb) as configuration:
        for choice in single_choices(configuration):
            fields = configuration.compose(choice).fields
            OmegaConf.to_container(OmegaConf.create({**RUN_FIELDS, **fields}), resolve=True)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_writes_nothing_of_hydra_s_own(verb: str) -> None:
    with open_configuration(verb) as configuration:
        hydra = configuration.compose([], complete=False).hydra
    assert (hydra["run"]["dir"], hydra["output_subdir"]) == (".", None)
    assert "file" not in hydra["job_logging"]["handlers"]
    assert hydra["sweep"]["dir"].startswith("runs/")


def test_every_file_is_used_by_a_verb() -> None:
    used = set()
    for verb in VERBS:
        with open_configuration(verb) as configuration:
            for choice in single_choices(configuration):
                used |= {layer.path for layer in configuration.layers(choice)}
    used |= {below_conf(file) for file in CONF.glob("hydra/**/*.yaml")}
    assert {below_conf(file) for file in FILES} <= used


@pytest.mark.parametrize("verb", VERBS)
def test_no_field_is_hidden_behind_a_group_of_another_verb(verb: str) -> None:
    with open_configuration(verb) as configuration:
        composed = configuration.compose([], complete=False)
        hidden = [
            field
            for field, value in composed.fields.items()
            if configuration.is_group(field)
            and field not in composed.choices
            and not isinstance(value, dict)
        ]
    assert hidden == [], "Hydra reads FIELD=VALUE as the choice of a group of that name"


@pytest.mark.parametrize("file", FILES, ids=below_conf)
def test_every_field_has_a_sentence_beside_it(file: Path) -> None:
    sentences = read_comments(file.read_text()).fields
    bare = [
        name
        for name in raw_fields(file)
        if name.rpartition(".")[2] not in HYDRA_WORDS and not sentences.get(name)
    ]
    assert bare == []


@pytest.mark.parametrize("file", FILES, ids=below_conf)
def test_every_file_says_at_its_top_what_it_is(file: Path) -> None:
    assert read_comments(file.read_text()).header


@pytest.mark.parametrize("file", sorted(CONF.glob("experiment/*.yaml")), ids=below_conf)
def test_the_values_of_an_experiment_win(file: Path) -> None:
    with open_configuration("train") as configuration:
        composed = configuration.compose([f"experiment={file.stem}"], complete=False)
    taken = dict(leaves(composed.fields))
    assert raw_fields(file).items() <= taken.items()


@pytest.mark.parametrize(
    ("verb", "example"),
    [(verb.name, example) for verb in VERBS.values() for example in verb.examples],
)
def test_every_example_in_the_help_is_a_valid_command(verb: str, example: str) -> None:
    words = shlex.split(example)
    overrides = parse_options(verb, words, VERBS[verb].takes, VERBS[verb].data_field)[0].overrides
    with open_configuration(verb) as configuration:
        multirun = "--multirun" in words or VERBS[verb].always_multirun
        check_overrides(configuration, overrides, multirun=multirun, runs=True)


def test_every_grid_is_valid_for_training() -> None:
    with open_configuration("train") as configuration:
        for grid in configuration.options(SWEEPS):
            check_overrides(configuration, [f"+{SWEEPS}={grid}"], multirun=True, runs=True)

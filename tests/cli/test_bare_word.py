"""A path typed without a field's name reaches the verb exactly as typed."""

from pathlib import Path

import pytest
from hydra.types import RunMode

from talkingface.cli.bare_word import name_bare_word
from talkingface.cli.configuration import open_configuration
from talkingface.cli.options import parse_options
from talkingface.cli.overrides import check_overrides
from talkingface.errors import UserError

NAMES = [
    "plain",
    "two words",
    "a,b",
    'it\'s "quoted"',
    "back\\slash\\",
    "[1]{2}(3)",
    "${seed}",
    "null",
    "12",
    "ünïcode",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("folder", ["", "runs/", "/tmp/"])
def test_a_bare_word_is_read_as_it_was_typed(folder: str, name: str) -> None:
    word = folder + name
    (override,) = name_bare_word("report", "runs", [word])
    with open_configuration("report") as configuration:
        check_overrides(configuration, [override], multirun=False, runs=True)
        cfg = configuration.loader.load_configuration(
            "report", [override], RunMode.RUN, validate_sweep_overrides=False
        )
    assert cfg.runs == word


@pytest.mark.parametrize("word", ["./lr=0.1", "../lr=0.1,seed=2", "/runs/lr=0.1"])
def test_what_starts_like_a_path_is_one_even_with_an_equals_sign(word: str) -> None:
    assert name_bare_word("report", "runs", [word]) == [f'runs="{word}"']


def test_a_folder_with_an_equals_sign_is_meant_where_it_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert name_bare_word("report", "runs", ["runs/lr=0.1"]) == ["runs/lr=0.1"]
    (tmp_path / "runs/lr=0.1").mkdir(parents=True)
    assert name_bare_word("report", "runs", ["runs/lr=0.1"]) == ['runs="runs/lr=0.1"']


@pytest.mark.parametrize("word", ["runs=x", "points=3", "hydra/launcher=basic", "~clip", "+a=1"])
def test_an_override_stays_as_it_is(word: str) -> None:
    assert name_bare_word("report", "runs", [word]) == [word]


@pytest.mark.parametrize("words", [["one", "two"], ["one", "runs=two"]])
def test_a_field_given_twice_is_refused(words: list[str]) -> None:
    with pytest.raises(UserError, match=r"report takes one word .* as runs, but got one and"):
        name_bare_word("report", "runs", words)


def test_options_and_their_values_are_not_bare_words() -> None:
    arguments = ["--cfg", "job", "my runs", "points=3"]
    options, ordered = parse_options("report", arguments, "runs")
    assert options.overrides == ['runs="my runs"', "points=3"]
    assert ordered == ["--cfg", "job", 'runs="my runs"', "points=3"]


def test_a_verb_that_takes_none_says_what_an_override_is() -> None:
    options, _ = parse_options("synthesize", ["word"])
    with (
        open_configuration("synthesize") as configuration,
        pytest.raises(UserError, match=r"'word' is not an override; write field=value"),
    ):
        check_overrides(configuration, options.overrides, multirun=False, runs=True)

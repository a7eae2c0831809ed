"""Which overrides are refused, with which words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from talkingface.cli import configuration as configuration_module
from talkingface.cli.configuration import Configuration, open_configuration
from talkingface.cli.names import nearest
from talkingface.cli.overrides import check_overrides
from talkingface.errors import UserError


@pytest.fixture
def tiny(tiny_package: str) -> Iterator[Configuration]:
    with open_configuration("synthesize", tiny_package) as configuration:
        yield configuration


def check(configuration: Configuration, *overrides: str, multirun: bool = False) -> None:
    check_overrides(configuration, overrides, multirun=multirun, runs=True)


@pytest.mark.parametrize(
    "override",
    [
        "steps=5",
        "trainer.max_steps=null",
        "trainer={max_steps: 3}",
        "sizes=[3,4]",
        "sizes.1=9",
        "model=large",
        "experiment=quick",
        "+tags.colour=red",
        "++steps=4",
        "~trainer.max_steps",
        "~model",
        "hydra.job.chdir=true",
        "steps='quoted, with comma'",
    ],
)
def test_a_valid_override_is_accepted(tiny: Configuration, override: str) -> None:
    check(tiny, override)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("trainer.max_step=5", "Did you mean 'trainer.max_steps'?"),
        ("max_steps=5", "Did you mean 'trainer.max_steps'"),
        ("trainer={max_step: 3}", "no field 'trainer.max_step'"),
        ("steps.more=1", "no field 'steps.more'"),
        ("sizes.2=1", "no field 'sizes.2'"),
        ("model=lrge", "Did you mean 'large'? The choices are: large, small."),
        ("model=null", "no choice null"),
        ("modle=large", "Did you mean 'model'?"),
        ("model.depth=2", "no field 'model.depth'"),
        ("+steps2=1", "+ adds fields only where the default is {}"),
        ("++trainer.max_step=1", "Did you mean 'trainer.max_steps'?"),
        ("~trainer.max_step", "Did you mean 'trainer.max_steps'?"),
        ("hydra.run.dri=x", "Did you mean 'hydra.run.dir'?"),
        ("hydra/launcher=slrum", "no choice 'slrum' in the group 'hydra/launcher'"),
        ("steps", "'steps' is not an override; write field=value."),
        ("steps=a(b", """'steps="a(b"'"""),
        ("steps=1,2", "add --multirun"),
    ],
)
def test_a_wrong_override_is_refused_with_what_is_meant(
    tiny: Configuration, override: str, words: str
) -> None:
    with pytest.raises(UserError) as caught:
        check(tiny, override)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_field_that_only_the_chosen_file_has_is_accepted(tiny: Configuration) -> None:
    check(tiny, "model=large", "model.depth=2")


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["stpes=1,2"], "Did you mean 'steps'?"),
        (["model=small,lrge"], "no choice 'lrge'"),
        (["model=large,small", "model.depth=1"], "no field 'model.depth'"),
        (["steps=1,2", "trainer.max_step=1"], "Did you mean 'trainer.max_steps'?"),
    ],
)
def test_every_job_of_a_multirun_is_checked(
    tiny: Configuration, overrides: list[str], words: str
) -> None:
    check(tiny, "steps=1,2", "model=small,large", "trainer.max_steps=range(1,4)", multirun=True)
    with pytest.raises(UserError) as caught:
        check(tiny, *overrides, multirun=True)
    assert words in str(caught.value)


def test_a_group_of_another_verb_is_refused_by_name(tiny_package: str) -> None:
    words = "prepare has no group 'model'"
    with (
        open_configuration("prepare", tiny_package) as prepare,
        pytest.raises(UserError, match=words),
    ):
        check(prepare, "model=small", "input=a")


def test_a_missing_value_is_named(tiny_package: str) -> None:
    words = r"prepare needs input=\.\.\."
    with (
        open_configuration("prepare", tiny_package) as prepare,
        pytest.raises(UserError, match=words),
    ):
        check(prepare)


def test_a_typo_inside_a_grid_file_is_refused(
    tiny_package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grids = tmp_path / "tiny_grids"
    grids.mkdir()
    head = "# @package _global_\n# A grid.\nhydra: {sweeper: {params: {"
    (grids / "__init__.py").write_text("")
    (grids / "good.yaml").write_text(head + "steps: '1,2', model: 'small,large'}}}\n")
    (grids / "bad.yaml").write_text(head + "stpes: '1,2'}}}\n")
    (grids / "for_wandb.yaml").write_text("method: grid\n")
    monkeypatch.setattr(configuration_module, "SWEEPS", "tiny_grids")
    with open_configuration("synthesize", tiny_package) as tiny:
        assert tiny.options("tiny_grids") == ["bad", "good"]
        check(tiny, "+tiny_grids=good", multirun=True)
        with pytest.raises(UserError, match="Did you mean 'steps'"):
            check(tiny, "+tiny_grids=bad", multirun=True)


def test_an_experiment_comes_after_the_primary_file(tiny: Configuration) -> None:
    fields = tiny.compose(["experiment=quick"]).fields
    assert OmegaConf.create(fields).trainer.val_every == 1


def test_nothing_alike_gives_no_suggestion() -> None:
    assert nearest("zzz", ["model", "steps"]) == []

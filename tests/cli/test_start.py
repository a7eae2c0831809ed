from collections.abc import Callable

import pytest
from hydra import compose, initialize_config_module
from omegaconf import DictConfig, OmegaConf

from talkingface.cli.start import start_configuration
from talkingface.errors import UserError
from talkingface.runs.folder import run_identity
from tests.cli.conftest import REPOSITORY

Configuration = Callable[..., DictConfig]


def test_a_start_is_the_run_without_techniques_and_with_its_own_changes(
    tiny_run: Configuration,
) -> None:
    cfg = tiny_run(
        "name=night",
        "model.cra.enabled=true",
        "model.stac.enabled=true",
        "evaluation=ablation",
        "start={steps:7,data:{stride:3},model:{guidance:{steps:5}}}",
    )
    start = start_configuration(cfg)
    assert (start.name, start.steps, start.data.stride) == ("night_start", 7, 3)
    assert start.model.guidance.steps == 5
    assert not start.model.cra.enabled
    assert not start.model.stac.enabled
    assert start.start is None
    assert list(start.evaluation.suites) == []
    assert start.seed == cfg.seed
    assert start.data.steps == 7, "what follows the steps follows them there too"
    assert cfg.model.stac.enabled, "the run itself stays as it is"


def test_all_arms_of_a_seed_have_one_start(tiny_run: Configuration) -> None:
    change = "start={steps:7}"
    arms = [
        start_configuration(tiny_run(change, f"model.{name}.enabled=true"))
        for name in ("cra", "stac")
    ]
    assert arms[0] == arms[1]


def test_all_controls_start_where_the_arms_of_the_ablation_do() -> None:
    controls = [file.stem for file in (REPOSITORY / "conf/control").glob("*.yaml")]
    assert "neighbour" in controls
    starts = []
    with initialize_config_module("conf", version_base="1.3"):
        for name in controls:
            words = ["experiment=ablation", "data.root=/here", f"control={name}"]
            cfg = start_configuration(compose("train", overrides=words))
            kept = [section for section in cfg if section not in ("callbacks", "logger")]
            plain = OmegaConf.to_container(OmegaConf.masked_copy(cfg, kept), resolve=True)
            starts.append(run_identity(plain))
    assert all(start == starts[0] for start in starts)


def test_a_misspelt_field_of_a_start_is_one_line(tiny_run: Configuration) -> None:
    with pytest.raises(UserError, match=r"start: .*guidanc") as caught:
        start_configuration(tiny_run("start={model:{guidanc:{steps:5}}}"))
    assert "\n" not in str(caught.value)

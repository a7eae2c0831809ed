"""`talkingface serve` refuses what cannot be served before it does anything."""

import sys
from pathlib import Path

import pytest
from hydra import compose, initialize_config_module
from omegaconf import DictConfig

from talkingface.cli.serve import run
from talkingface.errors import UserError
from tests.animation.material import random_checkpoint


def configuration(*overrides: str) -> DictConfig:
    with initialize_config_module("conf", version_base="1.3"):
        return compose("serve", overrides=["crop=whole", "synthetic=false", *overrides])


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("port=70000", "port=70000: must be a whole number from 0 to 65535"),
        ("port=http", "port=http: must be"),
        ("largest_mb=0", "largest_mb=0: must be a number above 0"),
        ("waiting=null", "waiting=None: must be a number above 0"),
        ("crop=square", "crop=square: must be face or whole"),
        ("checkpoint=/nowhere", "nowhere"),
    ],
)
def test_a_wrong_field_is_named(override: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        run(configuration(override))


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return random_checkpoint(tmp_path / "a.ckpt")


def test_a_missing_folder_of_examples_is_named(checkpoint: Path) -> None:
    with pytest.raises(UserError, match=r"examples=/nowhere: no such folder"):
        run(configuration(f"checkpoint={checkpoint}", "examples=/nowhere"))


@pytest.mark.usefixtures("same_environment")
def test_without_gradio_the_command_says_how_to_install_it(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "talkingface.page.page", raising=False)
    # Python takes None for a module that is not there.
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(UserError, match=r"gradio is not installed.*\[serve\]"):
        run(configuration(f"checkpoint={checkpoint}"))

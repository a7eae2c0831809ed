"""Fixtures for all tests."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_module
from omegaconf import DictConfig

import talkingface.torchvision_guard  # noqa: F401  before lightning, torchmetrics or lpips
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset

# A run of seconds: two clips a step, two frames a clip, everything switched on early.
TINY_RUN = (
    "steps=6",
    "batch_size=2",
    "data.clip_length=2",
    "model.decodes=2",
    "data.workers=0",
    "data.val_identities=1",
    "data.test_identities=2",
    "data.val_batches=1",
    "model.network.width=tiny",
    "model.guidance.steps=1",
    "model.optimisation.warmup=1",
    "trainer.accelerator=cpu",
    "trainer.val_every=3",
    "trainer.log_every=1",
    "callbacks.checkpoints.every=3",
    "callbacks.samples.clips=1",
    "callbacks.samples.frames=5",
    "~callbacks.progress",
)

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def _the_same_random_numbers_each_time() -> None:
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of models, portraits and clips beside the repository; skips where absent."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED.name}/ (models, portraits and clips) is not present")
    return SHARED


@pytest.fixture(scope="session")
def talking_heads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic data set of eight people, one clip of 30 frames at 64 px each."""
    root = tmp_path_factory.mktemp("data") / "heads"
    settings = SynthesisSettings(
        identities=8,
        clips_per_identity=1,
        shared_motions=0,
        seconds=1.2,
        rate="25",
        size=64,
        seed=7,
    )
    synthesize_dataset(root, settings, workers=1)
    return root


@pytest.fixture
def tiny_run(talking_heads: Path, tmp_path: Path) -> Callable[..., DictConfig]:
    """Compose the configuration of a training of seconds, with further overrides."""

    def configuration(*overrides: str) -> DictConfig:
        places = (f"data.root={talking_heads}", f"runs={tmp_path / 'runs'}")
        with initialize_config_module("conf", version_base="1.3"):
            return compose("train", overrides=[*TINY_RUN, *places, *overrides])

    return configuration


@pytest.fixture
def no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """W&B as a new process meets it: no key, no settings, no session; all is torn down."""
    import wandb  # noqa: PLC0415 - takes a second, and few tests need it

    wandb.teardown()
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("WANDB_CONFIG_DIR", str(tmp_path / "wandb-config"))
    yield
    wandb.teardown()

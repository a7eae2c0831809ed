"""A trial of a W&B sweep, started as W&B's agent starts one.

The agent (wandb_agent.py, `_command_run`) gets the values from the server, makes a command of the
sweep's file and starts it in a process of its own with its own environment and, in it:
WANDB_SWEEP_ID, WANDB_RUN_ID, WANDB_SWEEP_PARAM_PATH (a file of the values), WANDB_DIR (its working
directory, unless set), and WANDB_ENTITY and WANDB_PROJECT where they are known; WANDB_SERVICE is
taken out. Here the agent's own functions make the command and the file; the server is left out.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from wandb.sdk.launch.sweeps.utils import create_sweep_command, create_sweep_command_args
from wandb.sdk.lib.config_util import save_config_file_from_dict

from talkingface.cli.configuration import open_configuration
from talkingface.cli.overrides import check_overrides
from tests.callbacks.wandb_files import config, records
from tests.conftest import TINY_RUN

REPOSITORY = Path(__file__).resolve().parents[2]
SWEEP = yaml.safe_load((REPOSITORY / "sweeps" / "wandb.yaml").read_text())
pytestmark = pytest.mark.usefixtures("no_account")


def values() -> dict[str, dict[str, float]]:
    """One value of each parameter, as the server sends them."""
    return {name: {"value": given["min"] * 2} for name, given in SWEEP["parameters"].items()}


def agent_command() -> list[str]:
    """The words that the agent makes of the sweep's file and the server's values."""
    made = create_sweep_command_args({"args": values()})
    made |= {"env": ["/usr/bin/env"], "interpreter": ["python"], "program": [SWEEP["program"]]}
    words: list[str] = []
    for word in create_sweep_command(list(SWEEP["command"])):
        macro = word.startswith("${") and word.endswith("}")
        words += made[word[2:-1]] if macro else [word]
    return words


def test_the_sweep_makes_a_valid_command_and_minimises_a_metric_that_is_logged() -> None:
    env, program, verb, *overrides = agent_command()
    assert (env, program, verb) == ("/usr/bin/env", "talkingface", "train")
    assert len([o for o in overrides if o.startswith("model.weights.")]) == 3
    with open_configuration("train") as configuration:
        check_overrides(configuration, overrides, multirun=False, runs=False)
    assert SWEEP["metric"] == {"name": "val/l1", "goal": "minimize"}


@pytest.mark.slow
def test_the_agents_id_is_used_and_continued_without_the_agent(
    talking_heads: Path, tmp_path: Path
) -> None:
    tiny = [*TINY_RUN, f"data.root={talking_heads}", f"runs={tmp_path / 'runs'}", "steps=4"]
    # The server is left out: the trial logs offline. `env` finds the program that runs the tests.
    words = [*agent_command(), *tiny, "logger.wandb.offline=true"]
    place = words.index("talkingface")
    words[place : place + 1] = [sys.executable, "-m", "talkingface.cli"]
    parameters = tmp_path / "wandb" / "sweep-swe3p" / "config-tr1al.yaml"
    save_config_file_from_dict(str(parameters), values())
    outside = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    outside.pop("WANDB_SERVICE", None)
    inside = outside | {
        "WANDB_SWEEP_ID": "swe3p",
        "WANDB_RUN_ID": "tr1al",
        "WANDB_SWEEP_PARAM_PATH": str(parameters),
        "WANDB_DIR": str(tmp_path),
        "WANDB_PROJECT": "swept",
    }
    trial = subprocess.run(
        words, env=inside, cwd=tmp_path, text=True, capture_output=True, check=True
    )
    assert "wandb:" not in trial.stderr
    (folder,) = (file.parent for file in (tmp_path / "runs").glob("*/*/DONE"))
    (folder / "DONE").unlink()
    for late in (folder / "checkpoints").glob("step-00000004.ckpt"):
        late.unlink()
    subprocess.run(words, env=outside, cwd=tmp_path, check=True)
    found = records(folder)
    runs = [record.run for record in found if record.HasField("run")]
    assert {(run.run_id, run.project) for run in runs} == {("tr1al", "swept")}
    assert runs[0].sweep_id == "swe3p"
    logged = config(found)
    for name, given in values().items():
        assert float(logged[name]) == given["value"]
    assert len(list((folder / "wandb").glob("offline-run-*"))) == 2

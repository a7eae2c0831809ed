"""CRA and STAC are switches: off is the baseline, on trains all that was constructed."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hydra.utils import instantiate
from omegaconf import DictConfig

from data_modules.dataset import ClipBatch
from lightning_modules.arms import check_codes
from lightning_modules.objective import crossed_guidance
from lightning_modules.reenactment import ReenactmentModule
from talkingface.cli.train import train
from talkingface.errors import UserError
from talkingface.losses.weighting import total, weighted
from talkingface.motion.cra import CraSettings
from talkingface.motion.draws import Draws
from talkingface.motion.stac import StacSettings
from talkingface.video.frames import to_signed

TinyRun = Callable[..., DictConfig]
WINDOW = ("data.clip_length=8", "data.stride=1", "model.decodes=4", "model.guidance.steps=0")
ARMS = {
    "neither": (),
    "cra": ("model.cra.enabled=true",),
    "stac": ("model.stac.enabled=true",),
    "both": ("model.cra.enabled=true", "model.stac.enabled=true"),
}


def _module_and_batch(cfg: DictConfig) -> tuple[ReenactmentModule, ClipBatch]:
    torch.manual_seed(0)
    data = instantiate(cfg.data)
    module: ReenactmentModule = instantiate(cfg.model, _partial_=True)(info=data.info)
    module.log = lambda *_, **__: None  # type: ignore[method-assign, assignment]
    return module, next(iter(data.train_dataloader()))


def _first_loss(module: ReenactmentModule, batch: ClipBatch) -> torch.Tensor:
    losses, _, _ = module.step_losses(batch)
    return total(weighted(losses, module._weights()))


def test_both_off_is_the_baseline_bit_for_bit(tiny_run: TinyRun) -> None:
    off, batch = _module_and_batch(tiny_run(*WINDOW))
    settings = tiny_run(
        *WINDOW,
        "model.cra.mix=false",
        "model.cra.ramp=7",
        "model.stac.lookahead=2",
        "model.stac.floor=9",
    )
    baseline, _ = _module_and_batch(settings)
    names = dict(off.named_parameters())
    assert names.keys() == dict(baseline.named_parameters()).keys()
    assert not any("corrector" in name or "response" in name for name in names)
    assert torch.equal(_first_loss(off, batch), _first_loss(baseline, batch))


@pytest.mark.parametrize("generator", ["warp", "style"])
@pytest.mark.parametrize("arm", ARMS)
def test_every_parameter_of_an_arm_receives_gradient(
    tiny_run: TinyRun, arm: str, generator: str
) -> None:
    module, batch = _module_and_batch(tiny_run(*WINDOW, *ARMS[arm], f"model={generator}"))
    for _ in range(2):
        # An output layer of zeros lets no gradient through; one step of training opens it.
        _first_loss(module, batch).backward()
        with torch.no_grad():
            for parameter in module.parameters():
                if parameter.grad is not None:
                    parameter.sub_(1e-3 * parameter.grad.sign())
    dead = [
        name
        for name, parameter in module.named_parameters()
        if parameter.requires_grad and (parameter.grad is None or not parameter.grad.any())
    ]
    assert dead == []
    trained = {
        id(p) for o in module.configure_optimizers() for g in o.param_groups for p in g["params"]
    }
    assert all(id(p) in trained for p in module.parameters() if p.requires_grad)


def test_arms_of_one_seed_start_from_the_same_weights(tiny_run: TinyRun) -> None:
    states = {
        arm: _module_and_batch(tiny_run(*WINDOW, *switches))[0].state_dict()
        for arm, switches in ARMS.items()
    }
    for arm in ARMS:
        assert all(torch.equal(v, states[arm][k]) for k, v in states["neither"].items())


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_decodes_the_same_frames_a_step_and_logs_it(tiny_run: TinyRun, arm: str) -> None:
    cfg = tiny_run(*WINDOW, *ARMS[arm], "steps=5", "model.cra.pair_every=2")
    train(cfg)
    folder = next(Path(cfg.runs).glob("*/*"))
    rows = list(csv.DictReader((folder / "metrics/from-step-0/metrics.csv").open()))
    decoded = [float(row["decoded_frames"]) for row in rows if row.get("decoded_frames")]
    assert decoded == [2 * 4.0] * 5
    encoded = {float(row["encoded_frames"]) for row in rows if row.get("encoded_frames")}
    assert encoded == {2 * 8.0 * (2 if "stac" in arm or arm == "both" else 1) + 2}
    # A row holds what its step has, and repeats nothing of an earlier one.
    paired = [int(row["step"]) for row in rows if row.get("train/pair")]
    assert paired == ([1, 3, 5] if arm in ("cra", "both") else [])


@pytest.mark.slow
def test_a_sub_switch_takes_its_loss_away(tiny_run: TinyRun) -> None:
    worse = {f"guide_worse_{name}" for name in ("pose", "expression", "anchors")}
    for switch, gone in (
        ("cra.cross", {"cycle", "pair", "guide_crossed_points", "guide_crossed_flow"}),
        ("cra.pair", {"pair"}),
        ("stac.invariance", {"invariance"}),
        ("stac.equivariance", {"equivariance"}),
        ("stac.corrector", {"code", "velocity", "unchanged", "label_pose", "label_expression"}),
        ("stac.guide", {*worse, "label_pose", "label_expression"}),
    ):
        whole, batch = _module_and_batch(tiny_run(*WINDOW, *ARMS["both"]))
        part, _ = _module_and_batch(tiny_run(*WINDOW, *ARMS["both"], f"model.{switch}=false"))
        assert whole.step_losses(batch)[0].keys() - part.step_losses(batch)[0].keys() == gone


def test_the_head_of_crossed_codes_is_guided_and_the_face_is_not(tiny_run: TinyRun) -> None:
    module, batch = _module_and_batch(tiny_run(*WINDOW, *ARMS["cra"]))
    network, source = module.network, to_signed(batch["source"])
    code = network.read_clip(to_signed(batch["driver"])).code
    draws = Draws(batch["seed"].tolist())
    decodes = module.arms.spend(network, batch, code, module.arms.budget(0), draws).decodes
    appearance = network.appearance(source)
    made = network.generate(appearance, network.motion(source).code, decodes.code)

    def losses_with(moved: int | None) -> dict[str, float]:
        changed = batch.copy()
        changed["landmarks"] = batch["landmarks"].clone()
        if moved is not None:
            changed["landmarks"][:, :, moved] += 0.5
        seeds = Draws(batch["seed"].tolist())
        given = appearance.identity, code, changed, decodes, made.flows, seeds
        return {name: float(x.detach()) for name, x in crossed_guidance(network, *given).items()}

    temple, lip = 0, 57
    before, after = losses_with(None), losses_with(temple)
    assert before.keys() == {"guide_crossed_points", "guide_crossed_flow"}
    assert losses_with(lip) == before
    assert all(after[name] != before[name] for name in before)


def test_a_window_shorter_than_the_decodes_is_refused(tiny_run: TinyRun) -> None:
    module, batch = _module_and_batch(tiny_run("data.clip_length=3", *WINDOW[2:]))
    with pytest.raises(UserError, match=r"data\.clip_length=3"):
        module.step_losses(batch)


def test_codes_that_died_stop_the_run_with_a_reason() -> None:
    std = torch.ones(76)
    assert set(check_codes(std, 12)) == {"codes/sigma_pose", "codes/sigma_face"}
    std[12:] = 1e-4
    with pytest.raises(UserError, match="face code"):
        check_codes(std, 12)


def test_settings_default_to_off() -> None:
    assert not CraSettings().enabled
    assert not StacSettings().enabled

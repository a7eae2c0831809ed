"""A clip that goes bad while training is replaced, the same way everywhere, and named."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig

from callbacks.quarantine import QuarantineReport
from data_modules.dataset import ClipBatch, ClipDataset, Window
from data_modules.loader import ClipLoader
from data_modules.quarantine import read_ledgers
from data_modules.sampler import StepSampler
from data_modules.splits import split_clips
from talkingface.cli.train import train
from talkingface.errors import UserError
from talkingface.manifest import Clip, clip_path, read_dataset, track_path
from talkingface.runs.checkpoint import load_checkpoint

KEYS = [(epoch, index) for epoch in range(2) for index in range(8)]


@pytest.fixture
def root(talking_heads: Path, tmp_path: Path) -> Path:
    shutil.copytree(talking_heads, tmp_path / "data")
    return tmp_path / "data"


def samples(root: Path, ledgers: Path | None = None, rank: int = 0) -> ClipDataset:
    info, clips = read_dataset(root)
    return ClipDataset(root, info, clips, Window(64, 3, 2), 5, ledgers=ledgers, rank=rank)


def damage(root: Path, clip: Clip, how: str) -> None:
    path = track_path(root, clip.clip) if how == "unlabelled" else clip_path(root, clip.clip)
    if how in ("deleted", "unlabelled"):
        path.unlink()
    elif how == "truncated":
        path.write_bytes(path.read_bytes()[:-500])
    elif how == "overwritten":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
        path.mkdir()


def equal(one: ClipBatch, other: ClipBatch) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)  # type: ignore[literal-required]


@pytest.mark.parametrize("how", ["deleted", "truncated", "overwritten", "unlabelled", "a folder"])
def test_a_bad_clip_is_replaced_and_its_neighbours_are_unharmed(
    root: Path, tmp_path: Path, how: str
) -> None:
    whole = {key: samples(root)[key] for key in KEYS}
    bad = read_dataset(root)[1][2]
    damage(root, bad, how)
    dataset = samples(root, tmp_path / "ledgers")
    for key in KEYS:
        sample = dataset[key]
        assert bool(sample["replaced"]) == (key[1] == 2)
        assert equal(sample, whole[key]) == (key[1] != 2)
    lines = list(read_ledgers(tmp_path / "ledgers"))
    assert {(line.epoch, line.index) for line in lines} == {(0, 2), (1, 2)}
    assert {line.clip for line in lines} == {bad.clip}
    assert all(bad.clip in line.reason for line in lines)


def batches(root: Path, rank: int, ranks: int, workers: int) -> Iterator[ClipBatch]:
    """Yield a rank's batches of four steps."""
    dataset = samples(root, rank=rank)
    sampler = StepSampler(len(dataset), 4 // ranks, 4, 3, rank, ranks)
    yield from ClipLoader(dataset, batch_sampler=sampler, num_workers=workers)


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_two_ranks_together_see_what_one_sees(root: Path, workers: int) -> None:
    clips = read_dataset(root)[1]
    damage(root, clips[2], "truncated")
    damage(root, clips[5], "deleted")
    alone = list(batches(root, 0, 1, 0))
    both = [list(batches(root, rank, 2, workers)) for rank in range(2)]
    assert sum(int(batch["replaced"].sum()) for batch in alone) == 4
    for step, batch in enumerate(alone):
        for name, value in batch.items():
            together = torch.cat([part[step][name] for part in both])
            assert torch.equal(together, value), (step, name)


def test_a_clip_may_go_bad_between_two_steps(root: Path, tmp_path: Path) -> None:
    dataset = samples(root, tmp_path)
    assert not dataset[(0, 4)]["replaced"]
    damage(root, read_dataset(root)[1][4], "truncated")
    assert dataset[(1, 4)]["replaced"]


def test_a_healed_clip_stays_replaced_where_the_record_says_so(root: Path, tmp_path: Path) -> None:
    clips = read_dataset(root)[1]
    path = clip_path(root, clips[2].clip)
    content = path.read_bytes()
    damage(root, clips[2], "truncated")
    first = samples(root, tmp_path / "ledgers", rank=1)[(0, 2)]
    path.write_bytes(content)
    resumed = samples(root, tmp_path / "ledgers")
    assert equal(resumed[(0, 2)], first)
    assert not resumed[(1, 2)]["replaced"]
    assert not samples(root)[(0, 2)]["replaced"]


def test_a_replacement_that_is_bad_too_is_replaced(root: Path, tmp_path: Path) -> None:
    clips = read_dataset(root)[1]
    for place in (0, 1, 2):
        damage(root, clips[place], "deleted")
    sample = samples(root, tmp_path)
    for index in (0, 1, 2):
        assert sample[(0, index)]["replaced"]
    again = samples(root, tmp_path)
    assert all(equal(again[(0, index)], sample[(0, index)]) for index in (0, 1, 2))


@pytest.mark.parametrize("workers", [0, 1])
def test_a_vanished_disk_ends_the_training_with_one_message(root: Path, workers: int) -> None:
    dataset = samples(root)
    shutil.rmtree(root / "clips")
    loader = ClipLoader(
        dataset, batch_sampler=StepSampler(8, 2, 4, 3), num_workers=workers, timeout=60 * workers
    )
    with pytest.raises(UserError, match=r"^\d clips cannot be read, after .* Check the disk") as e:
        next(iter(loader))
    assert "Traceback" not in str(e.value)


def test_a_disk_that_was_away_changes_nothing_once_it_is_back(root: Path, tmp_path: Path) -> None:
    never_away = samples(root)[(0, 3)]
    (root / "clips").rename(root / "away")
    with pytest.raises(UserError, match="Check the disk"):
        samples(root, tmp_path)[(0, 3)]
    (root / "away").rename(root / "clips")
    assert equal(samples(root, tmp_path)[(0, 3)], never_away)


def test_a_torn_line_of_the_record_is_left_out(root: Path, tmp_path: Path) -> None:
    damage(root, read_dataset(root)[1][2], "deleted")
    samples(root, tmp_path)[(0, 2)]
    (ledger,) = tmp_path.glob("rank0-0.jsonl")
    ledger.write_text(ledger.read_text() + '{"split": "train", "epo')
    assert [line.index for line in read_ledgers(tmp_path)] == [2]
    damage(root, read_dataset(root)[1][3], "deleted")
    samples(root, tmp_path)[(0, 3)]
    assert {line.index for line in read_ledgers(tmp_path)} == {2, 3}


@pytest.mark.slow
def test_a_run_names_a_bad_clip_once_and_resumes_to_the_same_weights(
    tiny_run: Callable[..., DictConfig], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cfg = tiny_run(f"data.root={root}", "callbacks.quarantine.every=1", "data.val_identities=2")
    whole = {path: path.read_bytes() for path in root.rglob("*.mp4")}
    splits = split_clips(read_dataset(root)[1], 2, 2)
    for clip in splits["train"][:2]:
        damage(root, clip, "truncated")
    seen = splits["val"][0]
    damage(root, seen, "deleted")
    train(cfg)
    (run,) = Path(cfg.runs).glob("*/*")
    named = {line.clip for line in read_ledgers(run / "quarantine")}
    said = capsys.readouterr().err
    assert named
    assert all(said.count(f"clip {name} is replaced by others") == 1 for name in named)
    assert f"no sample video of {seen.clip}" in said
    assert "data/replaced" in (run / "metrics/from-step-0/metrics.csv").read_text()
    for path, content in whole.items():
        path.write_bytes(content)
    straight = load_checkpoint(run / "checkpoints/step-00000006.ckpt")["state_dict"]
    for late in ("DONE", "checkpoints/step-00000006.ckpt", "checkpoints/best.ckpt"):
        (run / late).unlink()
    train(cfg)
    again = load_checkpoint(run / "checkpoints/step-00000006.ckpt")["state_dict"]
    assert all(torch.equal(again[name], straight[name]) for name in straight)


def test_the_report_is_part_of_every_run(tiny_run: Callable[..., DictConfig]) -> None:
    target = f"{QuarantineReport.__module__}.{QuarantineReport.__qualname__}"
    assert tiny_run().callbacks.quarantine._target_ == target

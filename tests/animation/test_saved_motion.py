"""One reference drives many portraits without its video; no other file is taken for a motion."""

import json
import os
import resource
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from talkingface.animation.codes import transferred
from talkingface.animation.motion import Motion
from talkingface.animation.saved_motion import load_motion, save_motion
from talkingface.animation.torch_parts import TorchParts
from talkingface.errors import UserError
from talkingface.motion.path import Driving, MotionPath
from talkingface.motion.transfer import Transfer
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace


def _parts(seed: int = 0) -> TorchParts:
    torch.manual_seed(seed)
    config = NetworkConfig(size=64, width="tiny", corrector=True)
    network = TalkingFace(config).eval().requires_grad_(False)
    assert network.corrector is not None
    for parameter in network.corrector.exits.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    network.statistics.mean.normal_(std=0.1)
    network.statistics.std.uniform_(0.5, 1.5)
    return TorchParts(network, 4)


@pytest.fixture(scope="module")
def parts() -> TorchParts:
    return _parts()


def _pictures(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    return coarse.repeat(8, axis=1).repeat(8, axis=2)


def _motion(parts: TorchParts, sound: Path | None = None) -> Motion:
    frames = 9
    time = torch.arange(frames, dtype=torch.float64) * 1001 / 30000
    fresh = torch.ones(frames, dtype=torch.bool)
    fresh[4] = False
    driving = Driving(torch.from_numpy(parts.read(_pictures(frames, 1))), time, fresh)
    rate = Fraction(30000, 1001)
    return Motion(driving, rate, frames / rate, parts.pose_dim, parts.encoder, 3, sound)


def _write(path: Path, motion: Motion, change: Callable[[dict, dict], None]) -> None:
    """Write a motion of which something was changed; bypasses what `save_motion` sees to."""
    save_motion(motion, path)
    written = path.read_bytes()
    header = json.loads(written[8 : 8 + int.from_bytes(written[:8], "little")])
    tensors, fields = load(written), header["__metadata__"]
    change(tensors, fields)
    path.write_bytes(save(tensors, fields))


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def _refusal(path: Path, parts: TorchParts) -> str:
    with pytest.raises(UserError) as caught:
        load_motion(path, parts)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def test_a_motion_comes_back_as_it_was(parts: TorchParts, tmp_path: Path) -> None:
    motion, path = _motion(parts), tmp_path / "new folder" / "motion.safetensors"
    save_motion(motion, path)
    found = load_motion(path, parts)
    for one, other in zip(motion.driving, found.driving, strict=True):
        assert torch.equal(one, other)
        assert one.dtype == other.dtype
    assert replace(found, driving=motion.driving) == motion
    assert _names(path.parent) == [path.name]


def test_a_saved_motion_renders_the_same_bytes(parts: TorchParts, tmp_path: Path) -> None:
    motion, path = _motion(parts), tmp_path / "motion.safetensors"
    save_motion(motion, path)
    portrait = parts.portrait(_pictures(1, 2)[0])
    wanted = torch.arange(8, dtype=torch.float64) / 25
    shown = []
    for each in (motion, load_motion(path, parts)):
        codes = transferred(
            MotionPath(smoothing="kalman"),
            Transfer(relative=True, head_strength=1.3),
            parts,
            each,
            torch.from_numpy(portrait.code),
            wanted,
        )
        shown.append(parts.render(portrait, codes.numpy()))
    assert np.array_equal(*shown)
    assert len(np.unique(shown[0].reshape(8, -1), axis=0)) > 1, "nothing moves"


def test_an_older_motion_stands_until_the_new_one_is_whole(
    parts: TorchParts, tmp_path: Path
) -> None:
    path = tmp_path / "motion.safetensors"
    save_motion(_motion(parts), path)
    before = path.read_bytes()
    # Python ignores the signal of a file that grows too long, and is told as of a full disk.
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, allowed[1]))
    try:
        with pytest.raises(UserError, match="File too large"):
            save_motion(replace(_motion(parts), frontal=None), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    assert path.read_bytes() == before
    assert _names(tmp_path) == [path.name]


def test_a_motion_that_cannot_be_written_is_one_message(parts: TorchParts, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.safetensors").mkdir()
    for path, message in (
        (tmp_path / "motion.pt", "must end in .safetensors"),
        (tmp_path / "file" / "motion.safetensors", "cannot be written"),
        (tmp_path / "folder.safetensors", "cannot be written"),
    ):
        with pytest.raises(UserError, match=message):
            save_motion(_motion(parts), path)
    assert _names(tmp_path) == ["file", "folder.safetensors"]


def test_the_sound_is_looked_for_beside_the_motion(parts: TorchParts, tmp_path: Path) -> None:
    sound = tmp_path / "elsewhere" / "talk.mp4"
    path, again = tmp_path / "motion.safetensors", tmp_path / "again.safetensors"
    save_motion(_motion(parts, sound), path)
    assert str(tmp_path).encode() not in path.read_bytes(), "a file must not tell where it was made"
    found = load_motion(path, parts)
    assert (found.sound, found.missing_sound) == (None, "talk.mp4")
    save_motion(found, again)
    (tmp_path / "talk.mp4").touch()
    for each in (path, again):
        found = load_motion(each, parts)
        assert (found.sound, found.missing_sound) == (tmp_path / "talk.mp4", None)


def test_a_name_that_is_no_text_can_be_saved(parts: TorchParts, tmp_path: Path) -> None:
    path = tmp_path / "motion.safetensors"
    save_motion(_motion(parts, Path(os.fsdecode(b"caf\xe9.mp4"))), path)
    assert load_motion(path, parts).missing_sound == "caf?.mp4"


def test_a_motion_of_another_network_is_to_be_read_again(parts: TorchParts, tmp_path: Path) -> None:
    path = tmp_path / "motion.safetensors"
    save_motion(_motion(parts), path)
    assert "another network: read the video again" in _refusal(path, _parts(seed=1))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no safetensors file, or damaged"),
        (b"P6 is a picture's first bytes\n", "header is too large"),
        ((1 << 20).to_bytes(8, "little") + b"{}", "no safetensors file, or damaged"),
        (((1 << 20) + 1).to_bytes(8, "little") + b"{}", "header is too large"),
        (b"\x02" + bytes(7) + b"{}", "holds no motion"),
        (b"\x02" + bytes(7) + b"[]", "no safetensors file, or damaged"),
        (save({"code": torch.zeros(3, 76)}), "holds no motion"),
    ],
)
def test_other_files_are_no_motions(
    content: bytes, message: str, parts: TorchParts, tmp_path: Path
) -> None:
    path = tmp_path / "motion.safetensors"
    path.write_bytes(content)
    assert message in _refusal(path, parts)


def test_no_file_and_a_folder_are_one_message(parts: TorchParts, tmp_path: Path) -> None:
    assert "No such file" in _refusal(tmp_path / "none.safetensors", parts)
    assert "cannot be read" in _refusal(tmp_path, parts)


def test_a_file_cut_anywhere_is_damaged(parts: TorchParts, tmp_path: Path) -> None:
    path = tmp_path / "motion.safetensors"
    save_motion(_motion(parts), path)
    whole = path.read_bytes()
    for length in (4, 8, 20, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert "damaged" in _refusal(path, parts)


def _set(**fields: str) -> Callable[[dict, dict], None]:
    return lambda _, written: written.update(fields)


def _put(name: str, place: object, value: float) -> Callable[[dict, dict], None]:
    def change(tensors: dict, _: dict) -> None:
        tensors[name][place] = value

    return change


def _turn(name: str, into: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[dict, dict], None]:
    return lambda tensors, _: tensors.update({name: into(tensors[name]).contiguous()})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set(format="talkingface-motion-2"), "format 'talkingface-motion-2', while this version"),
        (lambda _, fields: fields.pop("format"), "holds no motion"),
        (lambda _, fields: fields.pop("rate"), "must have the fields"),
        (_set(more="x"), "must have the fields"),
        (_set(rate="1e9"), "its rate is '1e9'"),
        (_set(rate="25/0"), "its rate is '25/0'"),
        (_set(rate="0"), "rate or duration cannot be"),
        (_set(rate="999999999"), "rate or duration cannot be"),
        (_set(duration="0/5"), "rate or duration cannot be"),
        (_set(duration="9" * 5000), "its duration is '99"),
        (_set(duration="9" * 18), "duration is not that of its codes"),
        (_set(pose_dim="-1"), "its pose_dim is '-1'"),
        (_set(pose_dim="11"), "another network"),
        (_set(frontal="1\n2"), "its frontal is"),
        (_set(frontal="400"), "frontal frame is behind its end"),
        (_set(sound="../secret.mp4"), "not the plain name of a file"),
        (_set(sound="/etc/passwd"), "not the plain name of a file"),
        (_set(sound="a\x00b"), "not the plain name of a file"),
        (lambda tensors, _: tensors.pop("fresh"), "must hold code, time, fresh"),
        (lambda tensors, _: tensors.update(more=torch.zeros(1)), "must hold code, time, fresh"),
        (_turn("code", torch.Tensor.double), "its code is torch.float64"),
        (_turn("code", lambda code: code[:, :70]), "its code is torch.float32 (9, 70)"),
        (_turn("time", torch.Tensor.float), "its time is torch.float32"),
        (_turn("time", lambda time: time[:8]), "not torch.float32 (8, 76)"),
        (_turn("fresh", lambda fresh: fresh[None]), "its fresh is torch.bool (1, 9)"),
        (_turn("fresh", torch.Tensor.byte), "its fresh is torch.uint8"),
        (
            lambda tensors, _: tensors.update({name: x[:0] for name, x in tensors.items()}),
            "at least one frame",
        ),
        (_put("code", (2, 5), float("nan")), "not all finite"),
        (_put("code", (2, 5), float("inf")), "not all finite"),
        (_put("time", 3, 0.0), "do not rise"),
        (_put("time", 0, -1.0), "do not rise"),
        (_put("time", 8, float("inf")), "do not rise"),
        (_put("time", 0, float("nan")), "do not rise"),
    ],
)
def test_a_motion_that_makes_no_sense_is_one_message(
    change: Callable[[dict, dict], None], message: str, parts: TorchParts, tmp_path: Path
) -> None:
    path = tmp_path / "motion.safetensors"
    _write(path, _motion(parts), change)
    assert message in _refusal(path, parts)


def test_marks_that_are_neither_0_nor_1_are_true(parts: TorchParts, tmp_path: Path) -> None:
    path = tmp_path / "motion.safetensors"
    marks = torch.tensor([0, *[7] * 8], dtype=torch.uint8).view(torch.bool)
    _write(path, _motion(parts), lambda tensors, _: tensors.update(fresh=marks))
    found = load_motion(path, parts).driving.fresh
    assert found.view(torch.uint8).tolist() == [0, *[1] * 8]

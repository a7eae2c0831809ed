"""What animates does what the network does, quicker, and says in one line what it cannot take."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper

from talkingface.animation.load_parts import load_parts
from talkingface.animation.parts import Parts
from talkingface.animation.torch_parts import TorchParts
from talkingface.errors import UserError
from talkingface.export.folder import Export, part_names
from talkingface.networks.model import TalkingFace
from talkingface.runs import precision
from talkingface.video.frames import to_tensor, to_uint8
from tests.trained import save_checkpoint, synthetic_frames, trained_network

Frames = NDArray[np.uint8]


@pytest.fixture(scope="module")
def network() -> TalkingFace:
    return trained_network()


@pytest.fixture(scope="module")
def frames() -> Frames:
    return synthetic_frames(24)


@pytest.fixture(scope="module")
def run(network: TalkingFace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "checkpoints").mkdir()
    save_checkpoint(network, folder / "checkpoints" / "best.ckpt")
    return folder


def reenacted(parts: Parts, frames: Frames) -> Frames:
    return parts.render(parts.portrait(frames[0]), parts.read(frames))


def psnr(a: Frames, b: Frames) -> float:
    """The lowest of a frame."""
    error = np.square(a.astype(float) - b).mean(axis=(1, 2, 3))
    return float(10 * np.log10(255**2 / error.max()))


def test_frames_are_the_bytes_that_the_network_generates(
    network: TalkingFace, frames: Frames
) -> None:
    with torch.no_grad():
        clip = to_tensor(frames)
        appearance, codes = network.appearance(clip[:1]), network.motion(clip).code
        made = network.generate(appearance, network.motion(clip[:1]).code, codes[None]).frames
    parts = TorchParts(network)
    assert np.array_equal(parts.read(frames), codes.numpy())
    assert np.array_equal(reenacted(parts, frames), to_uint8(made))


def test_bfloat16_stays_within_45_db_of_float32(network: TalkingFace, frames: Frames) -> None:
    full, half = (reenacted(TorchParts(network, precision=p), frames) for p in ("fp32", "bf16"))
    error, of_a_still = (float(np.abs(x.astype(int) - frames).mean()) for x in (full, frames[0]))
    assert error < of_a_still, "the network has learned something"
    assert 45 <= psnr(full, half) < 100


def test_weights_kept_in_bfloat16_are_those_of_autocast(
    network: TalkingFace, frames: Frames
) -> None:
    parts = TorchParts(network, precision="bf16")
    portrait, code = parts.portrait(frames[0]), parts.read(frames)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        clip = to_tensor(frames)
        appearance, source = network.appearance(clip[:1]), network.motion(clip[:1]).code
        made = network.generate(appearance, source, torch.from_numpy(code)[None]).frames
    assert np.array_equal(parts.render(portrait, code), to_uint8(made))


def test_the_network_itself_is_left_as_it_was(network: TalkingFace, frames: Frames) -> None:
    before = {name: value.clone() for name, value in network.state_dict().items()}
    reenacted(TorchParts(network, precision="bf16"), frames[:2])
    after = network.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_file_and_its_runs_folder_are_the_same_parts(run: Path, network: TalkingFace) -> None:
    for path in (run, run / "checkpoints" / "best.ckpt"):
        parts = load_parts(path, device="cpu", precision="fp32", batch=3)
        assert (parts.size, parts.pose_dim, parts.corrects, parts.batch) == (64, 12, True, 3)
        assert torch.equal(parts.scale, network.statistics.scale)
        assert torch.equal(parts.mean, network.statistics.mean)
        assert parts.encoder == TorchParts(network).encoder


@pytest.mark.parametrize(("has", "chosen"), [(True, "bf16"), (False, "fp32")])
def test_auto_takes_bfloat16_where_the_processor_has_it(
    run: Path, frames: Frames, network: TalkingFace, has: bool, chosen: Any,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(precision, "cpu_has_bf16", lambda: has)
    made = reenacted(load_parts(run, device="cpu"), frames[:3])
    assert np.array_equal(made, reenacted(TorchParts(network, precision=chosen), frames[:3]))
    assert capsys.readouterr().err == ""


def test_bfloat16_without_its_instruction_is_warned_of_once(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(precision, "cpu_has_bf16", lambda: False)
    load_parts(run, device="cpu", precision="bf16")
    (line,) = capsys.readouterr().err.splitlines()
    assert "precision=bf16" in line
    assert "slower" in line


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"runtime": "tensorrt"}, ["tensorrt", "torch", "onnx"]),
        ({"precision": "int8"}, ["int8", "fp32", "bf16"]),
        ({"batch": 0}, ["batch=0", "from 1 to 256"]),
        ({"batch": 2.5}, ["batch=2.5", "from 1 to 256"]),
        ({"batch": "many"}, ["batch=many", "from 1 to 256"]),
        ({"device": "cuda:99"}, ["cuda:99", "device=cpu"]),
        ({"runtime": "onnx"}, ["runtime=onnx", "talkingface export"]),
        ({"runtime": "exported"}, ["runtime=exported", "talkingface export"]),
    ],
)
def test_what_does_not_fit_a_checkpoint_is_one_line(
    run: Path, fields: dict[str, Any], words: list[str]
) -> None:
    assert_one_line(lambda: load_parts(run, **fields), *words)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"runtime": "torch"}, ["runtime=torch", "checkpoint"]),
        ({"runtime": "compile"}, ["runtime=compile", "checkpoint"]),
        ({"precision": "bf16"}, ["precision=bf16", "float32"]),
        ({"device": "cuda:99"}, ["device=cuda:99", "device=cpu"]),
        ({"runtime": "exported"}, ["formats=torch", "runtime=onnx"]),
    ],
)
def test_what_does_not_fit_an_export_is_one_line(
    network: TalkingFace, tmp_path: Path, fields: dict[str, Any], words: list[str]
) -> None:
    names = (f"{part}.onnx" for part in part_names(network.config))
    numbers = (1.0,) * network.config.code_dim
    files = dict.fromkeys(names, "0" * 64)
    Export(tmp_path, network.config, "e", numbers, numbers, files, {}, {}).write()
    assert_one_line(lambda: load_parts(tmp_path, **fields), *words)


def test_one_file_of_an_export_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "render.onnx"
    path.write_bytes(b"onnx")
    assert_one_line(lambda: load_parts(path), str(path), "folder")


def test_an_onnx_file_that_reads_other_files_is_refused(
    network: TalkingFace, tmp_path: Path
) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(16))
    weight = TensorProto(name="w", data_type=1, dims=[4], data_location=TensorProto.EXTERNAL)
    weight.external_data.add(key="location", value="secret.bin")
    values = [helper.make_tensor_value_info(name, 1, [4]) for name in ("x", "y")]
    add = helper.make_node("Add", ["x", "w"], ["y"])
    graph = helper.make_graph([add], "g", values[:1], values[1:], [weight])
    opset = helper.make_opsetid("", 20)
    content = helper.make_model(graph, opset_imports=[opset]).SerializeToString()
    files = {}
    for name in (f"{part}.onnx" for part in part_names(network.config)):
        (tmp_path / name).write_bytes(content)
        files[name] = hashlib.sha256(content).hexdigest()
    numbers = (1.0,) * network.config.code_dim
    Export(tmp_path, network.config, "e", numbers, numbers, files, {}, {}).write()
    assert_one_line(lambda: load_parts(tmp_path), "portrait.onnx", "Export again")


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(1200)  # The C++ compiler takes minutes on a busy machine.
def test_compiled_parts_agree_and_see_one_number_of_frames(
    run: Path, network: TalkingFace, frames: Frames
) -> None:
    compiled = load_parts(run, runtime="compile", device="cpu", precision="fp32", batch=4)
    portrait, code = compiled.portrait(frames[0]), compiled.read(frames[:6])
    made = compiled.render(portrait, code)
    assert made.shape == (6, 64, 64, 3)
    assert psnr(made, reenacted(TorchParts(network), frames[:6])) > 60
    with torch.compiler.set_stance("fail_on_recompile"):
        assert np.array_equal(compiled.render(portrait, code[:1]), made[:1])


def assert_one_line(act: Callable[[], object], *words: str) -> None:
    with pytest.raises(UserError) as caught:
        act()
    message = str(caught.value)
    assert "\n" not in message
    assert all(word in message for word in words), message

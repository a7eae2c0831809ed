"""How much of a reference's motion a portrait takes over."""

import pytest
import torch
from torch import Tensor

from talkingface.errors import UserError
from talkingface.motion.path import Driving
from talkingface.motion.recombination import plain_recombination
from talkingface.motion.transfer import Transfer

POSE = 4
SCALE = torch.linspace(0.5, 2, 10)
MEAN = torch.linspace(-1, 1, 10)


def _codes(frames: int = 12, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return MEAN + SCALE * torch.randn(frames, 10, generator=generator)


def _apply(transfer: Transfer, code: Tensor, reference: Tensor | None, source: Tensor) -> Tensor:
    return transfer.apply(code, reference, source, SCALE, MEAN, _plain)


def _plain(head: Tensor, face: Tensor) -> Tensor:
    return plain_recombination(head, face, POSE)


def _driving(code: Tensor) -> Driving:
    time = torch.arange(len(code), dtype=torch.float64) / 25
    return Driving(code, time, torch.ones(len(code), dtype=torch.bool))


def test_what_is_taken_over_wholly_is_not_touched() -> None:
    code, source = _codes(), _codes(1, seed=1)[0]
    assert _apply(Transfer(), code, None, source) is code
    # One stream weaker leaves the other one's bits alone.
    for transfer, untouched in (
        (Transfer(head_strength=0.3), slice(POSE, None)),
        (Transfer(face_strength=1.7), slice(POSE)),
    ):
        made = _apply(transfer, code, None, source)
        assert torch.equal(made[:, untouched], code[:, untouched])
        assert not torch.equal(made, code)


@pytest.mark.parametrize("relative", [False, True])
def test_a_stream_of_strength_0_stays_as_in_the_portrait(relative: bool) -> None:
    code, source = _codes(), MEAN + 6 * SCALE  # a portrait beyond anything seen in training
    head = _apply(Transfer(relative, head_strength=0), code, code[3], source)
    face = _apply(Transfer(relative, face_strength=0), code, code[3], source)
    assert torch.equal(head[:, :POSE], source[:POSE].expand(len(code), -1))
    assert torch.equal(face[:, POSE:], source[POSE:].expand(len(code), -1))
    assert not torch.equal(head[:, POSE:], source[POSE:].expand(len(code), -1))
    assert not torch.equal(face[:, :POSE], source[:POSE].expand(len(code), -1))


def test_relative_motion_starts_from_the_portrait_and_moves_as_the_reference_does() -> None:
    code, source = 0.3 * _codes(), 0.3 * _codes(1, seed=1)[0]
    made = _apply(Transfer(relative=True, relative_to="first"), code, code[0], source)
    assert torch.equal(made[0], source)
    torch.testing.assert_close(made.diff(dim=0), code.diff(dim=0))
    weak = _apply(Transfer(True, "first", 0.5, 2.0), code, code[0], source)
    torch.testing.assert_close(weak[:, :POSE].diff(dim=0), 0.5 * code[:, :POSE].diff(dim=0))
    torch.testing.assert_close(weak[:, POSE:].diff(dim=0), 2.0 * code[:, POSE:].diff(dim=0))


def test_strength_goes_from_the_portrait_through_the_reference_and_beyond() -> None:
    code, source = 0.3 * _codes(), 0.3 * _codes(1, seed=1)[0]
    for strength in (0.5, 2.0):
        made = _apply(Transfer(False, "first", strength, strength), code, None, source)
        torch.testing.assert_close(made, source + strength * (code - source))


def test_streams_of_unequal_strength_are_put_together_by_the_network() -> None:
    code, source = 0.3 * _codes(), 0.3 * _codes(1, seed=1)[0]
    asked = []

    def recombine(head: Tensor, face: Tensor) -> Tensor:
        asked.append((head, face))
        return 2 * head - face

    made = Transfer(False, "first", 0.5, 1.0).apply(code, None, source, SCALE, MEAN, recombine)
    head = source + 0.5 * (code - source)
    torch.testing.assert_close(asked, [(head, code)])
    torch.testing.assert_close(made, 2 * head - code)
    Transfer(False, "first", 0.5, 0.5).apply(code, None, source, SCALE, MEAN, recombine)
    assert len(asked) == 1, "streams of one moment belong together as they are"


def test_exaggeration_ends_where_the_training_data_end() -> None:
    source = MEAN + 3 * SCALE
    code = torch.stack([MEAN + 3 * SCALE, MEAN - 3 * SCALE, MEAN])
    relative = _apply(Transfer(relative=True), code, code[1], source)
    torch.testing.assert_close(relative[0], MEAN + 4 * SCALE)
    strong = _apply(Transfer(False, "first", 2.0, 2.0), code, None, source)
    torch.testing.assert_close(strong[1], MEAN - 4 * SCALE)
    # What an encoder has read is shown as it is, however far out.
    far = _apply(Transfer(head_strength=0.5), MEAN + torch.stack([9 * SCALE]), None, source)
    torch.testing.assert_close(far[0, POSE:], (MEAN + 9 * SCALE)[POSE:])


def test_the_nearest_frame_is_the_one_most_like_the_portrait() -> None:
    code = _codes()
    source = code[7] + 0.01 * SCALE
    driving = _driving(code)
    nearest = Transfer(relative=True)
    assert nearest.reference_index(driving, source, SCALE, None) == 7
    # Near in what training data vary by: a step of the first dimension weighs more.
    code = MEAN.repeat(2, 1)
    code[0, 0] += 1.0
    code[1, -1] += 1.5
    assert nearest.reference_index(_driving(code), MEAN, SCALE, None) == 1


def test_a_repeated_frame_is_not_the_nearest() -> None:
    code = _codes()
    driving = _driving(code)
    driving.fresh[7] = False
    index = Transfer(relative=True).reference_index(driving, code[7], SCALE, None)
    assert index != 7
    # The first frame has nothing to repeat, whatever its mark says.
    driving.fresh[0] = False
    assert Transfer(relative=True).reference_index(driving, code[0], SCALE, None) == 0


def test_first_and_frontal_are_taken_at_their_word() -> None:
    driving = _driving(_codes())
    for how, index in (("first", 0), ("frontal", 5)):
        found = Transfer(True, how).reference_index(driving, MEAN, SCALE, 5)  # type: ignore[arg-type]
        assert found == index


def test_a_frontal_frame_that_nobody_knows_is_refused_with_the_other_choices() -> None:
    with pytest.raises(UserError, match=r"relative_to=frontal.*nearest or first"):
        Transfer(True, "frontal").reference_index(_driving(_codes()), MEAN, SCALE, None)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"relative_to": "last"}, "relative_to=last: must be first, frontal or nearest"),
        ({"head_strength": -0.1}, "head_strength=-0.1: must be between 0 and 2"),
        ({"face_strength": 2.5}, "face_strength=2.5: must be between 0 and 2"),
        ({"head_strength": "full"}, "head_strength=full: must be between 0 and 2"),
        ({"head_strength": None}, "head_strength=None: must be between 0 and 2"),
        ({"face_strength": float("nan")}, "face_strength=nan: must be between 0 and 2"),
    ],
)
def test_a_choice_that_is_not_offered_is_refused(wrong: dict, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Transfer(**wrong)

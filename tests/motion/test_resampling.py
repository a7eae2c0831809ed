"""Codes can be had at any time, and a frame shown twice counts once."""

import pytest
import torch

from talkingface.motion.resampling import fresh_frames, fresh_pixels, resample_codes
from talkingface.video.frames import to_tensor


def test_a_linear_motion_is_reproduced_exactly_from_irregular_frames() -> None:
    time = torch.tensor([0.0, 0.04, 0.13, 0.2, 0.5], dtype=torch.float64)
    wanted = torch.linspace(0, 0.5, 31, dtype=torch.float64)
    speed = torch.tensor([[2.0, -3.0, 0.5]])
    code = time[:, None].float() * speed + 1
    torch.testing.assert_close(
        resample_codes(code, time, wanted), wanted[:, None].float() * speed + 1
    )


def test_the_same_times_give_the_same_codes_and_the_ends_hold() -> None:
    code, time = torch.randn(5, 4), torch.arange(5) * 0.1
    torch.testing.assert_close(resample_codes(code, time, time), code)
    held = resample_codes(code, time, torch.tensor([-1.0, 9.0]))
    torch.testing.assert_close(held, code[[0, -1]])
    alone = resample_codes(code[:1], time[:1], torch.tensor([0.0, 3.0]))
    torch.testing.assert_close(alone, code[[0, 0]])


def test_a_repeated_frame_does_not_halt_the_motion() -> None:
    time = torch.arange(6, dtype=torch.float64) / 25
    code = time[:, None].float() * 4
    frozen = code.clone()
    frozen[3] = frozen[2]
    fresh = torch.tensor([True, True, True, False, True, True])
    torch.testing.assert_close(resample_codes(frozen, time, time, fresh), code)


def test_repeated_frames_are_found_and_slow_motion_is_not_taken_for_one() -> None:
    frames = torch.rand(6, 3, 16, 16) * 2 - 1
    frames[2] = frames[1]
    frames[4] = frames[3] + 2 / 127.5
    assert fresh_frames(frames).tolist() == [True, True, False, True, True, True]
    assert fresh_frames(frames[2:], frames[1]).tolist() == [False, True, True, True]


def test_pixels_and_numbers_find_the_same_repeats() -> None:
    pixels = torch.randint(0, 255, (6, 16, 16, 3), dtype=torch.uint8).numpy()
    pixels[0] = 127
    pixels[2] = pixels[1]
    pixels[4] = pixels[3] + 1
    assert fresh_pixels(pixels).equal(fresh_frames(to_tensor(pixels)))
    later = fresh_pixels(pixels[2:], pixels[1])
    assert later.equal(fresh_frames(to_tensor(pixels[2:]), to_tensor(pixels[1])))
    assert later.tolist() == [False, True, True, True]


@pytest.mark.parametrize("times", [[0.0, 0.1], [0.0, 0.2, 0.2], [0.3, 0.2, 0.1]])
def test_times_that_cannot_be_are_refused(times: list[float]) -> None:
    with pytest.raises(ValueError, match="times"):
        resample_codes(torch.zeros(3, 2), torch.tensor(times), torch.tensor([0.0]))

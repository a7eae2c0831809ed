import numpy as np
import pytest
import torch
from torch import Tensor

from talkingface.motion.conditions import move_crop, moved_labels
from talkingface.motion.perturbation import Perturbation
from talkingface.motion.registration import crop_motion
from talkingface.motion.steadying import Piece, marked, steadied, steady_clips
from talkingface.synthetic.clip import render_motion, track_of
from talkingface.video.frames import to_tensor

_FRAMES, _SIZE, _PERSON, _MOTION = 50, 64, 3, 11


@pytest.fixture(scope="module")
def clip() -> Tensor:
    """A synthetic head that talks and turns in front of its background, (T, 3, S, S)."""
    times = np.arange(_FRAMES) / 25
    return to_tensor(np.stack(list(render_motion(_PERSON, _MOTION, times, _SIZE))))


def _pieces(clip: Tensor, length: int) -> list[tuple[Tensor, Tensor]]:
    times = torch.arange(len(clip), dtype=torch.float64) / 25
    return list(zip(clip.split(length), times.split(length), strict=True))


def _shaken(clip: Tensor) -> Tensor:
    return torch.cat([x for x, _ in Perturbation.named("jitter-2").apply(_pieces(clip, 50), "a")])


def _acceleration(clip: Tensor) -> float:
    return float(clip.diff(n=2, dim=0).abs().mean())


@pytest.mark.parametrize("number", range(4))
def test_a_moved_crop_is_told_from_what_surrounds_the_head(clip: Tensor, number: int) -> None:
    motion = torch.zeros(1, 4)
    motion[0, number] = 0.04
    # The head has gone on in the meantime; only the crop's motion is asked for.
    found = crop_motion(clip[10:11], move_crop(clip[11:12], motion))
    torch.testing.assert_close(found, motion, atol=0.006, rtol=0)


def test_a_head_that_moves_alone_is_no_motion_of_the_crop(clip: Tensor) -> None:
    found = crop_motion(clip[:-1], clip[1:])
    assert float(found.abs().max()) < 0.01


def test_a_plain_wall_says_nothing_and_the_answer_is_no_motion() -> None:
    wall = torch.full((1, 3, 64, 64), 0.3)
    torch.testing.assert_close(crop_motion(wall, wall), torch.zeros(1, 4))


def test_a_clip_whose_crop_stands_still_is_left_exactly_as_it_is(clip: Tensor) -> None:
    steady = torch.cat([piece.frames for piece in steadied(marked(_pieces(clip, 50)))])
    torch.testing.assert_close(steady, clip, atol=1e-5, rtol=0)


def test_most_of_the_jitter_goes_and_the_motion_of_the_head_stays(clip: Tensor) -> None:
    shaken = _shaken(clip)
    steady = torch.cat([piece.frames for piece in steadied(marked(_pieces(shaken, 50)))])
    excess = _acceleration(steady) - _acceleration(clip)
    assert excess < 0.3 * (_acceleration(shaken) - _acceleration(clip))
    inside = (..., slice(8, 56), slice(8, 56))
    assert (steady - clip)[inside].abs().mean() < 0.6 * (shaken - clip)[inside].abs().mean()


def test_how_a_video_is_cut_into_pieces_changes_nothing(clip: Tensor) -> None:
    shaken = _shaken(clip)
    whole = list(steadied(marked(_pieces(shaken, 50))))
    for length in (1, 7):
        pieces = list(steadied(marked(_pieces(shaken, length))))
        joined = Piece(*map(torch.cat, zip(*pieces, strict=True)))
        expected = Piece(*map(torch.cat, zip(*whole, strict=True)))
        torch.testing.assert_close(joined.frames, expected.frames, atol=1e-4, rtol=0)
        assert torch.equal(joined.time, expected.time)
        assert torch.equal(joined.fresh, expected.fresh)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_videos_of_a_few_frames_come_out_whole(clip: Tensor, frames: int) -> None:
    pieces = list(steadied(marked(_pieces(_shaken(clip)[:frames], 2))))
    assert sum(len(piece.frames) for piece in pieces) == frames


@pytest.mark.parametrize("lookahead", [0, 2])
def test_a_short_look_ahead_waits_for_no_later_frame(clip: Tensor, lookahead: int) -> None:
    shaken, seen = _shaken(clip), 20
    changed = shaken.clone()
    changed[seen + lookahead + 1 :] = 0
    first, second = (
        torch.cat([p.frames for p in steadied(marked(_pieces(x, 5)), lookahead)])
        for x in (shaken, changed)
    )
    torch.testing.assert_close(first[: seen + 1], second[: seen + 1], atol=1e-4, rtol=0)
    assert _acceleration(first) < _acceleration(shaken)


def test_whole_clips_of_a_batch_are_steadied_as_videos_are(clip: Tensor) -> None:
    shaken = _shaken(clip)[:20]
    steady, jitter = steady_clips(torch.stack([shaken, clip[:20]]))
    video = torch.cat([piece.frames for piece in steadied(marked(_pieces(shaken, 20)))])
    torch.testing.assert_close(steady[0], video, atol=1e-4, rtol=0)
    assert jitter[0].abs().max() > 0.01
    assert jitter[1].abs().max() == 0


def test_a_repeated_frame_stays_marked_when_steadying_moves_it(clip: Tensor) -> None:
    frozen = _shaken(clip)
    frozen[7] = frozen[6]
    pieces = list(steadied(marked(_pieces(frozen, 9))))
    fresh = torch.cat([piece.fresh for piece in pieces])
    assert (~fresh).nonzero().flatten().tolist() == [7]


def test_moved_labels_say_where_the_moved_picture_shows_the_head() -> None:
    track = track_of(_PERSON, _MOTION, np.array([0.4]), _SIZE)
    theta = torch.tensor([[0.1, -0.05, 0.1, 0.2]])
    pose, landmarks = (torch.from_numpy(x) for x in (track.pose, track.landmarks))
    moved = moved_labels(pose, landmarks, theta)
    picture = torch.zeros(1, 1, 512, 512)
    x, y = (landmarks[0, 30] * 512).long().tolist()
    picture[..., y - 3 : y + 4, x - 3 : x + 4] = 1
    spot = move_crop(picture, theta)[0, 0].nonzero().float().mean(dim=0).flip(0)
    torch.testing.assert_close(moved.landmarks[0, 30] * 512, spot, atol=2.0, rtol=0)

    def tilt(points: Tensor) -> Tensor:
        across = points[0, 42:48].mean(dim=0) - points[0, 36:42].mean(dim=0)
        return torch.rad2deg(torch.atan2(across[1], across[0]))

    turned = tilt(moved.landmarks) - tilt(landmarks)
    torch.testing.assert_close(moved.pose[0, 2] - pose[0, 2], turned, atol=0.1, rtol=0)
    assert float(moved.pose[0, 5] - pose[0, 5]) == pytest.approx(0.1)

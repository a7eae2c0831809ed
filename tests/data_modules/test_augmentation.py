"""The driver's colours change, its motion does not."""

import numpy as np

from data_modules.augmentation import ColourAugmentation


def test_augmentation_is_the_same_for_every_frame_of_a_clip() -> None:
    frame = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    altered = ColourAugmentation().apply(np.stack([frame] * 4), np.random.default_rng(1))
    assert altered.dtype == np.uint8
    assert (altered == altered[:1]).all()
    assert not np.array_equal(altered[0], frame)


def test_augmentation_differs_between_clips() -> None:
    frames = np.full((2, 32, 32, 3), 100, np.uint8)
    first, second = (ColourAugmentation().apply(frames, np.random.default_rng(i)) for i in (1, 2))
    assert not np.array_equal(first, second)


def test_without_strength_only_compression_is_left() -> None:
    frames = np.full((2, 32, 32, 3), 100, np.uint8)
    still = ColourAugmentation(gain=0, bias=0, blur=0, jpeg=95)
    altered = still.apply(frames, np.random.default_rng(0))
    assert np.abs(altered.astype(int) - 100).max() <= 2

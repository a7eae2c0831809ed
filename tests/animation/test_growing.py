"""Rows come back as they were added, however many there are."""

import numpy as np
import pytest

from talkingface.animation.growing import Growing


@pytest.mark.parametrize("pieces", [(1,), (3, 0, 2000, 1), (1024, 1024, 1), (7,) * 600])
def test_rows_come_back_in_order_and_stay_what_they_were(pieces: tuple[int, ...]) -> None:
    rows = np.random.default_rng(0).normal(size=(sum(pieces), 5)).astype(np.float32)
    grown = Growing()
    for end, count in zip(np.cumsum(pieces), pieces, strict=True):
        grown.add(rows[end - count : end])
    found = grown.rows()
    grown.add(rows[:1])
    assert found.dtype == rows.dtype
    assert np.array_equal(found, rows)
    assert len(grown) == len(rows) + 1


def test_nothing_added_is_no_array() -> None:
    with pytest.raises(ValueError, match="no rows"):
        Growing().rows()

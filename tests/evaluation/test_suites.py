"""A suite's name says all about it."""

import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.evaluation.suites import ALL_SUITES, Suite, named_suites


def test_all_suites_have_names_and_none_is_taken_twice() -> None:
    suites = named_suites(["clean", "all", "cross+jitter-2"])
    assert [suite.name for suite in suites] == [*ALL_SUITES, "cross+jitter-2"]
    assert [s.task for s in suites] == ["self"] * (len(ALL_SUITES) - 2) + ["cross", "swap", "cross"]
    assert suites[-1].perturbation.jitter == 2
    assert suites[-2].perturbation == suites[0].perturbation
    assert Suite.named("swap+jitter-2").perturbation == Suite.named("jitter-2").perturbation


@pytest.mark.parametrize("name", ["crossed", "jitter", "rate-2.5", "drop-100", "cross+rate-0"])
def test_an_unknown_suite_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"no .* There are clean, cross"):
        Suite.named(name)


def test_where_frames_are_missing_those_between_two_kept_ones_are_scored() -> None:
    scored = Suite.named("rate-3").scored_frames(12)
    assert scored is not None
    assert np.flatnonzero(scored).tolist() == [1, 2, 4, 5, 7, 8]
    assert Suite.named("jitter-2").scored_frames(12) is None
    with pytest.raises(UserError, match=r"suites=\[\]"):
        named_suites([])
    with pytest.raises(UserError, match="no '5'"):
        named_suites([5])  # type: ignore[list-item]

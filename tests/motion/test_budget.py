"""Every arm decodes the same number of frames a step."""

import itertools

import pytest

from talkingface.errors import UserError
from talkingface.motion.budget import Budget, share_budget


@pytest.mark.parametrize("decodes", [4, 8])
def test_every_combination_of_techniques_decodes_the_same_number(decodes: int) -> None:
    for mix, cross, pair, correct in itertools.product((False, True), repeat=4):
        budget = share_budget(decodes, mix=mix, cross=cross, pair=pair, correct=correct)
        assert budget.total == decodes
        assert min(budget.plain, budget.mixed, budget.crossed, budget.corrected) >= 0


def test_the_shares_are_those_of_the_method() -> None:
    def shares(mix: bool, cross: bool, correct: bool, pair: bool = False) -> Budget:
        return share_budget(4, mix=mix, cross=cross, pair=pair, correct=correct)

    assert shares(False, False, False) == Budget(plain=4)
    assert shares(True, True, False) == Budget(plain=2, mixed=1, crossed=1)
    assert shares(False, False, True) == Budget(plain=2, corrected=2)
    assert shares(True, True, True) == Budget(plain=1, mixed=1, crossed=1, corrected=1)
    assert shares(True, True, False, True) == Budget(plain=1, mixed=1, crossed=1, paired=1)


def test_decodes_that_cannot_be_shared_are_refused() -> None:
    assert share_budget(3, correct=False).total == 3
    with pytest.raises(UserError, match="multiple of 4"):
        share_budget(6, correct=True)

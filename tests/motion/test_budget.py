from itertools import product

import pytest

from talkingface.errors import UserError
from talkingface.motion.budget import Budget, share_budget


@pytest.mark.parametrize("decodes", [4, 8])
def test_every_combination_of_cras_parts_decodes_the_same_number(decodes: int) -> None:
    for mix, cross, pair in product((False, True), repeat=3):
        budget = share_budget(decodes, mix=mix, cross=cross, pair=pair)
        assert budget.total == decodes
        assert min(budget.plain, budget.mixed, budget.crossed, budget.paired) >= 0
        assert bool(budget.paired) == (cross and pair)


def test_the_shares_are_those_of_the_method() -> None:
    assert share_budget(4) == Budget(plain=4)
    assert share_budget(4, mix=True) == Budget(plain=3, mixed=1)
    assert share_budget(4, mix=True, cross=True) == Budget(plain=2, mixed=1, crossed=1)
    with_pair = Budget(plain=1, mixed=1, crossed=1, paired=1)
    assert share_budget(4, mix=True, cross=True, pair=True) == with_pair


def test_decodes_that_cannot_be_shared_are_refused() -> None:
    assert share_budget(3).total == 3
    with pytest.raises(UserError, match=r"model\.decodes=6: must be a multiple of 4"):
        share_budget(6, mix=True)

"""Bars that count what they say, and no bars where there is nothing to draw."""

import re

import numpy as np
import pytest

from talkingface.report.histogram import histogram
from tests.report.html_text import HOSTILE, read, text_of


def counted(html: str) -> list[int]:
    return [int(n.replace(",", "")) for n in re.findall(r"<title>([\d,]+) clips from", html)]


def test_every_value_is_in_one_bar() -> None:
    values = np.random.default_rng(0).normal(0, 3, 5000)
    figure = histogram("Yaw", values, "degrees")
    assert figure is not None
    assert sum(counted(figure)) == 5000
    assert len(counted(figure)) > 20


def test_one_far_value_does_not_press_the_others_together() -> None:
    values = np.append(np.linspace(1, 9, 2000), 3600)
    figure = histogram("Duration", values, "seconds")
    assert figure is not None
    assert len(counted(figure)) == 40
    assert sum(counted(figure)) == 2001
    assert "5 beyond the ends" in text_of(figure)


def test_small_whole_numbers_have_a_bar_each() -> None:
    figure = histogram("Clips", [1, 1, 2, 5, 5, 5], "clips")
    assert figure is not None
    assert counted(figure) == [2, 1, 3]


def test_many_whole_numbers_are_spread_over_bars_of_equal_room() -> None:
    figure = histogram("Side", np.arange(100, 350), "pixels")
    assert figure is not None
    assert set(counted(figure)[:-1]) == {7}
    assert sum(counted(figure)) == 250


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [np.inf]])
def test_nothing_finite_is_no_chart(values: list[float]) -> None:
    assert histogram("Yaw", values, "degrees") is None


def test_values_that_are_missing_are_said() -> None:
    figure = histogram("Yaw", [1.0, 2.0, np.nan], "degrees")
    assert figure is not None
    assert "1 clips without a value" in text_of(figure)


def test_one_value_for_all_is_a_sentence() -> None:
    figure = histogram("Rate", [25.0] * 7, "frames a second")
    assert figure is not None
    assert text_of(figure) == "Rate : 25 for all 7 clips (frames a second)"
    assert "svg" not in read(figure).names


def test_titles_made_of_markup_are_text() -> None:
    figure = histogram(HOSTILE, [1, 2, 2.5], HOSTILE, of=HOSTILE)
    assert figure is not None
    assert set(read(figure).names) == {
        "figure", "figcaption", "b", "span", "svg", "line", "text", "rect", "title",
    }  # fmt: skip

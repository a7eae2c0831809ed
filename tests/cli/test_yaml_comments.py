"""Sentences are found beside the fields they belong to."""

import pytest

from talkingface.cli.yaml_comments import read_comments

TEXT = """\
# @package _global_
# What the file is.
# It has two lines.
plain: 1  # Behind.
# Above.
above: 2
bare: 3
quoted: "a # b"  # After a quoted hash.
hash: a#b  # After a hash inside a word.
apostrophe: it's  # After an apostrophe.
long: 4  # Goes on
         # in the next line.
outer:  # About the mapping.
  inner: 5  # Nested.
  # Above a nested one.
  second:
    deep: 6  # Deeper.
  third: 7
text: |
  not: a field  # nor a comment
list:  # Some values.
  - one  # Not a field's.
  - two
# Far above.

far: 8
"""


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("plain", "Behind."),
        ("above", "Above."),
        ("bare", None),
        ("quoted", "After a quoted hash."),
        ("hash", "After a hash inside a word."),
        ("apostrophe", "After an apostrophe."),
        ("long", "Goes on in the next line."),
        ("outer", "About the mapping."),
        ("outer.inner", "Nested."),
        ("outer.second", "Above a nested one."),
        ("outer.second.deep", "Deeper."),
        ("outer.third", None),
        ("not", None),
        ("text.not", None),
        ("list", "Some values."),
        ("far", None),
    ],
)
def test_a_sentence_is_found_beside_its_field(name: str, sentence: str | None) -> None:
    assert read_comments(TEXT).fields.get(name) == sentence


def test_the_lines_at_the_top_are_the_header() -> None:
    assert read_comments(TEXT).header == "What the file is. It has two lines."

"""The help of a verb shows what its files say."""

from pathlib import Path

import pytest

from talkingface.cli.configuration import open_configuration
from talkingface.cli.help import verb_help
from talkingface.cli.verbs import VERBS


def help_of(package: str, *overrides: str) -> str:
    with open_configuration("synthesize", package) as configuration:
        return verb_help(VERBS["synthesize"], configuration, overrides)


def test_help_shows_every_field_with_default_and_sentence(tiny_package: str) -> None:
    text = " ".join(help_of(tiny_package).split())
    for expected in (
        "steps = 10 Steps of the run.",
        "tags = {} Labels of the run, any names.",
        "sizes = [1,2] Sides of the pyramid.",
        "trainer.max_steps = 5 When to stop.",
        "trainer.val_every = ${steps} When to look.",
        "model.width = 8 Channels.",
    ):
        assert expected in text


def test_help_shows_the_choices_and_marks_the_one_taken(tiny_package: str) -> None:
    text = " ".join(help_of(tiny_package).split())
    assert "model large Many weights. * small Few weights." in text


def test_help_beside_overrides_shows_what_they_choose(tiny_package: str) -> None:
    text = help_of(tiny_package, "model=large", "steps=3")
    assert "model.depth = 3" in text
    assert "steps = 3 " in text


@pytest.mark.parametrize("columns", [50, 80, 140])
def test_help_fits_the_terminal(
    tiny_package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    sentence = "A long sentence that has to be wrapped, since it does not fit. " * 2
    file = tmp_path / tiny_package / "model" / "small.yaml"
    file.write_text(f"# {sentence}\nwidth: 8  # {sentence}\n")
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = help_of(tiny_package).splitlines()
    assert (
        max(len(line) for line in lines if not line.startswith(("usage:", "  talking"))) <= columns
    )

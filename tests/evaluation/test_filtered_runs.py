"""A plain filter is tuned where no corrector is: for the baseline, and for its control."""

import pytest
from hydra import compose, initialize_config_module

from talkingface.cli.stage import has_filters


@pytest.mark.parametrize(
    ("words", "chooses"),
    [
        ([], True),
        (["evaluation=none"], False),
        (["model.cra.enabled=true"], False),
        (["model.stac.enabled=true"], False),
        (["control=no_corrector"], True),
        (["control=no_corrector", "model.cra.enabled=true"], False),
    ],
)
def test_a_run_without_corrector_gets_a_filter_in_its_place(
    words: list[str], chooses: bool
) -> None:
    with initialize_config_module("conf", version_base="1.3"):
        assert has_filters(compose("train", overrides=["experiment=ablation", *words])) is chooses

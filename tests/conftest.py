"""Fixtures for all tests."""

from pathlib import Path

import pytest

import talkingface.torchvision_guard  # noqa: F401  before lightning, torchmetrics or lpips

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of models, portraits and clips beside the repository; skips where absent."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED.name}/ (models, portraits and clips) is not present")
    return SHARED

from pathlib import Path

import pytest

from tests.adapters.trees import any_clip


@pytest.fixture(scope="session")
def video(talking_heads: Path) -> Path:
    """One clip of the project's own."""
    return any_clip(talking_heads)

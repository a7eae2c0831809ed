"""The environment cannot open what the page keeps shut."""

import os
from pathlib import Path

import pytest

from talkingface.page.environment import set_environment


@pytest.mark.usefixtures("same_environment")
def test_gradios_own_variables_have_no_effect(tmp_path: Path) -> None:
    for name in ("ALLOWED_PATHS", "SHARE", "VIBE_MODE", "MCP_SERVER", "TEMP_DIR"):
        os.environ[f"GRADIO_{name}"] = "/"
    set_environment(tmp_path)
    left = {name: value for name, value in os.environ.items() if name.startswith("GRADIO_")}
    assert left == {
        "GRADIO_TEMP_DIR": str(tmp_path),
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_QUEUE_SESSION_RESUME_TTL": "60",
    }

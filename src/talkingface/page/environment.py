"""What the page's framework may learn from the environment: nothing but what is set here."""

from __future__ import annotations

import os
from pathlib import Path


def set_environment(shown: Path) -> None:
    """Prepare the environment; to be called before Gradio is first imported.

    Gradio's variables overrule what it is told in code: they can open folders, start a public
    tunnel, or let a browser change the program.

    Args:
        shown: where Gradio keeps what browsers upload and get.
    """
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]
    os.environ["GRADIO_TEMP_DIR"] = str(shown)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Jobs of a browser that has gone away are given up after these seconds.
    os.environ["GRADIO_QUEUE_SESSION_RESUME_TTL"] = "60"
    # Gradio brings a client of a model hub along, which has nothing to ask for.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

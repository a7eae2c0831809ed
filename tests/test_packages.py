"""What is installed is all that there is."""

import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def test_every_package_is_installed() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    core = REPOSITORY / "src"
    below = {path.parent.relative_to(core) for path in core.rglob("*.py")}
    found = {".".join(path.parts) for path in below}
    found |= {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - {"tests"}
    assert found == set(project["tool"]["setuptools"]["packages"])

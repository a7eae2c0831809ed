"""The configuration of one verb, composed by Hydra before anything heavy is imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from hydra import initialize_config_module
from hydra.core.config_loader import ConfigLoader
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from talkingface.errors import UserError

CONFIG_PACKAGE = "conf"
HYDRA_VERSION_BASE = "1.3"
SWEEPS = "sweeps"


@dataclass(frozen=True)
class Layer:
    """One file that a composed configuration was merged from.

    Attributes:
        path: the file below its configuration folder, without `.yaml`, such as `model/small`.
        package: the dotted name under which its fields appear; empty for the root.
    """

    path: str
    package: str


@dataclass(frozen=True)
class Composed:
    """A composed configuration as plain containers, interpolations and `???` left as text.

    Attributes:
        fields: the verb's own fields, nested.
        hydra: Hydra's own fields, nested.
        choices: the choice taken of each group in the defaults list; None where none is taken.
    """

    fields: dict[str, Any]
    hydra: dict[str, Any]
    choices: dict[str, str | None]


class Configuration:
    """Composes one primary configuration with overrides and lists its groups."""

    def __init__(self, name: str, package: str, loader: ConfigLoader) -> None:
        self.name = name
        self.package = package
        self.loader = loader
        self._composed: dict[tuple[tuple[str, ...], bool], Composed] = {}

    def compose(self, overrides: Sequence[str], *, complete: bool = True) -> Composed:
        """Compose with the given overrides.

        With `complete=False`, mandatory groups may be left unchosen.

        Raises:
            UserError: Hydra refuses the overrides; the message is Hydra's on one line.
        """
        key = (tuple(overrides), complete)
        if key not in self._composed:
            self._composed[key] = self._compose(list(overrides), complete)
        return self._composed[key]

    def _compose(self, overrides: list[str], complete: bool) -> Composed:
        mode = RunMode.RUN if complete else RunMode.MULTIRUN
        try:
            cfg = self.loader.load_configuration(
                self.name, overrides, mode, validate_sweep_overrides=False
            )
        except (HydraException, OmegaConfBaseException, ValueError) as error:
            reason = f"{error} {error.__cause__ or ''}"
            raise UserError(f"{self.name}: {' '.join(reason.split())}") from error
        fields = OmegaConf.to_container(cfg, resolve=False)
        assert isinstance(fields, dict)
        hydra = fields.pop("hydra")
        return Composed(
            fields={str(key): value for key, value in fields.items()},
            hydra=hydra,
            choices=dict(hydra["runtime"]["choices"]),
        )

    def layers(self, overrides: Sequence[str]) -> list[Layer]:
        """The files merged for overrides that compose, in order, Hydra's own left out."""
        defaults = self.loader.compute_defaults_list(self.name, list(overrides), RunMode.MULTIRUN)
        return [
            Layer(default.config_path, default.package or "")
            for default in defaults.defaults
            if default.config_path and not default.config_path.startswith("hydra/")
        ]

    def groups(self) -> list[str]:
        """All groups, nested ones as `outer/inner`, Hydra's own left out; `sweeps` is one."""

        def below(parent: str) -> Iterator[str]:
            for group in self.loader.list_groups(parent):
                path = f"{parent}/{group}" if parent else group
                if path != "hydra" and not group.startswith("_"):
                    yield path
                    yield from below(path)

        return sorted(below(""))

    def is_group(self, name: str) -> bool:
        """Whether `name` is a group, Hydra's own included."""
        parent, _, leaf = name.rpartition("/")
        return leaf in self.loader.list_groups(parent)

    def options(self, group: str) -> list[str]:
        """The choices of a group."""
        return self.loader.get_group_options(group, ObjectType.CONFIG)


@contextmanager
def open_configuration(name: str, package: str = CONFIG_PACKAGE) -> Iterator[Configuration]:
    """The primary configuration `name`.yaml of a Python package with YAML files."""
    _register_sweeps()
    with initialize_config_module(package, version_base=HYDRA_VERSION_BASE):
        yield Configuration(name, package, GlobalHydra.instance().config_loader())


def _register_sweeps() -> None:
    """Make each grid in the package `sweeps` a choice of the group `sweeps` (`+sweeps=NAME`).

    A file is a grid for Hydra when its first line is `# @package _global_`; other files in the
    package, such as a sweep for W&B, are left alone.
    """
    for file in files(SWEEPS).iterdir():
        text = file.read_text(encoding="utf-8") if file.name.endswith(".yaml") else ""
        if text.startswith("# @package _global_"):
            ConfigStore.instance().store(
                file.name, OmegaConf.create(text), group=SWEEPS, package="_global_"
            )


def leaves(fields: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The dotted name and value of every field; a list and an empty mapping are values."""
    for key, value in fields.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from leaves(value, f"{name}.")
        else:
            yield name, value

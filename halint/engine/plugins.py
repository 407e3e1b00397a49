"""Plugins: installed packages that bring rules, found by their entry points in the group `halint.rules`.

What a plugin is: a distribution with an entry point that names a package,

    [project.entry-points."halint.rules"]
    acme = "acme_halint"

whose folder holds rule files as halint's own folder `rules/` does, `NAME.yaml` or `TOPIC/NAME.yaml` (package data: the
distribution must ship them). `python: MODULE.FUNCTION` in such a file is the function of that module of the package:
it takes the cluster, `halint.model.cluster.Cluster`, with the rule's options as keywords, and yields
`halint.engine.hit.Hit`. The configuration names the plugin, `plugins: [acme]`; where none is named nothing is searched,
and of a plugin that is not named nothing is imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from halint.engine.rules import rule_files
from halint.errors import HalintError, did_you_mean
from halint.record import record

GROUP = "halint.rules"


@record
class Plugin:
    """A package that brings rules. `folders` are those it lies in: one, or the several of a namespace package."""

    name: str
    package: str
    folders: tuple[Path, ...]

    def files(self) -> tuple[Path, ...]:
        """Its rule files. Raises HalintError where there are none."""
        try:
            return tuple(file for folder in self.folders for file in rule_files(folder))
        except HalintError as error:
            raise HalintError(f"plugin {self.name}: {error}") from None


def plugin(name: str) -> Plugin:
    """The plugin of this name. Raises HalintError where none is installed, or it is no package in a folder."""
    points = metadata.entry_points(group=GROUP)
    found = {point.value.partition(":")[0].strip() for point in points if point.name == name}
    if not found:
        raise HalintError(f"no plugin called {name} is installed{_known(name, (point.name for point in points))}")
    if len(found) > 1:
        raise HalintError(f"the plugin {name} is in several packages: {', '.join(sorted(found))}")
    package = found.pop()
    return Plugin(name=name, package=package, folders=_folders(name, package))


def _known(name: str, installed: Iterable[str]) -> str:
    names = sorted(set(installed))
    if not names:
        return f" (entry points of the group {GROUP}: none)"
    return did_you_mean(name, names) or f" (there are {', '.join(names)})"


def _folders(name: str, package: str) -> tuple[Path, ...]:
    try:
        spec = find_spec(package)
    except (ImportError, ValueError, AttributeError) as error:
        raise HalintError(f"the plugin {name} names the package {package}, which cannot be found: {error}") from None
    except Exception as error:  # noqa: BLE001 - the code of a package around it may do anything
        what = f"{type(error).__name__}: {error}"
        raise HalintError(f"the plugin {name} names the package {package}, which cannot be loaded: {what}") from None
    folders = (
        tuple(Path(place) for place in (spec.submodule_search_locations or ()) if Path(place).is_dir()) if spec else ()
    )
    if not folders:
        raise HalintError(f"the plugin {name} names {package}, which is no package in a folder")
    return folders

"""Facts and rules as data: YAML in the source, JSON in what is installed.

A built package holds the compiled JSON. In a checkout the YAML is compiled when first used and kept in the
user's cache folder, under a name that changes with every edit.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import halint.rules
import halint.schemas

COMPILED = "_compiled.json"

_KEPT = 32
"""How many files the cache folder may hold: a few checkouts, each with its rules and tables."""


@cache
def load(name: str) -> Any:
    """The content of `schemas/NAME.yaml`."""
    package = halint.schemas.__file__
    compiled = _read(package, f"{name}.json")
    if compiled is not None:
        return json.loads(compiled)
    source = Path(_beside(package, f"{name}.yaml"))
    return _cached([source], lambda: parse_yaml(source.read_text(encoding="utf-8")))


@cache
def load_json(name: str) -> Any:
    """The content of `schemas/NAME.json`, a schema of halint's own output."""
    text = _read(halint.schemas.__file__, f"{name}.json")
    if text is None:
        raise FileNotFoundError(name)
    return json.loads(text)


@cache
def load_rules() -> list[dict[str, Any]]:
    """Every built-in rule, compiled: what a run needs, without pages and examples."""
    compiled = _read(halint.rules.__file__, COMPILED)
    if compiled is not None:
        return list(json.loads(compiled))
    folder = Path(halint.rules.__file__).parent

    def build() -> list[dict[str, Any]]:
        from halint.engine.rulefile import compile_folder  # noqa: PLC0415 - YAML only where nothing is compiled

        return compile_folder(folder)

    code = Path(__file__).parent / "engine" / "rulefile.py"
    return list(_cached([*sorted(folder.glob("*/*.yaml")), code], build))


def rule_text(topic: str, name: str) -> str:
    """The text of a built-in rule's file."""
    text = _read(halint.rules.__file__, f"{topic}/{name}.yaml")
    if text is None:
        raise FileNotFoundError(name)
    return text


def parse_yaml(text: str) -> Any:
    """Parse YAML with libyaml where it is there."""
    import yaml  # noqa: PLC0415 - 45 ms that a run of the installed program need not spend

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders


def write_compiled(package: Path, rules: list[dict[str, Any]]) -> None:
    """Write the compiled rules and facts into a built package folder."""
    (package / "rules" / COMPILED).write_text(json.dumps(rules), encoding="utf-8")
    for source in sorted((package / "schemas").glob("*.yaml")):
        data = parse_yaml(source.read_text(encoding="utf-8"))
        source.with_suffix(".json").write_text(json.dumps(data), encoding="utf-8")


def _beside(module_file: str | None, name: str) -> str:
    return os.path.join(os.path.dirname(module_file or ""), *name.split("/"))  # noqa: PTH118, PTH120 - a path in a zip


def _read(module_file: str | None, name: str) -> str | None:
    """A data file of a package, from a folder or a zip; None where there is none."""
    package = halint.rules if module_file == halint.rules.__file__ else halint.schemas
    loader = package.__spec__.loader if package.__spec__ else None
    try:
        data: bytes = loader.get_data(_beside(module_file, name))  # type: ignore[union-attr]  # every file loader has it
    except OSError:
        return None
    return data.decode("utf-8")


def _cached(sources: list[Path], build: Callable[[], Any]) -> Any:
    """What `build` makes of the sources, kept in the cache folder until one of them changes."""
    kept = _cache_file(sources)
    try:
        return json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        data = build()
    _keep(kept, json.dumps(data))
    return data


def _cache_file(sources: list[Path]) -> Path:
    import hashlib  # noqa: PLC0415 - only a checkout needs it

    states = [(str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in sources]
    digest = hashlib.sha256(repr((sys.version_info[:2], states)).encode()).hexdigest()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "halint" / f"{digest[:32]}.json"


def _keep(path: Path, text: str) -> None:
    """Write a cache file whole or not at all; a folder that cannot be written only costs time."""
    partial = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
        for stale in sorted(path.parent.glob("*.json"), key=lambda p: p.stat().st_mtime)[:-_KEPT]:
            stale.unlink()
    except OSError:
        return

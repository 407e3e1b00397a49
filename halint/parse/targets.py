"""What `--target` names: the releases of corosync and Pacemaker to judge for, or a distribution that ships them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from halint.errors import HalintError, did_you_mean
from halint.model.distribution import Distribution
from halint.parse.corosync_release import DEFAULT, TARGETS, Release
from halint.record import record
from halint.schema_data import load

_PACEMAKER = re.compile(r"(([1-9]\.[0-9])\.[0-9]{1,2})([-+~].*)?")
"""A release, as it is or as packages and dc-version write it."""


@record
class Targets:
    """What is judged for. `pacemaker` is () where the CIB is to say which it is."""

    corosync: Release = DEFAULT
    pacemaker: Release = ()
    distribution: Distribution | None = None


def parse_targets(values: Iterable[str]) -> Targets:
    """Targets as `--target` and the configuration file give them: `PROGRAM=VERSION`, of one program the last counts.

    A distribution stands for the releases it ships, where no target names the program itself. Raises HalintError.
    """
    found: dict[str, Release] = {}
    shipped: dict[str, Release] = {}
    distribution = None
    for value in values:
        program, _, version = value.partition("=")
        if program in _PROGRAMS:
            found[program] = _PROGRAMS[program](value, version)
        elif program in _distributions():
            data = _distribution_data(value, program, version)
            shipped = {name: _PROGRAMS[name](value, text) for name, text in data["releases"].items()}
            distribution = _distribution(f"{program}={version}", data)
        else:
            known = (*_PROGRAMS, *_distributions())
            raise HalintError(f"--target {value}: must be PROGRAM=VERSION, {_one_of(program, known)}")
    return Targets(distribution=distribution, **(shipped | found))


def _corosync(value: str, version: str) -> Release:
    if version not in TARGETS:
        raise HalintError(f"--target {value}: must be corosync= and {_one_of(version, TARGETS)}")
    return TARGETS[version]


def _pacemaker(value: str, version: str) -> Release:
    lines: Mapping[str, str] = load("releases")["pacemaker"]["lines"]
    if version in lines:
        return _numbers(lines[version])
    release = _PACEMAKER.fullmatch(version)
    if release is None or release[2] not in lines or _numbers(release[1]) > _numbers(lines[release[2]]):
        known = ", ".join(f"{line} to {last}" for line, last in lines.items())
        near = did_you_mean(version.lower(), (*lines, *lines.values()), 0.5)
        raise HalintError(f"--target {value}: must be pacemaker= and a release of {known}{near}")
    return _numbers(release[1])


_PROGRAMS = {"corosync": _corosync, "pacemaker": _pacemaker}


def _distributions() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = load("releases")["distributions"]
    return found


def _distribution_data(value: str, name: str, version: str) -> Mapping[str, Any]:
    versions = _distributions()[name]
    if version not in versions:
        raise HalintError(f"--target {value}: must be {' or '.join(f'{name}={known}' for known in versions)}")
    data: Mapping[str, Any] = versions[version]
    return data


def _distribution(name: str, data: Mapping[str, Any]) -> Distribution:
    return Distribution(
        name=name,
        title=data["title"],
        agents=data["agents"],
        classes=tuple(data["classes"]),
        filesystems=data["filesystems"],
        transports=tuple(data["transports"]),
    )


def _one_of(word: str, known: Iterable[str]) -> str:
    names = tuple(known)
    return f"one of {', '.join(names)}{did_you_mean(word.lower(), names, 0.5)}"


def _numbers(version: str) -> Release:
    return tuple(int(number) for number in version.split("."))

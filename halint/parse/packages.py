"""Reads lists of installed packages: `rpm -qa`, `dpkg -l`, `dpkg-query -W`, and what collectors keep of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.errors import HalintError
from halint.model.host import Packages, Variable
from halint.parse.decoding import decode
from halint.source import Mark, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

# rpm(8): name-version-release.arch; neither version nor release holds a dash. sosreport adds the date of installation
_RPM = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.+-]*)-(?P<version>[\w.+~^:]+-[\w.+~^]+?)"
    r"(?:\.(?P<arch>noarch|x86_64|aarch64|ppc64le|ppc64|s390x|s390|i[3-6]86|armv7hl|riscv64))(?:\s.*)?",
    re.ASCII,
)
# dpkg(1): the second letter is the state, i is installed; three columns from supportutils: name, vendor, version
_DPKG = re.compile(
    r"[uihrp]i[R ]?\s+(?P<name>[a-z0-9][a-z0-9.+-]+)(?::[a-z0-9-]+)?\s+(?P<version>\d\S*)(?:\s.*)?", re.ASCII
)
_QUERY = re.compile(r"(?P<name>[a-z0-9][a-z0-9.+-]+)(?::[a-z0-9-]+)?\s+(?P<version>\d[\w.+~:-]*)\s*", re.ASCII)
_COLUMNS = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.+-]*)\s+(?:\S+ )*\S+\s{2,}(?P<version>\d[\w.+~^]*-[\w.+~^]+)\s*", re.ASCII
)
# sysinfo.txt of a crm_report: dpkg-query's `NAME VERSION ARCH`, rpm's `NAME VERSION - DISTRIBUTION ARCH`
_REPORT = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.+-]*) (?P<version>\d[\w.+~:^-]*)(?: - .*)? "
    r"(?:all|noarch|amd64|x86_64|arm64|aarch64|armhf|i386|i686|ppc64el|ppc64le|s390x|riscv64)",
    re.ASCII,
)
_FORMS = (_RPM, _DPKG, _QUERY, _COLUMNS, _REPORT)
_LONGEST_ROW = 1000


def read_packages(data: bytes, path: str, node: str | None = None) -> Packages:
    """The versions by package name, several installed ones joined by a blank, without the architecture.

    HalintError where no line names a package.
    """
    source = Source(path=path, kind="packages", text=decode(data), node=node)
    versions: dict[str, Variable] = {}
    for found in _packages(source):
        before = versions.get(found.name)
        versions[found.name] = found if before is None else _joined(before, found)
    if not versions:
        raise HalintError(f"{path}: no line names an installed package, as rpm -qa or dpkg -l prints it")
    return Packages(node=node, source=source, versions=versions)


def _packages(source: Source) -> Iterator[Variable]:
    for number, line in enumerate(source.lines, 1):
        if len(line) > _LONGEST_ROW:
            continue
        match = next(filter(None, (form.fullmatch(line.strip()) for form in _FORMS)), None)
        if match is None:
            continue
        start = line.find(match["name"]) + 1
        at = Mark(source, Span(number, start, number, start + len(match["name"])))
        yield Variable(name=match["name"], value=match["version"], at=at)


def _joined(before: Variable, found: Variable) -> Variable:
    """Kernels and 32-bit libraries may be installed several times; the first place stands for all."""
    versions = dict.fromkeys((*before.value.split(), found.value))
    return Variable(name=before.name, value=" ".join(versions), at=before.at)

"""Why the cluster refuses a push, way by way, each reason with its numbers and names.

The rules were measured with cibadmin 2.1.5 on files and on a live cluster; those of Pacemaker 3 are from its sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from halint.diff.live_cluster import SCHEMALESS, LiveCluster, counters, shown
from halint.diff.outcome import Remark
from halint.diff.side import VERSION, Side
from halint.diff.wording import visible
from halint.model.cib_tree import Element

_OF_IDS = frozenset({"dangling-reference", "duplicate-id"})


class Refusals:
    """The reasons against pushing AFTER into a live cluster."""

    def __init__(self, live: LiveCluster, after: Side) -> None:
        self.live = live
        self.after = after
        self.path = shown(after, "after.xml")
        self._asked: dict[tuple[Element, str], dict[str, list[str]]] = {}

    def of(self, way: str) -> tuple[Remark, ...]:
        """The reasons against one way; () where it is accepted."""
        wrapped = self._wrapped(self.after, self.path)
        if way == "diff":
            wrapped += self._wrapped(self.live.before, self.live.path)
        if wrapped:
            return wrapped
        if way == "configuration":
            return tuple(self._sections()) or self._content(self._spliced(), self.live.schema, "the live ")
        older = tuple(self._older()) if way == "whole" else ()
        return (*older, *self._newer(), *self._schema(way))

    def _wrapped(self, side: Side, path: str) -> tuple[Remark, ...]:
        outer = side.root.getparent()
        if outer is None:
            return ()
        tag = side.root.getroottree().getroot().tag
        return (Remark("not-a-bare-cib", f"{path} holds its CIB inside a {tag} element; save the cib element alone"),)

    def _older(self) -> Iterator[Remark]:
        own, live = counters(self.after), counters(self.live.before)
        if own >= live:
            return
        name, mine, theirs = next(t for t in zip(VERSION, own, live, strict=True) if t[1] != t[2])
        lacks = f"has no valid {name}" if mine < 0 else f"has {name} {mine}"
        yield Remark(
            "older",
            f"{self.path} {lacks}, {self.live.path} has {theirs}: the cluster refuses a whole CIB whose admin_epoch, "
            "epoch, num_updates are lower than its own",
        )

    def _newer(self) -> Iterator[Remark]:
        own = self.after.root.get("crm_feature_set")
        if own and own != self.live.feature_set and self.live.older_than(own):
            known = f"Pacemaker {self.live.target}" if self.live.target else f"the cluster's {self.live.feature_set}"
            yield Remark("feature-set-newer", f"{self.path} has feature set {visible(own)}, newer than {known}")

    def _sections(self) -> Iterator[Remark]:
        own = len(self.after.root.findall("configuration"))
        if own == 0:
            yield Remark("no-configuration", f"{self.path} has no configuration section")
        elif own > 1:
            yield Remark("several-configurations", f"{self.path} has {own} configuration sections, not one")
        elif self.live.before.configuration is None:
            yield Remark("no-live-configuration", f"{self.live.path} has no configuration section to replace")

    def _schema(self, way: str) -> tuple[Remark, ...]:
        version = self.after.root.get("validate-with")
        if version is None or version.lower() in SCHEMALESS:
            named = "no validate-with" if version is None else f'validate-with="{version}"'
            message = f"{self.path} has {named}, which Pacemaker 3 refuses"
            return (Remark("schema-missing", message),) if self.live.strict else ()
        if self.live.knows(version) is False:
            return (self._unknown(version),)
        root = self.after.root
        return self._content(self._counted(root) if way == "diff" else root, version, "")

    def _unknown(self, version: str) -> Remark:
        newest = self.live.newest
        limit = f"; the newest it knows is {newest}" if newest else ""
        return Remark(
            "schema-unknown",
            f'{self.path} has validate-with="{visible(version)}", a schema the cluster does not know{limit}',
        )

    def _counted(self, root: Element) -> Element:
        """AFTER as a patch without versions leaves it: with the counters of the live CIB."""
        live = self.live.before.root
        if all(root.get(name) == live.get(name) or (root.get(name) or "").isdecimal() for name in VERSION):
            return root
        copy = deepcopy(root)
        for name in VERSION:
            copy.attrib.pop(name, "")
            if live.get(name) is not None:
                copy.set(name, live.get(name) or "")
        return copy

    def _spliced(self) -> Element:
        """BEFORE's `cib` with AFTER's configuration; AFTER itself where its schema is the same and it keeps to it."""
        live, root = self.live.before.root, self.after.root
        version = root.get("validate-with")
        if version is not None and version == self.live.schema and not self._content(root, version, ""):
            return root
        shell = live.makeelement(live.tag, {str(name): str(value) for name, value in live.attrib.items()})
        configuration = root.find("configuration")
        if configuration is not None:
            shell.append(deepcopy(configuration))
        return shell

    def _content(self, root: Element, version: str | None, whose: str) -> tuple[Remark, ...]:
        if version is None or version.lower() in SCHEMALESS or self.live.knows(version) is False:
            return ()
        groups = self._mistakes(root, version)
        return tuple(
            Remark(code, f"{self.path} does not fit {whose}schema {version}: {_first(messages)}")
            for code, messages in groups.items()
        )

    def _mistakes(self, root: Element, version: str) -> dict[str, list[str]]:
        """Messages by code; each tree is walked once."""
        if (root, version) in self._asked:
            return self._asked[root, version]
        from halint.schema.validity import schema_problems  # noqa: PLC0415 - only a push needs schemas

        groups: dict[str, list[str]] = {}
        for problem in schema_problems(root, version):
            code = str(problem.code) if problem.code in _OF_IDS else "schema-invalid"
            groups.setdefault(code, []).append(visible(problem.message))
        self._asked[root, version] = groups
        return groups


def _first(messages: list[str]) -> str:
    more = len(messages) - 1
    return messages[0] + (f" (and {more} more)" if more else "")

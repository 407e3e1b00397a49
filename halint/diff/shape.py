"""Which resources a side has, and which is in which: groups, clones and bundles with their members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from halint.diff.resource_things import KIND
from halint.diff.side import RESOURCE_TAGS, Side
from halint.model.cib_tree import Element

TOP = ""
"""The parent of a resource that is in no group, clone or bundle."""


class Shape:
    """The resources of one side by key: their id; one without an id, or with one that was there before, gets a number.

    `parent` maps each key to that of its container (TOP where it has none), `members` each container, and TOP, to the
    keys in it, in their order.
    """

    def __init__(self, side: Side) -> None:
        self.elements: dict[str, Element] = {}
        self.parent: dict[str, str] = {}
        self.members: dict[str, list[str]] = {TOP: []}
        self._seen: Counter[str] = Counter()
        configuration = side.configuration
        if configuration is not None:
            for section in configuration.iterchildren("resources"):
                self._read(section, TOP)

    def _read(self, holder: Element, parent: str) -> None:
        for element in holder.iterchildren(*RESOURCE_TAGS):
            name = element.get("id") or ""
            self._seen[name] += 1
            key = name if name and self._seen[name] == 1 else f"{name}#{self._seen[name]}"
            self.elements[key] = element
            self.parent[key] = parent
            self.members[parent].append(key)
            if element.tag != "primitive":
                self.members[key] = []
                self._read(element, key)

    def kind(self, key: str) -> str:
        """primitive, group, clone or bundle."""
        return KIND[self.elements[key].tag]

    def inside(self, key: str) -> Iterator[str]:
        """The keys of everything in a container, at any depth."""
        for member in self.members.get(key, ()):
            yield member
            yield from self.inside(member)

    def place(self, key: str) -> str:
        """Where a resource is, in words: `group web (after ip)`, `clone dlm-clone`, `top level`."""
        parent = self.parent[key]
        if parent == TOP:
            return "top level"
        words = f"{self.kind(parent)} {parent}"
        outer = self.parent[parent]
        if outer != TOP:
            words += f" in {self.kind(outer)} {outer}"
        if self.kind(parent) != "group":
            return words
        members = self.members[parent]
        number = members.index(key)
        if len(members) == 1:
            return words
        return f"{words} (first)" if number == 0 else f"{words} (after {members[number - 1]})"

"""How an object is changed in place by cibadmin: attributes and children merged in, elements replaced, deleted.

Measured with cibadmin 2.1.5: --modify finds an element by its name and id, sets attributes, and adds what is new at
the end; it removes no attribute. --replace keeps the place of the element.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from halint.diff.commands.edits import Key, Trees, ambiguous, key
from halint.diff.commands.writing import Secrets, Text, Writer, attributes, wrap
from halint.model.cib_tree import Element

_BLOCKS = ("instance_attributes", "meta_attributes", "utilization", "cluster_property_set")
_ORDERED = {
    "group": ("primitive",),
    "resource_set": ("resource_ref",),
    "rsc_order": ("resource_set",),
    "rsc_colocation": ("resource_set",),
    "rsc_ticket": ("resource_set",),
    "storage": ("storage-mapping",),
    "network": ("port-mapping",),
}
_MANY = frozenset({"nvpair", "op", "acl_permission", "recipient", "obj_ref"})
"""Elements of which there may be any number beside each other, so that the new may come before the old goes."""

_REPLACED_ALONE = frozenset({"op", "nvpair", "rule", "resource_set", "acl_permission", "recipient"})


@dataclass(frozen=True, kw_only=True)
class Merge:
    """What --modify merges in (None: nothing), inside its parent or `alone`; what is replaced and deleted."""

    xml: Text | None = None
    alone: Text | None = None
    replaced: tuple[Element, ...] = ()
    deleted: tuple[Element, ...] = ()


class Merging:
    """Finds out whether an object of BEFORE becomes that of AFTER by merging."""

    def __init__(self, trees: Trees, secrets: Secrets) -> None:
        self._trees = trees
        self._secrets = secrets
        self._writer = Writer(trees.after, secrets)

    def merge(self, before: Element, after: Element) -> Merge | None:
        """How; None where --modify, --replace and --delete of parts cannot do it."""
        if not self._mergeable(before, after):
            return None
        old = {key(child): child for child in before}
        new = {key(child): child for child in after}
        deleted = [child for k, child in old.items() if k not in new]
        if any(child.tag not in _MANY for child in deleted) and new.keys() - old.keys():
            return None
        replaced: list[Element] = []
        content: list[Merge] = []
        for k, child in new.items():
            if k not in old:
                content.append(Merge(xml=self._writer.element(child)))
                continue
            part = self.merge(old[k], child)
            if part is None and child.get("id") and child.tag in _REPLACED_ALONE:
                part = Merge(replaced=(child,))
            if part is None:
                return None
            deleted += part.deleted
            replaced += part.replaced
            if part.xml is not None:
                content.append(part)
        if any(not child.get("id") for child in deleted):
            return None
        xml, alone = self._written(before, after, content)
        return Merge(xml=xml, alone=alone, replaced=tuple(replaced), deleted=tuple(deleted))

    def _mergeable(self, before: Element, after: Element) -> bool:
        if ambiguous(before) or ambiguous(after) or not keeps_order(before, after):
            return False
        old, new = attributes(self._trees.before, before), attributes(self._trees.after, after)
        # Pacemaker Administration, cibadmin: a value such as name++ or name+=2 counts up instead of being set
        return old.keys() <= new.keys() and not any(v.startswith((f"{n}++", f"{n}+=")) for n, v in new.items())

    def _written(self, before: Element, after: Element, content: Sequence[Merge]) -> tuple[Text | None, Text | None]:
        """The element with what is new in it, and the smallest element that says the same without its parent."""
        old, new = attributes(self._trees.before, before), attributes(self._trees.after, after)
        changed = [name for name in new if old.get(name) != new[name]]
        if not changed and not content:
            return None, None
        names = (["id"] if after.get("id") else []) + [name for name in changed if name != "id"]
        xml = self._writer.tag(after, names, [part.xml for part in content if part.xml is not None])
        if not changed and len(content) == 1 and content[0].alone is not None:
            return xml, content[0].alone
        return xml, xml if after.get("id") else None


def keeps_order(before: Element, after: Element) -> bool:
    """Whether the children are in the right order once what is gone is taken out and what is new put at the end."""
    for tags in _ordered(after):
        old = [key(child) for child in before.iterchildren(*tags)]
        new = [key(child) for child in after.iterchildren(*tags)]
        if appended(old, new) != new:
            return False
    return True


def appended(before: Sequence[Key], after: Sequence[Key]) -> list[Key]:
    """The row that comes of taking out what is gone and putting what is new at the end."""
    old, new = set(before), set(after)
    return [k for k in before if k in new] + [k for k in after if k not in old]


def _ordered(element: Element) -> tuple[tuple[str, ...], ...]:
    """The names of children whose order counts, those together that are in one row."""
    if element.tag in _BLOCKS:
        names = [pair.get("name") for pair in element.iterchildren("nvpair")]
        return (("nvpair",),) if len(set(names)) < len(names) else ()
    tags = _ORDERED.get(element.tag)
    return (_BLOCKS,) if tags is None else (tags, _BLOCKS)


def deletion(element: Element) -> Text:
    """What --delete takes to remove an element."""
    return wrap(element.tag, {"id": (element.get("id") or "",)})

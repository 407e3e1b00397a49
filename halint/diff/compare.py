"""Compares two CIBs by what they mean: which changes, and which differences mean nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from halint.diff.change import Change, Comparison, Noise
from halint.diff.constraint_things import CONSTRAINTS, constraint_thing
from halint.diff.identity import Matched, identity, match
from halint.diff.leaves import Leaves
from halint.diff.noise import Quiet, bookkeeping, written
from halint.diff.reader import Reader
from halint.diff.renames import Renames
from halint.diff.resource_things import ResourceThings
from halint.diff.rest import rest
from halint.diff.section_things import acls, alerts, defaults, fencing_levels, nodes, properties, root_settings, tags
from halint.diff.shape import Shape
from halint.diff.side import Side
from halint.diff.structure import Structure
from halint.diff.thing import Thing, mark_of
from halint.model.cib_tree import Element

# Each is one name in what is looked at as a whole
_IN_SECTIONS = ("cib", "property", "rsc_defaults", "op_defaults")


def compare(before: Side, after: Side, *, strict: bool = False) -> Comparison:
    """What is different. With `strict` as written: ids, order, defaults and spelling count; counters and status do not.

    Raises HalintError where a file is not well-formed, or expands beyond all measure.
    """
    if strict:
        from halint.diff.strict import strictly  # noqa: PLC0415 - only where it is asked for

        return strictly(before, after)
    return _Comparer(before, after).comparison()


class _Comparer:
    """One comparison under way."""

    def __init__(self, before: Side, after: Side) -> None:
        self._before = before
        self._after = after
        self._noise: list[Noise] = []
        self._leaves = Leaves(before, after, self._noise)
        self._quiet = Quiet(before, after, self._noise)
        self._old = Reader(before)
        self._old_things = ResourceThings(self._old)
        self._shapes = (Shape(before), Shape(after))
        self._names: dict[str, str] = {}
        self._unames: dict[str, str] = {}
        self._alike: set[Element] = set()

    def comparison(self) -> Comparison:
        changes = [*self._named(), *self._resources(), *self._flat()]
        changes += rest(self._before, self._after, self._alike)
        self._noise += bookkeeping(self._before, self._after)
        self._quiet.sections()
        return Comparison(
            before=self._before,
            after=self._after,
            changes=tuple(sorted(changes, key=_order)),
            noise=tuple(sorted(set(self._noise))),
            renamed=dict(self._resource_names),
        )

    def _named(self) -> Iterator[Change]:
        """Templates, resources and nodes first: others name them, and their new names have to be known."""
        plain = Reader(self._after)
        things = ResourceThings(plain)
        templates = match(self._templates(self._old_things), self._templates(things))
        self._names |= {new.id: old.id for old, new in templates.pairs if new.id != old.id}
        renames = Renames((self._before, self._shapes[0], self._old_things), (self._after, self._shapes[1], things))
        self._pairs = renames.pairs
        self._resource_names = {old: new for new, old in renames.names.items()}
        self._names |= renames.names
        self._members = match(nodes(self._old), nodes(plain))
        self._unames = {new.id: old.id for old, new in self._members.pairs if new.id != old.id}
        tagged = match(tags(self._old), tags(Reader(self._after, self._names)))
        self._names |= {new.id: old.id for old, new in tagged.pairs if new.id != old.id}
        roles = match(acls(self._old), acls(Reader(self._after, self._names)))
        self._names |= {new.id: old.id for old, new in roles.pairs if new.id != old.id}
        self._new = Reader(self._after, self._names, self._unames)
        self._new_things = ResourceThings(self._new) if self._names else things
        yield from self._matched(match(nodes(self._old), nodes(self._new)))
        yield from self._of_templates(match(self._templates(self._old_things), self._templates(self._new_things)))

    @staticmethod
    def _templates(things: ResourceThings) -> list[Thing]:
        return [things.thing(element) for element in things.templates.values()]

    def _of_templates(self, matched: Matched) -> Iterator[Change]:
        """A template that comes or goes says nothing where resources that use it are on both sides."""
        for things, side, kind in ((matched.gone, self._before, "removed"), (matched.new, self._after, "added")):
            for thing in things:
                if self._is_used(thing.id, side):
                    self._noise.append(Noise("template", thing.id, f"{kind}; the resources that use it are compared"))
                else:
                    yield self._whole(kind, thing)
        yield from self._matched(Matched(matched.pairs, (), ()))

    def _is_used(self, template: str, side: Side) -> bool:
        """Whether resources that are on both sides use it here, and do without it there."""
        old, new = self._shapes
        pairs = [(old.elements[before], new.elements[after]) for after, before in self._pairs.items()]
        if side is self._after:
            pairs = [(there, here) for here, there in pairs]
        others = [other.get("template") for one, other in pairs if one.get("template") == template]
        return bool(others) and template not in others

    def _resources(self) -> Iterator[Change]:
        old, new = self._shapes
        structure = Structure(
            (self._before, old, self._old_things.text), (self._after, new, self._new_things.text), self._pairs
        )
        yield from structure.changes()
        for after, before in self._pairs.items():
            pair = old.elements[before], new.elements[after]
            if self._quiet.same_text(*pair):
                if pair[0].tag == "primitive":
                    self._alike.update(pair)
            else:
                yield from self._inside(self._old_things.thing(pair[0]), self._new_things.thing(pair[1]))

    def _flat(self) -> Iterator[Change]:
        version = self._before.cluster_version
        yield from self._matched(match(properties(self._old, version), properties(self._new, version)))
        for section in ("rsc_defaults", "op_defaults"):
            yield from self._matched(match(defaults(self._old, section), defaults(self._new, section)))
        yield from self._matched(match(*self._constraints()))
        for read in (tags, fencing_levels, acls, alerts, root_settings):
            yield from self._matched(match(read(self._old), read(self._new)))

    def _constraints(self) -> tuple[list[Thing], list[Thing]]:
        """The constraints of both sides but for those that are written alike."""
        olds, news = (
            [(e, written(e)) for e in side.tree.section("constraints") if e.tag in CONSTRAINTS]
            for side in (self._before, self._after)
        )
        alike = Counter(text for _, text in olds) & Counter(text for _, text in news)
        if self._names or self._unames or alike.total() != len(alike):
            alike.clear()
        return (
            [constraint_thing(self._old, element) for element, text in olds if text not in alike],
            [constraint_thing(self._new, element) for element, text in news if text not in alike],
        )

    def _matched(self, matched: Matched) -> Iterator[Change]:
        for old, new in matched.pairs:
            if old.id != new.id and identity(old.kind).named:
                yield self._renamed(old, new)
            yield from self._inside(old, new)
        for kind, things in (("removed", matched.gone), ("added", matched.new)):
            for thing in things:
                if _is_default(thing):
                    self._noise.append(Noise("defaults", thing.id, f"{thing.label} {thing.text} is so anyway"))
                else:
                    yield self._whole(kind, thing)

    def _inside(self, old: Thing, new: Thing) -> list[Change]:
        found = list(self._leaves.changes(old, new))
        if old.kind not in _IN_SECTIONS:
            self._quiet.look(old.element, new.element, old.id, changed=bool(found))
        return found

    def _renamed(self, old: Thing, new: Thing) -> Change:
        return Change(
            kind="renamed",
            type=old.kind,
            id=old.id,
            name=old.id,
            before=old.id,
            after=new.id,
            old_id=old.id,
            new_id=new.id,
            before_at=self._before.mark(old.element),
            after_at=self._after.mark(new.element),
        )

    def _whole(self, kind: str, thing: Thing) -> Change:
        """An object that is on one side only."""
        gone = kind == "removed"
        side = self._before if gone else self._after
        fact = thing.facts.get(())
        mark = mark_of(side.mark, fact) or side.mark(thing.element)
        secret = fact is not None and fact.raw is not None
        raw = fact.raw if fact is not None and secret else None
        return Change(
            kind=kind,
            type=thing.kind,
            id=thing.id,
            name=thing.label,
            before=thing.text if gone else None,
            after=None if gone else thing.text,
            secret=secret,
            raw_before=raw if gone else None,
            raw_after=None if gone else raw,
            before_at=mark if gone else None,
            after_at=None if gone else mark,
        )


def _is_default(thing: Thing) -> bool:
    """Whether an object of one name and value says no more than what is so without it."""
    fact = thing.facts.get(())
    return fact is not None and fact.value == thing.fallback(())


def _order(change: Change) -> tuple[str, str, tuple[str, ...], str, str, str]:
    return change.type, change.id, change.path, change.kind, change.before or "", change.after or ""

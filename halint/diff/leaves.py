"""What is different inside one thing that is on both sides: its facts, and its parts with theirs."""

from __future__ import annotations

from collections.abc import Iterator

from halint.diff.change import Change, Noise
from halint.diff.identity import match
from halint.diff.side import Side
from halint.diff.thing import Fact, Path, Thing, mark_of, value_of

# Operations that the cluster runs as they are needed, whether they are written or not
_AS_NEEDED = frozenset({"start", "stop", "promote", "demote", "notify", "migrate_to", "migrate_from", "meta-data"})


class Leaves:
    """Compares matched things. `noise` collects what is different without meaning."""

    def __init__(self, before: Side, after: Side, noise: list[Noise]) -> None:
        self._before = before
        self._after = after
        self._noise = noise

    def changes(self, before: Thing, after: Thing) -> Iterator[Change]:
        """The changes inside a thing."""
        yield from self._inside(before, after, before, ())

    def _inside(self, before: Thing, after: Thing, owner: Thing, prefix: Path) -> Iterator[Change]:
        for path in dict.fromkeys((*before.facts, *after.facts)):
            yield from self._fact(before, after, path, (owner, prefix))
        yield from self._parts(before, after, owner, prefix)

    def _fact(self, before: Thing, after: Thing, path: Path, place: tuple[Thing, Path]) -> Iterator[Change]:
        old, new = before.facts.get(path), after.facts.get(path)
        if old is not None and new is not None and old.origin and old.origin == new.origin:
            return  # reported where it is defined
        if value_of(before, path) == value_of(after, path):
            self._same(old, new, place[0], (*place[1], *path))
            return
        shown = old if old is not None else new
        reordered = old is not None and new is not None and old.loose is not None and old.loose == new.loose
        owner, prefix = place
        secret = any(fact is not None and fact.raw is not None for fact in (old, new))
        yield Change(
            kind="reordered" if reordered else "changed",
            type=owner.kind,
            id=owner.id,
            path=(*prefix, *path),
            name=_name(owner, shown, (*prefix, *path)),
            before=None if old is None else old.text,
            after=None if new is None else new.text,
            secret=secret,
            raw_before=_raw(old) if secret else None,
            raw_after=_raw(new) if secret else None,
            before_at=mark_of(self._before.mark, old),
            after_at=mark_of(self._after.mark, new),
        )

    def _same(self, old: Fact | None, new: Fact | None, owner: Thing, path: Path) -> None:
        """What is written differently though it means the same."""
        name = " ".join(path) or owner.label
        if old is None or new is None:
            written = old if old is not None else new
            if written is not None:
                side = "BEFORE" if new is None else "AFTER"
                text = f"{name} is {written.text} without being written; only {side} writes it"
                self._noise.append(Noise("defaults", owner.id, text))
            return
        if old.written != new.written:
            self._noise.append(Noise("old-names", owner.id, f"{old.written} and {new.written} are one option"))
        if old.origin != new.origin:
            text = f"{name} comes from {_origin(old)} in BEFORE, from {_origin(new)} in AFTER"
            self._noise.append(Noise("template", owner.id, text))
        if old.text != new.text and old.raw is None and new.raw is None:
            self._noise.append(Noise("spelling", owner.id, f"{name}: {old.text} and {new.text} mean the same"))

    def _parts(self, before: Thing, after: Thing, owner: Thing, prefix: Path) -> Iterator[Change]:
        if not before.parts and not after.parts:
            return
        matched = match(before.parts, after.parts)
        for old, new in matched.pairs:
            if old.origin and old.origin == new.origin:
                continue
            if old.origin != new.origin:
                text = f"{old.label} comes from {_whose(old.origin)} in BEFORE, from {_whose(new.origin)} in AFTER"
                self._noise.append(Noise("template", owner.id, text))
            yield from self._inside(old, new, owner, (*prefix, old.kind, old.label))
        for part, side in (*((p, self._before) for p in matched.gone), *((p, self._after) for p in matched.new)):
            if says_nothing(part):
                self._noise.append(Noise("defaults", owner.id, f"{part.label} says no more than what is so anyway"))
            else:
                yield self._part(part, side, owner, prefix)

    def _part(self, part: Thing, side: Side, owner: Thing, prefix: Path) -> Change:
        gone = side is self._before
        mark = side.mark(part.element)
        return Change(
            kind="changed",
            type=owner.kind,
            id=owner.id,
            path=(*prefix, part.kind, part.label),
            name=part.label,
            before=part.text if gone else None,
            after=None if gone else part.text,
            before_at=mark if gone else None,
            after_at=None if gone else mark,
        )


def says_nothing(part: Thing) -> bool:
    """Whether a part could as well be left out: an operation with nothing but defaults, a set without pairs."""
    if part.kind == "operations":
        interval = part.facts.get(("interval",))
        recurring = interval is not None and interval.value != ("interval", 0)
        name = part.element.get("name")
        return name in _AS_NEEDED and not recurring and not part.parts and _is_default(part)
    return not part.text and part.kind in ("instance_attributes", "meta_attributes", "utilization")


def _is_default(part: Thing) -> bool:
    told = (("name",), ("interval",))
    return all(path in told or part.fallback(path) == fact.value for path, fact in part.facts.items())


def _name(owner: Thing, fact: Fact | None, path: Path) -> str:
    if fact is not None and fact.written:
        return fact.written
    return path[-1] if path else owner.label


def _raw(fact: Fact | None) -> str | None:
    return None if fact is None else fact.text if fact.raw is None else fact.raw


def _origin(fact: Fact) -> str:
    return _whose(fact.origin)


def _whose(origin: str) -> str:
    what, colon, name = origin.partition(":")
    if not colon:
        return "the object itself"
    return f"template {name}" if what == "template" else f"{name} by reference"

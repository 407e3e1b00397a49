"""What resources and nodes do: a line each, in columns; many that do the same for the same reason in one paragraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from halint.diff.outcome import Effect
from halint.diff.wording import ARROW, visible
from halint.output.frame import columns
from halint.output.layout import pad, plural, wrapped
from halint.output.style import Style

_CHAIN = 6
"""Of a longer chain the ends are shown."""
_MANY = 8
"""More resources than this that do one thing for one reason are told in one paragraph."""
_ROLES = {"fence": "error", "stop": "error", "restart": "warning", "move": "warning", "demote": "warning"}


def effect_lines(effects: Sequence[Effect], style: Style) -> Iterator[str]:
    """What the push brings about, then what is due without it. Nothing where nothing happens."""
    effects = [effect for effect in effects if effect.action != "none"]
    shape = _Shape(style, effects)
    yield from shape.lines([effect for effect in effects if not effect.pending])
    pending = [effect for effect in effects if effect.pending]
    if pending:
        yield style.paint("  due already, whatever is pushed:", "strong")
        yield from shape.lines(pending)


def verb(effect: Effect) -> str:
    """`restart`, or `may restart` where the status does not decide."""
    return effect.action if effect.certain else f"may {effect.action}"


def where(effect: Effect) -> str:
    """The nodes: `on ha1, ha2`, or for a move `ha1 → ha2`."""
    nodes = [visible(node) for node in effect.nodes]
    if effect.action == "move":
        return f" {ARROW} ".join(nodes)
    return f"on {', '.join(nodes)}" if nodes else ""


def why(effect: Effect) -> str:
    """The reason, and the chain of resources that it came along."""
    chain = [visible(link) for link in effect.chain]
    if len(chain) < 2:
        return visible(effect.reason)
    reason = visible(effect.reason) or f"with {chain[0]}"
    if len(chain) > _CHAIN:
        chain[3:-2] = ["…"]
    return f"{reason} ({f' {ARROW} '.join(chain)})"


class _Shape:
    """The columns: what happens, to whom, where, why."""

    def __init__(self, style: Style, effects: Sequence[Effect]) -> None:
        self._style = style
        self._verbs = max((columns(verb(effect)) for effect in effects), default=0)
        few = [effect for group in _alike(effects) if len(group) <= _MANY for effect in group]
        limit = style.width // 4
        self._names = min(max((columns(visible(effect.subject)) for effect in few), default=0), limit)
        self._places = max((w for effect in few if (w := columns(where(effect))) <= limit), default=0)

    def lines(self, effects: Sequence[Effect]) -> Iterator[str]:
        for group in _alike(effects):
            if len(group) > _MANY:
                yield from self._crowd(group)
            else:
                for effect in group:
                    yield from self._one(effect)

    def _one(self, effect: Effect) -> Iterator[str]:
        name = visible(effect.subject)
        head = f"  {self._verb(effect)}  {self._style.paint(pad(name, self._names), 'strong')}"
        place = pad(where(effect), self._places)
        if self._places:
            head += f"  {place}"
        left = 2 + self._verbs + 2 + max(self._names, columns(name)) + (2 + columns(place) if self._places else 0) + 2
        if self._style.width - left < 24 and columns(why(effect)) > self._style.width - left:
            yield head.rstrip()
            head, left = " " * (2 + self._verbs), 2 + self._verbs + 2
        lines = wrapped(why(effect), max(self._style.width - left, 24))
        yield f"{head}  {lines[0]}".rstrip()
        yield from (f"{' ' * left}{line}" for line in lines[1:])

    def _crowd(self, group: Sequence[Effect]) -> Iterator[str]:
        """Many resources that do the same for the same reason."""
        first = group[0]
        reason = visible(first.reason) or (f"with {visible(first.chain[0])}" if len(first.chain) > 1 else "")
        names = ", ".join(visible(effect.subject) for effect in group)
        left = 2 + self._verbs + 2
        head = f"{plural(len(group), 'resource')}{f', {reason}' if reason else ''}: {names}"
        lines = wrapped(head, max(self._style.width - left, 24))
        yield f"  {self._verb(first)}  {lines[0]}"
        yield from (f"{' ' * left}{line}" for line in lines[1:])

    def _verb(self, effect: Effect) -> str:
        return self._style.paint(pad(verb(effect), self._verbs), _ROLES.get(effect.action, "strong"))


def _alike(effects: Sequence[Effect]) -> list[list[Effect]]:
    """Effects in groups of one action, reason and first cause, in the order of their first ones."""
    groups: dict[tuple[object, ...], list[Effect]] = {}
    for effect in effects:
        cause = effect.chain[:1] if len(effect.chain) > 1 else ()
        groups.setdefault((effect.action, effect.certain, cause, effect.reason), []).append(effect)
    return list(groups.values())

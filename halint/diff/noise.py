"""Differences without meaning: ids that only XML needs, orders that do not count, empty sets, layout, bookkeeping."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import pairwise

from lxml import etree

from halint.diff.change import Noise
from halint.diff.identity import identity, order_counts
from halint.diff.side import BOOKKEEPING, RESOURCE_TAGS, SECTIONS, Side
from halint.diff.spelling import options
from halint.model.cib_tree import Element
from halint.model.values import parse_duration_ms, parse_role
from halint.secrets import MASK

SETS = frozenset({"instance_attributes", "meta_attributes", "utilization", "operations", "cluster_property_set"})
"""Elements that say nothing when they are empty."""

_SETTINGS = ("crm_config", "rsc_defaults", "op_defaults")
_OF_VALUES = ("spelling", "defaults")
_INNER = frozenset(
    {
        "rule",
        "expression",
        "date_expression",
        "date_spec",
        "duration",
        "rsc_expression",
        "op_expression",
        "resource_set",
    }
)
"""Elements that are compared as a part of what they are in; of sets only the score is."""

_PARTS = frozenset({"op", "nvpair"})
"""Elements that are compared by their attributes, where they are in force."""

_BESIDE = frozenset({"id", "score"})
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"(\s*)(<[^>]*>)")
_BLANKS = re.compile(r"\s+")


class Quiet:
    """Looks at matched elements for differences that mean nothing, and adds them to `noise`, one for each object."""

    def __init__(self, before: Side, after: Side, noise: list[Noise]) -> None:
        self._before = before
        self._after = after
        self._noise = noise
        self._checked = 0
        self._secret = {holder for side in (before, after) for holder in _holders(side)}

    def same_text(self, old: Element, new: Element) -> bool:
        """Whether two resources or templates are written alike, nested resources aside, so that nothing differs."""
        if old in self._secret or new in self._secret:
            return False
        if old.tag in ("primitive", "template"):
            return written(old) == written(new)
        return old.tag == new.tag and old.items() == new.items() and _outline(old) == _outline(new)

    def look(self, old: Element, new: Element, subject: str, *, changed: bool = False) -> None:
        """Compare how two elements with their children are written; `subject` is the object that they belong to.

        `changed` tells that they differ in meaning: then values inside rules and sets are not called a spelling.
        """
        found: defaultdict[str, list[str]] = defaultdict(list)
        _walk(old, new, found)
        for sort in _OF_VALUES if changed else ():
            found.pop(sort, None)
        told = {(noise.sort, noise.subject) for noise in self._noise[self._checked :]} if found else ()
        self._checked = len(self._noise)
        for sort, details in found.items():
            if sort in _OF_VALUES and (sort, subject) in told:
                continue
            more = f" and {len(details) - 1} more" if len(details) > 1 else ""
            self._noise.append(Noise(sort, subject, details[0] + more))

    def sections(self) -> None:
        """Compare how the sections are written, and in which order."""
        olds, news = (_sections(side) for side in (self._before, self._after))
        common = [name for name in olds if name in news]
        if common != [name for name in news if name in olds]:
            self._noise.append(Noise("order", "configuration", "the sections are in another order"))
        for name in SECTIONS:
            old, new = olds.get(name), news.get(name)
            if old is None or new is None:
                there = new if old is None else old
                if there is not None and len(there) == 0:
                    self._noise.append(Noise("empty-sets", name, "an empty section"))
            elif name in _SETTINGS:
                self.look(old, new, name)
            elif _moved(old, new):
                self._noise.append(Noise("order", name, "its elements are in another order"))


def _holders(side: Side) -> Iterator[Element]:
    """The elements with a secret in them."""
    for element, _ in side.file.originals:
        yield from element.iterancestors(*RESOURCE_TAGS, "template")


def written(element: Element) -> bytes:
    """An element as it is written, secrets masked."""
    return etree.tostring(element, with_tail=False)


def _outline(element: Element) -> list[bytes]:
    """The children as written, with one empty text for all nested resources that follow each other."""
    texts = [b"" if child.tag in RESOURCE_TAGS else written(child) for child in element]
    return [text for i, text in enumerate(texts) if text or not i or texts[i - 1]]


def _own(element: Element) -> list[Element]:
    return [child for child in element if child.tag not in RESOURCE_TAGS]


def _sections(side: Side) -> dict[str, Element]:
    configuration = side.configuration
    return {} if configuration is None else {e.tag: e for e in configuration.iterchildren(*SECTIONS)}


def _moved(old: Element, new: Element) -> bool:
    """Whether children that are on both sides are in another order; that of resources is a matter of its own."""
    olds, news = _own(old), _own(new)
    if [(c.tag, c.get("id")) for c in olds] == [(c.tag, c.get("id")) for c in news]:
        return False
    return _order(old, new, _pairs(olds, news)[0])


def _walk(old: Element, new: Element, found: defaultdict[str, list[str]]) -> None:
    what = f"{old.tag} {old.get('id') or ''}".strip()
    if old.tag != new.tag:
        if {old.tag, new.tag} == {"clone", "master"}:
            found["old-names"].append("a master element is a promotable clone")
        elif {old.tag, new.tag} != {"role", "role_ref"}:
            return
    _attributes(old, new, what, found)
    _values(old, new, what, found)
    if len(old) or len(new):
        _children(old, new, what, found)


def _attributes(old: Element, new: Element, what: str, found: defaultdict[str, list[str]]) -> None:
    names, others = list(old.attrib), list(new.attrib)
    if names != others and sorted(names) == sorted(others):
        found["attribute-order"].append(f"{what}: its attributes are in another order")
    if old.get("id") != new.get("id") and old.get("id") and new.get("id") and not identity(old.tag).named:
        found["ids"].append(f"{what} is {new.get('id')} in AFTER")


def _values(old: Element, new: Element, what: str, found: defaultdict[str, list[str]]) -> None:
    """Attributes that are written on one side only, or otherwise, within what is compared as one."""
    if (old.get("id-ref") is None) != (new.get("id-ref") is None):
        found["template"].append(f"{what} is there by reference on one side")
        return
    names = ("score",) if old.tag in SETS else tuple(dict.fromkeys(map(str, (*old.attrib, *new.attrib))))
    for name in names if old.tag in SETS or old.tag in _INNER or old.tag in _PARTS else ():
        one, other = old.get(name), new.get(name)
        if name in ("id", "id-ref") or one == other or MASK in (one, other):
            continue
        if one is None or other is None:
            found["defaults"].append(f"{what}: {name} is {other if one is None else one} without being written")
        else:
            found["spelling"].append(f"{what}: {name} {one} and {other} make no difference")


def _children(old: Element, new: Element, what: str, found: defaultdict[str, list[str]]) -> None:
    pairs, rest = _pairs(_own(old), _own(new))
    for element in rest:
        if element.tag in SETS and len(element) == 0 and _BESIDE.issuperset(element.attrib):
            found["empty-sets"].append(f"{element.tag} {element.get('id') or ''} is empty")
    if _order(old, new, pairs) and not _order_counts(old, pairs):
        found["order"].append(f"what is in {what} is in another order")
    for one, other in pairs:
        _walk(one, other, found)


def _order(old: Element, new: Element, pairs: list[tuple[Element, Element]]) -> bool:
    """Whether matched children are in another order; nested resources count as one child."""
    places = {child: place for side in (old, new) for place, child in enumerate(side)}
    found = [(places[one], places[other]) for one, other in pairs]
    nested = [next((places[child] for child in side if child.tag in RESOURCE_TAGS), None) for side in (old, new)]
    if nested[0] is not None and nested[1] is not None:
        found.append((nested[0], nested[1]))
    found.sort()
    return any(one[1] > other[1] for one, other in pairwise(found))


def _order_counts(parent: Element, pairs: list[tuple[Element, Element]]) -> bool:
    """Whether the order of an element's children is compared as a matter of its own."""
    tags = {one.tag for one, _ in pairs}
    if tags == {"resource_ref"}:
        holder = parent.getparent()
        return holder is not None and order_counts(holder.tag, "resource_set") and parent.get("sequential") != "false"
    if tags == {"storage-mapping"}:
        return order_counts("bundle", "storage")
    return tags == {"resource_set"} and order_counts(parent.tag, "resource_set")


def _pairs(olds: list[Element], news: list[Element]) -> tuple[list[tuple[Element, Element]], list[Element]]:
    """Children that belong together: by id, then by what they name, then by their tag; and those left over."""
    pairs: list[tuple[int, Element, Element]] = []
    taken: set[Element] = set()
    left = list(enumerate(olds))
    for key in (_by_id, _by_content, _by_name, _by_tag):
        waiting: defaultdict[Hashable, list[Element]] = defaultdict(list)
        for element in news:
            waiting[key(element)].append(element)
        still: list[tuple[int, Element]] = []
        for number, element in left:
            others = waiting.get(key(element))
            if others and key(element) is not None:
                other = others.pop(0)
                pairs.append((number, element, other))
                taken.add(other)
            else:
                still.append((number, element))
        left = still
        news = [element for element in news if element not in taken]
        if not left or not news:
            break
    pairs.sort(key=lambda pair: pair[0])
    return [(one, other) for _, one, other in pairs], [*(e for _, e in left), *news]


def _by_id(element: Element) -> Hashable | None:
    return (element.tag, element.get("id")) if element.get("id") else None


def _by_content(element: Element) -> Hashable | None:
    """All that an element says but ids; None for what says nothing, which any other would be like."""
    attributes = frozenset((str(k), str(v)) for k, v in element.items() if k != "id")
    inner = tuple(_by_content(child) for child in element)
    return (element.tag, attributes, inner) if attributes or inner else None


def _by_name(element: Element) -> Hashable | None:
    if element.tag == "op":
        interval = parse_duration_ms(element.get("interval")) or 0
        return element.tag, element.get("name"), interval, parse_role(element.get("role"))
    if element.tag in SETS and len(element) == 0:
        return None
    if not element.get("name"):
        return None
    return element.tag, element.get("name")


def _by_tag(element: Element) -> Hashable | None:
    return None if element.tag in ("nvpair", "op") or (element.tag in SETS and len(element) == 0) else element.tag


def bookkeeping(before: Side, after: Side) -> Iterator[Noise]:
    """What the cluster keeps itself, and how the files are laid out."""
    for name in BOOKKEEPING:
        old, new = before.root.get(name), after.root.get(name)
        if old != new:
            yield Noise("counters", name, f"{old or 'none'} in BEFORE, {new or 'none'} in AFTER")
    yield from _written(before, after)
    olds, news = ([written(e) for e in side.root.iterchildren("status")] for side in (before, after))
    if olds != news:
        yield Noise("status", "status", "the status section is not compared")
    yield from _layout(before.file.source.text, after.file.source.text)


def _written(before: Side, after: Side) -> Iterator[Noise]:
    """Properties that the cluster writes itself."""
    known = options("properties")
    olds, news = (
        {
            pair.get("name") or "": pair.get("value") or ""
            for block in side.tree.section("crm_config")
            for pair in block.iterchildren("nvpair")
            if (option := known.get(pair.get("name") or "")) is not None and option.written
        }
        for side in (before, after)
    )
    for name in {**olds, **news}:
        if olds.get(name) != news.get(name):
            text = f"{olds.get(name, 'none')} in BEFORE, {news.get(name, 'none')} in AFTER"
            yield Noise("cluster-written", name, text)


def _layout(before: str, after: str) -> Iterator[Noise]:
    """Comments and white space, looked for where the texts differ."""
    if before == after:
        return
    old, new = _differing(before.splitlines(), after.splitlines())
    if _COMMENT.findall(old) != _COMMENT.findall(new):
        yield Noise("layout", "comments", "comments differ")
    olds, news = ({_BLANKS.sub(" ", tag): blank + tag for blank, tag in _TAG.findall(text)} for text in (old, new))
    if any(news.get(tag, written) != written for tag, written in olds.items()):
        yield Noise("layout", "white space", "white space differs")


def _differing(old: list[str], new: list[str]) -> tuple[str, str]:
    """Both texts without the lines that they begin and end with alike."""
    shorter = min(len(old), len(new))
    first = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    last = next((i for i in range(shorter - first) if old[-1 - i] != new[-1 - i]), shorter - first)
    return "\n".join(old[first : len(old) - last]), "\n".join(new[first : len(new) - last])

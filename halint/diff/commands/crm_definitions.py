"""Objects as crm defines them: a line each, as `crm configure load update` takes it.

Measured with crmsh 4.4.1: load update takes the definition in the place of what the object was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from halint.diff.commands.blocks import BLOCKS, Block, InexpressibleError, only
from halint.diff.commands.writing import Secrets, has_secret
from halint.diff.side import RESOURCE_TAGS, Side
from halint.model.cib_tree import Element

_AGENT = ("class", "provider", "type")
_WORDS = {"instance_attributes": "params", "meta_attributes": "meta", "utilization": "utilization"}
_PLAIN = re.compile(r"[\w./:%+@,-]+", re.ASCII)
_WORD = re.compile(r"[\w.#-]+", re.ASCII)
_OP = ("id", "name", "interval", "timeout", "role", "on-fail", "enabled", "record-pending", "start-delay")


def quoted(value: str) -> str:
    """A value as crm reads it; raises InexpressibleError where no way of quoting keeps it."""
    if _PLAIN.fullmatch(value):
        return value
    if "\\" in value or "'" in value or not value.isprintable():
        raise InexpressibleError("a value with quotes, backslashes or line ends")
    return '"' + value.replace('"', '\\"') + '"'


def word(text: str | None) -> str:
    """A name that stands as one word."""
    if not text or not _WORD.fullmatch(text):
        raise InexpressibleError(f"the name {text or ''!r}")
    return text


class Definitions:
    """Writes the objects of one side as crm definitions."""

    def __init__(self, side: Side, secrets: Secrets) -> None:
        self._side = side
        self._secrets = secrets
        self._of: Mapping[str, Callable[[Element], str]] = {
            "primitive": self._primitive,
            "template": self._primitive,
            "rsc_location": _location,
            "rsc_colocation": _colocation,
            "rsc_order": _order,
            "rsc_ticket": _ticket,
            "tag": _tag,
            "node": self._node,
            "meta_attributes": self._defaults,
            "acl_role": _acl,
            "acl_target": _acl,
            "alert": self._alert,
        }

    def definitions(self, element: Element) -> list[str]:
        """The definitions of an object and of the resources in it, those first; raises InexpressibleError."""
        if element.tag in ("group", "clone"):
            return self._container(element)
        write = self._of.get(element.tag)
        if write is None:
            raise InexpressibleError(f"a {element.tag} as a whole")
        return [write(element)]

    def _defaults(self, element: Element) -> str:
        only(element, ("id",), ("nvpair",))
        section = element.getparent()
        if section is None:
            raise InexpressibleError("defaults outside a section")
        pairs = Block(self._side, None, "meta_attributes")
        pairs.take(element)
        words = [f"{word(name)}={quoted(pairs.true(name) or '')}" for name in pairs.names()]
        return " ".join([section.tag, f"{word(element.get('id'))}:", *words])

    def _alert(self, element: Element) -> str:
        only(element, ("id", "path"), ("instance_attributes", "meta_attributes", "recipient"))
        words = ["alert", word(element.get("id")), quoted(element.get("path") or ""), *self._alert_blocks(element)]
        for recipient in element.iterchildren("recipient"):
            only(recipient, ("id", "value"))
            words += ["to", quoted(recipient.get("value") or "")]
        return " ".join(words)

    def _alert_blocks(self, element: Element) -> list[str]:
        words = []
        for tag, name in (("instance_attributes", "attributes"), ("meta_attributes", "meta")):
            found = self.pairs(element, tag)
            words += [name, *found] if found else []
        return words

    def pairs(self, element: Element, tag: str) -> list[str]:
        """`name=value` of a block."""
        block = Block(self._side, element, tag)
        found = []
        for name in block.names():
            text = block.text(name, self._secrets)
            if has_secret(text):
                raise InexpressibleError("a definition with a secret in it, whose quotes it would take apart")
            found.append(f"{word(name)}={quoted(''.join(map(str, text)))}")
        return found

    def _blocks(self, element: Element, tags: Iterable[str]) -> list[str]:
        words = []
        for tag in tags:
            found = self.pairs(element, tag)
            words += [_WORDS[tag], *found] if found else []
        return words

    def _primitive(self, element: Element) -> str:
        only(element, ("id", *_AGENT, "template", "description"), (*BLOCKS, "operations"))
        template = element.get("template")
        agent = f"@{word(template)}" if template else ":".join(part for name in _AGENT if (part := element.get(name)))
        kind = "rsc_template" if element.tag == "template" else "primitive"
        words = [kind, word(element.get("id")), agent, *_description(element), *self._blocks(element, BLOCKS)]
        for block in element.iterchildren("operations"):
            only(block, (), ("op",))
            for op in block:
                words += self._operation(op)
        return " ".join(words)

    def _operation(self, op: Element) -> list[str]:
        only(op, _OP, ("instance_attributes",))
        if op.get("id-ref") or not op.get("interval"):
            raise InexpressibleError("an operation without an interval")
        options = [f"{n}={quoted(op.get(n) or '')}" for n in map(str, op.keys()) if n not in ("id", "name")]
        inner = self.pairs(op, "instance_attributes")
        return ["op", word(op.get("name")), *options, *(["op_params", *inner] if inner else [])]

    def _container(self, element: Element) -> list[str]:
        only(element, ("id", "description"), ("primitive", "group", "instance_attributes", "meta_attributes"))
        children = list(element.iterchildren(*RESOURCE_TAGS))
        inner = [line for child in children for line in self.definitions(child)]
        names = [word(child.get("id")) for child in children]
        words = [element.tag, word(element.get("id")), *names, *_description(element)]
        return [*inner, " ".join([*words, *self._blocks(element, BLOCKS[:2])])]

    def _node(self, element: Element) -> str:
        only(element, ("id", "uname"), ("instance_attributes", "utilization"))
        words = ["node", f"$id={word(element.get('id'))}", word(element.get("uname"))]
        for tag, name in (("instance_attributes", "attributes"), ("utilization", "utilization")):
            found = self.pairs(element, tag)
            words += [name, *found] if found else []
        return " ".join(words)


def _description(element: Element) -> list[str]:
    text = element.get("description")
    return [] if text is None else [f"description={quoted(text)}"]


def _given(element: Element, *names: str) -> list[str]:
    return [word(element.get(name)) for name in names]


def _location(element: Element) -> str:
    only(element, ("id", "rsc", "rsc-pattern", "node", "score", "resource-discovery", "role"), ("rule", "resource_set"))
    if element.find("resource_set") is not None:
        what = _location_set(element)
    elif element.get("rsc-pattern"):
        what = f"/{element.get('rsc-pattern')}/"
    else:
        (what,) = _given(element, "rsc")
    if re.search(r"[\s\"'\\#]", what.strip("{} ").replace(" ", "")) or what.count("/") not in (0, 2):
        raise InexpressibleError("a pattern with quotes, slashes or spaces")
    words = ["location", *_given(element, "id"), what]
    words += [f"{n}={quoted(element.get(n) or '')}" for n in ("resource-discovery", "role") if element.get(n)]
    rules = list(element.iterchildren("rule"))
    if not rules:
        return " ".join([*words, f"{_score(element)}:", *_given(element, "node")])
    if element.get("node") is not None or element.get("score") is not None:
        raise InexpressibleError("a location constraint with a rule and a node")
    return " ".join([*words, *(part for rule in rules for part in _rule(rule))])


def _location_set(element: Element) -> str:
    sets = list(element.iterchildren("resource_set"))
    if len(sets) > 1:
        raise InexpressibleError("several sets in a location constraint")
    only(sets[0], ("id",), ("resource_ref",))
    return f"{{ {' '.join(word(ref.get('id')) for ref in sets[0])} }}"


def _rule(rule: Element) -> list[str]:
    only(rule, ("id", "score", "boolean-op", "role"), ("expression",))
    words = ["rule", *([f"$role={rule.get('role')}"] if rule.get("role") else []), f"{_score(rule)}:"]
    for number, expression in enumerate(rule):
        only(expression, ("id", "attribute", "operation", "value", "type"))
        words += [(rule.get("boolean-op") or "and").lower()] if number else []
        attribute, operation = _given(expression, "attribute", "operation")
        value, kind = expression.get("value"), expression.get("type")
        if operation in ("defined", "not_defined"):
            if value is not None:
                raise InexpressibleError("a value beside defined or not_defined")
            words += [operation, attribute]
            continue
        words += [attribute, f"{kind}:{operation}" if kind else operation, quoted(value or "")]
    if len(rule) > 1 and rule.get("boolean-op") is None:
        raise InexpressibleError("a rule that leaves its boolean-op to the default")
    return words


def _score(element: Element) -> str:
    score = element.get("score") or ""
    if not re.fullmatch(r"[+-]?(\d+|INFINITY)", score):
        raise InexpressibleError(f"a {element.tag} without a score")
    return score.replace("INFINITY", "inf")


def _with(element: Element, name: str, suffix: str) -> str:
    (what,) = _given(element, name)
    more = element.get(suffix)
    return f"{what}:{more}" if more else what


def _colocation(element: Element) -> str:
    only(element, ("id", "rsc", "with-rsc", "score", "rsc-role", "with-rsc-role", "node-attribute"))
    words = ["colocation", *_given(element, "id"), f"{_score(element)}:"]
    words += [_with(element, "rsc", "rsc-role"), _with(element, "with-rsc", "with-rsc-role")]
    place = element.get("node-attribute")
    return " ".join([*words, *([f"node-attribute={quoted(place)}"] if place else [])])


def _order(element: Element) -> str:
    only(element, ("id", "first", "then", "first-action", "then-action", "kind", "symmetrical"))
    kind, symmetrical = element.get("kind"), element.get("symmetrical")
    words = ["order", *_given(element, "id"), *([f"{kind}:"] if kind else [])]
    words += [_with(element, "first", "first-action"), _with(element, "then", "then-action")]
    return " ".join([*words, *([f"symmetrical={symmetrical}"] if symmetrical else [])])


def _ticket(element: Element) -> str:
    only(element, ("id", "ticket", "rsc", "rsc-role", "loss-policy"))
    policy = element.get("loss-policy")
    name, ticket = _given(element, "id", "ticket")
    words = ["rsc_ticket", name, f"{ticket}:", _with(element, "rsc", "rsc-role")]
    return " ".join([*words, *([f"loss-policy={policy}"] if policy else [])])


def _tag(element: Element) -> str:
    only(element, ("id",), ("obj_ref",))
    return " ".join(["tag", f"{word(element.get('id'))}:", *(word(ref.get("id")) for ref in element)])


def _acl(element: Element) -> str:
    name = word(element.get("id"))
    if element.tag == "acl_target":
        only(element, ("id",), ("role",))
        return " ".join(["acl_target", name, *(word(role.get("id")) for role in element)])
    only(element, ("id",), ("acl_permission",))
    words = ["role", name]
    for permission in element:
        only(permission, ("id", "kind", "xpath", "reference"))
        kind = word(permission.get("kind"))
        xpath = permission.get("xpath")
        if xpath is not None and _PLAIN.fullmatch(xpath):
            words += [kind, f"xpath:{xpath}"]
        elif xpath is None and permission.get("reference"):
            words += [kind, f"ref:{word(permission.get('reference'))}"]
        else:
            raise InexpressibleError("an ACL permission by object-type, or an XPath with brackets or quotes")
    return " ".join(words)

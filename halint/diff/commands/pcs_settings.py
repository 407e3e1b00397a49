"""Properties, defaults, nodes, tags, fencing levels, ACLs and alerts by pcs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from halint.diff.commands.blocks import BLOCKS, Block, InexpressibleError, only
from halint.diff.commands.edits import Trees
from halint.diff.commands.order import Piece
from halint.diff.commands.pcs_words import Word, differences, options, pair, pairs, pcs
from halint.diff.commands.writing import Secrets, Text
from halint.diff.side import Side
from halint.model.cib_tree import Element

# pcs 0.11.5 neither sets nor unsets these, with or without --force
_KEPT = ("cluster-infrastructure", "cluster-name", "dc-version", "have-watchdog", "last-lrm-refresh")
_DEFAULTS = {"rsc_defaults": ("resource", "defaults"), "op_defaults": ("resource", "op", "defaults")}


class PcsSettings:
    """Commands for what is neither a resource nor a constraint."""

    def __init__(self, trees: Trees, secrets: Secrets) -> None:
        self._trees = trees
        self._secrets = secrets
        self._of: Mapping[str, Callable[[Piece], list[str]]] = {
            "crm_config": self._property,
            "rsc_defaults": self._defaults,
            "op_defaults": self._defaults,
            "nodes": self._node,
            "tags": self._tag,
            "fencing-topology": self._level,
            "acls": self._acl,
            "alerts": self._alert,
        }

    def commands(self, piece: Piece) -> list[str]:
        """The commands for a piece; raises InexpressibleError."""
        of = self._of.get(piece.section)
        if of is None:
            raise InexpressibleError(f"the section {piece.section}")
        return of(piece)

    def _property(self, piece: Piece) -> list[str]:
        if piece.element.tag != "nvpair":
            raise InexpressibleError("a property set as such, with its score or rule")
        parent = piece.element.getparent()
        if parent is None or parent.get("id") != "cib-bootstrap-options":
            raise InexpressibleError("a property in another set than cib-bootstrap-options")
        name = piece.element.get("name") or ""
        if name in _KEPT:
            raise InexpressibleError(f"the property {name}, which the cluster writes itself")
        if piece.after is None:
            return [pcs("property", "unset", name, "--force")]
        if piece.before is not None and piece.before.get("name") != name:
            raise InexpressibleError("another name under the same id")
        value = self._secrets.value(self._trees.after, piece.after, "value")
        return [pcs("property", "set", pair(name, value), "--force")]

    def _defaults(self, piece: Piece) -> list[str]:
        command = _DEFAULTS[piece.section]
        name = piece.element.get("id") or ""
        if piece.element.tag != "meta_attributes":
            raise InexpressibleError(f"{piece.element.tag} as defaults")
        if piece.after is None:
            return [pcs(*command, "set", "delete", name)]
        if piece.before is None:
            only(piece.after, ("id", "score"), ("nvpair",))
            score = piece.after.get("score")
            words = pairs(_block(self._trees.after, piece.after), self._secrets)
            return [
                pcs(*command, "set", "create", f"id={name}", *([f"score={score}"] if score else []), "meta", *words)
            ]
        if piece.before.get("score") != piece.after.get("score") or piece.before.find("rule") is not None:
            raise InexpressibleError("another score or rule for a set of defaults that is there")
        changed = differences(
            _block(self._trees.before, piece.before), _block(self._trees.after, piece.after), self._secrets
        )
        if not changed:
            raise InexpressibleError("another way to write the same")
        return [pcs(*command, "set", "update", name, "meta", *changed)]

    def _node(self, piece: Piece) -> list[str]:
        before, after = piece.before, piece.after
        if before is None or after is None:
            raise InexpressibleError("a node that comes or goes, outside a live cluster")
        for element in (before, after):
            only(element, ("id", "uname", "type", "description"), ("instance_attributes", "utilization"))
        if any(before.get(name) != after.get(name) for name in ("uname", "type", "description")):
            raise InexpressibleError("attributes of the node element")
        lines = []
        for tag, word in (("instance_attributes", "attribute"), ("utilization", "utilization")):
            force = ("--force",) if word == "attribute" else ()
            old, new = Block(self._trees.before, before, tag), Block(self._trees.after, after, tag)
            changed = differences(old, new, self._secrets)
            if changed:
                lines.append(pcs("node", word, after.get("uname") or "", *changed, *force))
        if not lines:
            raise InexpressibleError("another way to write the same")
        return lines

    def _tag(self, piece: Piece) -> list[str]:
        lines = [] if piece.before is None else [pcs("tag", "delete", piece.before.get("id") or "")]
        if piece.after is not None:
            only(piece.after, ("id",), ("obj_ref",))
            names = [ref.get("id") or "" for ref in piece.after]
            if not self._trees.after.resources.keys() >= set(names):
                raise InexpressibleError("a tag of something that is no resource")
            lines.append(pcs("tag", "create", piece.after.get("id") or "", *names))
        return lines

    def _level(self, piece: Piece) -> list[str]:
        lines = []
        if piece.before is not None:
            index, target, _ = self._level_words(piece.before)
            lines.append(pcs("stonith", "level", "remove", index, "target", target))
        if piece.after is not None:
            index, target, devices = self._level_words(piece.after)
            lines.append(pcs("stonith", "level", "add", index, target, *devices, "--force"))
        return lines

    def _level_words(self, element: Element) -> tuple[str, str, list[str]]:
        only(element, ("id", "index", "target", "target-pattern", "target-attribute", "target-value", "devices"))
        index, devices = element.get("index") or "", (element.get("devices") or "").split(",")
        if element.get("target"):
            return index, element.get("target") or "", devices
        if element.get("target-pattern"):
            return index, f"regexp%{element.get('target-pattern')}", devices
        return index, f"attrib%{element.get('target-attribute')}={element.get('target-value')}", devices

    def _acl(self, piece: Piece) -> list[str]:
        if piece.before is not None and piece.after is not None:
            raise InexpressibleError("a change of an ACL role or user that is there")
        element = piece.element
        kind = {"acl_role": "role", "acl_target": "user", "acl_group": "group"}.get(element.tag)
        if kind is None:
            raise InexpressibleError(f"a {element.tag}")
        name = element.get("id") or ""
        if piece.after is None:
            return [pcs("acl", kind, "delete", name)]
        if kind != "role":
            only(element, ("id",), ("role",))
            return [pcs("acl", kind, "create", name, *(role.get("id") or "" for role in element))]
        only(element, ("id", "description"), ("acl_permission",))
        words: list[Word] = ["acl", "role", "create", name]
        if element.get("description"):
            words.append((f"description={element.get('description')}",))
        for permission in element:
            words += _permission(permission)
        return [pcs(*words)]

    def _alert(self, piece: Piece) -> list[str]:
        lines = [] if piece.before is None else [pcs("alert", "delete", piece.before.get("id") or "")]
        if piece.after is None:
            return lines
        only(piece.after, ("id", "path", "description"), (*BLOCKS[:2], "recipient"))
        name = piece.after.get("id") or ""
        lines.append(pcs("alert", "create", *self._alert_words(piece.after)))
        for recipient in piece.after.iterchildren("recipient"):
            only(recipient, ("id", "value", "description"), BLOCKS[:2])
            lines.append(pcs("alert", "recipient", "add", name, *self._alert_words(recipient), "--force"))
        return lines

    def _alert_words(self, element: Element) -> list[Word]:
        words: list[Word] = [*options([(str(n), str(v)) for n, v in element.items()])]
        for tag, word in (("instance_attributes", "options"), ("meta_attributes", "meta")):
            found: list[Text] = pairs(Block(self._trees.after, element, tag), self._secrets)
            words += [word, *found] if found else []
        return words


def _block(side: Side, element: Element) -> Block:
    """The nvpairs of a set of defaults, whose score and id the caller has looked at."""
    block = Block(side, None, element.tag)
    block.take(element)
    return block


def _permission(element: Element) -> list[str]:
    only(element, ("id", "kind", "xpath", "reference"))
    kind = element.get("kind") or ""
    if element.get("xpath"):
        return [kind, "xpath", element.get("xpath") or ""]
    if element.get("reference"):
        return [kind, "id", element.get("reference") or ""]
    raise InexpressibleError("an ACL permission by object-type")

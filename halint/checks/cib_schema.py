"""Checks of the CIB against its schema: what breaks it, what `validate-with` says, what newer releases drop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.checks.cib import broken_references
from halint.checks.locations import unknown_resource
from halint.checks.pacemaker_release import is_from
from halint.engine.hit import Hit
from halint.model.pacemaker_release import brought_feature_set, shown_release, version_numbers
from halint.schema.validity import SchemaProblem, problems_as_read, schema_problems
from halint.schema.versions import (
    PREFIX,
    known_versions,
    newer,
    newest_features,
    newest_version,
    release_of,
    unreleased_names,
)
from halint.source import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib
    from halint.model.cluster import Cluster

_WIDEST = "pacemaker-3.10"
"""The schema that has nearly all that any has: what it does not know at all, none does."""

_USUAL = "pacemaker-3.9"
"""The schema to advise where nothing says which Pacemaker it is: 2.1.5 and all later ones know it."""

_NO_ID = frozenset({"node", "acl_target", "acl_group", "obj_ref", "resource_ref", "role", "role_ref"})
"""Elements whose repeated ids `xml-idref-broken` does not tell."""

_NODE_TYPES = frozenset({"member", "remote", "normal"})
"""Types of nodes that `node-type-invalid` has nothing to say about."""


def violations(cluster: Cluster, pacemaker_schemas: str = "") -> Iterator[Hit]:
    """Each mistake by the schema that the CIB names; a configuration without a `cib` around it by no one schema.

    `pacemaker_schemas` is a folder with Pacemaker's own RELAX NG, asked as well; "" asks none. What other rules tell
    (ids, references, types of nodes) is left to them. A name of a schema that does not exist is `unnamed`'s matter.
    """
    cib = cluster.needed_cib()
    root = cib.at.element
    if root is None:
        return
    version = root.get("validate-with", "")
    bare = _is_bare(cib)
    if not bare and version not in known_versions():
        return
    problems = (
        tuple(p for p in schema_problems(root, _WIDEST) if _by_any(p)) if bare else problems_as_read(root, version)
    )
    for problem in _untold(cluster, problems):
        yield _hit(cib, problem)
    if pacemaker_schemas and not bare:
        yield from _by_pacemaker(cib, root, version, pacemaker_schemas, known=bool(problems))


def unnamed(cluster: Cluster) -> Iterator[Hit]:
    """A `validate-with` that is missing, none, or no schema that Pacemaker has."""
    cib = cluster.needed_cib()
    root = cib.at.element
    if root is None or _is_bare(cib):
        return
    name = root.get("validate-with")
    if name in known_versions():
        return
    newest = _newest(cib) or _USUAL
    case = _case(name)
    case += "-3" if case in ("missing", "next") and is_from(cib, "3.0.0") and cib.version else ""
    values = {"name": name or "", "near": _meant(name or "", newest), "newest": newest}
    yield Hit(at=_mark(cib, root, "validate-with"), subject="cib", case=case, values=values)


def too_new(cluster: Cluster) -> Iterator[Hit]:
    """A schema that a node's Pacemaker does not know."""
    cib = cluster.needed_cib()
    root = cib.at.element
    name = cib.validate_with
    if root is None or name not in known_versions():
        return
    for release, node in _judged(cluster):
        newest = newest_version("", release)
        if newest and newer(name, newest):
            values = {"name": name, "release": release, "node": node, "newest": newest, "since": release_of(name)}
            yield Hit(at=_mark(cib, root, "validate-with"), subject="cib", values=values, case="" if node else "target")
            return


def old(cluster: Cluster) -> Iterator[Hit]:
    """A schema older than the newest that the Pacemaker judged for knows; nothing where none is named."""
    cib = cluster.needed_cib()
    root, newest, known = cib.at.element, _newest(cib), known_versions()
    if root is None or not cib.version or cib.validate_with not in known or newest not in known:
        return
    if known.index(cib.validate_with) < known.index(newest):
        values = {"name": cib.validate_with, "release": shown_release(cib.version), "newest": newest}
        ancient = cib.version >= (2,) and newer("2.0", cib.validate_with)
        yield Hit(at=_mark(cib, root, "validate-with"), subject="cib", values=values, case="ancient" if ancient else "")


def features(cluster: Cluster) -> Iterator[Hit]:
    """A feature set that is newer than that of a node's Pacemaker, or than all known where nothing says which it is."""
    cib = cluster.needed_cib()
    root = cib.at.element
    found = "" if root is None else root.get("crm_feature_set", "")
    if root is None or not re.fullmatch(r"\d+(\.\d+)*", found):
        return
    for release, node in list(_judged(cluster)) or [("", "")]:
        limit, since = newest_features(release), brought_feature_set(found)
        came_later = not node and bool(release) and since > version_numbers(release)
        if (limit and newer(found, limit)) or came_later:
            values = {"found": found, "limit": limit, "release": release, "node": node, "since": shown_release(since)}
            case = "known" if node else "unknown" if not release else "later" if came_later else "target"
            yield Hit(at=_mark(cib, root, "crm_feature_set"), subject="cib", case=case, values=values)
            return


def _by_any(problem: SchemaProblem) -> bool:
    """Whether a part of a CIB breaks every schema by this, whichever it was made for and whatever is left out."""
    outer = problem.element.tag in ("cib", "configuration")
    return not problem.code.endswith("-not-in-schema") and not (outer and problem.code.startswith("missing-"))


def _hit(cib: Cib, problem: SchemaProblem) -> Hit:
    values = {"problem": problem.message, "needs": problem.needs}
    case = "newer" if problem.needs else "older" if problem.code.endswith("-not-in-schema") else "wrong"
    at = _mark(cib, problem.element, _attribute(problem))
    return Hit(at=at, subject=_owner(problem.element), case=case, values=values)


def _attribute(problem: SchemaProblem) -> str | None:
    """The attribute to point at, None for the element: where rules that know more of a mistake point, too."""
    element, parent, code = problem.element, problem.element.getparent(), problem.code
    if element.tag == "date_expression" and code in ("missing-element", "missing-attribute", "conflicting-names"):
        return "operation"
    if element.tag == "rule" and code == "missing-element":
        return "id"
    if code == "unknown-element" and parent is not None and parent.tag in ("rule", "constraints"):
        return "id"
    if code == "refused-name" or (element.tag, code) in _WHOLE:
        return None
    return problem.attribute


_WHOLE = {
    ("acl_permission", "conflicting-names"),
    ("acl_permission", "bad-value"),
    ("fencing-level", "conflicting-names"),
}
"""Mistakes of which the whole element is the place."""


def _untold(cluster: Cluster, problems: tuple[SchemaProblem, ...]) -> Iterator[SchemaProblem]:
    """The problems that no other rule tells."""
    of_ids = [p for p in problems if p.code in ("duplicate-id", "dangling-reference")]
    told = _references_told(cluster) if any(p.code == "dangling-reference" for p in of_ids) else frozenset()
    repeated = _repeated(cluster.needed_cib()) if any(p.code == "duplicate-id" for p in of_ids) else frozenset()
    for problem in problems:
        element, attribute = problem.element, problem.attribute
        value = element.get(attribute, "") if attribute else ""
        if problem.code == "dangling-reference" and (element, attribute) in told:
            continue
        if problem.code == "duplicate-id" and value in repeated and element.tag not in _NO_ID:
            continue
        if element.tag == "node" and attribute == "type" and attribute in element.attrib and value not in _NODE_TYPES:
            continue
        yield problem


def _references_told(cluster: Cluster) -> frozenset[tuple[object, str]]:
    """Elements and attributes of which `xml-idref-broken` and `constraint-unknown-resource` say that they dangle."""
    hits = [*broken_references(cluster), *unknown_resource(cluster)]
    return frozenset((hit.at.element, hit.at.attribute or "") for hit in hits if hit.at.element is not None)


def _repeated(cib: Cib) -> frozenset[str]:
    """The ids of which `xml-idref-broken` says that they are given more than once."""
    configuration = None if cib.at.element is None else cib.at.element.find("configuration")
    seen: set[str] = set()
    again: set[str] = set()
    for element in () if configuration is None else configuration.iter("*"):
        name = element.get("id")
        if name is not None and element.tag not in _NO_ID:
            (again if name in seen else seen).add(name)
    return frozenset(again)


def _by_pacemaker(cib: Cib, root: _Element, version: str, folder: str, *, known: bool) -> Iterator[Hit]:
    """What an installed Pacemaker's schemas say beyond what is `known` already."""
    from halint.schema.installed import by_relaxng  # noqa: PLC0415 - only where it is asked for

    said = by_relaxng(root, version, folder)
    if said is None:
        values = {"problem": version, "needs": "", "folder": folder}
        yield Hit(at=_mark(cib, root, "validate-with"), subject="cib", case="absent", values=values)
    elif not known:
        for element, message in said:
            values = {"problem": message, "needs": "", "folder": folder}
            yield Hit(at=_mark(cib, element, None), subject=_owner(element), case="relaxng", values=values)


def _case(name: str | None) -> str:
    if not name:
        return "missing" if name is None else "empty"
    if name in ("none", PREFIX + "next"):
        return name.removeprefix(PREFIX)
    return "dropped" if name in unreleased_names() else "unknown"


def _meant(name: str, newest: str) -> str:
    """The nearest name of a schema, else the newest that fits."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a name that is wrong

    low = name.strip().lower()
    return low if low in known_versions() else next(iter(get_close_matches(low, known_versions(), n=1)), newest)


def _newest(cib: Cib) -> str:
    """The newest schema of the Pacemaker that wrote the CIB, "" where it does not say."""
    root = cib.at.element
    if cib.targeted:
        return newest_version("", shown_release(cib.version))
    setting = cib.properties.get("dc-version")
    return newest_version("" if root is None else root.get("crm_feature_set", ""), (setting and setting.value) or "")


def _judged(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """The releases that are to take the CIB: the target, without a node, else those of the nodes' packages."""
    cib = cluster.needed_cib()
    if cib.targeted:
        yield shown_release(cib.version), ""
    else:
        yield from _releases(cluster)


def _releases(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Pacemaker's releases that nodes have as packages, each with the node; snapshots between releases left out.

    `dc-version` of the CIB is not asked: what wrote the CIB knows its schema, and snapshots bear the release before.
    """
    for packages in cluster.packages:
        package = packages.versions.get("pacemaker")
        for version in () if package is None else package.value.split():
            release = version.rpartition(":")[2].partition("-")[0]
            if "+" not in release and "~" not in release:
                yield release, packages.node or "a node"


def _is_bare(cib: Cib) -> bool:
    """Whether the file is a configuration only, alone or in a `cib` that says nothing, as exports have it."""
    return cib.at.element is not None and not cib.at.element.attrib


def _owner(element: _Element) -> str:
    """The nearest id upward, else the element's name."""
    for holder in (element, *element.iterancestors()):
        name = holder.get("id")
        if name and holder.tag not in ("cluster", "resource_ref", "obj_ref", "role"):
            return name
    return str(element.tag)


def _mark(cib: Cib, element: _Element, attribute: str | None) -> Mark:
    mark = Mark(cib.at.source, element=element)
    return mark.on(attribute) if attribute else mark

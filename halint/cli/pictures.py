"""Pictures of clusters for reports: drawn, and made part of a page, with links at the objects that it tells of."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from halint.cli.graph import LIMIT
from halint.diff.change import Change, Comparison
from halint.diff.constraint_things import CONSTRAINTS
from halint.diff.wording import RESOURCES, object_name
from halint.engine.run import Case
from halint.model.cib_tree import Element
from halint.model.cluster import Cluster
from halint.output.layout import plural
from halint.output.setting import Drawing
from halint.picture.build import picture
from halint.picture.collapse import collapsed
from halint.picture.compare import compared, place_of
from halint.picture.dot import render_dot
from halint.picture.flags import places_of
from halint.picture.mermaid import render_mermaid
from halint.picture.picture import Edge, Picture, Shape
from halint.picture.svg import svg
from halint.report import Finding

MOST = 12
"""Clusters drawn in one report: dot takes its time for each, and a page has to stay readable."""
SECONDS = 20
"""How long dot may take for one of them."""
_SVG = "{http://www.w3.org/2000/svg}"
_SHOWN = frozenset((*RESOURCES, *CONSTRAINTS, "fencing-level", "node"))
"""Types of changes whose object is drawn."""


def of_clusters(cases: Iterable[Case], findings: Sequence[Finding]) -> tuple[Drawing, ...]:
    """The pictures of the clusters with a CIB, with their findings, in the order they were read."""
    clusters = [case.cluster for case in cases if case.cluster.cib is not None and case.only is None]
    drawn = [_of_cluster(cluster, findings, f"c{number}-") for number, cluster in enumerate(clusters[:MOST], 1)]
    left = clusters[MOST:]
    if not left:
        return tuple(drawn)
    note = f"Only {MOST} clusters are drawn; halint graph draws each of the others."
    return (*drawn, Drawing(title=plural(len(left), "more cluster"), cluster="", file="", note=note))


def of_comparison(comparison: Comparison, findings: Sequence[Finding]) -> Drawing:
    """The picture of both CIBs in one, with the changes; `findings` are those of AFTER.

    Its anchors are of what findings are about, and of the objects that changed, by `object_name`.
    """
    before, after = comparison.before, comparison.after
    drawn = compared(comparison, findings, title=f"{before.path} to {after.path}")
    places = places_of((f.subject for f in findings), _drawn(drawn), after.root)
    known = {one.anchor for one in _drawn(drawn) if one.anchor}
    changed = {object_name(change): place for change in comparison.changes if (place := _of_change(change)) in known}
    return _drawing(drawn, places | changed, Drawing(title=drawn.title, cluster="", file=after.path), "c1-")


def _of_cluster(cluster: Cluster, findings: Sequence[Finding], prefix: str) -> Drawing:
    cib = cluster.needed_cib()
    files = {source.path for source in cluster.sources}
    mine = [f for f in findings if f.cluster == cluster.name and f.location.file in files]
    drawn = picture(cib, mine, title=cluster.name or cib.at.source.path, nodes=cluster.nodes)
    places = places_of((f.subject for f in mine), _drawn(drawn), cib.at.element)
    plain = Drawing(title=drawn.title, cluster=cluster.name, file=cib.at.source.path, files=frozenset(files))
    return _drawing(drawn, places, plain, prefix)


def _drawn(whole: Picture) -> tuple[Edge | Shape, ...]:
    return (*whole.edges, *whole.shapes)


def _of_change(change: Change) -> str:
    """The anchor of what changed, where a picture shows it; "" for what none shows, such as a property."""
    return place_of(change.after_at or change.before_at, change) if change.type in _SHOWN else ""


def _drawing(drawn: Picture, places: Mapping[str, str], plain: Drawing, prefix: str) -> Drawing:
    """The picture as far as it can be drawn; `places` are anchors in it, by what they are said of."""
    small = collapsed(drawn)
    within = {inner: shape.anchor for shape in small.shapes for inner in shape.holds}
    places = {name: within.get(place, place) for name, place in places.items()}
    names = {one.anchor: one.id for one in _drawn(small) if one.anchor}
    plain = plain._replace(
        anchors={name: prefix + place for name, place in places.items()},
        objects={prefix + place: names[place] for place in dict.fromkeys(places.values()) if place in names},
    )
    number = len(small.shapes) + len(small.edges)
    if number > LIMIT:
        return plain._replace(note=f"{number} objects and lines are more than a picture can show ({LIMIT}).")
    return _rendered(small, plain, prefix)


def _rendered(small: Picture, plain: Drawing, prefix: str) -> Drawing:
    has_dot = shutil.which("dot") is not None
    found = svg(render_dot(small), SECONDS) if has_dot else None
    if found is None:
        why = "could not draw this" if has_dot else "is not installed here"
        note = f"Graphviz's dot {why}, so the picture is text."
        return plain._replace(note=note, text=render_mermaid(small), language="mermaid")
    root = etree.fromstring(found, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    style = _taken_out(root)
    _embed(root, prefix, frozenset(plain.objects))
    return plain._replace(svg=etree.tostring(root, encoding="unicode"), style=style)


def _taken_out(root: Element) -> str:
    """The style sheet, which stands once in a page however many pictures there are."""
    style = root.find(f"{_SVG}style")
    if style is None:
        return ""
    root.remove(style)
    return style.text or ""


def _embed(root: Element, prefix: str, linked: frozenset[str]) -> None:
    """Make ids unique in the page, and each object that something is said of a link to it."""
    root.set("role", "group")
    root.set("aria-roledescription", "picture")
    for element in list(root.iter(f"{_SVG}g")):
        name = element.get("id")
        if name is None:
            continue
        element.set("id", prefix + name)
        if prefix + name in linked:
            _link(element, f"#at-{prefix}{name}")


def _link(group: Element, target: str) -> None:
    """The group goes into a link; around it, since the style sheet speaks of a group's children."""
    outer = group.getparent()
    if outer is None:
        return
    around = etree.Element(f"{_SVG}a", href=target)
    around.tail, group.tail = group.tail, None
    outer.replace(group, around)
    around.append(group)

"""Reads the inputs of each cluster and makes them the cases that rules are run over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from halint.document import Document
from halint.engine.run import Case
from halint.errors import HalintError
from halint.inputs.discover import discover
from halint.inputs.found import Found
from halint.inputs.group import Group, Owned, group, one_group
from halint.inputs.kinds import OTHER, kind_of_path
from halint.inputs.node_files import NODE_KINDS, parse_node_file
from halint.inputs.placing import Placing
from halint.model.cluster import CibCopy, Cluster, NodeCorosync, Signature
from halint.model.host import NodeFiles, Units
from halint.model.resolve_nodes import resolve_nodes
from halint.parse.targets import Targets
from halint.progress import Told, counted
from halint.record import record
from halint.report import Input
from halint.source import Mark, Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from halint.model.cib import Cib
    from halint.model.corosync import Corosync
    from halint.model.distribution import Distribution
    from halint.parse.cib import CibFile
    from halint.parse.corosync import CorosyncFile
    from halint.parse.corosync_release import Release


@record
class Inputs:
    """All that was read: the cases to check, what became of each file, and sentences about what went wrong."""

    cases: tuple[Case, ...]
    inputs: tuple[Input, ...]
    trouble: tuple[str, ...]
    clusters: int


_ReadCib: TypeAlias = "tuple[CibFile, Cib | None, Found]"


@dataclass(kw_only=True)
class _Files:
    """The parsed files of one cluster, and the distribution to judge it for."""

    distribution: Distribution | None = None
    cibs: list[_ReadCib] = field(default_factory=list)
    corosyncs: list[tuple[CorosyncFile, Corosync]] = field(default_factory=list)
    others: list[tuple[str, Any]] = field(default_factory=list)


_SAYS_NOTHING = Placing()
_OWN = Targets()


def read(
    paths: Iterable[str],
    *,
    kind: str | None = None,
    nodes: Mapping[str, str] | None = None,
    siblings: bool = False,
    targets: Targets = _OWN,
    roots: Iterable[str] = (),
    on_progress: Told | None = None,
    placing: Placing = _SAYS_NOTHING,
    about: str = "",
    end: Path | None = None,
) -> Inputs:
    """Read everything that `paths` hold.

    `kind` is that of the files named; `nodes` maps a path to the node it belongs to; with `siblings` the other files
    of each named file's cluster are read too; `targets` are the releases to judge for; `roots` are folders taken for
    a node's `/`; `placing` is what the user has said of paths. Never raises for what is in a file. `on_progress` is
    told of each path and each cluster. With `about`, the absolute path of a file, only clusters that hold it are
    parsed; no sibling is looked for above the folder `end`.
    """
    owners = {Path(path).absolute(): node for path, node in (nodes or {}).items()}
    named = counted([*paths, *(nodes or {})], "reading {}".format, on_progress)
    found = list(discover(named, kind, placing.excluded))
    found = placing.kept(_with_siblings(found, placing, end) if siblings else found, named=not siblings)
    owners = placing.owners(found, owners)
    found = _arranged([*found, *_of_roots(roots)], owners)
    reader = _Reader(targets)
    good = [f for f in found if reader.keep(f)]
    named_clusters, rest = placing.clusters(good)
    groups: tuple[Group, ...] = (
        *group(rest, owners),
        *(one_group(name, mine, owners) for name, mine in sorted(named_clusters.items())),
    )
    if about:
        groups = tuple(g for g in groups if any(str(owned.found.real) == about for owned in g.files))
    cases = tuple(
        replace(case, group=number)
        for number, g in enumerate(counted(groups, _doing, on_progress))
        for case in reader.cases(g)
    )
    return Inputs(
        cases=cases,
        inputs=tuple(sorted(reader.inputs)),
        trouble=tuple(reader.trouble),
        clusters=len(groups),
    )


def _doing(one: Group) -> str:
    return f"reading cluster {one.name}"


def _with_siblings(found: list[Found], placing: Placing, end: Path | None) -> list[Found]:
    from halint.inputs.siblings import with_cluster, with_siblings  # noqa: PLC0415 - only for hooks and editors

    return with_cluster(with_siblings(found, end), placing)


def _of_roots(roots: Iterable[str]) -> Iterator[Found]:
    for root in roots:
        from halint.inputs.rooted import read_root  # noqa: PLC0415 - only where a root was named

        yield from read_root(root)


def _arranged(found: list[Found], nodes: Mapping[Path, str]) -> list[Found]:
    if not any(f.origin for f in found):
        return found
    from halint.inputs.collected import arrange  # noqa: PLC0415 - few inputs were collected by a tool

    return arrange(found, nodes)


class _NoInputError(Exception):
    """A file of a folder that looked like an input from outside, and is none."""


class _Reader:
    def __init__(self, targets: Targets) -> None:
        self.targets = targets
        self.inputs: list[Input] = []
        self.trouble: list[str] = []

    def keep(self, found: Found) -> bool:
        """Whether a file goes on to be parsed; says why where it does not."""
        if found.trouble:
            self._tell(found, "", None, f"unreadable: {found.trouble}")
            self.trouble.append(f"{found.path}: {found.trouble}")
        elif found.skipped or found.kind in OTHER:
            self._tell(found, "", None, f"skipped: {found.skipped or f'halint does not read {found.kind} files'}")
        else:
            return True
        return False

    def cases(self, one: Group) -> Iterator[Case]:
        """The cases of one cluster: one for each CIB and each differing corosync.conf it holds."""
        files = _Files(distribution=self.targets.distribution)
        for owned in one.files:
            try:
                self._parse(owned, files)
            except _NoInputError:
                self._tell(owned.found, one.name, owned.node, "skipped: is XML, but holds no cib element")
                continue
            except HalintError as error:
                why = str(error).removeprefix(f"{owned.found.path}: ")
                self._tell(owned.found, one.name, owned.node, f"unreadable: {why}")
                self.trouble.append(f"{owned.found.path}: {why}")
                continue
            if not owned.found.listed:  # names that were seen are no file that was read
                self._tell(owned.found, one.name, owned.node, "read")
        return _cases(one.name, files)

    def _tell(self, found: Found, cluster: str, node: str | None, status: str) -> None:
        self.inputs.append(Input(found.path, found.kind, cluster, node, status))

    def _parse(self, owned: Owned, files: _Files) -> None:
        found = owned.found
        if found.kind == "cib":
            files.cibs.append((*_parse_cib(owned, self.targets.pacemaker), found))
        elif found.kind == "corosync":
            files.corosyncs.append(_parse_corosync(owned, self.targets.corosync))
        else:
            files.others += [(found.kind, thing) for thing in parse_node_file(owned, self.targets.corosync)]


def _parse_cib(owned: Owned, target: Release) -> tuple[CibFile, Cib | None]:
    from halint.model.resolve_cib import resolve_cib  # noqa: PLC0415 - a run over hosts files needs no CIB
    from halint.parse.cib import CibFile, NoCibError, read_cib  # noqa: PLC0415 - as above

    found = owned.found
    try:
        file = read_cib(found.data, found.path, owned.node)
    except NoCibError as error:
        if not found.named and kind_of_path(found.path) != "cib":
            raise _NoInputError from None
        return CibFile(source=error.source, root=None), None
    return file, None if file.root is None else resolve_cib(file, target)


def _parse_corosync(owned: Owned, release: Release) -> tuple[CorosyncFile, Corosync]:
    from halint.model.resolve_corosync import resolve_corosync  # noqa: PLC0415 - as for the CIB
    from halint.parse.corosync import read_corosync  # noqa: PLC0415 - as for the CIB

    file = read_corosync(owned.found.data, owned.found.path, owned.node, release)
    return file, resolve_corosync(file)


def _cases(name: str, files: _Files) -> Iterator[Case]:
    """The cluster's CIBs with its corosync.conf; then what is wrong only with a node's own copy of either."""
    corosyncs = _distinct(files.corosyncs) or [None]
    cibs, copies = _cibs(files.cibs)
    for cib in cibs or [None]:
        yield _case(name, files, cib, corosyncs[0])
    for corosync in corosyncs[1:]:
        if corosync is not None:
            yield _case(name, files, cibs[0] if cibs else None, corosync, only=corosync[0].source.path)
    for copy in copies:
        yield _case(name, files, copy, corosyncs[0], only=copy[0].source.path)


def _cibs(files: list[_ReadCib]) -> tuple[list[_ReadCib | None], list[_ReadCib]]:
    """The CIBs to check for themselves, and nodes' copies that differ from them.

    Every CIB that is no node's is one to check, as backups are; without such a one the newest copy is.
    """
    shared = [cib for cib in files if cib[0].source.node is None]
    copies = sorted((cib for cib in files if cib[0].source.node is not None), key=_version, reverse=True)
    checked = shared or copies[:1]
    different = {cib[2].data: cib for cib in reversed(copies) if all(cib[2].data != c[2].data for c in checked)}
    return [*checked], list(different.values())


def _version(cib: _ReadCib) -> tuple[int, ...]:
    """The version counters, in the order in which Pacemaker compares them."""
    root = cib[0].root
    texts = [(root.get(name) or "") if root is not None else "" for name in ("admin_epoch", "epoch", "num_updates")]
    return tuple(int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0 for text in texts)


def _copies(files: list[_ReadCib]) -> tuple[CibCopy, ...]:
    """The CIBs of nodes; none where fewer than two nodes have one."""
    of_nodes = [cib for cib in files if cib[0].source.node is not None and cib[0].root is not None]
    if len({cib[0].source.node for cib in of_nodes}) < 2:
        return ()
    return tuple(
        CibCopy(
            node=cib[0].source.node or "",
            version=_version(cib),
            digest=_digest(cib[0]),
            at=Mark(cib[0].source, element=cib[0].root),
        )
        for cib in of_nodes
    )


def _digest(file: CibFile) -> str:
    """A digest of the configuration section, indentation left out."""
    from hashlib import sha256  # noqa: PLC0415 - only where several nodes gave a CIB

    from lxml import etree  # noqa: PLC0415 - as above

    section = file.root.find("configuration") if file.root is not None else None
    if section is None:
        return ""
    plain = etree.fromstring(etree.tostring(section), etree.XMLParser(remove_blank_text=True, resolve_entities=False))
    return sha256(etree.tostring(plain, method="c14n")).hexdigest()


def _distinct(files: list[tuple[CorosyncFile, Corosync]]) -> list[tuple[CorosyncFile, Corosync] | None]:
    """The files that differ in what they store or in their problems; those of the whole cluster first."""
    distinct: dict[object, tuple[CorosyncFile, Corosync] | None] = {}
    for file, corosync in sorted(files, key=lambda pair: pair[0].source.node is not None):
        stored = frozenset((k.path, k.value) for k in corosync.keys.values())
        distinct.setdefault((stored, file.source.problems), (file, corosync))
    return list(distinct.values())


def _case(
    name: str,
    files: _Files,
    cib: _ReadCib | None,
    corosync: tuple[CorosyncFile, Corosync] | None,
    *,
    only: str | None = None,
) -> Case:
    others: dict[str, tuple[Any, ...]] = {field: () for field, _, _ in NODE_KINDS.values()}
    for kind, thing in files.others:
        others[NODE_KINDS[kind][0]] += (thing,)
    if others["drbd"]:
        from halint.parse.drbd import apply_common  # noqa: PLC0415 - few clusters have DRBD

        others["drbd"] = apply_common(others["drbd"])
    cib_model = cib[1] if cib else None
    corosync_model = corosync[1] if corosync else None
    cluster = Cluster(
        name=name,
        given=_given(files, cib_model),
        sources=_sources(files, cib),
        nodes=resolve_nodes(cib_model, corosync_model, others["hosts"]),
        corosync=corosync_model,
        cib=cib_model,
        signature=_signature(*cib[::2]) if cib else None,
        cib_copies=_copies(files.cibs),
        distribution=files.distribution,
        corosyncs=tuple(NodeCorosync(node=f.source.node, source=f.source, corosync=c) for f, c in files.corosyncs),
        **others,
    )
    of_nodes = [file for file, _ in files.corosyncs if file.source.node is not None]
    document = _document(cluster, cib[0] if cib else None, corosync[0] if corosync else None, of_nodes)
    return Case(cluster=cluster, document=document, only=only)


def _given(files: _Files, cib: Cib | None) -> frozenset[str]:
    """The kinds that were read, each also with a star where two files or more of it were; a CIB's status."""
    counts: dict[str, set[object]] = {}
    for kind, thing in files.others:
        counts.setdefault(kind, set()).add(thing.node or thing.source.path)
    if cib is not None:
        counts["cib"] = {file.source.node for file, _, _ in files.cibs if file.source.node} or {0}
    if files.corosyncs:
        counts["corosync"] = {f.source.path for f, _ in files.corosyncs}
    parts = {"status"} if cib is not None and cib.records_state() else set()
    return frozenset(counts) | {f"{kind}*" for kind, whose in counts.items() if len(whose) > 1} | parts


def _sources(files: _Files, cib: _ReadCib | None) -> tuple[Source, ...]:
    shared = [cib[0].source] if cib else []
    own = {id(source): source for _, thing in files.others for source in _sources_of(thing)}
    return (*shared, *(f.source for f, _ in files.corosyncs), *own.values())


def _sources_of(thing: Any) -> Iterator[Source]:
    """The source of a node's own file; of a tree of unit links every link's."""
    yield thing.source
    if isinstance(thing, NodeFiles):
        yield from (file.at.source for file in thing.files.values() if file.at.source is not thing.source)
    if isinstance(thing, Units):
        yield from (unit.at.source for unit in thing.units.values() if not thing.complete)
        yield from (drop_in.source for drop_in in thing.drop_ins)


def _signature(file: CibFile, found: Found) -> Signature | None:
    """The digest beside a CIB, where there is one: `cib.xml.sig`, or `cib-3.raw.sig` beside `cib-3.raw`."""
    path = found.real.with_name(f"{found.real.name}.sig")
    try:
        recorded = path.read_text(encoding="ascii", errors="replace")[:4096].strip() if path.is_file() else ""
    except OSError:
        return None
    if not recorded or file.root is None:
        return None
    from halint.parse.signature import digests  # noqa: PLC0415 - few CIBs have a signature beside them

    return Signature(recorded=recorded, computed=digests(file.source.text), at=Mark(file.source, span=Span(1, 1, 1, 1)))


def _document(
    cluster: Cluster, cib: CibFile | None, corosync: CorosyncFile | None, of_nodes: list[CorosyncFile]
) -> Callable[[], Document]:
    """What makes the cluster document when it is first asked for."""

    @cache
    def make() -> Document:
        written: dict[str, Any] = {}
        marks: Mapping[Any, Mark] = {}
        if corosync is not None:
            written["corosync"], marks = _as_xml(corosync)
        if cib is not None and cib.root is not None:
            written["cib"] = cib.root
        document = Document(cluster, written, marks, lambda: [(f.source.node, *_as_xml(f)) for f in of_nodes])
        if cib is not None and cib.root is not None:
            document.own(cib.root, cib.source)
        return document

    return make


def _as_xml(file: CorosyncFile) -> tuple[Any, Mapping[Any, Mark]]:
    from halint.parse.corosync import to_xml  # noqa: PLC0415 - as for reading

    return to_xml(file.tree)

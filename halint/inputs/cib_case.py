"""The case of a CIB that was read for itself: rules that need no other file are asked of it."""

from __future__ import annotations

from functools import cache

from halint.document import Document
from halint.engine.run import Case
from halint.model.cib import Cib
from halint.model.cluster import Cluster
from halint.model.resolve_nodes import resolve_nodes
from halint.parse.cib import CibFile, Element


def cib_case(file: CibFile, root: Element, cib: Cib) -> Case:
    """The case of one CIB, whose `root` goes into the document. A signature beside the file is not looked at."""

    @cache
    def document() -> Document:
        made = Document(cluster, {"cib": root}, {})
        made.own(root, file.source)
        return made

    cluster = Cluster(
        name="",
        given=frozenset({"cib", *(("status",) if cib.records_state() else ())}),
        sources=(file.source,),
        nodes=resolve_nodes(cib, None, ()),
        cib=cib,
    )
    return Case(cluster=cluster, document=document)

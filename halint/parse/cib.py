"""Reads a CIB: plain or compressed XML, alone or wrapped in the output of a Pacemaker tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import takewhile

from lxml import etree

from halint.errors import HalintError
from halint.parse.compressed import decompress
from halint.parse.xml_text import TagSpans, decode, has_doctype
from halint.secrets import MASK, is_secret, mask_urls
from halint.source import Problem, Source, Span

Element = etree._Element  # noqa: SLF001 - lxml gives its element type no public name

RULE = "xml-not-wellformed"

NO_CIB = "root-not-cib"


@dataclass(frozen=True, kw_only=True, eq=False)
class CibFile:
    """One CIB as written. `root` is its `<cib>` element with secrets masked; None where `source.problems` says why.

    `originals` holds what the masks hide, by element and attribute, for those who compare and never show it.
    """

    source: Source
    root: Element | None
    originals: Mapping[tuple[Element, str], str] = field(default_factory=dict, repr=False)


class NoCibError(HalintError):
    """Well-formed XML without a CIB in it; `source` is the file, with the problem that a check tells."""

    def __init__(self, source: Source, outermost: str) -> None:
        super().__init__(f"{source.path}: is XML, but holds no cib element (its outermost element is {outermost})")
        self.source = source


def read_cib(data: bytes, path: str, node: str | None = None) -> CibFile:
    """Read one CIB file; `path` is as shown to the user, `node` the node whose own file it is.

    Handles bzip2, gzip and xz, any common encoding, a CIB inside `<pacemaker-result>`, and a bare configuration. What
    is not acceptable XML becomes a Problem. Raises HalintError for a damaged archive, NoCibError for XML without a CIB.
    """
    text, trouble = decode(decompress(data, path))
    secrets = partial(_secrets, text)
    try:
        top = parse_text(text, trouble)
    except NotAcceptedError as error:
        problem = Problem(RULE, error.span, error.message)
        source = Source(path=path, kind="cib", text=text, node=node, problems=(problem,), find_secrets=secrets)
        return CibFile(source=source, root=None)
    root = top if top.tag in ("cib", "configuration") else next(top.iter("cib"), None)
    if root is None:
        tag = etree.QName(top).localname
        problem = Problem(
            NO_CIB, TagSpans(text).span(0, None), f"the outermost element is {tag}, and there is no cib in it"
        )
        source = Source(path=path, kind="cib", text=text, node=node, problems=(problem,), find_secrets=secrets)
        raise NoCibError(source, tag)
    originals = _mask(top, text)
    locate = _Positions(text, root).span
    if root.tag == "configuration":
        root = _around(root)
    source = Source(path=path, kind="cib", text=text, node=node, locate_element=locate, find_secrets=secrets)
    return CibFile(source=source, root=root, originals=originals)


def _around(configuration: Element) -> Element:
    """A `cib` element around a bare configuration, as `cibadmin --query --scope configuration` prints it."""
    root = etree.Element("cib")
    root.append(configuration)
    return root


def _secrets(text: str) -> tuple[Span, ...]:
    from halint.parse.xml_secrets import secret_spans  # noqa: PLC0415 - only where the text is shown

    return secret_spans(text)


class NotAcceptedError(Exception):
    """Text that is not read as XML: why and where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


def parse_text(text: str, trouble: str = "") -> Element:
    """The outermost element; comments and processing instructions left out.

    No entity is expanded, no other file read. Raises NotAcceptedError.
    """
    if trouble:
        raise NotAcceptedError(f"not XML that can be read: {trouble}", Span(1, 1, 1, 1))
    if not text.strip():
        raise NotAcceptedError("the file is empty", Span(1, 1, 1, 1))
    if has_doctype(text):
        raise NotAcceptedError("not acceptable as a CIB: it has a document type declaration (DOCTYPE)", _doctype(text))
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise _not_wellformed(text, error) from None


def _doctype(text: str) -> Span:
    start = text.upper().find("<!DOCTYPE")
    return TagSpans(text).between(start, start + len("<!DOCTYPE"))


def _not_wellformed(text: str, error: etree.XMLSyntaxError) -> NotAcceptedError:
    """The first error with its exact place, told without any text of the file but element names."""
    from halint.parse.xml_error import explain  # noqa: PLC0415 - only for broken files

    explained = explain(text)
    if explained is not None:
        return NotAcceptedError(f"not well-formed XML: {explained[0]}", explained[1])
    line = error.lineno or 1
    reason = (error.msg or "").split(":")[0].split(",")[0]
    return NotAcceptedError(f"not acceptable XML: {reason[:1].lower()}{reason[1:]}", Span(line, 1, line, 1))


def _mask(top: Element, text: str) -> dict[tuple[Element, str], str]:
    """Replace every secret value in the tree, so that nothing made from it can show one; what was there is returned."""
    hidden: dict[tuple[Element, str], str] = {}
    for pair in top.iter("nvpair"):
        value = pair.get("value")
        if value and is_secret(pair.get("name") or "", value):
            hidden[pair, "value"] = value
            pair.set("value", MASK)
    if "://" not in text:
        return hidden
    for element in top.iter("*"):
        for key, text_value in element.items():
            masked = mask_urls(str(text_value))
            if masked != text_value:
                hidden[element, str(key)] = str(text_value)
                element.set(key, masked)
    return hidden


_FEW = 40
"""So many places are looked for one by one; for more the whole text is read."""


class _Positions:
    """Spans of elements, by their number in document order; nothing is computed before the first question."""

    def __init__(self, text: str, root: Element) -> None:
        self._tags = TagSpans(text)
        self._asked = 0
        self._root = root
        # counted now: the tree may be hung into another one later
        self._before = sum(1 for _ in takewhile(lambda e: e is not root, root.getroottree().iter("*")))

    def span(self, element: Element, attribute: str | None) -> Span:
        """The span of an element's start tag or of one of its attributes."""
        if self._asked < _FEW:
            self._asked += 1
            found = self._tags.lone(element.tag, element.get("id") or "", attribute)
            if found is not None:
                return found
        index = self._numbers.get(element)
        return Span(1, 1, 1, 1) if index is None else self._tags.span(index, attribute)

    @cached_property
    def _numbers(self) -> dict[Element, int]:
        return dict(self._numbered())

    def _numbered(self) -> Iterator[tuple[Element, int]]:
        for number, element in enumerate(self._root.iter("*"), self._before):
            yield element, number

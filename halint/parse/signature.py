"""The digest of a CIB file as Pacemaker keeps it in `cib.xml.sig`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator

from lxml import etree

Element = etree._Element  # noqa: SLF001 - lxml gives its element type no public name

_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OLD_CONTROL = {"\n": "\\n", "\r": "\\r", "\t": "    "}


def digests(text: str) -> tuple[str, ...]:
    """The MD5 digests that Pacemaker's releases give for a well-formed CIB, without repetition.

    The digest is that of a blank, the XML without indentation and text, and a newline (cibadmin --md5-sum).
    Releases before 2.1.8 and later ones escape attribute values differently; for most files that makes no difference.
    """
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, remove_pis=True, collect_ids=False)
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    found = []
    for escape in (_escape_old, _escape_new):
        dump = "".join(_dump(root, escape))
        digest = hashlib.md5(f" {dump}\n".encode(), usedforsecurity=False).hexdigest()
        if digest not in found:
            found.append(digest)
    return tuple(found)


def _dump(root: Element, escape: Callable[[str], str]) -> Iterator[str]:
    """The XML as Pacemaker writes it unformatted: names without prefix, no text, comments kept.

    Without recursion: nesting may be deep.
    """
    todo: list[Element | str] = [root]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            yield item
            continue
        if isinstance(item, etree._Comment):  # noqa: SLF001 - see Element
            yield f"<!--{item.text or ''}-->"
            continue
        name = etree.QName(item).localname
        attributes = "".join(f' {etree.QName(str(k)).localname}="{escape(str(v))}"' for k, v in item.items())
        if not len(item):
            yield f"<{name}{attributes}/>"
            continue
        yield f"<{name}{attributes}>"
        todo.append(f"</{name}>")
        todo.extend(reversed(item))


def _escape_old(value: str) -> str:
    """As before 2.1.8, which escapes nothing from the first character on that is not ASCII."""
    foreign = _NON_ASCII.search(value)
    cut = foreign.start() if foreign else len(value)
    head = value[:cut]
    for char, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&apos;")):
        head = head.replace(char, escaped)
    head = _CONTROL.sub(lambda m: _OLD_CONTROL.get(m.group(), f"\\{ord(m.group()):03o}"), head)
    return head + value[cut:]


def _escape_new(value: str) -> str:
    """As since 2.1.8."""
    for char, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        value = value.replace(char, escaped)
    return _CONTROL.sub(lambda m: f"&#x{ord(m.group()):02X};", value)

"""What the RELAX NG that an installed Pacemaker brings says of a CIB."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from halint.errors import HalintError

if TYPE_CHECKING:
    from halint.model.cib_tree import Element


def by_relaxng(root: Element, version: str, folder: str) -> tuple[tuple[Element, str], ...] | None:
    """Elements and libxml2's words for what is wrong with them by `folder/VERSION.rng`, none where the CIB is valid.

    None where the folder has no such schema. Text between elements is dropped first, as Pacemaker does. libxml2 tells
    one mistake by itself and by all elements around it; the innermost counts. Raises HalintError for a schema that
    cannot be read.
    """
    from lxml import etree  # noqa: PLC0415 - most runs do not ask

    path = os.path.join(folder, f"{version}.rng")  # noqa: PTH118 - a name for libxml2
    if not os.path.isfile(path):  # noqa: PTH113 - as above
        return None
    try:
        grammar = etree.RelaxNG(etree.parse(path))
    except (OSError, etree.LxmlError) as error:
        raise HalintError(f"{path}: is no RELAX NG that can be read: {error}") from None
    copied = etree.fromstring(etree.tostring(root, with_tail=False), etree.XMLParser(huge_tree=True))
    for element in copied.iter():
        element.text = element.tail = None
    if grammar.validate(copied):
        return ()
    places = {copied.getroottree().getpath(one): own for one, own in zip(copied.iter("*"), root.iter("*"), strict=True)}
    said: dict[str, str] = {}
    for entry in grammar.error_log:
        said.setdefault(entry.path or "/cib", entry.message)
    inner = [path for path in said if not any(other.startswith(f"{path}/") for other in said)]
    return tuple((places.get(path, root), said[path]) for path in inner)

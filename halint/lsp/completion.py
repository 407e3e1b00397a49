"""What may be typed at a position."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lsprotocol import types

from halint.lsp.cib_place import CibPlace, Tag, cib_place, schema_of
from halint.lsp.corosync_place import CorosyncPlace, corosync_place
from halint.lsp.documents import Document
from halint.lsp.markup import markup
from halint.lsp.options import Option, corosync_key, corosync_keys, corosync_sections
from halint.lsp.settings import option_at, settings_at
from halint.schema.structure import ElementType, structure, words_of
from halint.schema_data import load

_Kind = types.CompletionItemKind

_NAMED = {
    **dict.fromkeys(("rsc", "with-rsc", "first", "then"), ("primitive|group|clone|master|bundle", "id")),
    "template": ("template", "id"),
    "node": ("node", "uname"),
}
"""Attributes that name an element of the CIB: those elements, and the attribute by which they are named."""


def completions(
    document: Document, position: types.Position, wanted: types.ClientCompletionItemOptions | None
) -> list[types.CompletionItem]:
    """The keys, names and values that may stand at a position, in the form that the client wants."""
    offset = document.text.offset(position)
    items = _Items(document, wanted or types.ClientCompletionItemOptions())
    if document.kind == "corosync":
        where = corosync_place(document.text.text, offset)
        return [] if where is None else list(_in_corosync(where, items))
    if document.kind == "cib":
        place = cib_place(document.text.text, offset)
        return [] if place is None else list(_in_cib(document.text.text, place, items))
    return []


class _Items:
    """Makes the items, which replace what is typed already."""

    def __init__(self, document: Document, wanted: types.ClientCompletionItemOptions) -> None:
        self._document = document
        self.snippets = bool(wanted.snippet_support)
        self._markup = markup(wanted.documentation_format)
        tags = wanted.tag_support.value_set if wanted.tag_support is not None else ()
        self._tags = types.CompletionItemTag.Deprecated in tags
        self._number = 0

    def item(
        self, label: str, kind: types.CompletionItemKind, start: int, end: int, new: str = ""
    ) -> types.CompletionItem:
        """One item; with places to fill in `new`, $0 and the like, where the client understands them."""
        self._number += 1
        filled = bool(new) and "$" in new
        return types.CompletionItem(
            label=label,
            kind=kind,
            sort_text=f"{self._number:04}",
            filter_text=label,
            text_edit=types.TextEdit(self._document.text.range(start, end), new or label),
            insert_text_format=types.InsertTextFormat.Snippet if filled else types.InsertTextFormat.PlainText,
        )

    def option(
        self, option: Option, kind: types.CompletionItemKind, start: int, end: int, new: str = ""
    ) -> types.CompletionItem:
        """An item for an option, with what is known of it."""
        item = self.item(option.name, kind, start, end, new)
        item.detail = option.default and f"default {option.default}"
        item.documentation = self._markup(option.markdown())
        item.tags = [types.CompletionItemTag.Deprecated] if option.old and self._tags else None
        return item


def _in_corosync(place: CorosyncPlace, items: _Items) -> Iterator[types.CompletionItem]:
    if place.in_value:
        option = corosync_key(place.section, place.key)
        for word in option.words if option is not None else ():
            yield items.item(word, _Kind.EnumMember, place.start, place.end)
        return
    known = [option for option in corosync_keys(place.section) if not option.name.endswith("*")]
    for option in sorted(known, key=lambda option: option.old):
        new = option.name if place.has_colon else f"{option.name}: "
        yield items.option(option, _Kind.Property, place.start, place.end, new)
    for name in () if place.has_colon else corosync_sections(place.section):
        new = f"{name} {{\n\t$0\n}}" if items.snippets else f"{name} {{"
        yield items.item(name, _Kind.Module, place.start, place.end, new)


def _in_cib(text: str, place: CibPlace, items: _Items) -> Iterator[types.CompletionItem]:
    if not place.in_value:
        yield from _attributes(text, place, items)
    elif place.tag.name == "nvpair" and place.attribute == "name":
        settings = settings_at(text, place)
        for option in settings.all() if settings is not None else ():
            yield items.option(option, _Kind.Property, place.start, place.end)
    else:
        for word in dict.fromkeys(_words(text, place)):
            yield items.item(word, _Kind.EnumMember, place.start, place.end)


def _words(text: str, place: CibPlace) -> Iterable[str]:
    """The values that an attribute may have, where they are a list."""
    option = option_at(text, place)
    if option is not None and (place.attribute == "value" or option.words):
        return option.words
    if place.attribute in _NAMED:
        return _names(text, _NAMED[place.attribute])
    if place.tag.name in ("primitive", "template") and place.attribute in ("provider", "type"):
        return _agents(place.tag, place.attribute)
    known = _type(text, place)
    return words_of(known.attributes.get(place.attribute, "")) if known is not None else ()


def _names(text: str, named: tuple[str, str]) -> Iterator[str]:
    """What the elements of the CIB are called that an attribute may name."""
    tags, attribute = named
    for found in re.finditer(rf"""<(?:{tags})\s[^<>]*?\b{attribute}=["']([^"'<>]+)["']""", text):
        yield found.group(1)


def _attributes(text: str, place: CibPlace, items: _Items) -> Iterator[types.CompletionItem]:
    known = _type(text, place)
    has_value = text[place.end :].lstrip()[:1] == "="
    for name in known.attributes if known is not None else ():
        if name == place.attribute or name not in place.tag.attributes:
            new = "" if has_value else f'{name}="$1"' if items.snippets else f'{name}="'
            yield items.item(name, _Kind.Property, place.start, place.end, new)


def _type(text: str, place: CibPlace) -> ElementType | None:
    return structure(schema_of(text)).types.get(place.tag.name)


def _agents(resource: Tag, attribute: str) -> Iterator[str]:
    """The agents that the table knows, by what is said of the resource's agent already."""
    wanted = [resource.attributes.get("class", "ocf"), resource.attributes.get("provider", "heartbeat")]
    for name in load("agents"):
        parts = name.split(":")
        if attribute == "type" and parts[:-1] == wanted[: len(parts) - 1]:
            yield parts[-1]
        if attribute == "provider" and len(parts) == 3:
            yield parts[1]

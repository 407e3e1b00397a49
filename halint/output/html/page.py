"""The page around a report: head, style, script, and the policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from halint import __version__
from halint.output.html.markup import Content, Html, tag

_START = "<!DOCTYPE html>\n"


class Part(NamedTuple):
    """A part of a page under a heading; `name` is unique in the page. One without content is left out."""

    name: str
    title: str
    content: Html


def page(title: str, header: Content, parts: Iterable[Part], *, data: Any = None, style: str = "") -> str:
    """A whole document. `data` goes in as JSON for programs; `style` is added to that of the page."""
    parts = [part for part in parts if part.content]
    css, script = f"{_part('page.css')}\n{style}".strip(), _part("page.js")
    embedded = [_data(data)] if data is not None else []
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(css, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content=f"halint {__version__}"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Html(css)),
    )
    body = tag(
        "body",
        tag("a", "Skip to the report", href="#main", class_="skip"),
        tag("header", header, _contents(parts)),
        tag("main", map(_section, parts), id="main", tabindex="-1"),
        tag("footer", tag("p", f"halint {__version__}")),
        *embedded,
        tag("script", Html(script)),
    )
    return f"{_START}{tag('html', head, body, lang='en')}\n"


def _section(part: Part) -> Html:
    heading = tag("h2", part.title, id=f"{part.name}-title")
    return tag("section", heading, part.content, id=part.name, aria_labelledby=f"{part.name}-title")


def _contents(parts: Iterable[Part]) -> Html:
    links = (tag("li", tag("a", part.title, href=f"#{part.name}")) for part in parts)
    return tag("nav", tag("ul", links), aria_label="Parts of the report")


def theme_button() -> Html:
    """Turns dark to light and back; the script shows it."""
    return tag("button", "Dark", type="button", id="theme", aria_pressed="false", hidden=True)


@cache
def _part(name: str) -> str:
    return files("halint.output.html").joinpath(name).read_text(encoding="utf-8").strip()


def _policy(css: str, script: str) -> str:
    """Nothing is fetched, sent or framed; the one style and the one script are known by their digests."""
    return (
        f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _data(data: Any) -> Html:
    """JSON that no value in it can end: `<`, `>`, `&` and what is not ASCII are escapes of JSON."""
    plain = json.dumps(data, separators=(",", ":"))
    for sign in "<>&":
        plain = plain.replace(sign, f"\\u{ord(sign):04x}")
    return tag("script", Html(plain), type="application/json", id="data")

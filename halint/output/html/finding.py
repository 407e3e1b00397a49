"""One finding on a page: what is the case, where, what it leads to, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from halint.output.html.markup import Html, code, joined, link, sentence, tag, text
from halint.output.html.places import place
from halint.output.style import Style
from halint.output.text import suppression
from halint.report import Edit, Finding, Fix, Related
from halint.source import Source

NO_NODE = "the whole cluster"
"""Stands for the node of a finding that is about none alone."""


def finding_card(
    finding: Finding,
    sources: Mapping[str, Source],
    *,
    name: str,
    object_at: str = "",
    has_page: bool = False,
    sign: str = "",
) -> Html:
    """The card of a finding. `name` is its id in the page, `object_at` that of its object in a picture, "" if none.

    `has_page` says that the rule has a part of the page. `sign` goes before the severity: + came, - went.
    """
    severity = tag("span", f"{sign} {finding.severity}".strip(), class_=f"badge {finding.severity}")
    places = [Related(finding.location, ""), *finding.related]
    return tag(
        "article",
        tag("h3", severity, Html(" "), text(finding.message)),
        tag("p", joined(_about(finding, name, object_at, has_page=has_page), " "), class_="about"),
        [place(one, sources, "" if number else finding.severity) for number, one in enumerate(places)],
        [tag("p", tag("b", "Why "), sentence(finding.consequence), class_="why")] if finding.consequence else [],
        fix_part(finding.fix),
        id=name,
        class_=f"card {finding.severity}{' aside' if finding.suppressed else ''}",
        tabindex="-1",
        data_level=finding.severity,
        data_rule=finding.rule,
        data_file=finding.location.file,
        data_node=finding.node or NO_NODE,
        data_cluster=finding.cluster,
    )


def _about(finding: Finding, name: str, object_at: str, *, has_page: bool) -> Iterator[Html]:
    yield tag("span", link(finding.rule, finding.url), class_="rule")
    if has_page:
        yield link("about the rule", f"#rule-{finding.rule}")
    if finding.subject:
        yield _item("object", code(finding.subject))
    owners = (("node", finding.node), ("cluster", finding.cluster))
    yield from (_item(key, code(value)) for key, value in owners if value)
    if finding.confidence != "certain":
        yield _item("confidence", text(finding.confidence))
    if finding.peers:
        yield _item("also told by", text(", ".join(finding.peers)))
    if finding.suppressed is not None:
        words = suppression(finding, Style()).removeprefix(" [").removesuffix("]")
        yield tag("span", words, class_="badge quiet")
    if object_at:
        yield link("in the picture", f"#{object_at}")
    yield link("#", f"#{name}", aria_label="link to this finding")


def _item(key: str, value: Html) -> Html:
    return tag("span", f"{key} ", value)


def fix_part(fix: Fix) -> Html:
    """How to mend it: a sentence, and the commands of each shell."""
    said = [tag("p", tag("b", "Fix "), sentence(fix.text))] if fix.text else []
    rows = [command(one, shell, fix.blanks_of(one)) for shell in ("pcs", "crm") for one in getattr(fix, shell)]
    edit = [tag("p", _edit_words(fix.edit), class_="faint")] if fix.edit is not None else []
    return tag("div", said, rows, edit, class_="fix") if said or rows or edit else Html("")


def command(line: str, shell: str = "", blanks: tuple[str, ...] = ()) -> Html:
    """A command to be copied; the script shows the button. `blanks` are words that its reader has to replace."""
    known = [tag("span", shell, class_="shell")] if shell else []
    button = tag("button", "Copy", type="button", class_="copy", hidden=True, aria_label=f"copy: {line}")
    note = [tag("span", f"fill in {', '.join(blanks)}", class_="faint")] if blanks else []
    words = joined((tag("span", word) for word in line.split(" ")), " ")  # a line breaks between, not in --config
    return tag("div", known, tag("code", words), button, note, class_="command")


def _edit_words(edit: Edit) -> str:
    flags = "--fix" if edit.safe else "--fix --unsafe-fixes"
    return f"halint check {flags} makes this change in the file"

"""Reports made by hand, with everything in them that a format may stumble over."""

from __future__ import annotations

from halint.output.setting import RulePage, Setting
from halint.report import Edit, Finding, Fix, Input, Related, Replacement, Report, Skipped, Suppression
from halint.source import Location, Source, Span

SECRET = "sesame-open"  # noqa: S105 - the value that no output may show
HOSTILE = (
    "</script><script>alert(1)</script>",
    "%0A::error::x",
    "]]>",
    "a|b",
    "`code` ```",
    "two\nlines\r\n::error::three",
    "\udc80\ud800",
    "nul\x00esc\x1b[31m\x85\u2028\u202e\ufffe\uffff",
    '"><img src=x onerror=alert(1)>',
    "[click](http://evil.example)",
    "{0} %s ${x} {{y}}",
    "file, with: commas = and % signs?#&",
    "日本 é 𝄞",
)


def finding(number: int = 0, **given: object) -> Finding:
    """A finding whose every text may be given."""
    values: dict[str, object] = {
        "rule": "two-node-flag-wrong-size",
        "topic": "quorum",
        "severity": "error",
        "confidence": "certain",
        "message": "two_node is on, but the nodelist has 3 nodes",
        "consequence": "Every part keeps quorum.",
        "subject": f"object-{number}",
        "location": Location("prod/cib.xml", number + 1, 3, number + 1, 9),
        "cluster": "prod",
        "node": None,
        "related": (),
        "fix": Fix(text="Take it out.", pcs=("pcs a",), crm=("crm b",)),
        "peers": (),
        "url": "https://halint.readthedocs.io/rules/quorum/two-node-flag-wrong-size/",
    }
    return Finding(**{**values, **given})


def source(path: str, lines: int = 20, text: str = "") -> Source:
    """A file whose every line holds a secret."""
    line = f'  <nvpair name="passwd" value="{SECRET}"/> https://me:{SECRET}@host/'
    at = line.index(SECRET) + 1
    spans = tuple(Span(n, at, n, at + len(SECRET)) for n in range(1, lines + 1))
    return Source(path=path, kind="cib", text=text or f"{line}\n" * lines, find_secrets=lambda: () if text else spans)


def report(*findings: Finding, **given: object) -> Report:
    """A report of these findings; their files are sources."""
    files = {f.location.file for f in findings} | {r.location.file for f in findings for r in f.related}
    values: dict[str, object] = {
        "findings": tuple(sorted((f for f in findings if f.suppressed is None), key=Finding.sort_key)),
        "suppressed": tuple(sorted((f for f in findings if f.suppressed is not None), key=Finding.sort_key)),
        "skipped": (),
        "inputs": tuple(Input(file, "cib", "prod", None, "read") for file in sorted(files)),
        "sources": {file: source(file) for file in files},
        "clusters": 1,
    }
    return Report(**{**values, **given})


def hostile(text: str) -> Report:
    """A report with a text in every place that comes from the input, a name of a file included."""
    place = Location(f"dir/{text}", 2, 1, 2, 5)
    one = finding(
        message=f"says {text}",
        subject=text,
        location=place,
        cluster=text,
        node=text,
        related=(Related(Location(f"other/{text}", 3, 1, 4, 2), f"label {text}"),),
        fix=Fix(
            text=f"do {text}",
            pcs=(f"pcs {text}",),
            crm=(f"crm {text}",),
            edit=Edit(changes=(Replacement(Span(2, 1, 2, 5), text),), safe=True),
        ),
    )
    set_aside = finding(1, location=place, subject=text, suppressed=Suppression("comment", text))
    why = "".join(c if c.isprintable() else "?" for c in text)
    unread = Input(f"bad/{text}", "cib", text, None, f"unreadable: {why}")
    return report(
        one,
        set_aside,
        inputs=(Input(place.file, "cib", text, text, "read"), unread),
        skipped=(Skipped("hosts-missing", f"needs {text}"),),
        trouble=(f"bad/{text}: {why}", f"internal error: {text}"),
        sources={place.file: source(place.file, text=f"first\n{text}\nlast\n")},
    )


EMPTY = Report(findings=(), skipped=(), inputs=())
UNREAD = report(
    inputs=(Input("bad.xml", "cib", "", None, "unreadable: does not exist"),), trouble=("bad.xml: does not exist",)
)
RICH = report(
    finding(0),
    finding(1, severity="warning", confidence="likely", node="n1"),
    finding(2, severity="info"),
    finding(3, location=Location("sos.tar.xz:etc/corosync/corosync.conf", 1, 3, 3, 9)),
    finding(4, related=(Related(Location("prod/hosts", 4, 1, 4, 9), "node [n3]"),)),
    finding(5, suppressed=Suppression("comment", "a lab")),
    finding(6, suppressed=Suppression("baseline", "")),
    finding(6, location=Location("/etc/corosync.conf", 1, 1, 1, 1)),
    finding(6, location=Location("-", 2, 30, 2, 50)),
    finding(7, fix=Fix(text="Make it 0.", edit=Edit(changes=(Replacement(Span(8, 1, 8, 2), "0"),), safe=True))),
    finding(7, message="another of the same object"),
    skipped=(Skipped("hosts-missing", "needs hosts"),),
)
PAGE = RulePage(
    summary="two_node is on in a cluster of another size",
    why="Every part keeps quorum.\n\nAnd `more`.",
    fix="Take it out.",
    pcs=("pcs a",),
    crm=(),
    sources=("votequorum(5)",),
    severity="error",
    confidence="certain",
    topic="quorum",
    url="https://halint.readthedocs.io/rules/quorum/two-node-flag-wrong-size/",
)
SETTING = Setting(pages={"two-node-flag-wrong-size": PAGE}, status=1)
REPORTS = {
    "empty": EMPTY,
    "unreadable": UNREAD,
    "rich": RICH,
    **{f"hostile {number}": hostile(text) for number, text in enumerate(HOSTILE)},
}

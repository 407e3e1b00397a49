"""The XML patch (format 2, without versions) that cibadmin --patch takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from halint.diff.change import Comparison
from halint.diff.commands.edits import Edit, Trees
from halint.diff.commands.writing import Secret, Secrets, Text, Writer, attributes, escape, wrap
from halint.diff.side import BOOKKEEPING, Side
from halint.model.cib_tree import Element


def patch_document(comparison: Comparison, secrets: Secrets) -> str:
    """A document that `cibadmin --patch --xml-file FILE` takes; a secret in it is `${VARIABLE}`.

    Where the patch sets attributes of the cib element it holds BEFORE's counters too; measured with 2.1.5: a patch
    without them is refused, and one with a lower epoch than the cluster's as well.
    """
    trees = Trees(comparison.before, comparison.after)
    lines = ["".join(_placeholder(piece) for piece in line) for line in patch_lines(trees, _all(trees), secrets)]
    return "\n".join([*_comment(comparison, secrets), *lines]) + "\n"


def settings(side: Side) -> dict[str, str]:
    """The attributes of the cib element that are configuration: validate-with, remote-tls-port and the like."""
    return {name: value for name, value in attributes(side, side.root).items() if name not in BOOKKEEPING}


def _all(trees: Trees) -> Iterator[Edit]:
    if settings(trees.before) != settings(trees.after):
        yield Edit("modify", "/cib", trees.before.root, trees.after.root)
    before, after = trees.before.configuration, trees.after.configuration
    if before is not None and after is not None:
        yield from trees.edits(before, after, "/cib/configuration")
    elif after is not None:
        yield Edit("create", "/cib", None, after, 0)


def patch_lines(trees: Trees, edits: Iterable[Edit], secrets: Secrets) -> Iterator[Text]:
    """The lines of a patch with these edits."""
    writer = Writer(trees.after, secrets)
    yield ('<diff format="2">',)
    for edit in edits:
        head = f'  <change operation="{edit.operation}" path="{escape(edit.path)}"'
        if edit.operation in ("create", "move"):
            head += f' position="{edit.position}"'
        if edit.after is None or edit.operation == "move":
            yield (f"{head}/>",)
            continue
        yield (f"{head}>",)
        if edit.operation == "create":
            yield ("    ", *writer.element(edit.after))
        elif edit.before is not None:
            yield from _modified(trees, edit.before, edit.after, secrets)
        yield ("  </change>",)
    yield ("</diff>",)


def _modified(trees: Trees, before: Element, after: Element, secrets: Secrets) -> Iterator[Text]:
    old, new = attributes(trees.before, before), attributes(trees.after, after)
    if after.tag == "cib":
        new = {**{n: v for n, v in old.items() if n in BOOKKEEPING}, **settings(trees.after)}
    values: dict[str, Text] = {
        name: (value,) if after.tag == "cib" else secrets.value(trees.after, after, name) for name, value in new.items()
    }
    yield ("    <change-list>",)
    for name in old:
        if name not in new:
            yield ("      ", *wrap("change-attr", {"name": (name,), "operation": ("unset",)}))
    for name, value in values.items():
        if old.get(name) != new[name]:
            yield ("      ", *wrap("change-attr", {"name": (name,), "operation": ("set",), "value": value}))
    yield ("    </change-list>",)
    yield ("    <change-result>", *wrap(after.tag, values), "</change-result>")


def _placeholder(piece: str | Secret) -> str:
    return f"${{{piece.variable}}}" if isinstance(piece, Secret) else piece


def _comment(comparison: Comparison, secrets: Secrets) -> Iterator[str]:
    before, after = comparison.before, comparison.after
    counters = ".".join(map(str, before.version))
    yield "<!--"
    yield _plain(f"  Turns the configuration of {before.path} (version {counters}) into that of {after.path}.")
    if secrets.used:
        names = " ".join(f"${{{name}}}" for name in secrets.used)
        yield "  Secrets are left out. Put in their place what AFTER has, with & < and quotes written as XML does:"
        yield from (_plain(f"    {name}: {what}") for name, what in secrets.used.items())
        yield "  For example: export these variables, then"
        yield f"    envsubst '{names}' <PATCH >FILLED"
    yield f"  To push it: cibadmin -P -x {'FILLED' if secrets.used else 'PATCH'}"
    yield "-->"


def _plain(text: str) -> str:
    """A text that may stand in an XML comment, which must not hold two hyphens in a row."""
    indent = " " * (len(text) - len(text.lstrip(" ")))
    return indent + re.sub(r"-(?=-|$)", "- ", " ".join(text.split()))

"""What the tables say of options: of corosync.conf's keys, and of what Pacemaker knows by name in attribute sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from halint.model.pacemaker_release import Release, version_numbers
from halint.record import record
from halint.schema.structure import words_of
from halint.schema_data import load

_TYPES = {
    "u8": "whole number from 0 to 255",
    "u16": "whole number from 0 to 65535",
    "u32": "whole number from 0 to 4294967295",
    "i32": "whole number from -2147483648 to 2147483647",
    "u64": "whole number from 0 to 18446744073709551615",
    "dscp": "DSCP: a name such as CS6, or a number from 0 to 63",
    "text": "text",
    "boolean": "true or false",
    "interval": "time, such as 60s, 5min or 2h",
    "timeout": "time, such as 60s, 5min or 2h",
    "score": "whole number, INFINITY or -INFINITY",
    "integer": "whole number",
    "percentage": "percentage, such as 80%",
    "role": "role of a resource",
}
_UNITS = {"ms": "milliseconds", "s": "seconds", "B": "bytes", "%": "percent"}
_WRONG = {
    "refused": "corosync does not start with any other value",
    "ignored": "any other value is passed over",
    "device": "any other value stops the quorum device's daemon",
}
TABLES = {
    "properties": "cluster property",
    "meta": "meta attribute of a resource",
    "meta_clone": "meta attribute of a clone",
    "meta_group": "meta attribute of a group",
    "operation": "attribute of an operation",
    "alert": "meta attribute of an alert",
    "node": "attribute of a node",
}


@record
class Option:
    """One option. `place` says what it is one of; `words` are the values it takes, () where these are no list.

    `facts` are sentences without a full stop. `old`: not to be used any more; `written`: by the cluster itself.
    """

    name: str
    place: str
    type: str
    default: str = ""
    words: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    old: bool = False
    written: bool = False

    def markdown(self) -> str:
        """The option as an editor shows it."""
        default = f"; default `{self.default}`" if self.default else ""
        values = f"one of {', '.join(f'`{word}`' for word in self.words)}" if self.words else self.type
        lines = [f"**{self.name}** ({self.place})", f"{values}{default}", *self.facts]
        return "\n\n".join(line for line in lines if line)


def corosync_keys(section: str) -> tuple[Option, ...]:
    """The keys that corosync and its helpers know in a section, "totem.interface"."""
    return tuple(_key(row) for row in _rows() if fnmatchcase(section, row["section"]))


def corosync_key(section: str, name: str) -> Option | None:
    """One key; None for a name that is not known there."""
    found = (_key(row, name) for row in _rows() if fnmatchcase(section, row["section"]) and _is_key(name, row["key"]))
    return next(found, None)


def corosync_sections(section: str) -> tuple[str, ...]:
    """The names of the sections that are known in a section, or at the top level."""
    depth = len(section.split(".")) if section else 0
    paths = [row["section"].split(".") for row in _rows() if row["section"] and row.get("state") != "obsolete"]
    inner = [path[depth] for path in paths if len(path) > depth and _fits(section, path[:depth])]
    return tuple(dict.fromkeys(name for name in inner if name != "*"))


def cib_options(tables: tuple[str, ...], release: Release = ()) -> tuple[Option, ...]:
    """The options of these tables, by the names that a release of Pacemaker knows; () is the newest."""
    return tuple(option for name in tables for option in _of_table(name, release))


def cib_option(tables: tuple[str, ...], name: str, release: Release = ()) -> Option | None:
    """One option, also by an older or newer name than the release's, or one that is no more."""
    for option in cib_options(tables, release):
        if option.name == name:
            return option
    for table in tables:
        for new, row in load("cib-options")[table].items():
            if name == new or name in row.get("old", ()):
                return _option(table, name, new, row, release)
        gone = load("cib-options")["removed"].get(table, {}).get(name)
        if gone:
            return _gone(table, name, gone)
    return None


def _rows() -> list[Mapping[str, Any]]:
    return list(load("corosync-keys")["keys"])


def _is_key(name: str, known: str) -> bool:
    return name == known or (known.endswith("*") and fnmatchcase(name, known))


def _fits(section: str, path: list[str]) -> bool:
    return fnmatchcase(section, ".".join(path)) if section else not path


def _key(row: Mapping[str, Any], name: str = "") -> Option:
    return Option(
        name=name or row["key"],
        place=f"{row['section'] or 'top level'} in corosync.conf",
        type=_TYPES.get(row["type"], row["type"]),
        default=str(row.get("default", "")),
        words=tuple(map(str, row.get("values", ()))),
        facts=tuple(_facts_of_key(row)),
        old="state" in row,
    )


def _facts_of_key(row: Mapping[str, Any]) -> Iterator[str]:
    if "unit" in row:
        yield f"in {_UNITS.get(row['unit'], row['unit'])}"
    if "range" in row:
        yield "from {} to {}".format(*row["range"])
    if "since" in row:
        yield f"since corosync {row['since']}"
    yield from (f"`{word}` since corosync {since}" for word, since in row.get("values_since", {}).items())
    yield from (f"`{word}` up to corosync {until}" for word, until in row.get("values_until", {}).items())
    if "wrong" in row:
        yield _WRONG[row["wrong"]]
    if "by" in row:
        yield f"read by {row['by']}"
    if row.get("state") == "deprecated":
        yield "deprecated" + (f"; use {row['after']}" if "after" in row else "")
    if row.get("state") == "obsolete":
        yield "obsolete: corosync 3 does not look at it" + (f"; use {row['after']}" if "after" in row else "")


def _of_table(table: str, release: Release) -> Iterator[Option]:
    for new, row in load("cib-options")[table].items():
        name = _name_in(new, row, release)
        gone = load("cib-options")["removed"].get(table, {}).get(name)
        if gone and not (release and release <= version_numbers(gone["last"])):
            yield _gone(table, name, gone)
        elif name:
            yield _option(table, name, new, row, release)


def _name_in(new: str, row: Mapping[str, Any], release: Release) -> str:
    """What a release calls an option: "" where it does not know it."""
    if not release or "since" not in row or release >= version_numbers(row["since"]):
        return new
    return str(next(iter(row.get("old", ())), ""))


def _option(table: str, name: str, new: str, row: Mapping[str, Any], release: Release) -> Option:
    return Option(
        name=name,
        place=TABLES[table],
        type=_TYPES.get(row["type"], ""),
        default=str(row.get("default", "")),
        words=_words(row, release),
        facts=tuple(_facts(name, new, row)),
        old=name != new and name != _name_in(new, row, release),
        written=bool(row.get("written")),
    )


def _words(row: Mapping[str, Any], release: Release) -> tuple[str, ...]:
    if row["type"] == "boolean":
        return ("true", "false")
    if row["type"] == "role":
        return _roles()
    since, until = row.get("values_since", {}), row.get("values_until", {})
    return tuple(
        str(word)
        for word in row.get("values", ())
        if not (release and word in since and release < version_numbers(since[word]))
        and not (word in until and (not release or release > version_numbers(until[word])))
    )


@cache
def _roles() -> tuple[str, ...]:
    return words_of("role")


def _facts(name: str, new: str, row: Mapping[str, Any]) -> Iterator[str]:
    if name != new:
        yield f"called {new} since Pacemaker {row['since']}"
    elif "since" in row and "old" in row:
        yield f"since Pacemaker {row['since']}; before, {', '.join(row['old'])}"
    elif "since" in row:
        yield f"since Pacemaker {row['since']}"
    elif "old" in row:
        yield f"also called {', '.join(row['old'])}"
    if "minimum" in row:
        yield f"at least {row['minimum']}"
    yield from (f"`{word}` since Pacemaker {since}" for word, since in row.get("values_since", {}).items())
    yield from (f"`{word}` up to Pacemaker {until}" for word, until in row.get("values_until", {}).items())
    if "deprecated" in row:
        which = f"`{row['deprecated_value']}` is" if "deprecated_value" in row else "it is"
        yield f"{which} deprecated since Pacemaker {row['deprecated']}"
    if row.get("written"):
        yield "the cluster writes it itself"


def _gone(table: str, name: str, row: Mapping[str, Any]) -> Option:
    instead = f"; use {row['instead']}" if "instead" in row else ""
    said = f"no more: Pacemaker {row['last']} was the last that knew it{instead}"
    return Option(name=name, place=TABLES[table], type="", facts=(said,), old=True)

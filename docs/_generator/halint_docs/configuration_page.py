"""The page of `.halint.yaml`: every key, from the schema that halint ships and from what it knows of each key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from halint.cli.environment import variable
from halint.cli.options import CHECK
from halint.config.keys import KEYS, SHAPES, Key
from halint.engine.rules import built_in
from halint.schema_data import load, load_json
from halint_docs.markup import code, codes, escaped, fenced, front, table

_INTRODUCTION = """
The configuration is `.halint.yaml`: the nearest one from an input upward, up to the root of its repository.
`halint init` writes one to start with, `halint config show` prints what counts and who says it, and `halint schema
config` is a JSON schema for editors. An unknown key or a value that a key does not take is wrong use: exit
status 2, with the line.

The command line goes before the environment, the environment before the file. How to use it tells the
[guide](../guides/configuration.md).
"""
_LAYERS = {
    "one": "Of files that extend each other the nearer one's counts.",
    "map": "Of files that extend each other the nearer one's counts, name by name.",
    "list": "Files that extend each other add up.",
}


def configuration_page() -> str:
    """The page."""
    about = "Every key of .halint.yaml, and the profiles"
    schema = load_json("config")["properties"]
    lines = [*front("The configuration file", about), "# The configuration file", "", _INTRODUCTION.strip(), ""]
    for key in KEYS:
        lines += [f"## {escaped(key.name)}", "", *_key(key, schema[key.name])]
    lines += ["## What profiles set", "", *_profiles()]
    return "\n".join(lines)


def _key(key: Key, schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{escaped(key.help)} {_LAYERS[SHAPES[key.kind]]}", "")
    yield f"- Value: {_any_value(schema)}"
    if key.default:
        yield f"- Default: {code(key.default)}"
    for option in CHECK:
        if option.name == key.option:
            yield f"- On the command line: {code(f'--{option.name}')}"
            yield from ([f"- In the environment: {code(variable(option))}"] if variable(option) else [])
    yield ""
    if key.example.strip("[]{}"):
        yield from (*fenced(f"{key.name}: {key.example}", "yaml", ".halint.yaml"), "")
    yield from _entries(schema)


def _forms(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    forms = schema.get("anyOf", [schema])
    return [form for form in forms if form.get("type") != "null"]


def _value(form: Mapping[str, Any]) -> str:
    if "enum" in form:
        return "one of " + codes("off" if word is False else str(word) for word in form["enum"])
    kinds = form["type"] if isinstance(form["type"], list) else [form["type"]]
    if "array" in kinds:
        return f"a list of {_plural(form['items'])}"
    if "object" in kinds:
        return "a mapping"
    names = {"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
    pattern = f" that fits {code(form['pattern'])}" if "pattern" in form else ""
    return " or ".join(names[kind] for kind in kinds) + pattern


def _plural(form: Mapping[str, Any]) -> str:
    if "enum" in form:
        return codes(map(str, form["enum"]))
    kind = str(form.get("type"))
    return {"string": "texts", "object": "mappings", "array": "lists"}[kind]


def _entries(schema: Mapping[str, Any]) -> Iterator[str]:
    """What the mappings of a key may hold, where the schema names it."""
    for form in _forms(schema):
        inner = form.get("items", form.get("additionalProperties"))
        named = form if "properties" in form else inner
        if isinstance(named, Mapping) and "properties" in named:
            required = named.get("required", [])
            rows = [
                (code(name), _any_value(told), "yes" if name in required else "")
                for name, told in named["properties"].items()
            ]
            yield from (*table(("in it", "value", "required"), rows), "")
            return


def _any_value(told: Mapping[str, Any]) -> str:
    values = list(dict.fromkeys(_value(form) for form in _forms(told)))
    if len(values) == 2 and values[0].startswith("a list"):
        single = values[1].removeprefix("one of ").replace(" that fits ", " that fit ")
        if single == "a mapping":
            return "a mapping, or a list of such"
        return f"{'one or several of' if values[1].startswith('one of ') else 'one or a list of'} {_texts(single)}"
    return ", or ".join(values)


def _texts(single: str) -> str:
    return f"texts{single.removeprefix('a text')}" if single.startswith("a text") else single


def _profiles() -> Iterator[str]:
    for name, profile in load("profiles").items():
        summary = profile["summary"]
        yield from (f"### {escaped(name)}", "", f"{escaped(summary[0].upper() + summary[1:])}.", "")
        rows = [
            (_rule(rule), ", ".join(f"{code(option)} {code(str(value))}" for option, value in options.items()))
            for rule, options in profile.get("rules", {}).items()
        ]
        rows += [(_rule(rule), f"severity {code(_word(word))}") for rule, word in profile.get("severity", {}).items()]
        rows += [(code("fail-on"), code(str(profile["fail-on"])))] if "fail-on" in profile else []
        rows += [(code("targets"), escaped(f"{k} {v}")) for k, v in profile.get("targets", {}).items()]
        yield from (*table(("rule or key", "set to"), rows), "") if rows else ()


def _word(word: object) -> str:
    return "off" if word is False else str(word)


def _rule(name: str) -> str:
    rule = next((rule for rule in built_in() if rule.name == name), None)
    return f"[{escaped(name)}](../rules/{rule.topic}/{name}.md)" if rule else code(name)

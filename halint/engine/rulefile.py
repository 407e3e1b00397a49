"""Reads rule files: YAML to checked data, with errors that name file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import yaml

from halint.engine.peers import TOOLS, is_peer
from halint.engine.template import TemplateError, placeholders
from halint.engine.xpath import XPathError, check_expression
from halint.errors import HalintError, did_you_mean
from halint.report import KINDS, PARTS, SEVERITIES

NEEDS = frozenset(KINDS) | frozenset(f"{kind}*" for kind in KINDS) | frozenset(PARTS)
CONFIDENCES = ("certain", "likely")
MAX_BYTES = 1024 * 1024

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FUNCTION = re.compile(r"[a-z_]+\.[a-z_]+")
_REQUIRED = ("summary", "severity", "confidence", "needs", "peers", "why", "fix", "sources", "check", "examples")
_OPTIONAL = ("covers", "aliases", "unless", "profiles", "let", "options")
_WORDING = ("message", "severity", "confidence", "fix", "peers")


def compile_folder(folder: Path) -> list[dict[str, Any]]:
    """The rules under `folder/TOPIC/NAME.yaml`, compiled for running, sorted by name."""
    rules = [compiled(read_rule(path)) for path in sorted(folder.glob("*/*.yaml"))]
    return sorted(rules, key=lambda rule: str(rule["name"]))


def compiled(rule: Mapping[str, Any]) -> dict[str, Any]:
    """What a run needs of a rule: everything but the page and the examples."""
    slim = {k: v for k, v in rule.items() if k not in ("why", "sources", "examples")}
    slim["consequence"] = " ".join(rule["why"].strip().split("\n\n")[0].split())
    return slim


def read_rule(path: Path, *, trusted: bool = True) -> dict[str, Any]:
    """Read and check one rule file. `trusted` is False for users' own rules, which may only query.

    The topic is the folder's name. Raises HalintError naming file, line and key.
    """
    try:
        if not path.is_file() and path.exists():
            raise HalintError(f"{path}: is no regular file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise HalintError(f"{path}: cannot be read: {error}") from None
    if len(data) > MAX_BYTES:
        raise HalintError(f"{path}: is larger than {MAX_BYTES // 1024} KiB")
    return parse_rule(text, str(path), name=path.stem, topic=path.parent.name, trusted=trusted)


def parse_rule(text: str, file: str, *, name: str, topic: str, trusted: bool = True) -> dict[str, Any]:
    """As `read_rule`, from text."""
    return _Reader(file, text, trusted=trusted).rule(name, topic)


class _Reader:
    """Typed access to the parsed YAML; remembers the line of every key for its errors."""

    def __init__(self, file: str, text: str, *, trusted: bool) -> None:
        self._file = file
        self._trusted = trusted
        self._lines: dict[str, int] = {}
        self._done: dict[int, Any] = {}
        self._open: set[int] = set()
        try:
            node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            raise HalintError(f"{file}:{mark.line + 1 if mark else 1}: not YAML: {error.problem}") from None
        except yaml.YAMLError as error:
            raise HalintError(f"{file}:1: not YAML: {' '.join(str(error).split())}") from None
        except RecursionError:
            raise HalintError(f"{file}:1: not YAML that a rule needs: nested too deeply") from None
        self._data = self._plain(node, "") if node is not None else None

    def _plain(self, node: yaml.Node, path: str) -> Any:
        """What a node holds; one that an alias repeats is read once."""
        self._lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._open:
            self.refuse(path, "holds itself through an alias")
        if id(node) not in self._done:
            self._open.add(id(node))
            self._done[id(node)] = self._read(node, path)
            self._open.discard(id(node))
        return self._done[id(node)]

    def _read(self, node: yaml.Node, path: str) -> Any:
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, f"{path}[{i}]") for i, child in enumerate(node.value)]
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            return str(node.value)

    def _pairs(self, node: yaml.MappingNode, path: str) -> Iterator[tuple[str, Any]]:
        seen = set()
        for key, value in node.value:
            name = str(key.value)
            inner = f"{path}.{name}".lstrip(".")
            self._lines[inner] = int(key.start_mark.line) + 1
            if name in seen:
                self.refuse(inner, "is given twice")
            seen.add(name)
            yield name, self._plain(value, inner)

    def refuse(self, key: str, problem: str) -> NoReturn:
        """Raise for a key."""
        raise HalintError(f"{self._file}:{self.line_of(key)}: {key or 'the file'} {problem}")

    def line_of(self, key: str) -> int:
        """The line of a key, or of the nearest around it that is there."""
        while key not in self._lines and key:
            key = re.sub(r"(\.[^.\[\]]*|\[\d+\]|^[^.\[\]]+|.)$", "", key)
        return self._lines.get(key, 1)

    def rule(self, name: str, topic: str) -> dict[str, Any]:
        """The whole file, checked."""
        if not _NAME.fullmatch(name):
            self.refuse("", f"has a name that is no rule name (kebab-case): {name}")
        data = self.mapping(self._data, "", _REQUIRED, _OPTIONAL)
        let = {k: self.text(v, f"let.{k}") for k, v in self.mapping(data.get("let", {}), "let").items()}
        for key, expression in let.items():
            self.expression(expression, f"let.{key}", (), root=True)
        return {
            "name": name,
            "topic": topic,
            "summary": self.statement(data["summary"], "summary"),
            "severity": self.choice(data["severity"], "severity", SEVERITIES),
            "confidence": self.choice(data["confidence"], "confidence", CONFIDENCES),
            "needs": self.choices(data["needs"], "needs", sorted(NEEDS)),
            "peers": self.peers(data["peers"], "peers"),
            "covers": self.names(data.get("covers", []), "covers"),
            "aliases": self.names(data.get("aliases", []), "aliases"),
            "unless": self.names(data.get("unless", []), "unless"),
            "profiles": self.names(data.get("profiles", []), "profiles"),
            "why": self.text(data["why"], "why"),
            "fix": self.fix(data["fix"], "fix", tuple(let) if self._all_queries(data["check"]) else None),
            "sources": self.filled(self.texts(data["sources"], "sources"), "sources"),
            "let": let,
            "options": self.options(data.get("options", {})),
            "check": [
                self.check(c, f"check[{i}]", tuple(let)) for i, c in enumerate(self.items(data["check"], "check"))
            ],
            "examples": self.examples(data["examples"]),
        }

    def check(self, value: Any, key: str, let: tuple[str, ...]) -> dict[str, Any]:
        """One item of `check`: a query or a function."""
        if isinstance(value, Mapping) and "python" in value:
            return self.python(value, key)
        data = self.mapping(value, key, ("find", "message"), ("subject", "related", *_WORDING))
        find = self.expression(self.text(data["find"], f"{key}.find"), f"{key}.find", let, root=True)
        query = {"find": find, **self.wording(data, key, let)}
        if "subject" in data:
            query["subject"] = self.expression(self.text(data["subject"], f"{key}.subject"), f"{key}.subject", let)
        query["related"] = [
            self.related(r, f"{key}.related[{i}]", let) for i, r in enumerate(self.items(data.get("related", []), key))
        ]
        return query

    def related(self, value: Any, key: str, let: tuple[str, ...]) -> dict[str, str]:
        """A related place of a query."""
        data = self.mapping(value, key, ("find", "message"))
        find = self.expression(self.text(data["find"], f"{key}.find"), f"{key}.find", let)
        return {"find": find, "message": self.template(self.line(data["message"], key), f"{key}.message", let)}

    def python(self, value: Mapping[str, Any], key: str) -> dict[str, Any]:
        """A function of halint.checks with its message or messages by case."""
        if not self._trusted:
            self.refuse(f"{key}.python", "may only stand in halint's own rules; use find")
        data = self.mapping(value, key, ("python",), ("messages", *_WORDING))
        function = self.text(data["python"], f"{key}.python")
        if not _FUNCTION.fullmatch(function):
            self.refuse(f"{key}.python", f"is not module.function: {function}")
        if "messages" not in data:
            if "message" not in data:
                self.refuse(key, "needs message or messages")
            return {"python": function, "messages": {"": self.wording(data, key, None)}}
        cases = self.mapping(data["messages"], f"{key}.messages")
        if not cases:
            self.refuse(f"{key}.messages", "is empty")
        inner = f"{key}.messages"
        return {"python": function, "messages": {c: self.case(w, f"{inner}.{c}") for c, w in cases.items()}}

    def case(self, value: Any, key: str) -> dict[str, Any]:
        """One of several messages: the text, or a mapping with what differs."""
        data = {"message": value} if isinstance(value, str) else self.mapping(value, key, ("message",), _WORDING)
        return self.wording(data, key, None)

    def wording(self, data: Mapping[str, Any], key: str, let: tuple[str, ...] | None) -> dict[str, Any]:
        """Message, and what differs from the rule. `let` is None where placeholders are names, not XPath."""
        message = self.statement(data["message"], f"{key}.message")
        wording: dict[str, Any] = {"message": self.template(message, f"{key}.message", let)}
        if "severity" in data:
            wording["severity"] = self.choice(data["severity"], f"{key}.severity", SEVERITIES)
        if "confidence" in data:
            wording["confidence"] = self.choice(data["confidence"], f"{key}.confidence", CONFIDENCES)
        if "peers" in data:
            wording["peers"] = self.peers(data["peers"], f"{key}.peers")
        if "fix" in data:
            wording["fix"] = self.fix(data["fix"], f"{key}.fix", let)
        return wording

    def template(self, text: str, key: str, let: tuple[str, ...] | None) -> str:
        """A text with placeholders; where they are XPath each is checked."""
        try:
            found = placeholders(text)
        except TemplateError as error:
            self.refuse(key, str(error))
        for expression in found:
            if let is not None:
                self.expression(expression, key, let)
            elif not expression.isidentifier():
                self.refuse(key, f"has a placeholder that is no name: {{{expression}}}")
        return text

    def expression(self, text: str, key: str, let: tuple[str, ...], *, root: bool = False) -> str:
        """An XPath expression, compiled once and its names checked against the vocabulary."""
        try:
            check_expression(text, let, root=root)
        except XPathError as error:
            self.refuse(key, f"{error}: {text}")
        return text

    def _all_queries(self, checks: Any) -> bool:
        return not any(isinstance(c, Mapping) and "python" in c for c in self.items(checks, "check"))

    def fix(self, value: Any, key: str, let: tuple[str, ...] | None) -> dict[str, Any]:
        """Text and commands; `let` as in `wording`."""
        data = self.mapping(value, key, ("text",), ("pcs", "crm"))
        fix: dict[str, Any] = {"text": self.text(data["text"], f"{key}.text").strip()}
        for shell in ("pcs", "crm"):
            fix[shell] = self.texts(data.get(shell, []), f"{key}.{shell}")
        for text in (fix["text"], *fix["pcs"], *fix["crm"]):
            self.template(text, key, let)
        return fix

    def options(self, value: Any) -> dict[str, Any]:
        """Thresholds: a default and its unit."""
        data = self.mapping(value, "options")
        return {k: self.mapping(v, f"options.{k}", ("default",), ("unit", "description")) for k, v in data.items()}

    def examples(self, value: Any) -> dict[str, list[dict[str, Any]]]:
        """At least one bad and one good example."""
        data = self.mapping(value, "examples", ("bad", "good"))
        return {
            side: self.filled(
                [
                    self.example(e, f"examples.{side}[{i}]", bad=side == "bad")
                    for i, e in enumerate(self.items(data[side], f"examples.{side}"))
                ],
                f"examples.{side}",
            )
            for side in ("bad", "good")
        }

    def example(self, value: Any, key: str, *, bad: bool) -> dict[str, Any]:
        """Files, and for a bad one what is found in them."""
        data = self.mapping(value, key, ("title", "files", *(("expect",) if bad else ())), ("target",))
        files = self.mapping(data["files"], f"{key}.files")
        example: dict[str, Any] = {
            "title": self.line(data["title"], f"{key}.title"),
            "files": {name: self.content(text, f"{key}.files.{name}") for name, text in files.items()},
            "expect": [],
            "target": self.texts(data.get("target", []), f"{key}.target"),
            "line": self.line_of(key),
        }
        for name, problem in _misplaced(files):
            self.refuse(f"{key}.files.{name}", problem)
        if bad:
            expected = self.filled(self.items(data["expect"], f"{key}.expect"), f"{key}.expect")
            example["expect"] = [self.expectation(e, f"{key}.expect[{i}]") for i, e in enumerate(expected)]
        return example

    def expectation(self, value: Any, key: str) -> dict[str, str]:
        """Where a finding stands and what it says."""
        data = self.mapping(value, key, ("at", "says"), ("file", "severity"))
        return {k: self.content(v, f"{key}.{k}") for k, v in data.items()}

    def mapping(
        self, value: Any, key: str, required: tuple[str, ...] = (), optional: tuple[str, ...] | None = None
    ) -> dict[str, Any]:
        """A mapping with the required keys, and no others than the optional ones where those are named."""
        if not isinstance(value, dict):
            self.refuse(key, "must be a mapping")
        for name in required:
            if name not in value:
                self.refuse(key, f"lacks the key {name}")
        if required or optional:
            for name in value:
                if name not in (*required, *(optional or ())):
                    self.refuse(
                        f"{key}.{name}".lstrip("."),
                        f"is not a known key{did_you_mean(name, (*required, *(optional or ())))}",
                    )
        return value

    def items(self, value: Any, key: str) -> list[Any]:
        """A list."""
        if not isinstance(value, list):
            self.refuse(key, "must be a list")
        return value

    def filled(self, value: list[Any], key: str) -> list[Any]:
        """A list with something in it."""
        if not value:
            self.refuse(key, "must not be empty")
        return value

    def content(self, value: Any, key: str) -> str:
        """Text that may be empty; numbers and booleans need quotes, or YAML changes them."""
        if not isinstance(value, str):
            self.refuse(key, "must be text; quote numbers, yes, no, on and off")
        return value

    def text(self, value: Any, key: str) -> str:
        """Text that is not empty."""
        text = self.content(value, key)
        if not text.strip():
            self.refuse(key, "must not be empty")
        return text

    def line(self, value: Any, key: str) -> str:
        """One line of text."""
        text = self.text(value, key).strip()
        if "\n" in text:
            self.refuse(key, "must be one line")
        return text

    def statement(self, value: Any, key: str) -> str:
        """One line that says what is the case: lower case, no full stop."""
        line = self.line(value, key)
        if line[0].isupper() and line[1:2] in " abcdefghijklmnopqrstuvwxyz" and not line.startswith("Pacemaker"):
            self.refuse(key, "starts with a capital letter")
        if line.endswith("."):
            self.refuse(key, "ends with a full stop")
        return line

    def texts(self, value: Any, key: str) -> list[str]:
        """A list of texts."""
        return [self.text(v, f"{key}[{i}]") for i, v in enumerate(self.items(value, key))]

    def names(self, value: Any, key: str) -> list[str]:
        """A list of rule names."""
        texts = self.texts(value, key)
        for i, name in enumerate(texts):
            if not _NAME.fullmatch(name):
                self.refuse(f"{key}[{i}]", f"is no rule name (kebab-case): {name}")
        return texts

    def choice(self, value: Any, key: str, choices: tuple[str, ...]) -> str:
        """One of the choices."""
        if value not in choices:
            self.refuse(key, f"must be one of {', '.join(choices)}")
        return str(value)

    def peers(self, value: Any, key: str) -> list[str]:
        """A list of tools, each perhaps with the releases of Pacemaker that report it."""
        texts = self.texts(value, key)
        for number, text in enumerate(texts):
            if not is_peer(text):
                self.refuse(f"{key}[{number}]", f"must be one of {', '.join(TOOLS)}, with from or to a release")
        return texts

    def choices(self, value: Any, key: str, choices: tuple[str, ...] | Any) -> list[str]:
        """A list of choices."""
        return [self.choice(v, f"{key}[{i}]", tuple(choices)) for i, v in enumerate(self.items(value, key))]


def _misplaced(files: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names of files that lead out of the example's folder, or that no two files can have; each with what is wrong."""
    paths = {name: PurePosixPath(name) for name in files}
    for name, path in paths.items():
        if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name:
            yield name, "is no path within the example"
        elif any(other in (path, *path.parents) for one, other in paths.items() if one != name and other.parts):
            yield name, "is or lies below another file of the example"

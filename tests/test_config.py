"""The configuration file: what is read from it, and every mistake told at its place."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halint.cli.configured import _problems
from halint.config.find import nearest
from halint.config.globs import fits
from halint.config.keys import BY_NAME, KEYS, SHAPES
from halint.config.layer import Layer, Told, defaults, layer_of, over, stacked
from halint.config.profiles import profile_layer, profiles
from halint.config.read import read_config, told_of
from halint.config.schema import schema
from halint.config.start import start
from halint.config.tuning import problems_of
from halint.engine.rules import built_in
from halint.errors import HalintError
from halint.schema_data import load_json


def config(folder: Path, text: str, name: str = ".halint.yaml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def mistakes(folder: Path, text: str) -> list[str]:
    layer, problems = read_config(config(folder, text), folder)
    problems += _problems(layer)
    return [f"{at.line}:{at.column}: {sentence}" for at, sentence in sorted(set(problems))]


WRONG = [
    ("selct: [a]", "1:1: selct is not a known key; did you mean select?"),
    ("- a", "1:1: the file must be keys and values"),
    ("select: [stonith-disabld]", "1:10: no rule or topic is called stonith-disabld; did you mean stonith-disabled?"),
    ("ignore: qurom", "1:9: no rule or topic is called qurom; did you mean quorum?"),
    ("select: {a: b}", "1:9: select must be a list"),
    ("select: [[a]]", "1:10: select must be a list of texts"),
    ("fail-on: eror", "1:10: fail-on is eror, not one of info, warning, error, never; did you mean error?"),
    ("fail-on: [error]", "1:10: fail-on must be a word"),
    ("format: jsn", "did you mean json?"),
    ("output: [json]", "1:10: json is not FORMAT:FILE"),
    ("output: ['srif:x']", "1:10: srif:x is not FORMAT:FILE; did you mean sarif?"),
    ("severity: {stonith-disabled: eror}", "1:30: severity of stonith-disabled is eror, not one of info, warning, "),
    (
        "severity: {stonith-disable: error}",
        "no rule or topic is called stonith-disable; did you mean stonith-disabled?",
    ),
    ("severity: error", "1:11: severity must be names and values"),
    (
        "rules: {totem-token-below-profile: {minimun: 1}}",
        "1:37: totem-token-below-profile has no option called minimun; did you mean minimum?",
    ),
    (
        "rules: {totem-token-below-profile: {xyz: 1}}",
        "totem-token-below-profile has no option called xyz; it has minimum",
    ),
    ("rules: {stonith-disabled: {minimum: 1}}", "stonith-disabled has no option called minimum; it has none"),
    (
        "rules: {totem-token-below-profile: {minimum: 5s}}",
        "totem-token-below-profile: minimum is 5s, not a whole number",
    ),
    ("rules: {totem-join-profile: {guide: 5}}", "totem-join-profile: guide is 5, not text"),
    ("rules: {totem-token-below-profile: {minimum: [5]}}", "minimum must be a number or text"),
    ("rules: {hosts: {minimum: 5}}", "no rule is called hosts"),
    ("rules: [nowhere]", "nowhere: is no folder"),
    ("profiles: [azur]", "1:12: there is no profile called azur; did you mean azure?"),
    ("targets: {corosync: 9}", "1:21: targets: corosync=9: must be corosync= and one of 2.4"),
    ("targets: [corosync]", "1:10: targets must be names and values"),
    ("clusters: {a: [b]}", "1:15: clusters must be a word"),
    ("nodes: web", "1:8: nodes must be names and values"),
    ("allow: {meta: [x]}", "1:9: allow: meta is not a known key"),
    ("allow: {meta-attributes: [a b]}", "1:27: allow: meta-attributes: a b is more than one name"),
    ("agents: {queue: {}}", "1:10: agents: queue is not class:provider:type, such as ocf:acme:queue"),
    ("agents: {'ocf:a:b': {rnk: 1}}", "1:22: agents: ocf:a:b: rnk is not a known key; did you mean rank?"),
    ("agents: {'ocf:a:b': {rank: 9}}", "1:28: agents: ocf:a:b: rank must be a number from 1 to 7"),
    ("agents: {'ocf:a:b': {timeouts: {start: 60s}}}", "agents: ocf:a:b: timeouts must be actions with whole seconds"),
    ("agents: {'ocf:a:b': {flags: [clone]}}", "agents: ocf:a:b: flags must be a list of promote, only_promotable, "),
    ("agents: {'ocf:a:b': {unique: [ip]}}", "agents: ocf:a:b: unique must be a list of lists of parameters"),
    ("agents: {'ocf:a:b': 3}", "1:21: agents: ocf:a:b must be names and values"),
    ("suppress: [{rule: stonith-disabled}]", "1:12: suppress: an entry lacks reason"),
    ("suppress: [{reason: x}]", "1:12: suppress: an entry lacks rule"),
    ("suppress: [stonith-disabled]", "1:12: suppress: an entry must be names and values (rule, object, file, reason, "),
    ("suppress: [{rule: stonith-disabled, reason: x, until: 1}]", "1:48: suppress: until is not a known key"),
    ("suppress: [{rule: stonith-disabled, reason: x, id: 1}]", "1:48: suppress: id is not a known key"),
    (
        "suppress: [{rule: stonith-disabled, reason: x, expires: 2026-02-30}]",
        "1:57: suppress: expires is 2026-02-30, not a date such as 2030-12-31",
    ),
    ("suppress: [{rule: stonith-disbled, reason: x}]", "no rule or topic is called stonith-disbled; did you mean"),
    ("per-file-ignores: {'a/**': [nosuch]}", "1:29: no rule or topic is called nosuch"),
    ("per-file-ignores: [a]", "1:19: per-file-ignores must be names and values"),
    ("select: [hosts]\nselect: [quorum]", "2:1: select is given twice"),
    ("extend: [nowhere.yaml]", "1:10: extend: there is no file "),
    ("? [a]\n: b", "1:3: a key must be a name"),
    ("select: &a [*a]", "holds itself through an alias"),
]


@pytest.mark.parametrize(("text", "says"), WRONG, ids=[text.replace("\n", " ") for text, _ in WRONG])
def test_a_mistake_is_told_at_its_place(tmp_path, text, says):
    told = mistakes(tmp_path, text)
    assert any(says in one for one in told), told


def test_all_mistakes_are_told_at_once(tmp_path):
    text = "selct: []\nfail-on: eror\nseverity: {nosuch: off}\nsuppress:\n  - rule: hosts\n"
    assert [one.partition(": ")[0] for one in mistakes(tmp_path, text)] == ["1:1", "2:10", "3:20", "5:5"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"select: [a\n", "not YAML"),
        (b"a: b: c\n", "c.yaml:1:5: not YAML"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"a: \x00\n", "not YAML"),
        (b"[" * 100_000, "nested too deeply"),
        (b"#" * 1_100_000, "is larger than 1024 KiB"),
    ],
    ids=["open", "colon", "utf-16", "nul", "deep", "large"],
)
def test_what_is_no_yaml_is_one_sentence(tmp_path, data, says):
    file = tmp_path / "c.yaml"
    file.write_bytes(data)
    with pytest.raises(HalintError) as raised:
        read_config(file, tmp_path)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "---\n", "select:\nrules:\nsuppress:\n", "\ufeffselect: [hosts]\n"]
)
def test_a_file_may_say_nothing(tmp_path, text):
    assert mistakes(tmp_path, text) == []


def test_what_is_read(tmp_path):
    text = (
        "select: hosts\n"
        "severity:\n  stonith-disabled: off\n"
        "targets: {corosync: 3.1, pacemaker: 3.10}\n"
        "rules: {totem-token-below-profile: {minimum: 5_000}}\n"
        "suppress:\n  - {rule: hosts, object: n1, file: 'a/*', reason: why not, expires: 2035-01-02}\n"
        "per-file-ignores: {'lab/**': [hosts, quorum]}\n"
        "baseline: b.json\n"
        "output: 'json:o.json'\n"
    )
    layer, problems = read_config(config(tmp_path, text), tmp_path)
    assert problems == []
    assert layer.values("select") == ("hosts",)
    assert layer.lists["select"][0].origin == ".halint.yaml:1"
    assert layer.named("severity") == {"stonith-disabled": "off"}  # not YAML's false
    assert layer.maps["severity"]["stonith-disabled"].origin == ".halint.yaml:3"
    assert layer.named("targets") == {"corosync": "3.1", "pacemaker": "3.10"}  # not the number 3.1
    assert layer.named("rules") == {"totem-token-below-profile.minimum": 5000}
    (entry,) = layer.values("suppress")
    assert (entry.rule, entry.object, entry.file, entry.reason) == ("hosts", "n1", "a/*", "why not")
    assert entry.expires == date(2035, 1, 2)
    assert (entry.at.file, entry.at.line, entry.at.column) == (".halint.yaml", 7, 5)
    assert layer.values("per-file-ignores") == (("lab/**", "hosts"), ("lab/**", "quorum"))
    assert layer.scalar("baseline") == str(tmp_path / "b.json")
    assert layer.values("output") == (f"json:{tmp_path / 'o.json'}",)


def test_folders_of_rules_under_either_name(tmp_path):
    text = "rule-folders: a\nrules: [b, ../c]\n"
    layer, problems = read_config(config(tmp_path, text), tmp_path)
    assert problems == []
    assert layer.values("rule-folders") == tuple(str(tmp_path / name) for name in ("a", "b", "../c"))


def test_files_extend_each_other(tmp_path):
    config(tmp_path, "ignore: [hosts]\nfail-on: info\nseverity: {stonith-disabled: info, quorum: info}\n", "base.yaml")
    config(tmp_path, "extend: [base.yaml]\nignore: [quorum]\nmin-severity: warning\n", "team/../middle.yaml")
    text = "extend: [../middle.yaml]\nignore: [stonith]\nfail-on: error\nseverity: {quorum: off}\n"
    layer, problems = read_config(config(tmp_path / "web", text), tmp_path)
    assert problems == []
    assert [(t.value, t.origin) for t in layer.lists["ignore"]] == [
        ("hosts", "base.yaml:1"),
        ("quorum", "middle.yaml:2"),
        ("stonith", "web/.halint.yaml:2"),
    ]
    assert (layer.scalar("fail-on"), layer.scalar("min-severity")) == ("error", "warning")
    assert layer.named("severity") == {"stonith-disabled": "info", "quorum": "off"}


def test_a_circle_of_files_is_refused(tmp_path):
    config(tmp_path, "extend: b.yaml\n", "a.yaml")
    file = config(tmp_path, "extend: a.yaml\n", "b.yaml")
    _, problems = read_config(file, tmp_path)
    assert [(at.file, at.line, text) for at, text in problems] == [
        ("a.yaml", 1, f"{tmp_path}/b.yaml extends this file in turn")
    ]


@pytest.mark.parametrize(
    ("files", "folder", "found"),
    [
        (["a/.halint.yaml"], "a/b/c", "a/.halint.yaml"),
        ([".halint.yaml", "a/b/.halint.yaml"], "a/b/c", "a/b/.halint.yaml"),
        ([".halint.yaml", "a/.git/HEAD"], "a/b", ""),
        (["a/.halint.yaml", "a/.git/HEAD"], "a/b", "a/.halint.yaml"),
        ([".halint.yaml", "a/.git"], "a/b", ""),
        (["a/.halint.yaml/x"], "a", ""),
    ],
)
def test_the_nearest_file_counts_up_to_the_repository(tmp_path, files, folder, found):
    (tmp_path / ".git").mkdir()
    for file in files:
        config(tmp_path, "", file)
    assert nearest(str(tmp_path / folder)) == (str(tmp_path / found) if found else "")


@pytest.mark.parametrize(
    ("pattern", "path", "does"),
    [
        ("a.xml", "a.xml", True),
        ("a.xml", "x/y/a.xml", True),
        ("a.xml", "a.xml.bak", False),
        ("/a.xml", "a.xml", True),
        ("./x/a.xml", "x/a.xml", True),
        ("x/a.xml", "y/x/a.xml", False),
        ("*.xml", "x/b.xml", True),
        ("x/*.xml", "x/y/b.xml", False),
        ("x/**", "x/y/b.xml", True),
        ("x/**/b.xml", "x/b.xml", True),
        ("x", "x/y/b.xml", True),
        ("x/", "x/y/b.xml", True),
        ("x", "xy/b.xml", False),
        ("web?", "web1/cib.xml", True),
        ("web[12]", "web3/cib.xml", False),
        ("web[!12]", "web3/cib.xml", True),
        ("sos.tar.xz", "in/sos.tar.xz:sos/etc/hosts", True),
        ("a+b(1).xml", "a+b(1).xml", True),
    ],
)
def test_patterns(pattern, path, does):
    assert fits(pattern, "/repo", f"/repo/{path}") is does
    assert not fits(pattern, "/repo", f"/elsewhere/{path}")


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_pattern_is_too_odd(pattern, path):
    assert fits(pattern, "/repo", f"/repo/{path}") in (True, False)


def test_layers():
    lower = layer_of({"fail-on": Told("info", "a"), "ignore": (Told("x", "a"),), "extend-ignore": (Told("p", "a"),)})
    upper = layer_of(
        {"ignore": (Told("y", "b"),), "extend-ignore": (Told("q", "b"),), "severity": {"r": Told("off", "b")}}
    )
    whole = over(upper, lower)
    assert whole.values("ignore") == ("y",)
    assert whole.values("extend-ignore") == ("p", "q")
    assert over(upper, lower, add=True).values("ignore") == ("x", "y")
    assert whole.scalar("fail-on") == "info"
    assert stacked((defaults(), lower)).one["fail-on"] == Told("info", "a")
    assert over(Layer(), whole) == whole


def test_every_profile_names_rules_and_options_that_are_there():
    for name in profiles():
        layer = profile_layer([name])
        told = {path: one._replace(at=Told) for path, one in layer.maps.get("rules", {}).items()}
        severities = {path: one._replace(at=Told) for path, one in layer.maps.get("severity", {}).items()}
        assert list(problems_of(built_in(), Layer(maps={"rules": told, "severity": severities}))) == []
    named = {profile for rule in built_in() for profile in rule.profiles}
    assert named <= set(profiles())
    assert set(BY_NAME["profiles"].help.partition(": ")[2].rstrip(".").split(", ")) == set(profiles())


def test_of_several_profiles_the_later_counts():
    azure_last = profile_layer(["suse", "azure"]).named("rules")
    assert azure_last["totem-token-below-profile.minimum"] == 30000
    assert profile_layer(["azure", "suse"]).named("rules")["totem-token-below-profile.minimum"] == 5000


def test_the_schema_for_editors_is_what_the_table_makes(update):
    file = Path(__file__).parent.parent / "schemas" / "config.json"
    if update:
        file.write_text(json.dumps(schema(), indent=2) + "\n")
    shipped = json.loads(file.read_text())
    assert shipped == json.loads(json.dumps(schema())), "--update writes schemas/config.json anew"
    jsonschema.Draft202012Validator.check_schema(shipped)


def _valid(text: str) -> bool:
    plain = json.loads(json.dumps(yaml.safe_load(text), default=str))
    return jsonschema.Draft202012Validator(load_json("config")).is_valid(plain)


@pytest.mark.parametrize("key", KEYS, ids=[key.name for key in KEYS])
def test_the_schema_takes_what_the_reader_takes(tmp_path, key):
    text = f"{key.name}: {key.example}\n"
    assert mistakes(tmp_path, text) == []
    assert _valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "selct: []",
        "fail-on: eror",
        "severity: {a: b}",
        "profiles: [azur]",
        "allow: {x: [y]}",
        "suppress: [{rule: a}]",
        "agents: {'ocf:a:b': {rank: 9}}",
        "output: [json]",
        "rules: {a: {b: [c]}}",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(tmp_path, text):
    assert mistakes(tmp_path, text)
    assert not _valid(text)


def test_the_schema_and_the_reader_know_severity_off(tmp_path):
    assert _valid("severity: {stonith-disabled: off}")
    assert mistakes(tmp_path, "severity: {stonith-disabled: off}") == []


def test_what_init_writes_loads_as_it_is_and_with_every_line_in_force(tmp_path):
    assert mistakes(tmp_path, start()) == []
    lines = start().splitlines()
    bare = [line.removeprefix("# ") if line.startswith("# ") and ": " in f"{line} " else line for line in lines]
    keys = [line for line in bare if line and not line.startswith(("#", "The ", "Conf", "`"))]
    assert [line.partition(":")[0] for line in keys] == [key.name for key in KEYS]
    assert mistakes(tmp_path, "\n".join(keys)) == []
    assert max(map(len, lines)) <= 120


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.sampled_from([*BY_NAME, "x"]), value=_ANY)
def test_no_value_is_too_odd(tmp_path, key, value):
    layer, problems = read_config(config(tmp_path, yaml.safe_dump({key: value}, allow_unicode=True)), tmp_path)
    lines = str(told_of([*problems, *_problems(layer)])).split("\n")
    assert all(line.startswith(".halint.yaml:") for line in lines if line)
    assert not re.search("[\x00-\x1f\x7f-\x9f]", "".join(lines))


def test_a_mistake_cannot_write_to_the_terminal(tmp_path):
    _, problems = read_config(config(tmp_path, 'fail-on: "\\e[31mred\\n"\n'), tmp_path)
    assert str(told_of(problems)).startswith(".halint.yaml:1:10: fail-on is \\x1b[31mred, not one of")


def test_every_kind_has_a_reader_and_a_shape():
    from halint.config.read import _File

    for key in KEYS:
        assert key.kind in SHAPES
        assert callable(getattr(_File, f"_{key.kind}"))

"""`check --fix` and `--diff`: the byte-exact result, and everything that is left alone."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tarfile
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
from examples import write_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halint.cli.main import main
from halint.engine.rulefile import read_rule
from halint.fix.patch import for_terminal
from halint.fix.written import OverlapError, replaced, stretch
from halint.report import Replacement
from halint.schema_data import load_json

RULES = Path(__file__).parent.parent / "rules"

# Whole files that corosync -t takes on any host: the first node is the host itself
TOTEM = "totem {\n    version: 2\n    cluster_name: web\n    crypto_cipher: none\n}\n"
NODES = "nodelist {{\n    node {{\n        ring0_addr: 127.0.0.1\n        name: n1\n        nodeid: 1\n    }}\n{}}}\n"
SECOND = "    node {\n        ring0_addr: 192.0.2.2\n        name: n2\n        nodeid: 2\n    }\n"
THIRD = "    node {\n        ring0_addr: 192.0.2.3\n        name: n3\n        nodeid: 3\n    }\n"
TWO, THREE = NODES.format(SECOND), NODES.format(SECOND + THIRD)
QUORUM = "quorum {\n    provider: corosync_votequorum\n}\n"
GOOD = TOTEM + THREE + QUORUM

# Rules of the tests' own: what stands behind a blank and a #, and a no-break space, in a value
OWN_RULES = {
    "comment-in-value": "contains(., ' #')",
    "glyph-in-value": "contains(., '\u00a0')",
}
OWN_RULE = """
summary: a value is odd
severity: warning
confidence: certain
needs: [corosync]
peers: []
why: It is part of the value.
fix: {text: Mend it.}
sources: [corosync.conf(5)]
check:
  - find: "/cluster/corosync//*[not(*)][CONDITION]"
    message: "the value {.} is odd"
examples:
  bad:
    - title: odd
      files: {corosync.conf: "totem {\\n cluster_name: a #\u00a0b\\n}\\n"}
      expect: [{at: "cluster_name: a #\u00a0b", says: "the value a # b is odd"}]
  good:
    - title: even
      files: {corosync.conf: "totem {\\n cluster_name: a\\n}\\n"}
"""


@pytest.fixture(scope="module")
def own_rules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    for name, condition in OWN_RULES.items():
        (folder / f"{name}.yaml").write_text(OWN_RULE.replace("CONDITION", condition))
    return ["--rules", str(folder)]


def lay(folder: Path, data: str | bytes, name: str = "corosync.conf") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def found(*arguments: object) -> list[tuple[str, str, str]]:
    """Rule, message and file of every finding."""
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        main(["check", "--format", "json", *map(str, arguments)])
    return [(f["rule"], f["message"], f["file"]) for f in json.loads(out.getvalue())["findings"]]


def told(findings: list[tuple[str, str, str]]) -> Counter[tuple[str, str]]:
    """How often each rule is told of each file: a finding may be worded anew when another is gone."""
    return Counter((rule, file) for rule, _, file in findings)


def verdict(path: Path) -> int | None:
    """How `corosync -t` ends; None where it is not installed."""
    if shutil.which("corosync") is None:
        return None
    return subprocess.run(["corosync", "-t", "-c", str(path)], capture_output=True, check=False).returncode


NBSP, ZERO = "\u00a0", "\u200b"
# title; a piece of the good text, what stands there instead, what is made of it; whether corosync -t refuses it before
SAFE = [
    ("no-break space before a key", "    version: 2", f"{NBSP}   version: 2", "    version: 2", True),
    ("no-break space before a colon", "version:", f"version{NBSP}:", "version :", True),
    ("no-break space before a number", "nodeid: 3", f"nodeid:{NBSP}3", "nodeid: 3", True),
    ("no-break space behind a number", "nodeid: 3", f"nodeid: 3{NBSP}", "nodeid: 3 ", True),
    ("no-break space before a closing brace", "    }\n}\nquorum", f"   {NBSP}}}\n}}\nquorum", "    }\n}\nquorum", True),
    ("zero width space in a key", "version:", f"ver{ZERO}sion:", "version:", True),
    ("zero width space in an address", "192.0.2.3", f"192.0.{ZERO}2.3", "192.0.2.3", True),
    ("byte order mark", "totem {", "\ufefftotem {", "totem {", True),
    ("a line of odd blanks", "}\nquorum {", f"}}\n\t{NBSP}\nquorum {{", "}\n\t \nquorum {", True),
    ("odd blank before a comment", "quorum {", f"{NBSP}# a{NBSP}b: c\nquorum {{", f" # a{NBSP}b: c\nquorum {{", True),
    ("form feed before a key", "    version: 2", "    \fversion: 2", "     version: 2", True),
    ("comment behind a number", "nodeid: 3", "nodeid: 3 # the third", "# the third\n        nodeid: 3", True),
    (
        "comment behind a text",
        "cluster_name: web",
        "cluster_name: web   #  é #",
        "#  é #\n    cluster_name: web",
        False,
    ),
    ("comment behind an opening brace", "quorum {", "quorum { # votes", "# votes\nquorum {", True),
    ("comment with a brace in it", "nodeid: 3", "nodeid: 3 # {x: 1}", "# {x: 1}\n        nodeid: 3", True),
    ("comment behind a closing brace", "    }\n}\nquorum", "    } # n3\n}\nquorum", "    # n3\n    }\n}\nquorum", True),
    ("comment and odd blank", "nodeid: 3", f"nodeid:{NBSP}3 # it{NBSP}is", f"# it{NBSP}is\n        nodeid: 3", True),
    ("a misspelt key", "cluster_name", "clutser_name", "cluster_name", False),
    ("a key in capitals", "provider", "Provider", "provider", False),
    ("a key with other separators", "cluster_name", "cluster-name", "cluster_name", False),
    ("a longer word", "ring0_addr: 192.0.2.3", "ring0_address: 192.0.2.3", "ring0_addr: 192.0.2.3", None),
    (
        "two_node and three nodes",
        "votequorum\n",
        "votequorum\n    two_node: 1\n",
        "votequorum\n    two_node: 0\n",
        False,
    ),
    ("a misspelt two_node", "votequorum\n", "votequorum\n    two_nodes: 1\n", "votequorum\n    two_node: 0\n", False),
]
UNSAFE = [
    ("consensus", "    version: 2\n", "    version: 2\n    consensus: 1000\n", "    version: 2\n", False),
    ("expected_votes", "quorum {", "quorum {\n    expected_votes: 2", "quorum {", False),
    ("a section", "quorum {", "quorom {", "quorum {", False),
    ("odd blank in a value", "cluster_name: web", f"cluster_name: my{NBSP}web", "cluster_name: my web", False),
]


def pairs(table):
    return [
        pytest.param(GOOD.replace(good, bad, 1).encode(), GOOD.replace(good, mended, 1).encode(), refused, id=title)
        for title, good, bad, mended, refused in table
    ]


def prove(path, rules, extra, before, after, refused):
    """Fix the file and compare bytes, findings, and what corosync says."""
    path.write_bytes(before)
    was, said = found(*rules, path), verdict(path)
    main(["check", "--fix", "-q", *rules, *extra, str(path)])
    assert path.read_bytes() == after
    left = found(*rules, path)
    assert len(left) < len(was)
    assert not told(left) - told(was)
    main(["check", "--fix", "-q", *rules, *extra, str(path)])
    assert path.read_bytes() == after
    if said is not None:
        assert refused is None or bool(said) == refused
        assert verdict(path) == 0


@pytest.mark.parametrize(("before", "after", "refused"), pairs(SAFE))
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_safe_fix_changes_that_and_nothing_else(before, after, refused, end, tmp_path, own_rules, capsys):
    if end == "\r\n":
        before, after = (text.replace(b"\n", b"\r\n") for text in (before, after))
    prove(tmp_path / "corosync.conf", own_rules, [], before, after, refused)


@pytest.mark.parametrize(("before", "after", "refused"), pairs(UNSAFE))
def test_an_unsafe_fix_is_made_only_when_asked_for(before, after, refused, tmp_path, own_rules, capsys):
    path = lay(tmp_path, before)
    main(["check", "--fix", *own_rules, str(path)])
    assert path.read_bytes() == before
    assert "more can be fixed with --unsafe-fixes" in capsys.readouterr().err
    prove(path, own_rules, ["--unsafe-fixes"], before, after, refused)


def bad_examples():
    """Every bad example with a corosync.conf."""
    for path in sorted(RULES.glob("*/*.yaml")):
        rule = read_rule(path)
        for example in rule["examples"]["bad"]:
            if any(name.endswith("corosync.conf") for name in example["files"]):
                yield pytest.param(example["files"], id=f"{rule['name']}: {example['title']}")


@pytest.mark.parametrize("files", list(bad_examples()))
def test_examples_of_the_rules_lose_findings_and_gain_none(files, tmp_path, tmp_path_factory, capsys):
    write_files(files, tmp_path)
    paths = [path for path in tmp_path.rglob("*corosync*") if path.is_file()]
    before, was = {p: p.read_bytes() for p in paths}, found(tmp_path)
    for extra in ([], ["--unsafe-fixes"]):
        main(["check", "--fix", "-q", *extra, str(tmp_path)])
        left, once = found(tmp_path), {p: p.read_bytes() for p in paths}
        assert not told(left) - told(was)
        assert (len(left) < len(was)) == any(once[p] != before[p] for p in paths)
        main(["check", "--fix", "-q", *extra, str(tmp_path)])
        assert {p: p.read_bytes() for p in paths} == once
        for path in paths:
            if once[path] != before[path]:
                assert verdict(lay(tmp_path_factory.mktemp("was"), before[path])) != 0 or verdict(path) == 0
                assert_lines_kept(before[path], once[path])


def assert_lines_kept(before: bytes, after: bytes) -> None:
    """Lines are the same but for one word, one sign, or a line that is gone or moved; never more than 6 of them."""
    old, new = before.split(b"\n"), after.split(b"\n")
    assert len([line for line in old if line not in new]) <= 6
    assert abs(len(old) - len(new)) <= 2


EXAMPLES = [
    (
        "corosync-unknown-key",
        "misspelt keys",
        [],
        [
            ("tokne: 5000", "token: 5000"),
            ("Consensus: 6000", "consensus: 6000"),
            ("ring0_address: ", "ring0_addr: "),
        ],
    ),
    (
        "corosync-unknown-key",
        "misspelt sections, once for all their keys",
        ["--unsafe-fixes"],
        [("quorom {", "quorum {")],
    ),
    ("two-node-flag-wrong-size", "a third node was added and two_node stayed", [], [("two_node: 1", "two_node: 0")]),
    ("two-node-flag-wrong-size", "the second node is not in the list", ["--unsafe-fixes"], []),
    ("two-node-flag-wrong-size", "multicast with three expected votes", [], []),
    (
        "two-node-flag-wrong-size",
        "multicast with three expected votes",
        ["--unsafe-fixes"],
        [("two_node: 1", "two_node: 0")],
    ),
    ("two-node-with-qdevice", "the device was added by hand", ["--unsafe-fixes"], [("two_node: 1", "two_node: 0")]),
    ("two-node-wait-for-all-off", "wait_for_all 0", ["--unsafe-fixes"], [("    wait_for_all: 0\n", "")]),
    ("totem-consensus-too-small", "less than join", ["--unsafe-fixes"], [("    consensus: 400\n", "")]),
    ("totem-consensus-too-small", "two nodes manage with less", [], []),
    ("quorum-expected-votes-mismatch", "a node was removed", ["--unsafe-fixes"], [("    expected_votes: 3\n", "")]),
    ("quorum-expected-votes-redundant", "three nodes", [], [("    expected_votes: 3\n", "")]),
    ("nodelist-nodeid-duplicate", None, ["--unsafe-fixes"], []),
]


@pytest.mark.parametrize(("name", "title", "extra", "changes"), EXAMPLES)
def test_examples_of_the_rules_byte_for_byte(name, title, extra, changes, tmp_path, capsys):
    rule = read_rule(next(RULES.glob(f"*/{name}.yaml")))
    example = next(e for e in rule["examples"]["bad"] if title in (None, e["title"]))
    text = example["files"]["corosync.conf"]
    path = lay(tmp_path, text)
    main(["check", "--fix", "-q", "--select", name, *extra, str(path)])
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    assert path.read_text() == text


def test_no_file_of_the_casebook_gets_worse(corpus, tmp_path, capsys):
    cases, better = sorted((corpus / "casebook").glob("*.conf")), 0
    if shutil.which("corosync") is None or not cases:
        pytest.skip("needs corosync and the casebook")
    for case in cases:
        for extra in ([], ["--unsafe-fixes"]):
            path = lay(tmp_path, before := case.read_bytes())
            main(["check", "--fix", "-q", *extra, str(path)])
            after = path.read_bytes()
            if after == before:
                continue
            main(["check", "--fix", "-q", *extra, str(path)])
            assert path.read_bytes() == after, case
            was, now = verdict(lay(tmp_path, before, "before.conf")), verdict(path)
            assert was != 0 or now == 0, case
            better += was != now == 0
    assert better >= 15


TWO_NODE = GOOD.replace("votequorum\n", "votequorum\n    two_node: 1\n")
TWO_NODE_FIXED = TWO_NODE.replace("two_node: 1", "two_node: 0")


def test_what_is_said_of_a_fix(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lay(tmp_path, TWO_NODE)
    assert main(["check", "--fix", "--select", "two-node-flag-wrong-size", "."]) == 0
    out, err = capsys.readouterr()
    assert out == "no problems found in 1 file\n"
    assert err.splitlines() == [
        "halint: fixed corosync.conf:25: two-node-flag-wrong-size: two_node is on, but the nodelist has 3 nodes",
        "halint: corosync.conf: two_node had switched wait_for_all on, which goes off with it at the reload; "
        "write wait_for_all: 1 to keep it",
        "halint: fixed 1 problem in 1 file",
    ]


def test_the_status_is_that_of_what_is_left(tmp_path, capsys):
    path = lay(tmp_path, TWO_NODE)
    few = ["--select", "two-node-flag-wrong-size,transport-single-link"]
    assert main(["check", "--fix", *few, str(path)]) == 1
    out, err = capsys.readouterr()
    assert "two-node-flag-wrong-size" not in out
    assert "fixed 1 problem in 1 file" in err
    assert main(["check", "--fix", *few, str(path)]) == 1
    assert "nothing was fixed" in capsys.readouterr().err


def test_a_fix_that_would_bring_another_finding_is_left_with_a_sentence(tmp_path, capsys):
    text = GOOD.replace("    version: 2\n", "    version: 2\n    tokne: 9000\n    consensus: 6000\n")
    path = lay(tmp_path, text)
    main(["check", "--fix", str(path)])
    assert path.read_text() == text
    assert (
        f"{path}: totem.tokne (corosync-unknown-key) is left alone: mended, it would bring totem-consensus-too-small ("
        in capsys.readouterr().err
    )


def test_other_fixes_of_the_file_are_made_all_the_same(tmp_path, capsys):
    text = TWO_NODE.replace("    version: 2\n", "    version: 2\n    tokne: 9000\n    consensus: 6000\n")
    path = lay(tmp_path, text)
    main(["check", "--fix", str(path)])
    assert path.read_text() == text.replace("two_node: 1", "two_node: 0")


def test_what_is_right_elsewhere_or_can_mean_two_keys_is_left(tmp_path, capsys):
    text = GOOD.replace(
        "    version: 2\n", "    version: 2\n    provider: x\n    token_w: 5\n    tokn: 1\n    token: 5000\n"
    )
    path = lay(tmp_path, text)
    main(["check", "--fix", "--unsafe-fixes", str(path)])
    assert path.read_text() == text  # tokn is token, but token is set


@pytest.mark.parametrize("line", [f"{NBSP}key: s3cret # x", "key: s3cret # x", f"key{NBSP}: s3cret"])
def test_the_clusters_key_is_never_touched_nor_shown(line, tmp_path, own_rules, capsysbinary):
    text = TWO_NODE.replace("    version: 2\n", f"    version: 2\n    tokne: 5000\n    {line}\n")
    path = lay(tmp_path, text)
    main(["check", "--diff", *own_rules, str(path)])
    assert b"s3cret" not in capsysbinary.readouterr().out
    main(["check", "--fix", "-q", *own_rules, str(path)])
    assert line in path.read_text()


def test_only_chosen_findings_are_fixed(tmp_path, capsys):
    text = TWO_NODE.replace("cluster_name", "clutser_name")
    path = lay(tmp_path, text)
    main(["check", "--fix", "--ignore", "quorum", str(path)])
    assert path.read_text() == TWO_NODE
    path.write_text(text)
    main(["check", "--fix", "--min-severity", "error", str(path)])
    assert path.read_text() == text.replace("two_node: 1", "two_node: 0")


def test_a_file_of_each_node_is_fixed_alike(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for node in ("n1", "n2", "n3"):
        lay(tmp_path, TWO_NODE, f"{node}/corosync.conf")
    main(["check", "--fix", "--select", "quorum", "."])
    assert {path.read_text() for path in tmp_path.glob("*/corosync.conf")} == {TWO_NODE_FIXED}
    assert "halint: fixed 3 problems in 3 files\n" in capsys.readouterr().err


def test_a_copy_that_differs_in_comments_is_fixed_too(tmp_path, capsys):
    lay(tmp_path, TWO_NODE, "n1/corosync.conf")
    lay(tmp_path, f"# the second\n{TWO_NODE}", "n2/corosync.conf")
    main(["check", "--fix", "-q", str(tmp_path)])
    assert (tmp_path / "n1/corosync.conf").read_text() == TWO_NODE_FIXED
    assert (tmp_path / "n2/corosync.conf").read_text() == f"# the second\n{TWO_NODE_FIXED}"


def test_copies_of_which_one_cannot_be_written_all_stay(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    outside = lay(tmp_path, TWO_NODE, "elsewhere/corosync.conf")
    lay(tmp_path, TWO_NODE, "c/n1/corosync.conf")
    (tmp_path / "c/n2").mkdir()
    (tmp_path / "c/n2/corosync.conf").symlink_to(outside)
    main(["check", "--fix", "c/n1/corosync.conf", "c/n2/corosync.conf"])
    assert outside.read_text() == (tmp_path / "c/n1/corosync.conf").read_text() == TWO_NODE
    err = capsys.readouterr().err
    assert f"c/n2/corosync.conf: leads to {outside}, outside of {tmp_path}/c/n2; name that file" in err
    assert "c/n1/corosync.conf: left alone: mended, the cluster would have a problem more:" in err


def test_json_tells_what_was_fixed_and_what_is_left(tmp_path, capsys):
    path = lay(tmp_path, TWO_NODE)
    assert main(["check", "--fix", "--select", "quorum,transport", "--format", "json", str(path)]) == 1
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, load_json("check"))
    assert [f["rule"] for f in document["fixed"]] == ["two-node-flag-wrong-size"]
    assert "two-node-flag-wrong-size" not in {f["rule"] for f in document["findings"]}
    assert path.read_text() == TWO_NODE_FIXED


def test_json_carries_the_edit_of_each_finding(tmp_path, own_rules, capsys):
    text = TWO_NODE.replace("cluster_name: web", "cluster_name: web # é").replace("nodeid: 1", f"nodeid:{NBSP}1")
    path = lay(tmp_path, text.replace("two_node: 1", "two_node: 1\n    expected_votes: 2"))
    main(["check", "--format", "json", *own_rules, str(path)])
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, load_json("check"))
    assert "fixed" not in document
    edits = {f["rule"]: f["fix"]["edit"] for f in document["findings"] if f["fix"]["edit"]}
    assert edits["comment-in-value"] == {
        "safe": True,
        "changes": [
            {"line": 3, "column": 1, "end_line": 3, "end_column": 1, "text": "    # é\n"},
            {"line": 3, "column": 22, "end_line": 3, "end_column": 26, "text": ""},
        ],
    }
    assert edits["quorum-expected-votes-mismatch"] == {
        "safe": False,
        "changes": [{"line": 26, "column": 1, "end_line": 27, "end_column": 1, "text": ""}],
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--fix", "-"], "--fix: standard input cannot be rewritten; name the file"),
        (["--diff", "-"], "--diff: standard input cannot be rewritten; name the file"),
        (["--unsafe-fixes", "."], "--unsafe-fixes: says what --fix or --diff may change; give one of them"),
        (
            ["--diff", "--format", "json", "."],
            "--diff prints a patch, not json; without it each finding in json carries its edit (fix.edit)",
        ),
    ],
)
def test_wrong_use(arguments, sentence, capsys):
    assert main(["check", *arguments]) == 2
    assert capsys.readouterr() == ("", f"halint: {sentence}\n")


def test_a_cib_is_never_rewritten_and_that_is_said_once(tmp_path, capsys):
    cib = "<cib><configuration><crm_config/><nodes/><resources/><constraints/></configuration></cib>\n"
    path, other = lay(tmp_path, cib, "cib.xml"), lay(tmp_path, cib.replace("\n", " \n"), "cib-1.xml")
    main(["check", "--fix", str(tmp_path)])
    assert (
        capsys.readouterr().err.count("a CIB is never rewritten in place: the commands with each finding mend it") == 1
    )
    assert path.read_text() == cib
    assert other.read_text() == cib.replace("\n", " \n")


def test_diff_prints_a_patch_that_applies_and_writes_nothing(tmp_path, monkeypatch, capsysbinary):
    monkeypatch.chdir(tmp_path)
    text = TWO_NODE.replace("cluster_name", "clutser_name").replace("n1", "Käthe").removesuffix("\n")
    path = lay(tmp_path, text.encode("latin-1"), "a b/corosync.conf")
    before = path.stat()
    assert main(["check", "--fix", "--diff", "--select", "corosync-unknown-key,quorum", "a b/corosync.conf"]) == 1
    out, err = capsysbinary.readouterr()
    assert path.read_bytes() == text.encode("latin-1")
    assert path.stat() == before
    assert b"halint: the patch fixes 2 problems of " in err
    assert err.endswith(b"; nothing was written\n")
    assert out.startswith(b"--- a/a b/corosync.conf\t\n+++ b/a b/corosync.conf\t\n@@ -1,6 +1,6 @@\n totem {\n")
    if shutil.which("patch"):
        subprocess.run(["patch", "-p1", "-s"], input=out, check=True)
        assert path.read_bytes() == text.replace("clutser", "cluster").replace("two_node: 1", "two_node: 0").encode(
            "latin-1"
        )


@pytest.mark.parametrize("tool", [["patch", "-p1", "-s"], ["git", "apply", "--unidiff-zero"]])
@pytest.mark.parametrize("place", range(9))
def test_a_patch_beside_the_key_applies_too(place, tool, tmp_path, monkeypatch, capsysbinary):
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    monkeypatch.chdir(tmp_path)
    lines = [
        "totem {",
        "version: 2",
        "tokne: 5000",
        "join: 60",
        "merge: 250",
        "hold: 600",
        "nett: x",
        "colour: red",
        "Token_warning: 75",
    ]
    lines = [*lines[: place + 1], "key: s3cret", *lines[place + 1 :], "}"]
    path = lay(tmp_path, "\n".join(lines))
    main(["check", "--diff", str(path.name)])
    out = capsysbinary.readouterr().out
    assert b"s3cret" not in out
    subprocess.run(tool, input=out, check=True, capture_output=True)
    assert path.read_text().split("\n") == [
        line.replace("tokne", "token").replace("Token_w", "token_w") for line in lines
    ]


def test_a_patch_on_a_terminal_shows_what_cannot_be_seen():
    patch = f"-a{NBSP}b{ZERO}\r\n+\ufeffa\x1b[1m b\n".encode()
    assert for_terminal(patch, "utf-8") == "-a<U+00A0>b<U+200B>\n+<U+FEFF>a<U+001B>[1m b\n"


def test_mode_owner_and_neighbours_stay(tmp_path, capsys):
    path = lay(tmp_path, TWO_NODE)
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65533)
    was = path.stat()
    main(["check", "--fix", "-q", str(path)])
    now = path.stat()
    assert path.read_text() == TWO_NODE_FIXED
    assert (stat.S_IMODE(now.st_mode), now.st_uid, now.st_gid) == (0o640, was.st_uid, was.st_gid)
    assert now.st_ino != was.st_ino  # replaced in one step, not overwritten
    assert [p.name for p in tmp_path.iterdir()] == ["corosync.conf"]


def test_a_link_inside_the_tree_is_followed_to_its_file(tmp_path, capsys):
    real = lay(tmp_path, TWO_NODE, "shared/real.txt")
    (tmp_path / "n1").mkdir()
    link = tmp_path / "n1/corosync.conf"
    link.symlink_to("../shared/real.txt")
    main(["check", "--fix", str(tmp_path)])
    assert link.is_symlink()
    assert real.read_text() == TWO_NODE_FIXED


def test_a_link_out_of_the_tree_is_not_followed(tmp_path, capsys):
    real = lay(tmp_path, TWO_NODE, "elsewhere/corosync.conf")
    (tmp_path / "here").mkdir()
    link = tmp_path / "here/corosync.conf"
    link.symlink_to(real)
    assert main(["check", "--fix", str(link)]) == 1
    out, err = capsys.readouterr()
    assert f"{link}: leads to {real}, outside of {tmp_path}/here; name that file to have it rewritten" in err
    assert "two-node-flag-wrong-size" in out
    assert real.read_text() == TWO_NODE
    main(["check", "--fix", str(tmp_path / "here")])
    assert real.read_text() == TWO_NODE


def test_a_linked_folder_out_of_the_tree_is_not_followed(tmp_path, capsys):
    real = lay(tmp_path, TWO_NODE, "elsewhere/corosync.conf")
    (tmp_path / "here").mkdir()
    (tmp_path / "here/n1").symlink_to(real.parent)
    main(["check", "--fix", str(tmp_path / "here")])
    assert real.read_text() == TWO_NODE


def test_hard_links_are_noted(tmp_path, capsys):
    path = lay(tmp_path, TWO_NODE)
    os.link(path, tmp_path / "backup")
    main(["check", "--fix", str(path)])
    assert f"{path}: has 1 more name (hard links), where the old text stays" in capsys.readouterr().err
    assert (tmp_path / "backup").read_text() == TWO_NODE
    assert path.read_text() == TWO_NODE_FIXED


@pytest.mark.parametrize("locked", ["corosync.conf", "."])
def test_what_may_not_be_written_is_left_with_a_sentence(locked, tmp_path, monkeypatch, capsys):
    path = lay(tmp_path, TWO_NODE)
    locked_path = (tmp_path / locked).resolve()
    # root may write everything: ask for this user's sake
    monkeypatch.setattr(os, "access", lambda p, _mode: Path(p) != locked_path)
    assert main(["check", "--fix", str(path)]) == 1
    assert f"{path}: is left alone: {locked_path} is not writable" in capsys.readouterr().err
    assert path.read_text() == TWO_NODE


def test_a_file_changed_meanwhile_is_left(tmp_path, monkeypatch, capsys):
    path = lay(tmp_path, TWO_NODE)
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda d: (path.write_text("theirs"), sync(d)))
    assert main(["check", "--fix", "-q", str(path)]) == 2
    assert f"{path}: was changed by somebody else meanwhile" in capsys.readouterr().err
    assert path.read_text() == "theirs"
    assert [p.name for p in tmp_path.iterdir()] == ["corosync.conf"]


def test_a_full_disk_leaves_the_file(tmp_path, monkeypatch, capsys):
    path = lay(tmp_path, TWO_NODE)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["check", "--fix", "-q", str(path)]) == 2
    assert f"{path}: could not be rewritten: no space left on device" in capsys.readouterr().err
    assert path.read_text() == TWO_NODE
    assert [p.name for p in tmp_path.iterdir()] == ["corosync.conf"]


def test_files_read_beside_those_named_are_not_rewritten(tmp_path, capsys):
    lay(tmp_path, TWO_NODE)
    hosts = lay(tmp_path, "192.0.2.2 n2\n", "n1/hosts")
    main(["check", "--fix", "--whole-cluster", str(hosts)])
    assert "corosync.conf: was not named, only read beside the files that were" in capsys.readouterr().err
    assert (tmp_path / "corosync.conf").read_text() == TWO_NODE


def test_a_root_is_a_tree_the_user_named(tmp_path, capsys):
    path = lay(tmp_path, TWO_NODE, "etc/corosync/corosync.conf")
    main(["check", "--fix", "--root", str(tmp_path)])
    assert path.read_text() == TWO_NODE_FIXED


def test_a_member_of_an_archive_is_left_with_a_sentence(tmp_path, capsys):
    lay(tmp_path, TWO_NODE, "sosreport-n1-2026/etc/corosync/corosync.conf")
    archive = tmp_path / "sosreport-n1-2026.tar.xz"
    with tarfile.open(archive, "w:xz") as tar:
        tar.add(tmp_path / "sosreport-n1-2026", "sosreport-n1-2026")
    was = archive.read_bytes()
    main(["check", "--fix", str(archive)])
    assert "is no file of its own but lies in an archive or the like; unpack it first" in capsys.readouterr().err
    assert archive.read_bytes() == was


def test_the_release_asked_for_decides(tmp_path, capsys):
    # since 3.1.8 byte A0 is white space in Latin-1 files; before, it spoils the number
    text = TWO_NODE.replace("nodeid: 3", "nodeid: 3\xa0").encode("latin-1")
    for target, after in (("3.1.7", text.replace(b"3\xa0", b"3 ")), ("3.1.8", text)):
        path = lay(tmp_path, text)
        main(["check", "--fix", "-q", "--ignore", "quorum", "--target", f"corosync={target}", str(path)])
        assert path.read_bytes() == after


def test_replacements_that_meet_are_refused():
    text = "abc\ndef\n"
    first, second = Replacement(stretch(1, 0, 2), "x"), Replacement(stretch(1, 2, 3), "")
    assert replaced(text, [second, first, first]) == "x\ndef\n"
    with pytest.raises(OverlapError):
        replaced(text, [first, Replacement(stretch(1, 1, 3), "y")])


COMMENTS = st.text(st.characters(exclude_characters="\n\r\0", codec="utf-8"), max_size=30).map(lambda t: f"#{t}")
LINES = st.one_of(
    COMMENTS,
    st.text(" \t", max_size=6),
    st.tuples(st.text(" \t", max_size=4), COMMENTS).map("".join),
)


@st.composite
def surrounded(draw):
    """A file to be fixed and what it must become: comments, blanks and line ends at random around its lines."""
    _, good, bad, mended, _ = draw(st.sampled_from([row for row in SAFE if row[0] != "byte order mark"]))
    assert GOOD.count(good) >= 1
    ends = draw(st.sampled_from(["\n", "\r\n"]))
    before, after = [], []
    mark = "\x01"
    for line in GOOD.replace(good, mark, 1).split("\n")[:-1]:
        noise = draw(st.lists(LINES, max_size=2))
        for lines, text in ((before, bad), (after, mended)):
            lines += [*noise, line.replace(mark, text)]
    last = draw(st.sampled_from(["\n", ""]))
    make = ["\n".join(lines).replace("\n", ends) + (ends if last else "") for lines in (before, after)]
    return tuple(text.encode() for text in make)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(surrounded())
def test_whatever_surrounds_a_fix_stays(own_rules, tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("p") / "corosync.conf"
    before, after = texts
    path.write_bytes(before)
    main(["check", "--fix", "-q", *own_rules, str(path)])
    assert path.read_bytes() == after


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=60).filter(lambda b: b"\n" not in b and b"\0" not in b))
def test_other_bytes_stay_whatever_they_are(tmp_path_factory, noise):
    path = tmp_path_factory.mktemp("b") / "corosync.conf"
    before = TWO_NODE.encode() + b"# " + noise
    path.write_bytes(before)
    main(["check", "--fix", "-q", str(path)])
    assert path.read_bytes() == TWO_NODE_FIXED.encode() + b"# " + noise

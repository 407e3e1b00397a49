"""Rule files: what is refused, and how it is told; a folder of the user's own."""

from __future__ import annotations

import pytest

from halint.cli.main import main
from halint.engine.rulefile import parse_rule
from halint.engine.template import TemplateError, fill, placeholders
from halint.engine.xpath import XPathError, check_expression
from halint.errors import HalintError

GOOD = """\
summary: the cluster has a name we do not use
severity: warning
confidence: certain
needs: [corosync]
peers: []
why: |
  Our names start with the site.

  More about it.
fix:
  text: Rename it.
  pcs: ["pcs cluster rename NEW"]
sources: ["our wiki"]
check:
  - find: /cluster/corosync/totem/cluster_name[not(starts-with(., 'site-'))]
    message: the cluster is called {.}
examples:
  bad:
    - title: no site
      files: {corosync.conf: "totem {\\n  cluster_name: web\\n}\\n"}
      expect: [{at: "cluster_name: web", says: the cluster is called web}]
  good:
    - title: a site
      files: {corosync.conf: "totem {\\n  cluster_name: site-web\\n}\\n"}
"""


def refused(text: str, *, trusted: bool = True) -> str:
    with pytest.raises(HalintError) as error:
        parse_rule(text, "mine.yaml", name="our-names", topic="ours", trusted=trusted)
    return str(error.value)


def test_a_good_rule_is_read():
    rule = parse_rule(GOOD, "mine.yaml", name="our-names", topic="ours", trusted=False)
    assert rule["check"][0]["find"].startswith("/cluster/corosync/totem")
    assert rule["examples"]["bad"][0]["expect"][0]["says"] == "the cluster is called web"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("severity: warning", "severity: fatal", "mine.yaml:2: severity must be one of info, warning, error"),
        ("severity: warning\n", "", "mine.yaml:1: the file lacks the key severity"),
        ("sources: [", "sourcse: [", "mine.yaml:1: the file lacks the key sources"),
        (
            "confidence:",
            "aliasses: []\nconfidence:",
            "mine.yaml:3: aliasses is not a known key; did you mean aliases?",
        ),
        (
            "totem/cluster_name",
            "totem/clustername",
            "mine.yaml:15: check[0].find names clustername, which nothing in the cluster document is called; "
            "did you mean cluster_name?: /cluster/corosync/totem/clustername[not(starts-with(., 'site-'))]",
        ),
        ("/cluster/corosync/totem", "//totem", "must start at /cluster/ or at a let"),
        ("{.}", "{name", "mine.yaml:16: check[0].message has a brace without its partner: {name"),
        ("{.}", "{$name}", "uses $name, which no let defines"),
        ("the cluster is called {.}", "The cluster is called {.}", "message starts with a capital letter"),
        ("{.}\nexamples", "{.}.\nexamples", "message ends with a full stop"),
        ("needs: [corosync]", "needs: [corosnyc]", "mine.yaml:4: needs[0] must be one of"),
        ("peers: []", "peers: []\npeers: []", "mine.yaml:6: peers is given twice"),
        ("title: no site", "title: 7", "examples.bad[0].title must be text; quote numbers, yes, no, on and off"),
        ("summary: the", "summary: [the", "not YAML"),
    ],
)
def test_mistakes_name_file_line_and_key(old, new, message):
    assert old in GOOD
    assert message in refused(GOOD.replace(old, new, 1))


def test_no_rule_without_a_bad_example():
    start, end = GOOD.index("    - title: no site"), GOOD.index("  good:")
    text = GOOD[:start].rstrip() + " []\n" + GOOD[end:]
    assert "examples.bad must not be empty" in refused(text)


def test_a_strangers_rule_cannot_run_code():
    text = GOOD.replace("find: /cluster/corosync/totem/cluster_name[not(starts-with(., 'site-'))]", "python: os.system")
    text = text.replace("{.}", "x")
    assert "check[0].python may only stand in halint's own rules; use find" in refused(text, trusted=False)


def test_rules_of_a_folder_are_loaded_checked_and_run(tmp_path, capsys):
    rules = tmp_path / "rules"
    (rules / "ours").mkdir(parents=True)
    (rules / "ours" / "our-names.yaml").write_text(GOOD)
    conf = tmp_path / "corosync.conf"
    conf.write_text("totem {\n    version: 2\n    cluster_name: web\n}\n")
    arguments = ["check", "--rules", str(rules), "--select", "our-names", "--format", "concise", str(conf)]
    assert main(arguments) == 1
    assert capsys.readouterr().out == f"{conf}:3:5: warning our-names the cluster is called web\n"

    (rules / "ours" / "our-names.yaml").write_text(GOOD.replace("severity: warning", "severity: bad"))
    assert main(arguments) == 2
    assert "our-names.yaml:2: severity must be one of info, warning, error" in capsys.readouterr().err

    assert main(["check", "--rules", str(tmp_path / "none"), str(conf)]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_templates():
    assert placeholders("a {b} {{c}} { d }") == ["b", "d"]
    assert fill("net {{ x {y} }}", lambda name: name.upper()) == "net { x Y }"
    for text in ("a { b", "a } b", "{a"):
        with pytest.raises(TemplateError):
            placeholders(text)


@pytest.mark.parametrize(
    "text",
    [
        "/cluster/cib//nvpair[@name='x' and @value=\"y\"]/../@id",
        "/cluster/model/quorum/two_node[. = 'true'][count($n) > 2 or 3 div 2 = 1]",
        "count(/cluster/model/node[@kind='member'])",
        "/cluster/cib/configuration/resources/*[self::group or descendant::primitive]/ancestor-or-self::node()",
    ],
)
def test_expressions_with_known_names_pass(text):
    check_expression(text, ("n",), root=True)


@pytest.mark.parametrize("text", ["/cluster/cib/nodez", "/cluster/cib/node[@unam='x']", "/cluster/cib/[", "node"])
def test_expressions_with_unknown_names_do_not(text):
    with pytest.raises(XPathError):
        check_expression(text, (), root=True)

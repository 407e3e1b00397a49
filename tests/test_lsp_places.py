"""What a position is about, in texts that are not finished: completion and hover without a server."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from lsprotocol import types
from markdown_it import MarkdownIt

from halint.lsp.agent_parameters import agent_parameters
from halint.lsp.completion import completions
from halint.lsp.documents import Documents
from halint.lsp.hover import hover
from halint.lsp.markup import escaped, markup, plain
from halint.lsp.options import cib_options, corosync_keys, corosync_sections

FIXTURES = Path(__file__).parent.parent / "fixtures"
MARKDOWN = [types.MarkupKind.Markdown]
IP = 'class="ocf" provider="heartbeat" type="IPaddr2"'
HEAD = '<cib crm_feature_set="{}" validate-with="pacemaker-3.9"><configuration>'


def open_(name: str, marked: str):
    """The document and the position of its bar."""
    text = marked.replace("|", "", 1)
    document = Documents().open(types.TextDocumentItem(f"file:///x/{name}", "any", 1, text))
    return document, document.text.position(marked.index("|"))


def offered(name: str, marked: str) -> list[str]:
    document, position = open_(name, marked)
    return [item.label for item in completions(document, position, None)]


def said(name: str, marked: str) -> str:
    document, position = open_(name, marked)
    found = hover(document, position, (), markup(MARKDOWN))
    return found.contents.value if found is not None else ""


@pytest.mark.parametrize(
    ("marked", "has", "has_not"),
    [
        ("to|", ["totem", "logging"], ["token", "node"]),
        ("totem {\n  |\n", ["token", "interface"], ["logging", "linknumber"]),
        ("totem {\n  interface {\n  }\n  |", ["token"], ["linknumber"]),
        ("totem {\n  interface {\n  |", ["linknumber", "mcastport"], ["token"]),
        ("totem {\n  token: 1\nquorum {\n  |", ["two_node", "device"], ["token"]),  # totem was never closed
        ("nodelist {\n  node {\n    |", ["ring0_addr", "nodeid", "name"], ["node"]),
        ("nodelist {\n  |", ["node"], ["ring0_addr"]),
        ("quorum {\n  device {\n    net {\n      |", ["algorithm", "host"], ["two_node"]),
        ("resources {\n  system {\n    memory_used {\n      |", ["recovery"], ["qb_ipc_type"]),
        ("system {\n  |", ["qb_ipc_type"], ["memory_used"]),
        ("resources {\n  process {\n    nginx {\n      |", ["recovery", "state"], ["max"]),
        ("# a comment with totem {\n|", ["totem"], ["token"]),
        ("totem {\n# }\n  |", ["token"], ["totem"]),
        ("totem {\n  two_node: 1 # |", [], ["totem"]),
    ],
)
def test_keys_of_the_section_that_is_open(marked, has, has_not):
    found = offered("corosync.conf", marked)
    assert set(has) <= set(found)
    assert not set(has_not) & set(found)


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("totem {\n  transport: |", ["knet", "udpu", "udp"]),
        ("totem {\n  transport: kn|et", ["knet", "udpu", "udp"]),
        ("totem {\n  transport:|", ["knet", "udpu", "udp"]),
        ("quorum {\n  two_node: |\n}", ["0", "1"]),
        ("totem {\n  token: |", []),
        ("totem {\n  nonsense: |", []),
        ("logging {\n  logger_subsys {\n    debug: |", ["on", "off", "trace"]),
        ("# transport: |", []),
    ],
)
def test_values_of_a_key(marked, words):
    assert offered("corosync.conf", marked) == words


def replaced(name: str, marked: str, label: str) -> str:
    """The text after an item was taken."""
    document, position = open_(name, marked)
    item = next(i for i in completions(document, position, None) if i.label == label)
    start, end = (document.text.offset(p) for p in (item.text_edit.range.start, item.text_edit.range.end))
    assert "\n" not in document.text.text[start:end]
    return document.text.text[:start] + item.text_edit.new_text + document.text.text[end:]


@pytest.mark.parametrize(
    ("name", "marked", "label", "after"),
    [
        ("corosync.conf", "totem {\n  to|\n}\n", "token", "totem {\n  token: \n}\n"),
        ("corosync.conf", "totem {\n  to|kn: 5\n}\n", "token", "totem {\n  token: 5\n}\n"),
        ("corosync.conf", "totem {\n  |\n}\n", "token", "totem {\n  token: \n}\n"),
        ("corosync.conf", "totem {\n  transport: ud|p\n}\n", "knet", "totem {\n  transport: knet\n}\n"),
        ("corosync.conf", "totem {\n  transport:|\n}\n", "knet", "totem {\n  transport:knet\n}\n"),
        ("corosync.conf", "to|", "totem", "totem {"),
        ("cib.xml", '<cib><op on-fail="re|start"/>', "fence", '<cib><op on-fail="fence"/>'),
        ("cib.xml", '<cib><op on-fail="re|\n<op/>', "fence", '<cib><op on-fail="fence\n<op/>'),
        ("cib.xml", "<cib><op inter|", "interval", '<cib><op interval="'),
        ("cib.xml", '<cib><op inter|vol="5"/>', "interval", '<cib><op interval="5"/>'),
    ],
)
def test_an_item_takes_the_place_of_the_word(name, marked, label, after):
    assert replaced(name, marked, label) == after


def in_cib(inside: str, features: str = "3.16.1") -> str:
    return HEAD.format(features) + inside


@pytest.mark.parametrize(
    ("inside", "has", "has_not"),
    [
        (
            '<crm_config><cluster_property_set id="a"><nvpair name="|',
            ["no-quorum-policy"],
            ["is-managed", "dc-version"],
        ),
        ('<resources><primitive id="a"><meta_attributes id="b"><nvpair id="c" name="|"', ["is-managed"], ["clone-max"]),
        (
            '<clone id="x"><primitive id="a"/><meta_attributes id="b"><nvpair name="|"/>',
            ["clone-max", "is-managed"],
            [],
        ),
        ('<clone id="x"><primitive id="a"><meta_attributes id="b"><nvpair name="|"/>', ["is-managed"], ["clone-max"]),
        ('<group id="x"><primitive id="a"/><meta_attributes id="b"><nvpair name="|', ["collocated"], ["clone-max"]),
        ('<rsc_defaults><meta_attributes id="b"><nvpair name="|', ["resource-stickiness"], ["timeout"]),
        ('<op_defaults><meta_attributes id="b"><nvpair name="|', ["timeout", "on-fail"], ["resource-stickiness"]),
        ('<node id="1"><instance_attributes id="b"><nvpair name="|', ["standby"], ["is-managed"]),
        (f'<primitive id="a" {IP}><instance_attributes id="b"><nvpair name="|', ["ip"], ["is-managed", "device"]),
        (
            '<!-- <primitive><meta_attributes> --><cluster_property_set id="a"><nvpair name="|',
            ["enable-acl"],
            ["critical"],
        ),
        ('<primitive id="x><group id="y"><meta_attributes><nvpair id="q" na="v" <nvpair name="|', ["collocated"], []),
        (
            '<primitive id="a"><meta_attributes id="b"><nvpair id="c" name="x"/></meta_attributes><operations><op |',
            ["timeout"],
            [],
        ),
        ("<rsc_order |", ["kind", "first"], ["score-attribute"]),
    ],
)
def test_names_by_the_set_that_they_stand_in(inside, has, has_not):
    found = offered("cib.xml", in_cib(inside))
    assert set(has) <= set(found)
    assert not set(has_not) & set(found)


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ('<cluster_property_set><nvpair name="stonith-enabled" value="|"', ["true", "false"]),
        ('<cluster_property_set><nvpair value="|" name="stonith-enabled"', ["true", "false"]),
        ('<cluster_property_set><nvpair name="stonith-timeout" value="|"', []),
        ('<rsc_order kind="|"', ["Optional", "Mandatory", "Serialize"]),
        ("<rsc_order kind='|'", ["Optional", "Mandatory", "Serialize"]),
        ('<primitive class="ocf" provider="pacemaker" type="SysI|"', ["SysInfo"]),
        ('<op on-fail="|"', ["ignore", "nothing", "block", "stop", "restart", "fence", "standby", "demote"]),
        ('<nvpair name="stonith-enabled" value="|"', []),
        ('<cluster_property_set> name="|"', []),
        ("|", []),
        ("<|", []),
        ("</|", []),
        ('<!-- <op on-fail="|" -->', []),
    ],
)
def test_values_of_what_is_named(inside, words):
    found = offered("cib.xml", in_cib(inside))
    assert found[: len(words)] == words if words != ["SysInfo"] else "SysInfo" in found
    assert bool(found) == bool(words)


def test_names_are_those_of_the_release_that_wrote_the_cib():
    inside = '<crm_config><cluster_property_set id="a"><nvpair name="|'
    assert "stonith-enabled" in offered("cib.xml", in_cib(inside, "3.16.1"))
    assert "fencing-enabled" in offered("cib.xml", in_cib(inside, "3.20.5"))
    assert "stonith-enabled" not in offered("cib.xml", in_cib(inside, "3.20.5"))


NAMED = '<node id="1" uname="n1"/><primitive id="a"/><clone id="c"><primitive id="b"/></clone><template id="t"/>'


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ('<rsc_order id="o" first="|"', ["a", "c", "b"]),
        ('<rsc_colocation id="o" rsc="x" with-rsc="|', ["a", "c", "b"]),
        ('<rsc_location id="o" node="|"/>', ["n1"]),
        ('<primitive id="o" template="|"/>', ["t"]),
    ],
)
def test_names_of_what_a_constraint_is_about(inside, words):
    assert offered("cib.xml", in_cib(NAMED + inside)) == words


def test_an_agent_through_a_template():
    template = f'<template id="ip" {IP}/>'
    inside = f'{template}<primitive id="a" template="ip"><instance_attributes id="b"><nvpair name="|'
    assert offered("cib.xml", in_cib(inside)) == ["ip"]


@pytest.mark.parametrize(
    ("name", "marked", "words"),
    [
        ("corosync.conf", "totem {\n  rrp_mode: pas|sive", ["obsolete", "totem.link_mode"]),
        ("corosync.conf", "totem {\n  knet|_mtu: 0", ["since corosync 3.1.7", "in bytes"]),
        (
            "corosync.conf",
            "quorum {\n  device {\n    net {\n      po|rt: 1",
            ["from 1 to 65535", "read by corosync-qdevice"],
        ),
        (
            "cib.xml",
            in_cib('<cluster_property_set><nvpair name="batch-limit" val|ue="3"/>'),
            ["whole number", "default `0`"],
        ),
        (
            "cib.xml",
            in_cib('<cluster_property_set><nvpair name="is-managed-de|fault"/>'),
            ["no more", "1.1.18", "rsc_defaults"],
        ),
        (
            "cib.xml",
            in_cib('<cluster_property_set><nvpair name="fencing-en|abled"/>'),
            ["since Pacemaker 3.0.2", "stonith-enabled"],
        ),
        (
            "cib.xml",
            in_cib('<clone><meta_attributes><nvpair name="promoted-|max"/>'),
            ["also called master-max", "at least 0"],
        ),
    ],
)
def test_documentation_comes_from_the_tables(name, marked, words):
    text = said(name, marked)
    assert all(word in text for word in words), text


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("corosync.conf", "totem {\n  nonsense|: 1"),
        ("corosync.conf", "token|: 1"),
        ("corosync.conf", "# token|: 1"),
        ("cib.xml", in_cib('<cluster_property_set><nvpair name="nonsense|"/>')),
        ("cib.xml", in_cib('<cluster_property_set><nvpair i|d="x" name="batch-limit"/>')),
        ("hosts", "192.0.2.1 a|"),
    ],
)
def test_nothing_is_said_of_what_no_table_knows(name, marked):
    assert said(name, marked) == ""


def test_plain_text_for_clients_without_markdown():
    assert plain("**a** `b` [c](d) x\\_y *Fix:* e\n\n```sh\npcs x '*' \\*\n```") == (
        "a b c (d) x_y Fix: e\n\npcs x '*' \\*"
    )


@pytest.mark.parametrize(
    "text", ["two_node is on", "_a_ *b* `c` [d](e) <f> \\ & | ~", "# no heading", "- no item", "a # b - c + d"]
)
def test_names_of_the_input_are_no_markup(text):
    """By a reader of Markdown that is not halint's."""
    shown = MarkdownIt("commonmark").render(escaped(text))
    assert html.unescape(re.fullmatch(r"<p>([^<]*)</p>\n", shown)[1]) == text
    assert plain(escaped(text)) == text


def test_every_row_of_the_tables_can_be_shown():
    """No row has a key or a word that the texts forget to expect."""
    sections = ["", *corosync_sections("")]
    options = [*(o for s in sections for o in corosync_keys(s))]
    options += cib_options(("properties", "meta", "meta_clone", "meta_group", "operation", "alert", "node"))
    options += agent_parameters("ocf:heartbeat:Filesystem")
    assert len(options) > 150
    for option in options:
        lines = option.markdown().split("\n\n")
        assert lines[0] == f"**{option.name}** ({option.place})"
        assert len(lines) > 1, option


@pytest.mark.parametrize(
    "file", ["tutorial/3-virtual-ip/cib.xml", "tutorial/3-virtual-ip/corosync.conf", "clean/galera-bundle/cib.xml"]
)
def test_at_every_place_of_a_text_that_ends_anywhere(file):
    """Nothing is raised, and what an item replaces lies on the line of the position."""
    path = FIXTURES / file
    whole = path.read_text()
    for end in range(0, len(whole), 3):
        document, position = open_(path.name, whole[:end] + "|")
        for item in completions(document, position, None):
            stretch = item.text_edit.range
            assert stretch.start.line == stretch.end.line == position.line
            assert stretch.start.character <= position.character <= stretch.end.character
        hover(document, position, (), markup(None))

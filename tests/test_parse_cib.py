"""Reading CIB files: compression, encodings, broken XML, positions, secrets, the digest."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halint.errors import HalintError
from halint.parse import compressed
from halint.parse.cib import read_cib
from halint.parse.signature import digests
from halint.secrets import MASK
from halint.source import Mark, Span

PLAIN = '<?xml version="1.0"?>\n<cib epoch="1">\n  <configuration/>\n</cib>\n'


def read(text, path="cib.xml"):
    return read_cib(text if isinstance(text, bytes) else text.encode(), path)


def problem(text):
    (found,) = read(text).source.problems
    assert found.rule == "xml-not-wellformed"
    assert read(text).root is None
    return found


@pytest.mark.parametrize("pack", [bytes, bz2.compress, gzip.compress, lzma.compress])
def test_compression(pack):
    file = read(pack(PLAIN.encode()))
    assert file.root is not None
    assert file.source.text == PLAIN


@pytest.mark.parametrize(("pack", "name"), [(bz2.compress, "bzip2"), (gzip.compress, "gzip"), (lzma.compress, "xz")])
def test_cut_and_damaged_archives(pack, name):
    packed = pack(PLAIN.encode() * 50)
    with pytest.raises(HalintError, match=f"a.bin: the {name} archive is (cut off|damaged)"):
        read_cib(packed[: len(packed) // 2], "a.bin")
    with pytest.raises(HalintError, match=f"a.bin: the {name} archive is damaged"):
        read_cib(packed[:6] + bytes(40) + packed[46:], "a.bin")


@pytest.mark.parametrize("pack", [bytes, bz2.compress, gzip.compress, lzma.compress])
def test_what_is_too_large_is_refused(pack, monkeypatch):
    monkeypatch.setattr(compressed, "MAX_SIZE", 1 << 20)
    with pytest.raises(HalintError, match="larger than 1 MiB"):
        read(pack(b" " * (1 << 20) + PLAIN.encode()))


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "utf-8"), ("utf-16", "UTF-16"), ("iso-8859-1", "ISO-8859-1"), ("utf-16-be", "")],
)
def test_encodings(encoding, declared):
    declaration = f' encoding="{declared}"' if declared else ""
    text = f'<?xml version="1.0"{declaration}?>\n<cib a="é"><x b="ü"/></cib>'
    file = read(text.encode(encoding))
    assert file.root.get("a") == "é"
    assert file.source.locate_element(file.root[0], "b") == Span(2, 15, 2, 20)


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "the file is empty", 1, 1),
        (" \n\t\n", "the file is empty", 1, 1),
        ("<cib>\n<a>\n</cib>", "this closing tag does not fit a, which line 2 opens", 3, 3),
        ("<cib>\n<a", "the file ends inside cib, which line 1 opens", 2, 1),
        ("<cib/>\nmore", "more text follows after the end of the document", 2, 1),
        ("ERROR: no cib\n<cib/>", "there is no XML here", 1, 1),
        ('<cib a="é"\n  b="1" b="2"/>', "an attribute is given twice in one element", 2, 9),
        ("<cib>&secret;</cib>", "XML does not know the name between & and ; (& itself is written &amp;)", 1, 6),
        ("<cib>é\x00</cib>", "this does not belong here, or a quote, bracket or blank is missing", 1, 7),
        ('\n<?xml version="1.0"?><cib/>', "the XML declaration does not stand at the very beginning", 2, 1),
    ],
)
def test_broken_xml_is_a_problem_with_its_place(text, message, line, column):
    found = problem(text)
    assert message in found.message
    assert found.span[:2] == (line, column)


def test_other_encodings_and_wrong_bytes():
    assert "the encoding rot13 is not known" in problem('<?xml version="1.0" encoding="rot13"?><cib/>').message
    assert "there are bytes that are not utf-8" in problem(b"<cib a='\xff'/>").message


@pytest.mark.parametrize("prolog", ["", '<?xml version="1.0"?>\n<!-- a > b -->\n', "<?x y?>"])
def test_doctype_is_refused_and_nothing_expanded(prolog, tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    text = f'{prolog}<!DOCTYPE cib [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>\n<cib a="1">&e;</cib>'
    found = problem(text)
    assert "document type declaration" in found.message
    assert found.span.line == prolog.count("\n") + 1
    assert "hunter2" not in repr(found)


def test_deep_nesting_is_a_problem_not_a_crash():
    depth = 100_000
    assert "not acceptable XML" in problem("<cib>" + "<a>" * depth + "</a>" * depth + "</cib>").message


def test_wrapped_cib_and_other_roots():
    file = read("<pacemaker-result>\n  <cib epoch='2'>\n<status x='1'/></cib>\n  <status code='0'/></pacemaker-result>")
    assert file.root.get("epoch") == "2"
    assert file.source.locate_element(file.root, None) == Span(2, 3, 2, 18)
    assert file.source.locate_element(file.root[0], "x") == Span(3, 9, 3, 14)
    with pytest.raises(HalintError, match=r"a\.xml: is XML, but holds no cib element .*html"):
        read_cib(b"<html/>", "a.xml")


def test_positions_in_code_points_over_several_lines_and_far_down():
    text = (
        "<cib>\r\n<!-- <fake id='1'/> -->\t<a\r\n  id='ä>b'\r\n\tname = \"x\"/><![CDATA[<no/>]]>"
        + "\n" * 70_000
        + "<b c='\U0001f600' d='2'/></cib>"
    )
    file = read(text)
    a, b = file.root
    locate = file.source.locate_element
    assert locate(a, None) == Span(2, 25, 4, 14)
    assert locate(a, "id") == Span(3, 3, 3, 11)
    assert locate(a, "name") == Span(4, 2, 4, 12)
    assert locate(b, "d") == Span(70_004, 10, 70_004, 15)
    assert Mark(file.source, element=b).on("d").location().line == 70_004
    assert Mark(file.source, element=b).on("missing").location().column == 1


def test_positions_survive_a_move_into_another_tree():
    from lxml import etree

    file = read("<r><x/><cib><y/></cib></r>")
    y = file.root[0]
    etree.Element("cluster").append(file.root)
    assert file.source.locate_element(y, None) == Span(1, 13, 1, 17)


SECRETS = """<cib><nvpair id="1" name="passwd" value="hunter2"/>
<nvpair value='hun
ter2' id="2" name="snmp_priv_passwd"/>
<nvpair id="3" name="url" value="https://me:hunter2@host/"/>
<nvpair id="4" name="passwd_script" value="/etc/get-it"/><nvpair id="5" name="login" value="me"/>
<docker id="6" image="https://me:hunter2@registry/x"/><nvpair id="7" name="passw&#111;rd" value="hunter2"/></cib>"""


def test_secrets_are_masked_in_the_tree_and_reported_as_spans():
    file = read(SECRETS)
    values = [e.get("value") for e in file.root.iter("nvpair")]
    assert values[:2] == [MASK, MASK]
    assert values[2] == f"https://me:{MASK}@host/"
    assert values[3:] == ["/etc/get-it", "me", MASK]
    assert not any("hunter2" in v for e in file.root.iter() for v in e.attrib.values())
    lines = file.source.lines
    hidden = [lines[s.line - 1][s.column - 1 : s.end_column - 1] for s in file.source.secrets]
    assert hidden == ["hunter2", "hun", "ter2", "hunter2", "hunter2", "hunter2"]


def test_secrets_of_broken_xml_are_found_too():
    file = read(SECRETS.replace("</cib>", "").replace('value="hunter2"/>\n', 'value="hunter2/>\n', 1))
    assert file.root is None
    text = "\n".join(file.source.lines)
    assert text.count("hunter2") == 4
    lines = list(file.source.lines)
    for s in reversed(file.source.secrets):
        lines[s.line - 1] = lines[s.line - 1][: s.column - 1] + lines[s.line - 1][s.end_column - 1 :]
    assert "hunter2" not in "\n".join(lines)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_a_sentence(data):
    try:
        file = read(data)
    except HalintError:
        return
    assert (file.root is None) == bool(file.source.problems)
    assert file.source.secrets is not None


def test_digest_is_that_of_cibadmin(corpus, tmp_path):
    if shutil.which("cibadmin") is None:
        pytest.skip("cibadmin is not installed")
    special = tmp_path / "special.xml"
    special.write_text(
        '<?xml version="1.0"?>\n<cib epoch="1"><!-- c --><configuration a="é &quot;\'"  b=\'"&lt;&gt;&amp;\'> x'
        "</configuration><status></status><x c='&#9;&#10;|'> </x></cib>"
    )
    files = [special, *sorted((corpus / "cts").glob("*.xml"))[::40], *sorted((corpus / "cib").glob("*.xml"))[::20]]
    for path in files:
        file = read_cib(path.read_bytes(), str(path))
        if file.root is None:
            continue
        run = subprocess.run(["cibadmin", "--md5-sum", "-x", path], capture_output=True, text=True, check=True)
        assert run.stdout.split()[-1] in digests(file.source.text), path


def test_digest_does_not_depend_on_layout_and_names_both_ways_of_escaping():
    assert digests('<cib a="1"><b/></cib>') == digests('<cib  a = "1">\n  <b></b>\n</cib>\n')
    assert len(digests('<cib a="1"/>')) == 1
    assert len(digests('<cib a="1&#10;2"/>')) == 2


@pytest.mark.parametrize(
    "inside",
    [
        '<node id="x" uname="n"/>',
        '<!-- <node id="x" uname="old"/> --><node id="x" uname="n"/>',
        '<!-- <node id="x" uname="old"/> --><node id=\'x\' uname="n"/>',
        '<node\n  id="x"\n  uname="n"/>',
        '<node uname=" id=" id="x"/>',
        '<tag id="x"/><node id="x" uname="n"/>',
    ],
)
def test_one_place_is_found_as_all_are(inside, monkeypatch):
    """A place that is asked for alone is not read out of the whole text; it is the same."""
    text = f"<cib>\n  <configuration><nodes>{inside}</nodes></configuration>\n</cib>".encode()
    spans = []
    for few in (0, 40):
        monkeypatch.setattr("halint.parse.cib._FEW", few)
        file = read_cib(text, "cib.xml")
        node = next(file.root.iter("node"))
        spans.append([file.source.locate_element(node, name) for name in (None, "id", "uname")])
    assert spans[0] == spans[1]

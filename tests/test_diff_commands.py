"""The commands of a diff, applied to BEFORE by the real tools, give AFTER."""

from __future__ import annotations

import copy
import importlib.util
import itertools
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest
from lxml import etree

from halint.diff.commands import script
from halint.diff.commands.edits import arrange
from halint.diff.commands.order import Piece, in_order
from halint.diff.commands.shell import argument, xml_argument
from halint.diff.commands.writing import Secret
from halint.diff.compare import compare
from halint.diff.side import Side
from halint.parse.cib import read_cib

SETTINGS = ("validate-with", "remote-tls-port")
COUNTERS = ("epoch", "num_updates", "admin_epoch", "cib-last-written", "update-origin", "update-client", "update-user")
TEXT = "it's <&\"$(x)`y` \\ --"

DEVICE = """<primitive id="fence-a" class="stonith" type="fence_ipmilan"><instance_attributes id="fa">
<nvpair id="fa-ip" name="ip" value="{ip}"/><nvpair id="fa-p" name="passwd" value="{passwd}"/></instance_attributes>
<operations><op id="fa-m" name="monitor" interval="60s"/></operations></primitive>"""
CIB = """<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="7" num_updates="3" admin_epoch="1">
<configuration><crm_config/><nodes/><resources>{resources}</resources><constraints/></configuration><status/></cib>"""


def side(text: str | bytes, name: str) -> Side:
    return Side(file=read_cib(text if isinstance(text, bytes) else text.encode(), name))


def made(before: str | bytes, after: str | bytes, form: str, *, show_secrets: bool = False) -> str:
    return script(compare(side(before, "before.xml"), side(after, "after.xml")), form, show_secrets=show_secrets)


def needed(*tools: str) -> None:
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")


def run(text: str, form: str, cib: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Apply a patch or run a script on a copy of a CIB."""
    env = {**os.environ, "HOME": str(cib.parent), **variables}
    env.pop("CIB_shadow", None)
    made_file = cib.with_suffix(f".{form}")
    made_file.write_text(text)
    if form == "patch":
        command = ["cibadmin", "--patch", "--xml-file", str(made_file)]
        env["CIB_file"] = str(cib)
    else:
        command = ["sh", str(made_file)]
        env["HALINT_CIB"] = str(cib)
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)


def exact(path: Path) -> object:
    """A CIB as it is written, but for white space, counters and status."""
    root = etree.parse(str(path), etree.XMLParser(remove_blank_text=True, remove_comments=True)).getroot()

    def taken(element: etree._Element) -> object:
        left_out = COUNTERS if element.tag == "cib" else ()
        attributes = sorted((k, v) for k, v in element.items() if k not in left_out)
        return element.tag, attributes, [taken(child) for child in element if child.tag != "status"]

    return taken(root)


@pytest.fixture
def roundtrip(oracles: Path) -> Iterator[ModuleType]:
    sys.path.insert(0, str(oracles))
    spec = importlib.util.spec_from_file_location("roundtrip", oracles / "roundtrip.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(oracles))


def meaning(roundtrip: ModuleType, path: Path, *, order: bool) -> object:
    root = ET.parse(path).getroot()  # noqa: S314 - made here
    for group in root.iter("group"):
        # canon.py keeps the place of a group's meta-attributes among its members, which means nothing to Pacemaker;
        # crmsh writes them first
        group[:] = sorted(group, key=lambda child: child.tag == "primitive")
    for expression in root.iter("expression"):
        # crmsh takes away the type where it says what is the default anyway, also of constraints it is not asked about
        if expression.get("type") == "string" and expression.get("operation") in ("eq", "ne"):
            del expression.attrib["type"]
    settings = {name: root.get(name) for name in SETTINGS}
    return settings, roundtrip.canon.canon_root(root, rsc_order=order)


def same_to_crm_diff(roundtrip: ModuleType, result: Path, after: Path) -> bool:
    """Whether crm_diff sees no difference between two CIBs with their rows in one order."""
    for path in (result, after):
        tree = etree.parse(str(path), etree.XMLParser(remove_blank_text=True, remove_comments=True))
        root = tree.getroot()
        for name in set(root.keys()) - set(SETTINGS):
            del root.attrib[name]
        for status in root.findall("status"):
            root.remove(status)
        for row in root.iter("configuration", "crm_config", "nodes", "constraints", "tags", "operations", "primitive"):
            row[:] = sorted(row, key=lambda e: (e.tag, e.get("id") or ""))
        for row in root.iter("instance_attributes", "meta_attributes", "utilization", "cluster_property_set"):
            row[:] = sorted(row, key=lambda e: (e.tag, e.get("id") or ""))
        for section in root.findall("configuration/*"):
            if not len(section):
                section.getparent().remove(section)
        tree.write(str(path) + ".sorted")
    command = ["crm_diff", "--no-version", "-o", f"{result}.sorted", "-n", f"{after}.sorted"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


# The change classes of the oracle roundtrip.py, with the forms they are asked of


def classes(roundtrip: ModuleType, base: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    for name, change, _, _ in roundtrip.CASES:
        before = base.replace(b"pacemaker-3.9", b"pacemaker-3.7") if name == "validate-with raised" else base
        root = ET.fromstring(base)  # noqa: S314 - made here
        change(root)
        yield name, before, ET.tostring(root)


@pytest.mark.parametrize("form", ["patch", "cibadmin"])
def test_every_class_of_change_by_patch_and_cibadmin(
    form: str, oracles: Path, roundtrip: ModuleType, tmp_path: Path
) -> None:
    needed("cibadmin", "crm_diff")
    count = 0
    for name, before, after in classes(roundtrip, (oracles / "roundtrip.base.xml").read_bytes()):
        cib, wanted = tmp_path / "cib.xml", tmp_path / "after.xml"
        cib.write_bytes(before)
        wanted.write_bytes(after)
        result = run(made(before, after, form), form, cib)
        assert result.returncode == 0, (name, result.stderr)
        assert meaning(roundtrip, cib, order=True) == meaning(roundtrip, wanted, order=True), name
        if form == "patch":
            assert exact(cib) == exact(wanted), name
        assert same_to_crm_diff(roundtrip, cib, wanted), name
        assert compare(side(cib.read_bytes(), "cib.xml"), side(after, "after.xml")).changes == (), name
        count += 1
    assert count == 86


BY_XML = {
    # what pcs, crmsh cannot express at all, or what only XML says exactly
    "pcs": {
        "2nd cluster_property_set added",
        "property set with a rule",
        "resource param value empty string",
        "agent type changed",
        "resource renamed",
        "resource description",
        "legacy master element",
        "location with role",
        "location with resource_set",
        "order without actions",
        "constraint id only changed",
        "rsc_defaults 2nd set with rule",
        "node element removed",
        "bundle added",
        "template used",
        "2nd instance_attributes block with rule",
        "validate-with raised",
    },
    "crm": {
        "property removed",
        "2nd cluster_property_set added",
        "property set with a rule",
        "resource renamed",
        "group created from d4",
        "member added at the end",
        "member added first",
        "member taken out of group (kept)",
        "group dissolved",
        "legacy master element",
        "order set",
        "colocation set",
        "colocation influence/node-attribute",
        "rsc_defaults 2nd set with rule",
        "node element removed",
        "fencing level",
        "fencing level by attribute",
        "bundle added",
        "2nd instance_attributes block with rule",
        "validate-with raised",
    },
}


PARTS = 6
"""The classes are tried in so many tests, which run beside each other."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("form", ["pcs", "crm"])
def test_every_class_of_change_by_pcs_and_crm(
    form: str, part: int, oracles: Path, roundtrip: ModuleType, tmp_path: Path
) -> None:
    needed(form, "cibadmin")
    left: set[str] = set()
    tried = list(classes(roundtrip, (oracles / "roundtrip.base.xml").read_bytes()))[part::PARTS]
    for name, before, after in tried:
        text = made(before, after, form)
        lacking = [line for line in text.splitlines() if line.startswith("# left to cibadmin")]
        # the tools put what they clone or rename at the end; a step of its own brings it back
        if any(not line.endswith(": the order of the outermost resources") for line in lacking):
            left.add(name)
        cib, wanted = tmp_path / "cib.xml", tmp_path / "after.xml"
        cib.write_bytes(before)
        wanted.write_bytes(after)
        result = run(text, form, cib)
        assert result.returncode == 0, (name, result.stderr)
        assert meaning(roundtrip, cib, order=False) == meaning(roundtrip, wanted, order=False), name
        changes = compare(side(cib.read_bytes(), "cib.xml"), side(after, "after.xml")).changes
        assert changes == (), name
    assert left == BY_XML[form] & {name for name, _, _ in tried}


def test_the_parts_are_all_classes(roundtrip: ModuleType) -> None:
    names = [name for name, _, _, _ in roundtrip.CASES]
    assert len(names) == 86
    assert set(names) >= BY_XML["pcs"] | BY_XML["crm"]


# Seeded random edits of real configurations

REFERENCES = ("rsc", "with-rsc", "first", "then")
Change = Callable[[etree._Element, random.Random], None]


def some(root: etree._Element, rng: random.Random, *tags: str) -> etree._Element | None:
    found = list(root.find("configuration").iter(*tags))
    return rng.choice(found) if found else None


def new(text: str) -> etree._Element:
    return etree.fromstring(text)


def change_value(root: etree._Element, rng: random.Random) -> None:
    pair = some(root, rng, "nvpair")
    if pair is not None and pair.get("value") is not None:
        pair.set("value", rng.choice(["77", "a b", TEXT, ""]))


def change_operation(root: etree._Element, rng: random.Random) -> None:
    op = some(root, rng, "op")
    if op is not None and rng.random() < 0.5:
        op.attrib.pop("timeout", None)
    elif op is not None:
        op.set("timeout", "33s")


def drop_pair(root: etree._Element, rng: random.Random) -> None:
    pair = some(root, rng, "nvpair")
    if pair is not None and not any(e.get("id-ref") == pair.get("id") for e in root.iter()):
        pair.getparent().remove(pair)


def add_pair(root: etree._Element, rng: random.Random) -> None:
    block = some(root, rng, "instance_attributes", "meta_attributes", "cluster_property_set")
    if block is not None and not block.get("id-ref"):
        block.append(etree.Element("nvpair", id=f"new{rng.randrange(10**6)}", name=f"n{rng.randrange(99)}", value="q"))


def add_resource(root: etree._Element, rng: random.Random) -> None:
    place = some(root, rng, "resources", "group")
    if place is None:
        return
    name = f"added{rng.randrange(10**6)}"
    places = [i for i, child in enumerate(place) if child.tag == "primitive"] or [len(place)]
    made_one = new(f'<primitive id="{name}" class="ocf" provider="pacemaker" type="Dummy"/>')
    block = etree.SubElement(made_one, "instance_attributes", id=f"{name}-ia")
    etree.SubElement(block, "nvpair", id=f"{name}-p", name="passwd", value=TEXT)
    place.insert(rng.choice(places), made_one)
    constraints = root.find("configuration/constraints")
    if constraints is not None:
        constraints.append(new(f'<rsc_location id="l{name}" rsc="{name}" node="n1" score="-5"/>'))


def shuffle(root: etree._Element, rng: random.Random) -> None:
    row = some(root, rng, "resources", "group", "constraints", "nodes", "operations", "resource_set")
    if row is None or len({child.tag for child in row}) != 1:
        return
    children = list(row)
    rng.shuffle(children)
    row[:] = children


def move(root: etree._Element, rng: random.Random) -> None:
    one, place = some(root, rng, "primitive"), some(root, rng, "resources", "group")
    if one is None or place is None or one.getparent().tag not in ("resources", "group"):
        return
    if one.getparent().tag == "group" and len(one.getparent().findall("primitive")) == 1:
        return
    one.getparent().remove(one)
    places = [i for i, child in enumerate(place) if child.tag == "primitive"] or [len(place)]
    place.insert(rng.choice(places), one)


def change_constraint(root: etree._Element, rng: random.Random) -> None:
    one = some(root, rng, "rsc_location", "rsc_colocation", "rsc_order")
    if one is not None and rng.random() < 0.5:
        one.getparent().remove(one)
    elif one is not None and one.get("score") is not None:
        one.set("score", rng.choice(["5", "-INFINITY", "INFINITY"]))


def rename(root: etree._Element, rng: random.Random) -> None:
    one = some(root, rng, "primitive")
    if one is None:
        return
    old = one.get("id")
    for element in root.find("configuration").iter():
        for name in (*REFERENCES, *(("id",) if element.tag in ("obj_ref", "resource_ref") else ())):
            if element.get(name) == old:
                element.set(name, f"{old}x")
    one.set("id", f"{old}x")


def wrap(root: etree._Element, rng: random.Random) -> None:
    one = some(root, rng, "primitive")
    if one is None or one.getparent().tag != "resources":
        return
    outer = etree.Element(rng.choice(["group", "clone"]), id=f"outer{rng.randrange(10**6)}")
    one.addprevious(outer)
    outer.append(one)


def other_agent(root: etree._Element, rng: random.Random) -> None:
    one = some(root, rng, "primitive")
    if one is not None and one.get("type"):
        one.set("type", "Other")
        one.set("description", TEXT)


def remote_port(root: etree._Element, rng: random.Random) -> None:
    root.set("remote-tls-port", str(rng.randrange(1000, 2000)))


def tag_one(root: etree._Element, rng: random.Random) -> None:
    one = some(root, rng, "primitive")
    configuration = root.find("configuration")
    tags = configuration.find("tags")
    if one is not None and root.get("validate-with", "") >= "pacemaker-2":
        tags = etree.SubElement(configuration, "tags") if tags is None else tags
        tags.append(new(f'<tag id="T{rng.randrange(10**6)}"><obj_ref id="{one.get("id")}"/></tag>'))


CHANGES: tuple[Change, ...] = (
    *(change_value, change_operation, drop_pair, add_pair, add_resource, shuffle, move, change_constraint, rename),
    *(wrap, other_agent, remote_port, tag_one),
)


def accepted(path: Path) -> bool:
    """Whether the CIB manager takes the file as a whole."""
    copied = path.with_suffix(".copy")
    shutil.copy(path, copied)
    command = ["cibadmin", "--replace", "--xml-file", str(path)]
    env = {**os.environ, "CIB_file": str(copied)}
    result = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return result.returncode == 0 and "validity" not in result.stderr


def pairs(corpus: Path, folder: Path, seed: int) -> Iterator[tuple[str, bytes, bytes]]:
    """Real configurations that the CIB manager takes, each with an edited one that it takes too."""
    rng = random.Random(seed)
    files = [p for name in ("cib", "cts") for p in sorted((corpus / name).glob("*.xml")) if p.stat().st_size < 60_000]
    while True:
        path = rng.choice(files)
        try:
            root = etree.parse(str(path), etree.XMLParser(remove_comments=True, remove_blank_text=True)).getroot()
        except etree.XMLSyntaxError:
            continue
        if root.tag != "cib" or root.find("configuration") is None or "validate-with" not in root.keys():  # noqa: SIM118
            continue
        root.attrib.update({"crm_feature_set": "3.16.1", "admin_epoch": "0", "epoch": "5", "num_updates": "1"})
        edited = copy.deepcopy(root)
        done = [rng.choice(CHANGES) for _ in range(rng.randrange(1, 7))]
        for change in done:
            change(edited, rng)
        texts = etree.tostring(root), etree.tostring(edited)
        for text in texts:
            (folder / "asked.xml").write_bytes(text)
            if not accepted(folder / "asked.xml"):
                break
        else:
            yield f"{path.name}: {' '.join(change.__name__ for change in done)}", *texts


def secret_values(root: etree._Element) -> Iterator[str]:
    return (p.get("value", "") for p in root.iter("nvpair") if p.get("name") == "passwd")


@pytest.mark.parametrize(("form", "number"), [("patch", 60), ("cibadmin", 60), ("pcs", 5), ("crm", 6)])
def test_random_edits_of_real_configurations(
    form: str, number: int, corpus: Path, roundtrip: ModuleType, tmp_path: Path
) -> None:
    needed("cibadmin", "crm_diff", *([form] if form in ("pcs", "crm") else []))
    for what, before, after in itertools.islice(pairs(corpus, tmp_path, 7), number):
        cib, wanted = tmp_path / "cib.xml", tmp_path / "after.xml"
        cib.write_bytes(before)
        wanted.write_bytes(after)
        result = run(made(before, after, form, show_secrets=True), form, cib)
        if form == "pcs" and "is not installed or does not provide valid metadata" in result.stderr:
            # pcs 0.11.5 asks the agent about a clone's meta-attributes, with --force too: a cluster node has the agent
            continue
        assert result.returncode == 0, (what, result.stderr)
        if form == "patch":
            assert exact(cib) == exact(wanted), what
        else:
            exactly = form == "cibadmin"
            assert meaning(roundtrip, cib, order=exactly) == meaning(roundtrip, wanted, order=exactly), what
        if form in ("patch", "cibadmin"):
            assert same_to_crm_diff(roundtrip, cib, wanted), what


# Secrets, quoting, order


OLD = {"ip": "1.2.3.4", "passwd": "old"}


def device_pair(passwd: str) -> tuple[str, str]:
    escaped = passwd.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    before = CIB.format(resources=DEVICE.format(**OLD))
    return before, CIB.format(resources=DEVICE.format(ip="1.2.3.5", passwd=escaped))


@pytest.mark.parametrize("form", ["cibadmin", "pcs", "crm"])
def test_a_secret_is_a_variable_that_must_be_set(form: str, tmp_path: Path) -> None:
    needed("cibadmin", *([form] if form != "cibadmin" else []))
    before, after = device_pair(TEXT)
    text = made(before, after, form)
    assert ': "${FENCE_A_PASSWD:?set it to the passwd of fence-a in AFTER}"' in text
    assert TEXT not in text
    assert "old" not in text
    cib = tmp_path / "cib.xml"
    cib.write_text(before)
    unset = run(text, form, cib)
    assert unset.returncode != 0
    assert "set it to the passwd of fence-a in AFTER" in unset.stderr
    assert cib.read_text() == before
    assert run(text, form, cib, FENCE_A_PASSWD=TEXT).returncode == 0
    assert list(secret_values(etree.parse(str(cib)).getroot())) == [TEXT]


def test_a_secret_in_a_patch_is_filled_in_by_envsubst(tmp_path: Path) -> None:
    needed("cibadmin", "envsubst")
    before, after = device_pair("tea & milk")
    text = made(before, after, "patch")
    assert "envsubst '${FENCE_A_PASSWD}' <PATCH >FILLED" in text
    assert "tea" not in text
    filled = subprocess.run(
        ["envsubst", "${FENCE_A_PASSWD}"],
        input=text,
        env={**os.environ, "FENCE_A_PASSWD": "tea &amp; milk"},
        capture_output=True,
        text=True,
        check=True,
    )
    cib, wanted = tmp_path / "cib.xml", tmp_path / "after.xml"
    cib.write_text(before)
    wanted.write_text(after)
    assert run(filled.stdout, "patch", cib).returncode == 0
    assert exact(cib) == exact(wanted)


@pytest.mark.parametrize("form", ["patch", "cibadmin", "pcs", "crm"])
def test_a_secret_that_stays_is_not_asked_for(form: str) -> None:
    before, after = (CIB.format(resources=DEVICE.format(**{**OLD, "ip": ip})) for ip in ("1.2.3.4", "1.2.3.5"))
    text = made(before, after, form)
    assert "PASSWD" not in text
    assert "1.2.3.5" in text


def test_true_secrets_are_shown_when_asked() -> None:
    before, after = device_pair("tea")
    assert "passwd=tea" in made(before, after, "pcs", show_secrets=True)


@pytest.mark.parametrize("form", ["cibadmin", "pcs", "crm"])
def test_the_same_configuration_needs_no_step(form: str) -> None:
    before, _ = device_pair("tea")
    text = made(before, before, form)
    assert text.endswith("\n# nothing to do: the configurations are the same\n")
    assert text.startswith(
        "#!/bin/sh\n# Turns the configuration of before.xml (version 1.7.3) into that of after.xml, by "
    )


def test_words_of_a_script() -> None:
    before, after = device_pair("tea")
    assert made(before, after, "pcs").split("\n\n")[-2].splitlines() == [
        "# change fence device fence-a: ip 1.2.3.4 → 1.2.3.5, passwd (value hidden)",
        """pcs -f "$cib" stonith update fence-a ip=1.2.3.5 passwd="${FENCE_A_PASSWD}" --force""",
    ]


@pytest.mark.parametrize("text", ["plain", TEXT, "", "*", "two\nlines"])
def test_an_argument_is_what_the_shell_hands_over(text: str) -> None:
    result = subprocess.run(["sh", "-c", f"printf %s {argument((text,))}"], capture_output=True, text=True, check=True)
    assert result.stdout == text
    value = subprocess.run(
        ["sh", "-c", f"xml() {{ printf '%s' \"$1\"; }}; printf %s {xml_argument(('<a b=', Secret('V'), '/>'))}"],
        env={**os.environ, "V": text.rstrip("\n")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert value.stdout == f"<a b={text}/>"


def piece(section: str, before: str | None, after: str | None) -> Piece:
    parsed = [None if text is None else etree.fromstring(text) for text in (before, after)]
    return Piece(section=section, before=parsed[0], after=parsed[1])


def test_fencing_comes_first_and_goes_last() -> None:
    device = '<primitive id="{}" class="stonith" type="fence_x"/>'
    level = '<fencing-level id="{}" index="1" target="n1" devices="{}"/>'
    on = '<nvpair id="{}" name="stonith-enabled" value="{}"/>'
    rows = [
        piece("crm_config", None, on.format("off", "false")),
        piece("resources", device.format("old"), None),
        piece("fencing-topology", level.format("l-old", "old"), None),
        piece("resources", '<primitive id="gone"/>', None),
        piece("constraints", '<rsc_location id="c" rsc="gone"/>', None),
        piece("resources", None, '<primitive id="new"/>'),
        piece("crm_config", None, on.format("on", "true")),
        piece("fencing-topology", None, level.format("l-new", "dev")),
        piece("resources", None, device.format("dev")),
    ]
    order = [step.pieces[0].element.get("id") for step in in_order(rows)]
    assert order == ["dev", "l-new", "on", "new", "c", "gone", "l-old", "old", "off"]


def test_what_refers_to_a_resource_comes_after_it_and_goes_before_it() -> None:
    rows = [
        piece("constraints", None, '<rsc_location id="c" rsc="new"/>'),
        piece("resources", None, '<primitive id="new" template="t"/>'),
        piece("resources", None, '<template id="t"/>'),
    ]
    assert [step.pieces[0].element.get("id") for step in in_order(rows)] == ["t", "new", "c"]


def test_an_id_that_comes_to_another_place_goes_and_comes_in_one_step() -> None:
    rows = [
        piece("resources", '<primitive id="a"/>', None),
        piece("resources", '<group id="g"><primitive id="b"/></group>', '<group id="g"><primitive id="a"/></group>'),
        piece("resources", None, '<primitive id="b"/>'),
    ]
    assert [len(step.pieces) for step in in_order(rows)] == [3]


def test_arrangements_are_right_for_every_row_of_five(tmp_path: Path) -> None:
    names: list[tuple[str, str | None]] = [("primitive", letter) for letter in "abcde"]
    for wanted in itertools.permutations(names):
        row = names[:4]
        for operation, key, position in arrange(row[:], wanted):
            if operation == "move":
                row.remove(key)
            row.insert(position, key)
        assert row == list(wanted)

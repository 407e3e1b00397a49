"""What the process beside the server answers: half-typed texts, comments that set aside, edits, trouble."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from examples import write_files

from halint.cli.lsp_worker import answer
from halint.engine.rulefile import read_rule
from halint.inputs.kinds import kind_of_content, kind_of_path
from halint.lsp.actions import ignoring
from halint.lsp.documents import Documents
from halint.lsp.job import CHECK, EDITS, Answer, Job
from halint.lsp.text import Text

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
RULES = ROOT / "rules"
TOPICS = sorted(folder.name for folder in RULES.iterdir() if folder.is_dir() and any(folder.glob("*.yaml")))


@pytest.fixture(autouse=True)
def _same_folder(monkeypatch):
    """A job changes the current folder."""
    monkeypatch.chdir(ROOT)


def asked(path: Path, contents: dict[Path, bytes] | None = None, what: str = CHECK, end: Path | None = None) -> Answer:
    held = {os.path.realpath(one): data for one, data in (contents or {}).items()}
    folder = str(end or path.parent)
    return answer(Job(what=what, path=str(path), end=folder, here=folder, contents=held))


def healthy(found: Answer) -> bool:
    return not (found.trouble or found.mistakes or found.unreadable)


SMALL = {
    "corosync.conf": (
        "totem {\n version: 2\n key: x\n}\nnodelist {\n node {\n  ring0_addr: ::1\n  name: ä\n }\n}\n"
        "# halint: ignore[x]\n"
    ),
    "cib.xml": (
        '<?xml version="1.0"?>\n<!-- halint: ignore[x] y --><cib validate-with="pacemaker-3.9"><configuration>'
        '<resources><primitive id="ä" class="ocf"/></resources></configuration></cib>'
    ),
    "etc/hosts": "127.0.0.1 localhost # halint: ignore[x] y\n::1 a\n192.0.2.1 a a\n",
    "sysconfig/sbd": "SBD_DEVICE=/dev/x;/dev/y\nSBD_OPTS='-W\\\n'\nexport SBD_STARTMODE=\"clean\"\n",
}


@pytest.mark.parametrize("name", SMALL)
def test_every_beginning_of_a_small_file_is_checked_like_any_text(name, tmp_path):
    _check_beginnings(tmp_path / name, SMALL[name], tmp_path, 1)


@pytest.mark.parametrize("name", ["corosync.conf", "cib.xml", "ha-web1/etc/hosts"])
def test_a_file_of_a_cluster_may_end_anywhere(name):
    folder = FIXTURES / "tutorial/3-virtual-ip"
    whole = (folder / name).read_text()
    _check_beginnings(folder / name, whole, folder, len(whole) // 30)


def _check_beginnings(path: Path, whole: str, folder: Path, step: int) -> None:
    """Nothing is raised, and what is wrong is a finding with a place in the text."""
    for end in range(0, len(whole) + 1, step):
        found = asked(path, {path: whole[:end].encode()}, end=folder)
        assert healthy(found), (end, found)
        for finding in found.findings:
            if finding.location.file == str(path):
                assert Text(whole[:end]).end_of(finding.location) <= end


def test_the_rest_of_the_cluster_is_read(tmp_path):
    shutil.copytree(FIXTURES / "tutorial/3-virtual-ip", tmp_path / "it")
    found = asked(tmp_path / "it" / "cib.xml")
    names = {os.path.relpath(file, tmp_path / "it") for file in found.files}
    assert {"cib.xml", "corosync.conf", "ha-web1/etc/hosts", "ha-web2/etc/hosts"} <= names


def test_nothing_above_the_end_is_read(tmp_path):
    for name in ("a", "b"):
        shutil.copytree(FIXTURES / "tutorial/3-virtual-ip", tmp_path / name)
    shutil.copy(FIXTURES / "tutorial/3-virtual-ip/cib.xml", tmp_path)
    found = asked(tmp_path / "a" / "cib.xml")
    assert all(Path(file).is_relative_to(tmp_path / "a") for file in found.files)


def test_a_cluster_of_another_folder_is_not_parsed(tmp_path):
    for name in ("a", "b"):
        shutil.copytree(FIXTURES / "tutorial/3-virtual-ip", tmp_path / name)
    (tmp_path / "b" / "corosync.conf").write_text("totem {\n")
    found = asked(tmp_path / "a" / "cib.xml", end=tmp_path)
    assert all(Path(file).is_relative_to(tmp_path / "a") for file in found.files)
    assert all(Path(f.location.file).is_relative_to(tmp_path / "a") for f in found.findings)


def test_on_a_cluster_node_the_machine_is_the_cluster(tmp_path, monkeypatch):
    """The files that a node has in its standard places, the unsaved text of one of them included."""
    monkeypatch.setattr("halint.cli.lsp_worker._MACHINE", tmp_path)
    node = FIXTURES / "tutorial/3-virtual-ip"
    places = {
        "etc/corosync/corosync.conf": node / "corosync.conf",
        "var/lib/pacemaker/cib/cib.xml": node / "cib.xml",
        "etc/hosts": node / "ha-web1/etc/hosts",
        "etc/hostname": node / "ha-web1/etc/hostname",
    }
    for place, source in places.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, tmp_path / place)
    path = tmp_path / "etc/corosync/corosync.conf"
    held = path.read_text().replace("name: ha-web2", "name: ha-web7").encode()
    found = asked(path, {path: held})
    assert {os.path.relpath(file, tmp_path) for file in found.files} >= {*places} - {"etc/hostname"}
    assert any("ha-web7" in f.message for f in found.findings)
    assert not any("ha-web7" in f.message for f in asked(path).findings)
    other = tmp_path / "etc" / "other" / "cib.xml"
    other.parent.mkdir()
    other.write_text("<cib/>")
    assert asked(other).files == {str(other)}


def test_the_environment_does_not_have_half_a_text_written_to_a_baseline(tmp_path, monkeypatch):
    monkeypatch.setenv("HALINT_WRITE_BASELINE", str(tmp_path / "baseline.json"))
    (tmp_path / "cib.xml").write_text("<cib/>")
    assert healthy(asked(tmp_path / "cib.xml"))
    assert not (tmp_path / "baseline.json").exists()


def test_what_an_editor_holds_is_read_through_links(tmp_path):
    real = tmp_path / "real" / "corosync.conf"
    real.parent.mkdir()
    real.write_text("totem {\n    version: 2\n}\n")
    (tmp_path / "it").symlink_to(tmp_path / "real")
    found = asked(tmp_path / "it" / "corosync.conf", {real: b"totem {\n    version: 2\n    tokn: 1\n}\n"})
    assert "corosync-unknown-key" in [f.rule for f in found.findings]
    assert {f.location.file for f in found.findings} == {str(tmp_path / "it" / "corosync.conf")}


def test_a_cib_that_declares_another_encoding(tmp_path):
    """The editor has decoded it, and so it is read."""
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>'
    text = f'{head}\n<cib validate-with="pacemaker-3.9" description="ä"><configuration/></cib>'
    path = tmp_path / "cib.xml"
    path.write_bytes(text.encode("latin-1"))
    from lsprotocol import types

    document = Documents().open(types.TextDocumentItem(path.as_uri(), "xml", 1, text))
    held = asked(path, {path: document.content()})
    assert held.texts[str(path)] == text
    assert [f.rule for f in held.findings] == [f.rule for f in asked(path).findings]


def test_what_cannot_be_read_is_told(tmp_path):
    path = tmp_path / "cib.xml"
    path.mkdir()
    assert asked(path, end=tmp_path).findings == ()
    path.rmdir()
    assert asked(path).unreadable == {str(path): "does not exist"}


def test_a_configuration_that_is_wrong_is_told(tmp_path):
    (tmp_path / "cib.xml").write_text("<cib/>")
    (tmp_path / ".halint.yaml").write_text("ignore: [no-such-rule]\n")
    found = asked(tmp_path / "cib.xml")
    assert "no-such-rule" in found.trouble[0]
    assert found.files == {str(tmp_path / "cib.xml")}


def test_a_mistake_of_halints_own_is_told(tmp_path, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("ouch")

    monkeypatch.setattr("halint.cli.lsp_worker.read", broken)
    found = asked(tmp_path / "cib.xml")
    assert found.trouble == ("internal error: ZeroDivisionError: ouch; please report it",)


def test_edits_come_where_they_are_asked_for():
    path = FIXTURES / "tutorial/3-virtual-ip/corosync.conf"
    text = path.read_text().replace("totem {", "totem {\n    tokn: 5000").encode()
    plain, with_edits = asked(path, {path: text}), asked(path, {path: text}, EDITS)
    assert not any(f.fix.edit for f in plain.findings)
    assert [f.rule for f in with_edits.findings if f.fix.edit] == ["corosync-unknown-key"]
    assert [f.sort_key() for f in plain.findings] == [f.sort_key() for f in with_edits.findings]


@pytest.mark.parametrize("topic", TOPICS)
def test_the_comment_that_is_offered_sets_the_finding_aside(topic, tmp_path):
    """For a bad example of every rule; the comment does nothing else."""
    offered = 0
    for number, file in enumerate(sorted((RULES / topic).glob("*.yaml"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_files(read_rule(file)["examples"]["bad"][0]["files"], folder)
        offered += sum(_set_aside(path, folder, file.stem) for path in sorted(folder.rglob("*")) if path.is_file())
    assert offered or topic == "suppressions"


def _set_aside(path: Path, folder: Path, rule: str) -> bool:
    before = asked(path, end=folder)
    here = [f for f in before.findings if f.location.file == str(path) and f.rule == rule]
    if not here or not healthy(before):
        return False
    one, data = here[0], path.read_bytes()
    text = Text(data.decode())
    edit = ignoring(text, kind_of_path(str(path)) or kind_of_content(data) or "", one)
    if edit is None:
        return False
    at = text.offset(edit.range.start)
    after = asked(path, {path: (text.text[:at] + edit.new_text + text.text[at:]).encode()}, end=folder)
    assert healthy(after)
    assert (one.rule, one.subject, one.message) not in [(f.rule, f.subject, f.message) for f in after.findings]
    assert {f.rule for f in after.findings} <= {f.rule for f in before.findings}
    return True


def test_the_process_ends_with_its_input():
    command = [sys.executable, "-P", "-m", "halint.cli.lsp_worker"]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

"""`halint lsp`: the real process, with a client that is not halint's."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_lsp
from lsp_editor import COMMAND, Editor, make_client
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

from halint.cli.main import main

FIXTURES = Path(__file__).parent.parent / "fixtures"
CLUSTER = "tutorial/3-virtual-ip"
UNKNOWN_KEY = "corosync-unknown-key"

SERVER = ClientServerConfig(server_command=COMMAND, client_factory=make_client)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_lsp.fixture(config=SERVER, loop_scope="module")
async def client(client: LanguageClient):
    """A server for one test."""
    yield
    await client.shutdown_session()


@pytest_lsp.fixture(config=SERVER, scope="module")
async def shared(client: LanguageClient, tmp_path_factory):
    """A server for all tests that open folders of their own."""
    await Editor(client, tmp_path_factory.mktemp("workspace")).start()
    yield
    await client.shutdown_session()


@pytest_asyncio.fixture(loop_scope="module")
async def editor(shared: LanguageClient, tmp_path: Path):
    """An editor that has the repository of one cluster open."""
    shutil.copytree(FIXTURES / CLUSTER, tmp_path, dirs_exist_ok=True)
    (tmp_path / ".git").mkdir()
    editor = Editor(shared, tmp_path)
    yield editor
    for name in list(editor.texts):
        editor.close(name)


def by_check(folder: Path, name: str, capfd) -> list[str]:
    """The rules whose findings `halint check` tells of a file, the whole cluster read."""
    main(["check", "-q", "--format", "json", str(folder)])
    findings = json.loads(capfd.readouterr().out)["findings"]
    return sorted(f["rule"] for f in findings if f["file"].endswith(f"/{name}"))


async def test_what_is_offered(client, tmp_path):
    offered = (await Editor(client, tmp_path).start()).capabilities
    assert offered.position_encoding == "utf-16"
    assert offered.text_document_sync.open_close
    assert offered.text_document_sync.change == types.TextDocumentSyncKind.Incremental
    assert offered.hover_provider
    assert list(offered.completion_provider.trigger_characters) == ['"', "'", ":", " "]
    assert list(offered.code_action_provider.code_action_kinds) == [types.CodeActionKind.QuickFix]


@pytest.mark.parametrize("name", ["corosync.conf", "cib.xml", "ha-web1/etc/hosts"])
async def test_an_opened_file_has_the_findings_of_check(editor, name, capfd):
    wanted = by_check(editor.root, name, capfd)
    editor.open(name)
    assert await editor.checked(name) == wanted
    assert wanted or name.endswith("hosts")


async def test_a_diagnostic_says_all_that_a_finding_says(editor):
    editor.open("corosync.conf")
    await editor.checked("corosync.conf")
    one = next(d for d in editor.shown("corosync.conf") if d.code == "transport-single-link")
    assert one.source == "halint"
    assert one.severity == types.DiagnosticSeverity.Warning
    assert one.message == "all nodes are connected by link 0 alone"
    assert one.code_description.href == "https://halint.readthedocs.io/rules/transport/transport-single-link/"
    assert one.tags is None


async def test_findings_come_and_go_as_text_is_typed(editor):
    editor.open("corosync.conf")
    before = await editor.checked("corosync.conf")
    editor.replace("corosync.conf", "totem {", "totem {\n    tokn: 5000")
    assert await editor.checked("corosync.conf") == sorted([*before, UNKNOWN_KEY])
    one = next(d for d in editor.shown("corosync.conf") if d.code == UNKNOWN_KEY)
    assert one.range == types.Range(
        editor.place("corosync.conf", "|tokn"), editor.place("corosync.conf", "tokn: 5000|")
    )
    editor.replace("corosync.conf", "tokn", "token")
    assert await editor.checked("corosync.conf") == before


async def test_the_file_itself_is_left_alone(editor):
    before = (editor.root / "corosync.conf").read_bytes()
    editor.open("corosync.conf")
    editor.replace("corosync.conf", "totem {", "totem {\n    tokn: 5000")
    assert UNKNOWN_KEY in await editor.checked("corosync.conf")
    assert (editor.root / "corosync.conf").read_bytes() == before


async def test_an_edit_is_seen_in_the_other_open_files(editor):
    editor.open("corosync.conf")
    editor.open("cib.xml")
    await editor.checked("corosync.conf")
    await editor.checked("cib.xml")
    assert "cluster-name-differs" not in editor.rules("cib.xml") + editor.rules("corosync.conf")
    name = editor.texts["corosync.conf"].partition("cluster_name:")[2].split()[0]
    editor.replace("corosync.conf", f"cluster_name: {name}", "cluster_name: another")
    await editor.until(lambda: differing(editor))
    editor.replace("corosync.conf", "cluster_name: another", f"cluster_name: {name}")
    await editor.until(lambda: not differing(editor))


def differing(editor: Editor) -> list[types.Diagnostic]:
    both = [*editor.shown("cib.xml"), *editor.shown("corosync.conf")]
    return [d for d in both if "another" in d.message]


async def test_an_unsaved_text_counts_for_the_others(editor):
    """The node in the CIB only is found although neither text is on the disk."""
    editor.open("corosync.conf")
    await editor.checked("corosync.conf")
    editor.open("cib.xml")
    await editor.checked("cib.xml")
    editor.replace("cib.xml", 'uname="ha-web2"', 'uname="ha-web9"')
    await editor.until(
        lambda: any("ha-web9" in d.message for d in [*editor.shown("cib.xml"), *editor.shown("corosync.conf")])
    )


async def test_of_a_file_that_is_not_open_only_what_the_edit_brings_is_shown(editor):
    editor.open("corosync.conf")
    await editor.checked("corosync.conf")
    assert editor.shown("cib.xml") == []  # it has findings of its own, which nobody asked about
    editor.replace("corosync.conf", "name: ha-web2", "name: ha-web7")
    await editor.until(lambda: bool(editor.shown("cib.xml")))
    assert all("ha-web" in d.message for d in editor.shown("cib.xml"))
    editor.replace("corosync.conf", "name: ha-web7", "name: ha-web2")
    await editor.until(lambda: not editor.shown("cib.xml"))


async def test_closing_takes_everything_back(editor):
    editor.open("corosync.conf")
    await editor.checked("corosync.conf")
    editor.replace("corosync.conf", "name: ha-web2", "name: ha-web7")
    await editor.until(lambda: bool(editor.shown("cib.xml")))
    editor.close("corosync.conf")
    await editor.until(lambda: not editor.shown("cib.xml") and not editor.shown("corosync.conf"))


async def test_closing_one_file_has_the_others_checked_with_what_is_on_the_disk(editor):
    editor.open("corosync.conf")
    editor.open("cib.xml")
    await editor.checked("corosync.conf")
    before = await editor.checked("cib.xml")
    editor.replace("corosync.conf", "name: ha-web2", "name: ha-web7")
    await editor.until(
        lambda: any("ha-web7" in d.message for d in [*editor.shown("cib.xml"), *editor.shown("corosync.conf")])
    )
    editor.close("corosync.conf")
    await editor.until(lambda: editor.rules("cib.xml") == before and not editor.shown("corosync.conf"))


async def test_saving_checks_again_what_lies_beside(editor):
    editor.open("corosync.conf")
    before = await editor.checked("corosync.conf")
    cib = editor.root / "cib.xml"
    cib.write_text(cib.read_text().replace('uname="ha-web2"', 'uname="ha-web8"'))
    editor.save("corosync.conf")
    await editor.until(lambda: editor.rules("corosync.conf") != before or bool(editor.shown("cib.xml")))


async def test_a_file_changed_by_another_program_counts(editor):
    editor.open("corosync.conf")
    await editor.checked("corosync.conf")
    cib = editor.root / "cib.xml"
    cib.write_text(cib.read_text().replace('uname="ha-web2"', 'uname="ha-web8"'))
    change = types.FileEvent(cib.as_uri(), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    await editor.until(
        lambda: any("ha-web8" in d.message for d in [*editor.shown("cib.xml"), *editor.shown("corosync.conf")])
    )


async def test_related_places_lead_to_the_other_file(editor):
    editor.open("corosync.conf")
    await editor.checked("corosync.conf")
    editor.replace("corosync.conf", "nodeid: 2", "nodeid: 1")
    await editor.checked("corosync.conf")
    one = next(d for d in editor.shown("corosync.conf") if d.related_information)
    place = one.related_information[0]
    assert place.location.uri == editor.uri("corosync.conf")
    text = editor.texts["corosync.conf"].splitlines()
    assert text[place.location.range.start.line].strip() == "nodeid: 1"
    assert place.location.range != one.range


async def test_the_configuration_file_counts(editor):
    editor.open("corosync.conf")
    before = await editor.checked("corosync.conf")
    assert "transport-single-link" in before
    (editor.root / ".halint.yaml").write_text(
        "ignore: [transport-single-link]\nseverity: {quorum-two-node-no-arbiter: error}\n"
    )
    editor.open(".halint.yaml")
    editor.save(".halint.yaml")
    await editor.until(lambda: "transport-single-link" not in editor.rules("corosync.conf"))
    one = next(d for d in editor.shown("corosync.conf") if d.code == "quorum-two-node-no-arbiter")
    assert one.severity == types.DiagnosticSeverity.Error


async def test_a_configuration_file_that_is_wrong_is_told(editor):
    (editor.root / ".halint.yaml").write_text("ingore: [transport-single-link]\n")
    editor.open("corosync.conf")
    assert await editor.checked("corosync.conf") == ["not-checked"]
    assert "did you mean ignore?" in editor.shown("corosync.conf")[0].message


async def test_a_comment_sets_a_finding_aside(editor):
    editor.open("corosync.conf")
    before = await editor.checked("corosync.conf")
    editor.change(
        "corosync.conf", "# halint: ignore-file[transport-single-link] one switch\n" + editor.texts["corosync.conf"]
    )
    before.remove("transport-single-link")
    assert await editor.checked("corosync.conf") == before


async def test_text_that_is_not_wellformed_is_a_diagnostic_at_its_place(editor):
    editor.open("cib.xml")
    before = await editor.checked("cib.xml")
    text = editor.texts["cib.xml"]
    editor.replace("cib.xml", "<resources>", "<resources")
    assert "xml-not-wellformed" in await editor.checked("cib.xml")
    editor.change("cib.xml", text)
    assert await editor.checked("cib.xml") == before


async def test_a_new_file_that_was_never_written(client, tmp_path):
    editor = Editor(client, tmp_path)
    await editor.start()
    editor.open("corosync.conf", "totem {\n    version: 2\n    tokn: 1\n}\n")
    assert UNKNOWN_KEY in await editor.checked("corosync.conf")
    editor.open("cib.xml", '<cib validate-with="pacemaker-3.9"><configuration><crm_config/></configuration></cib>')
    await editor.checked("cib.xml")
    assert not (tmp_path / "corosync.conf").exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pom.xml", "<project/>\n"),
        ("inventory/hosts", "[web]\nha-web1 ansible_host=192.0.2.1\n"),
        ("README.md", "totem {\n    tokn: 1\n}\n"),
        ("cib.xml.j2", "<cib>{{ resources }}</cib>\n"),
        ("corosync.conf.bak", "totem {\n    tokn: 1\n}\n"),
    ],
)
async def test_a_file_of_another_kind_is_none_of_its_business(editor, name, text):
    editor.open(name, text)
    editor.open("corosync.conf")
    await editor.checked("corosync.conf")
    assert editor.uri(name) not in editor.client.published


async def test_a_file_closed_while_it_is_checked_leaves_nothing(editor):
    editor.open("corosync.conf")
    editor.change("corosync.conf", editor.texts["corosync.conf"].replace("name: ha-web2", "name: ha-web7"))
    editor.close("corosync.conf")
    editor.open("ha-web1/etc/hosts")
    await editor.checked("ha-web1/etc/hosts")
    assert not editor.shown("corosync.conf")
    assert not [d for d in editor.shown("cib.xml") if "ha-web7" in d.message]


async def test_the_client_is_asked_to_watch_files(client, tmp_path):
    editor = Editor(client, tmp_path)
    await editor.start()
    editor.open("corosync.conf", "totem {\n}\n")
    await editor.checked("corosync.conf")
    (watched,) = client.registered
    assert watched.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    patterns = [one["globPattern"] for one in watched.register_options["watchers"]]
    assert {"**/.halint.yaml", "**/*.xml", "**/*.conf"} <= set(patterns)


async def test_plain_text_for_a_client_without_markdown(client, tmp_path):
    editor = Editor(client, tmp_path)
    await editor.start(formats=("plaintext",))
    editor.open("corosync.conf", "totem {\n    token: 5000\n}\n")
    params = types.HoverParams(editor.identifier("corosync.conf"), editor.place("corosync.conf", "tok|en"))
    said = (await client.text_document_hover_async(params)).contents
    assert said.kind == types.MarkupKind.PlainText
    assert said.value.startswith("token (totem in corosync.conf)\n\n")


async def test_a_file_that_has_no_address_on_the_disk(editor):
    item = types.TextDocumentItem("untitled:Untitled-1", "any", 1, "totem {\n    tok\n}\n")
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    params = types.CompletionParams(types.TextDocumentIdentifier("untitled:Untitled-1"), types.Position(1, 7))
    found = await editor.client.text_document_completion_async(params)
    assert "token" in [item.label for item in found]


@pytest.mark.parametrize(("encoding", "start"), [("utf-16", 49), ("utf-8", 52), ("utf-32", 48)])
async def test_positions_count_as_the_client_does(client, tmp_path, encoding, start):
    editor = Editor(client, tmp_path)
    offered = await editor.start(encoding, "utf-16")
    assert offered.capabilities.position_encoding == encoding
    primitive = '<primitive id="a" class="ocf" description="🙂 ä" colour="red" provider="heartbeat" type="Dummy"/>'
    head = '<cib validate-with="pacemaker-3.9"><configuration><resources>'
    text = f"{head}\n{primitive}\n</resources></configuration></cib>\n"
    editor.open("cib.xml", text)
    assert "schema-violation" in await editor.checked("cib.xml")
    one = next(d for d in editor.shown("cib.xml") if "colour" in d.message)
    assert one.range == types.Range(types.Position(1, start), types.Position(1, start + len('colour="red"')))
    # the same place back: the value is replaced where the client means it
    change = types.TextDocumentContentChangePartial(types.Range(one.range.start, types.Position(1, start + 13)), "")
    editor._changed("cib.xml", text.replace('colour="red" ', ""), change)
    await editor.checked("cib.xml")
    assert not [d for d in editor.shown("cib.xml") if "colour" in d.message]


async def test_a_text_with_windows_line_ends_and_a_lone_return(editor):
    text = editor.texts["corosync.conf"] = (editor.root / "corosync.conf").read_text().replace("\n", "\r\n")
    text = text.replace("totem {", "totem {\r\n    tokn: 5000")
    editor.open("corosync.conf", text)
    await editor.checked("corosync.conf")
    one = next(d for d in editor.shown("corosync.conf") if d.code == UNKNOWN_KEY)
    line = text.split("\r\n")[one.range.start.line]
    assert line[one.range.start.character : one.range.end.character] == "tokn: 5000"


async def test_hover_on_a_finding_tells_why_and_how_to_mend_it(editor):
    editor.open("cib.xml")
    await editor.checked("cib.xml")
    one = next(d for d in editor.shown("cib.xml") if d.code == "resource-stickiness-missing")
    params = types.HoverParams(editor.identifier("cib.xml"), one.range.start)
    said = (await editor.client.text_document_hover_async(params)).contents
    assert said.kind == types.MarkupKind.Markdown
    assert "[resource-stickiness-missing](https://halint.readthedocs.io/" in said.value
    assert "pcs resource defaults update resource-stickiness=" in said.value
    assert "crm configure rsc_defaults resource-stickiness=" in said.value


@pytest.mark.parametrize(
    ("name", "put_in", "at", "says"),
    [
        (
            "corosync.conf",
            "totem {\n    token: 5000",
            "tok|en: 5000",
            ["**token** (totem in corosync.conf)", "default `3000`"],
        ),
        ("corosync.conf", "totem {\n    token: 5000", "token: 50|00", ["**token** (totem in corosync.conf)"]),
        ("cib.xml", "", 'name="stonith-ena|bled"', ["**stonith-enabled** (cluster property)", "`true`, `false`"]),
        ("cib.xml", "", 'name="ip" va|lue', ["**ip** (parameter of ocf:heartbeat:IPaddr2)", "puts on an interface"]),
        ("cib.xml", "", 'inter|val="', ["**interval** (attribute of an operation)"]),
    ],
)
async def test_hover_on_an_option_tells_what_it_takes(editor, name, put_in, at, says):
    editor.open(name)
    if put_in:
        editor.replace(name, put_in.partition("\n")[0], put_in)
    params = types.HoverParams(editor.identifier(name), editor.place(name, at))
    said = (await editor.client.text_document_hover_async(params)).contents.value
    assert all(words in said for words in says), said


async def test_no_hover_where_there_is_nothing_to_say(editor):
    editor.open("corosync.conf")
    await editor.checked("corosync.conf")
    params = types.HoverParams(editor.identifier("corosync.conf"), types.Position(900, 0))
    assert await editor.client.text_document_hover_async(params) is None


def applied(text: str, edits: list[types.TextEdit]) -> str:
    """Edits applied by lines and UTF-16 units, with nothing of halint's."""
    ends = [0]
    for line in text.splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    for edit in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        start, end = (ends[p.line] + p.character for p in (edit.range.start, edit.range.end))
        assert text[:end].isascii()
        text = text[:start] + edit.new_text + text[end:]
    return text


async def act(editor: Editor, name: str, code: str, title: str) -> str:
    """The text after the first action of this title for the finding."""
    one = next(d for d in editor.shown(name) if d.code == code)
    context = types.CodeActionContext(diagnostics=[one])
    params = types.CodeActionParams(editor.identifier(name), one.range, context)
    found = await editor.client.text_document_code_action_async(params)
    action = next(a for a in found if a.title.startswith(title) and list(a.diagnostics) == [one])
    assert action.kind == types.CodeActionKind.QuickFix
    return applied(editor.texts[name], action.edit.changes[editor.uri(name)])


async def test_the_fix_makes_the_finding_go(editor):
    editor.open("corosync.conf")
    before = await editor.checked("corosync.conf")
    editor.replace("corosync.conf", "totem {", "totem {\n    tokn: 5000")
    await editor.checked("corosync.conf")
    text = await act(editor, "corosync.conf", UNKNOWN_KEY, "mend: ")
    assert text == editor.texts["corosync.conf"].replace("tokn", "token")
    editor.change("corosync.conf", text)
    assert await editor.checked("corosync.conf") == before


async def test_a_fix_that_alters_what_the_cluster_does_says_so(editor):
    editor.open("corosync.conf")
    await editor.checked("corosync.conf")
    editor.replace("corosync.conf", "totem {", "totem {\n    token: 3000\n    consensus: 3100")
    assert "totem-consensus-too-small" in await editor.checked("corosync.conf")
    text = await act(editor, "corosync.conf", "totem-consensus-too-small", "mend, and change what the cluster does: ")
    assert "consensus" not in text


@pytest.mark.parametrize(
    ("name", "rule"), [("corosync.conf", "transport-single-link"), ("cib.xml", "resource-stickiness-missing")]
)
async def test_the_comment_makes_the_finding_go(editor, name, rule):
    editor.open(name)
    before = await editor.checked(name)
    text = await act(editor, name, rule, f"ignore {rule}")
    assert f"[{rule}] reason" in text
    editor.change(name, text)
    before.remove(rule)
    assert await editor.checked(name) == before


async def test_actions_right_behind_an_edit_are_those_of_the_new_text(editor):
    editor.open("corosync.conf")
    await editor.checked("corosync.conf")
    editor.replace("corosync.conf", "totem {", "totem {\n    tokn: 5000")
    place = editor.place("corosync.conf", "to|kn")
    context = types.CodeActionContext(diagnostics=[])
    params = types.CodeActionParams(editor.identifier("corosync.conf"), types.Range(place, place), context)
    found = await editor.client.text_document_code_action_async(params)
    assert [a.title.partition(" ")[0] for a in found] == ["mend:", "ignore"]


async def labels(editor: Editor, name: str, at: str) -> list[str]:
    params = types.CompletionParams(editor.identifier(name), editor.place(name, at))
    return [item.label for item in await editor.client.text_document_completion_async(params)]


async def test_completion_in_corosync_conf(editor):
    editor.open("corosync.conf", "totem {\n    tok\n    transport: k\n    interface {\n        \n    }\n}\nlog\n")
    keys = await labels(editor, "corosync.conf", "    tok|")
    assert {"token", "token_coefficient", "transport", "interface"} <= set(keys)
    assert "linknumber" not in keys
    assert await labels(editor, "corosync.conf", "transport: k|") == ["knet", "udpu", "udp"]
    assert "linknumber" in await labels(editor, "corosync.conf", "interface {\n        |")
    assert {"totem", "quorum", "logging"} <= set(await labels(editor, "corosync.conf", "\nlog|"))


async def test_a_completion_takes_the_place_of_what_is_typed(editor):
    editor.open("corosync.conf", "totem {\n    tok\n}\n")
    params = types.CompletionParams(editor.identifier("corosync.conf"), types.Position(1, 7))
    found = await editor.client.text_document_completion_async(params)
    one = next(item for item in found if item.label == "token")
    assert applied("totem {\n    tok\n}\n", [one.text_edit]) == "totem {\n    token: \n}\n"
    assert one.detail == "default 3000"
    assert "milliseconds" in one.documentation.value


async def test_completion_in_a_cib_that_is_not_wellformed(editor):
    editor.open("cib.xml")
    editor.replace(
        "cib.xml", "</cluster_property_set>", '<nvpair id="new" name="no-qu" value="" </cluster_property_set>'
    )
    names = await labels(editor, "cib.xml", 'name="no-qu|"')
    assert {"no-quorum-policy", "stonith-enabled"} <= set(names)
    assert not {"dc-version", "is-managed", "fencing-enabled"} & set(names)  # 2.1.5 wrote it
    editor.replace("cib.xml", 'name="no-qu"', 'name="no-quorum-policy"')
    words = await labels(editor, "cib.xml", 'name="no-quorum-policy" value="|"')
    assert words == ["stop", "freeze", "ignore", "demote", "suicide"]


async def test_many_edits_end_in_the_state_of_the_last(editor):
    editor.open("corosync.conf")
    before = await editor.checked("corosync.conf")
    whole = editor.texts["corosync.conf"]
    for end in range(0, len(whole), 7):
        editor.change("corosync.conf", whole[:end])
        await asyncio.sleep(0.01)
    editor.change("corosync.conf", whole)
    assert await editor.checked("corosync.conf") == before


def children(process: int) -> list[int]:
    """The processes that a process has begun, as the kernel tells."""
    told = Path(f"/proc/{process}/task").glob("*/children")
    return [int(number) for one in told for number in one.read_text().split()]


ON_LINUX = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="/proc tells of processes on Linux only")


@ON_LINUX
async def test_a_newer_edit_ends_a_long_run(client, tmp_path):
    """A check of a large CIB is not waited for once its text has changed."""
    editor = Editor(client, tmp_path)
    await editor.start()
    one = '<primitive id="p{}" class="ocf" provider="heartbeat" type="Dummy"/>'
    many = "\n".join(one.format(number) for number in range(40_000))
    head = '<cib validate-with="pacemaker-3.9"><configuration><crm_config/><nodes/><resources>'
    editor.open("cib.xml", f"{head}{many}</resources><constraints/></configuration></cib>")
    await asyncio.sleep(1.5)  # it is at it
    before = children(client._server.pid)
    editor.change("cib.xml", f"{head}</resources><constraints/></configuration></cib")
    assert await editor.checked("cib.xml") == ["xml-not-wellformed"]
    assert len(before) == 1
    assert not set(before) & set(children(client._server.pid))


@ON_LINUX
async def test_the_process_that_checks_may_die_and_ends_with_the_server(client, tmp_path):
    editor = Editor(client, tmp_path)
    await editor.start()
    editor.open("corosync.conf", "totem {\n    version: 2\n    tokn: 1\n}\n")
    before = await editor.checked("corosync.conf")
    (worker,) = children(client._server.pid)
    os.kill(worker, signal.SIGKILL)
    editor.replace("corosync.conf", "tokn: 1", "tokn: 2")
    await editor.checked("corosync.conf")
    editor.replace("corosync.conf", "tokn: 2", "tokn: 3")
    assert await editor.checked("corosync.conf") == before
    (worker,) = children(client._server.pid)
    await client.shutdown_session()
    client.capabilities = None  # there is nobody left to say goodbye to
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


async def test_two_clusters_are_not_mixed(client, tmp_path):
    editor = Editor(client, tmp_path)
    for name in ("a", "b"):
        shutil.copytree(FIXTURES / CLUSTER, tmp_path / name)
    await editor.start()
    editor.open("a/corosync.conf")
    editor.open("b/corosync.conf")
    before = await editor.checked("a/corosync.conf")
    assert await editor.checked("b/corosync.conf") == before
    editor.replace("a/corosync.conf", "totem {", "totem {\n    tokn: 5000")
    assert UNKNOWN_KEY in await editor.checked("a/corosync.conf")
    assert editor.rules("b/corosync.conf") == before

"""The forecast of a push against a real cluster of two nodes, which takes or refuses each file."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree
from test_diff_push import EDITS, attribute, content, counters

from halint.diff.change import Comparison
from halint.diff.push import pushes
from halint.diff.side import Side
from halint.parse.cib import read_cib

NEEDED = ("corosync", "pacemakerd", "cibadmin", "crm_diff", "crm_resource", "pcs", "ip", "unshare", "nsenter")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

# num_updates of the running cluster moves on between the reading and the push; edits that set it far off do not care
SKIPPED = {
    "num_updates lower": "the same as epoch lower, but a change of state in between decides",
    "num_updates higher": "a change of state in between decides",
    "num_updates higher, same content": "a change of state in between decides",
    "epoch a number and more": "the known difference of the file backend too",
    "schema none": "leaves the cluster without a schema for the pairs that follow",
    "schema none, content invalid": "leaves the cluster without a schema for the pairs that follow",
    "schema missing": "leaves the cluster without a schema for the pairs that follow",
    "schema missing, content invalid": "leaves the cluster without a schema for the pairs that follow",
    "schema 3.0": "lowers the cluster's schema for the pairs that follow",
    "schema just new enough": "lowers the cluster's schema for the pairs that follow",
    "two configurations": "covered by the file backend; a live push of it says the same",
    "another status": "adds a node to the running cluster",
    "no nodes section": "refused or not, its members come back by themselves",
    "element unknown": "one more of the schema's rows",
    "attribute unknown": "one more of the schema's rows",
    "id of digits": "one more of the schema's rows",
    "id with a blank": "one more of the schema's rows",
    "class missing": "one more of the schema's rows",
    "colocation with nothing": "one more of the references",
    "order of nothing": "one more of the references",
    "ticket of nothing": "one more of the references",
    "permission for nothing": "one more of the references",
    "id-ref to nothing": "one more of the references",
    "schema 1.1": "one more of the unknown schemas",
    "schema empty": "one more of the unknown schemas",
    "no epoch": "one more of the missing counters",
    "no admin_epoch": "one more of the missing counters",
}
EDITS_LIVE = {name: edits for name, edits in EDITS.items() if name not in SKIPPED} | {
    "num_updates far lower": (counters(num_updates=-(10**6)), content),
    "num_updates far higher": (counters(num_updates=10**6), content),
    "schema named again": (counters(epoch=1), attribute("validate-with", "pacemaker-3.9"), content),
}


class Cluster:
    """Two nodes of corosync and pacemaker in namespaces, with resources on them."""

    def __init__(self, script: Path, base: Path, bridge: str) -> None:
        self.script = script
        self.base = base
        self.env = {
            "BASE": str(base),
            "BR": bridge,
            "PATH": PATH,
            "HOME": os.environ.get("HOME", "/root"),
            "LC_ALL": "C.UTF-8",
        }

    def run(self, *arguments: str, seconds: int = 90) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.script), *arguments], env=self.env, capture_output=True, text=True, check=False, timeout=seconds,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def on(self, *command: str) -> subprocess.CompletedProcess[str]:
        return self.run("on", "node1", *command)

    def start(self) -> str:
        """Starts it; a reason where that fails, else ""."""
        up = self.run("up", "2")
        if up.returncode:
            return f"the cluster does not start: {up.stderr.strip()}"
        waited = self.run("wait", "2")
        return f"the cluster does not get ready: {waited.stderr.strip()}" if waited.returncode else ""

    def seed(self) -> None:
        """Gives it the configuration beside the script, with its own nodes."""
        live = etree.fromstring(self.read())
        nodes, version = (
            etree.tostring(live.find(f"configuration/{path}"), encoding="unicode")
            for path in ("nodes", "crm_config//nvpair[@name='dc-version']")
        )
        text = (self.script.parent / "seed.xml").read_text(encoding="utf-8").replace("<nodes/>", nodes)
        text = text.replace("</cluster_property_set>", f"{version}</cluster_property_set>")
        path = self.base / "seed.xml"
        path.write_text(text, encoding="utf-8")
        answer = self.on("cibadmin", "--replace", "--scope", "configuration", "--xml-file", str(path))
        assert answer.returncode == 0, answer.stderr
        time.sleep(2)
        self.settle()

    def settle(self) -> None:
        self.on("crm_resource", "--wait", "--timeout=60s")

    def read(self) -> bytes:
        answer = self.on("cibadmin", "--query")
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.encode()

    def down(self) -> None:
        self.run("down")
        shutil.rmtree(self.base, ignore_errors=True)


@pytest.fixture(scope="module")
def cluster():
    folder = Path(os.environ.get("HALINT_ORACLES", Path(__file__).parents[2] / "shared" / "tools" / "oracles"))
    script = folder / "cluster" / "cluster.sh"
    if not script.is_file():
        pytest.skip("the script that starts a cluster is not here")
    missing = [name for name in NEEDED if shutil.which(name, path=PATH) is None]
    if missing:
        pytest.skip(f"not here: {', '.join(missing)}")
    if os.geteuid():
        pytest.skip("starting a cluster in namespaces needs root")
    if Path("/sys/class/net/vh1").exists():
        pytest.skip("another cluster of this kind runs here; their links would clash")
    # not the folder of pytest: the daemons run as hacluster and must get to it
    base = Path(tempfile.gettempdir()) / f"halint-live-{os.getpid()}"
    one = Cluster(script, base, f"brhl{os.getpid() % 100000}")
    try:
        reason = one.start()
        if reason:
            pytest.skip(reason)
        one.seed()
        yield one
    finally:
        one.down()


def seeded(seed: int | str) -> random.Random:
    return random.Random(seed)


def ways(cluster: Cluster, before: Path, after: Path) -> dict[str, tuple[str, ...]]:
    return {
        "whole": ("cibadmin", "--replace", "--xml-file", str(after)),
        "configuration": ("cibadmin", "--replace", "--scope", "configuration", "--xml-file", str(after)),
        "diff": (
            "sh", "-c",
            f"crm_diff --no-version -o {before} -n {after} > {cluster.base}/patch.xml && exit 0; "
            f"cibadmin --patch --xml-file {cluster.base}/patch.xml",
        ),
    }  # fmt: skip


def forecast(before: bytes, after: bytes, names: tuple[str, str] = ("live.xml", "backup.xml")):
    sides = [Side(file=read_cib(text, name)) for text, name in zip((before, after), names, strict=True)]
    return {push.way: push for push in pushes(Comparison(before=sides[0], after=sides[1], changes=(), renamed={}))}


def edited(live: bytes, edits, chance: random.Random) -> bytes:
    root = etree.fromstring(live)
    for edit in edits:
        edit(root, deepcopy(root), chance)
    return etree.tostring(root)


def test_the_cluster_takes_and_refuses_as_forecast(cluster):
    chance = seeded(20260102)
    told, wrong, moved = Counter(), [], True
    cluster.on("cibadmin", "--modify", "--xml-text", '<cib admin_epoch="1"/>')
    for number, (name, edits) in enumerate(EDITS_LIVE.items()):
        way = (
            ("whole", "configuration", "diff")[number % 3] if "epoch" not in name and "num_up" not in name else "whole"
        )
        if moved:
            cluster.settle()
        live = cluster.read()
        if b'crm_feature_set="3.16.1"' not in live:  # an accepted file without it has left that behind
            path = cluster.base / "mended.xml"
            path.write_bytes(edited(live, (counters(epoch=1), attribute("crm_feature_set", "3.16.1")), chance))
            assert cluster.on("cibadmin", "--replace", "--xml-file", str(path)).returncode == 0
            live = cluster.read()
        after = edited(live, edits, chance)
        paths = cluster.base / "before.xml", cluster.base / "after.xml"
        for path, text in zip(paths, (live, after), strict=True):
            path.write_bytes(text)
        push = forecast(live, after)[way]
        code = cluster.on(*ways(cluster, *paths)[way]).returncode
        told[way, push.verdict] += 1
        moved = not code
        if (push.verdict == "refused") != bool(code):
            wrong.append((name, way, push.verdict, code))
    assert wrong == []
    assert sum(told.values()) >= 30
    assert all(
        told[way, verdict] >= 3 for way in ("whole", "configuration", "diff") for verdict in ("accepted", "refused")
    )


def test_the_commands_of_pcs_do_what_was_forecast(cluster):
    """The exact command lines, with a file name that needs quoting, for an older file and for one edited just now."""
    cluster.settle()
    names = str(cluster.base / "live now.xml"), str(cluster.base / "back up.xml")
    answers = {}
    for label, edits in (("older", (counters(epoch=-1), content)), ("edited", (counters(epoch=1), content))):
        for way in ("whole", "configuration", "diff"):
            cluster.settle()
            live = cluster.read()
            after = edited(live, edits, seeded(label + way))
            for name, text in zip(names, (live, after), strict=True):
                Path(name).write_bytes(text)
            push = forecast(live, after, names)[way]
            code = cluster.on("sh", "-c", push.command).returncode
            answers[label, way] = (push.verdict, "refused" if code else "accepted")
    assert answers == {
        ("older", "whole"): ("refused", "refused"),
        ("older", "configuration"): ("accepted", "accepted"),
        ("older", "diff"): ("accepted", "accepted"),
        ("edited", "whole"): ("accepted", "accepted"),
        ("edited", "configuration"): ("accepted", "accepted"),
        ("edited", "diff"): ("accepted", "accepted"),
    }


def test_the_other_commands_are_taken_too(cluster):
    cluster.settle()
    live = cluster.read()
    names = str(cluster.base / "one.xml"), str(cluster.base / "two.xml")
    for way in ("whole", "configuration", "diff"):
        live = cluster.read()
        after = edited(live, (counters(epoch=1), content), seeded(way))
        for name, text in zip(names, (live, after), strict=True):
            Path(name).write_bytes(text)
        command = forecast(live, after, names)[way].others[0]
        answer = cluster.on("sh", "-c", command)
        assert answer.returncode == 0, (command, answer.stderr)
        assert cluster.read() != live


def test_a_push_without_status_revokes_the_tickets_it_was_said_to(cluster):
    cluster.on("crm_ticket", "--ticket", "T1", "--grant", "--force")
    time.sleep(1)
    cluster.settle()
    live = cluster.read()
    assert b"ticket_state" in live
    after = edited(live, (counters(epoch=1), *EDITS["no status"]), seeded(1))
    told = forecast(live, after)
    assert "revokes-tickets" in {remark.code for remark in told["whole"].hazards}
    assert "revokes-tickets" not in {remark.code for remark in told["configuration"].hazards}
    path = cluster.base / "after.xml"
    path.write_bytes(after)
    assert cluster.on("cibadmin", "--replace", "--scope", "configuration", "--xml-file", str(path)).returncode == 0
    assert b"ticket_state" in cluster.read()
    root = etree.fromstring(after)
    root.set("epoch", str(int(root.get("epoch")) + 5))
    path.write_bytes(etree.tostring(root))
    assert cluster.on("cibadmin", "--replace", "--xml-file", str(path)).returncode == 0
    assert b"ticket_state" not in cluster.read()


def test_crmsh_leaves_a_running_resource_that_the_file_lacks(cluster):
    if shutil.which("crm", path=PATH) is None:
        pytest.skip("crm is not here")
    cluster.settle()
    live = cluster.read()
    root = etree.fromstring(live)
    (gone,) = root.iterfind(".//primitive[@id='h1']")
    gone.getparent().remove(gone)
    names = str(cluster.base / "live.xml"), str(cluster.base / "without.xml")
    for name, text in zip(names, (live, etree.tostring(root)), strict=True):
        Path(name).write_bytes(text)
    push = forecast(live, etree.tostring(root), names)["configuration"]
    assert "crmsh-no-erase" in {remark.code for remark in push.hazards}
    (command,) = [line for line in push.others if line.startswith("crm ")]
    answer = cluster.on("sh", "-c", command)
    assert answer.returncode == 0
    assert "CIB erase aborted" in answer.stdout + answer.stderr
    assert b'<primitive id="h1"' in cluster.read()

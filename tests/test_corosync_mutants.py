"""Mutants of good corosync.conf files: halint and the real `corosync -t` refuse the same ones.

16,000 were compared with corosync 3.1.7. Where the two differed halint was wrong and was mended, except for what
depends on the machine that corosync runs on (`OF_THE_HOST`): there both are right.

`HALINT_MUTANTS` is how many are tried, `HALINT_SEED` where the row of random numbers starts.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from halint.engine.rule import rule_from
from halint.engine.rulefile import compiled, read_rule
from halint.engine.run import run
from halint.inputs.read import read
from halint.schema_data import load

RULES = Path(__file__).parent.parent / "rules"
COUNT = int(os.environ.get("HALINT_MUTANTS", "600"))
SEED = int(os.environ.get("HALINT_SEED", "1"))

# The first node is this machine, as everywhere: corosync wants to be one of the nodes
TWO = """totem {
    version: 2
    cluster_name: shop
    transport: knet
    token: 5000
    token_coefficient: 650
    consensus: 6000
    join: 60
    max_messages: 20
    interface {
        linknumber: 0
        mcastport: 5405
        knet_link_priority: 1
    }
}
nodelist {
    node {
        ring0_addr: 127.0.0.1
        name: a
        nodeid: 1
    }
    node {
        ring0_addr: 10.0.0.2
        name: b
        nodeid: 2
    }
}
quorum {
    provider: corosync_votequorum
    two_node: 1
}
logging {
    to_syslog: yes
    debug: off
    timestamp: on
    logger_subsys {
        subsys: QUORUM
        debug: off
    }
}
"""
LINKS = """# two links, three nodes
totem {
\tversion: 2
\tcluster_name: shop
\tlink_mode: passive
\tknet_compression_model: zlib
\tinterface {
\t\tlinknumber: 0
\t\tknet_ping_interval: 500
\t\tknet_ping_timeout: 1000
\t}
\tinterface {
\t\tlinknumber: 1
\t\tmcastport: 5410
\t}
}
nodelist {
\tnode {
\t\tring0_addr: 127.0.0.1
\t\tring1_addr: 127.0.1.1
\t\tname: a
\t\tnodeid: 1
\t}
\tnode {
\t\tring0_addr: 10.0.0.2
\t\tring1_addr: 10.1.0.2
\t\tname: b
\t\tnodeid: 2
\t}
\tnode {
\t\tring0_addr: 10.0.0.3
\t\tring1_addr: 10.1.0.3
\t\tname: c
\t\tnodeid: 3
\t\tquorum_votes: 2
\t}
}
quorum {
\tprovider: corosync_votequorum
\tdevice {
\t\tmodel: net
\t\tvotes: 1
\t\tnet {
\t\t\thost: 10.9.9.9
\t\t\talgorithm: ffsplit
\t\t}
\t}
}
system {
\tsched_rr: yes
\tmove_to_root_cgroup: auto
}
"""
UDPU = """totem {
version: 2
transport: udpu
secauth: off
}
nodelist {
node {
ring0_addr: 127.0.0.1
nodeid: 1
}
node {
ring0_addr: 10.0.0.2
}
}
quorum {
provider: corosync_votequorum
expected_votes: 2
}
resources {
watchdog_timeout: 10
}
uidgid {
uid: 0
gid: 0
}
"""
UDP = """totem {
  version: 2
  transport: udp
  cluster_name: shop
  netmtu: 1500
  interface {
    bindnetaddr: 127.0.0.0
    mcastaddr: 239.1.1.1
    mcastport: 5405
    ttl: 2
  }
}
nodelist {
  node {
    ring0_addr: 127.0.0.1
    nodeid: 1
  }
}
"""
SIX = """totem {
  version: 2
  ip_version: ipv6-4
  crypto_hash: none
  token_retransmits_before_loss_const: 10
}
nodelist {
  node {
    ring0_addr: ::1
    name: a
    nodeid: 1
  }
  node {
    ring0_addr: 2001:db8::2
    name: b
    nodeid: 2
  }
}
"""
GOOD = (TWO, LINKS, UDPU, UDP, SIX)
VALUES = (
    *("0", "1", "2", "3", "7", "8", "29", "30", "126", "255", "256", "65535", "65536", "4294967295", "4294967296"),
    *("-1", "+5", "05", "0x10", "5s", "5.0", "", "yes", "no", "on", "off", "none", "auto", "ON", "true", "trace"),
    *("knet", "udp", "udpu", "sctp", "ipv4", "ipv6", "ipv4-6", "aes256", "sha256", "md5", "zlib", "active", "rr"),
    *("127.0.0.1", "10.0.0.7", "10.7", "10.0.0.256", "::1", "fd00::9", "10.0.0.1/24", "239.2.2.2", "ff15::1"),
    *("lowest", "1 2", "ffsplit", "lms", "warning", "daemon", "local3", "a # b", "a{b", "a}b", "\u00e4", "x" * 70),
)
# What depends on this machine, not on the file: names, its own addresses, files, users (their messages, 3.1.7)
OF_THE_HOST = re.compile(
    r"failed to parse (node|bindnet|mcast) ?address|Can't open logfile|is not found in /etc/(passwd|group)"
    r"|Could not open|No valid name found for local host|Cannot chdir"
    r"|An IPV6 network requires that a node ID be specified for address '(?![\d.]+')[A-Za-z0-9._-]+'"
)

# corosync compares how many nodes each link has, not which (3.1.7): where the numbers are equal it refuses the file
# only on the nodes that lack a link ("No multicast port specified"), and the machine of the test is another one
ELSEWHERE = re.compile(r"(?!.*\ba\b(,| ha)).* ha(s|ve) no address on link [0-7]")


# A node entry with neither name nor address is taken for the local one where no other is (3.1.7): where this machine's
# own entry was overwritten, corosync refuses the file for a nodeid that nobody else misses
TAKEN_FOR_LOCAL = "Knet requires an explicit nodeid for the local node"


def is_of_others(path):
    """Whether none of the nodes that are left is this machine."""
    (case,) = read([str(path)], kind="corosync").cases
    nodes = case.cluster.corosync.nodes if case.cluster.corosync else ()
    return not any(ring.address.startswith("127.") for node in nodes for ring in node.addresses)


def rules():
    topics = ("corosync", "quorum", "transport", "security")
    data = [read_rule(path) for topic in topics for path in sorted((RULES / topic).glob("*.yaml"))]
    named = [d for d in data if "corosync" in str(d["peers"]) or "'corosync'" in str(d["check"])]
    return [rule_from(compiled(d)) for d in named]


def settings():
    rows = [row for row in load("corosync-keys")["keys"] if "*" not in row["section"] + row["key"]]
    return [(row["section"].rpartition(".")[2], row["key"], row.get("values", [])) for row in rows]


class Mutator:
    """Makes mutants, always the same ones from one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.settings = settings()

    def mutant(self):
        lines = self.random.choice(GOOD).splitlines()
        for _ in range(self.random.choice((1, 1, 1, 2, 2, 3))):
            often = (self.value, self.set) * 3
            self.random.choice((*often, self.key, self.drop, self.repeat, self.brace, self.swap, self.link))(lines)
        data = "\n".join([*lines, ""]).encode()
        return self.bytes(data) if self.random.random() < 0.15 else data

    def somewhere(self, lines, pattern=r".*:"):
        found = [i for i, line in enumerate(lines) if re.match(pattern, line)]
        return self.random.choice(found) if found else 0

    def value(self, lines):
        i = self.somewhere(lines)
        lines[i] = f"{lines[i].partition(':')[0]}: {self.random.choice(VALUES)}"

    def set(self, lines):
        section, key, words = self.random.choice(self.settings)
        value = self.random.choice((*words, *words, *VALUES))
        found = [i for i, line in enumerate(lines) if re.match(rf"\s*{re.escape(section)}\s*{{", line)]
        if key in ("logfile", "keyfile", "state_dir", "to_stderr"):
            return
        if found:
            lines.insert(self.random.choice(found) + 1, f"{key}: {value}")
        else:
            lines += [f"{section} {{", f"{key}: {value}", "}"] if section else [f"{key}: {value}"]

    def key(self, lines):
        i = self.somewhere(lines)
        before, colon, after = lines[i].partition(":")
        at = self.random.randrange(len(before) + 1)
        other = self.random.choice(("x", "_", "", " ", "*", ".", "-", "9", "#", "\u00a0"))
        lines[i] = f"{before[:at]}{other}{before[at + self.random.choice((0, 1)) :]}{colon}{after}"

    def drop(self, lines):
        del lines[self.random.randrange(len(lines))]

    def repeat(self, lines):
        i = self.random.randrange(len(lines))
        lines.insert(self.random.randrange(len(lines)), lines[i])

    def brace(self, lines):
        i = self.random.randrange(len(lines))
        at = self.random.randrange(len(lines[i]) + 1)
        lines[i] = lines[i][:at] + self.random.choice(("{", "}", ":", " {", " }", "#", "=", ";")) + lines[i][at:]

    def swap(self, lines):
        i, j = self.random.randrange(len(lines)), self.random.randrange(len(lines))
        lines[i], lines[j] = lines[j], lines[i]

    def link(self, lines):
        i = self.somewhere(lines, r"\s*node \{")
        number = self.random.randrange(10)
        lines.insert(i + 1, f"ring{number}_addr: {self.random.choice(('10.5.0.1', '127.0.0.1', 'fd00::5'))}")

    def bytes(self, data):
        at = self.random.randrange(len(data))
        others = (b"\xa0", b"\xc2\xa0", b"\0", b"\r", b"\n", b"\t", b"\x0b", b"y" * 600, b"\xff", b"{")
        other = self.random.choice(others)
        return data[:at] + other + data[at + self.random.choice((0, 1)) :]


def verdict(path):
    # corosync asks for the names of this machine's addresses where it does not find itself; not for long
    quick = {**os.environ, "RES_OPTIONS": "timeout:1 attempts:1"}
    done = subprocess.run(["corosync", "-t", "-c", str(path)], capture_output=True, check=False, env=quick)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def refusals(path, asked):
    """What halint says that `corosync -t` says as well: what only stops the daemon is told with its name."""
    inputs = read([str(path)], kind="corosync")
    outcome = run(asked, inputs.cases)
    assert not outcome.trouble, outcome.trouble
    return [f.message for f in outcome.findings if "corosync" in f.peers and "though corosync -t" not in f.message]


def disagreements(count, seed, folder):
    asked, mutator, found = rules(), Mutator(seed), []
    path = folder / "corosync.conf"
    for _ in range(count):
        data = mutator.mutant()
        path.write_bytes(data)
        said = refusals(path, asked)
        code, told = verdict(path)
        if bool(code) == bool(said) or (not said and OF_THE_HOST.search(told)):
            continue
        if not said and TAKEN_FOR_LOCAL in told and is_of_others(path):
            continue
        if not code and all(map(ELSEWHERE.fullmatch, said)):
            continue
        found.append((data, code, told.strip().splitlines()[:2], said))
    return found


def test_the_good_files_are_good(tmp_path):
    if shutil.which("corosync") is None:
        pytest.skip("corosync is not installed")
    for text in GOOD:
        path = tmp_path / "corosync.conf"
        path.write_text(text, encoding="utf-8")
        assert verdict(path)[0] == 0, text
        assert refusals(path, rules()) == []


def test_mutants(tmp_path):
    if shutil.which("corosync") is None:
        pytest.skip("corosync is not installed")
    found = disagreements(COUNT, SEED, tmp_path)
    assert found == [], "\n\n".join(f"{data.decode('latin-1')}\n{rest}" for data, *rest in found[:5])

"""One corosync.conf for each thing that corosync refuses, drops or takes in another sense, with the rule that says so.

The letters of the rows: G the reader, E and L words, T and V totem, A accepted without effect, Q votequorum at start,
R run time, D the quorum device's daemon. Of what corosync refuses the finding has to say that corosync reports it too.
"""

from __future__ import annotations

import pytest

from halint.engine.rules import built_in
from halint.engine.run import run
from halint.inputs.read import read
from halint.parse.targets import parse_targets

RULES = [rule for rule in built_in() if not rule.asked_last]
VERSION = "    version: 2\n    cluster_name: c\n"


def section(name: str, *lines: str) -> str:
    inner = "".join(f"    {line}\n" for text in lines for line in text.rstrip("\n").split("\n"))
    return f"{name} {{\n{inner}}}\n"


def node(number: int, *more: str, name: str | None = "", nodeid: int | None = -1, address: str = "") -> str:
    """A node with a name, an id and an address on link 0, unless it says otherwise; None leaves a key out."""
    lines = [f"name: {name or f'n{number}'}"] if name is not None else []
    lines += [f"nodeid: {number if nodeid == -1 else nodeid}"] if nodeid is not None else []
    lines += [f"ring0_addr: {address or f'10.0.0.{number}'}"] if address != "none" else []
    return section("node", *lines, *more)


def conf(*totem: str, nodes: str | int = 2, quorum: str = "", more: str = "", head: str = VERSION) -> str:
    """A file of this many ordinary nodes, or of these."""
    if isinstance(nodes, int):
        nodes = "".join(node(number) for number in range(1, nodes + 1))
    if not quorum.startswith("provider") and quorum != "none":
        quorum = f"provider: corosync_votequorum\n{quorum}"
    parts = [section("totem", head.replace("    ", ""), *totem), section("nodelist", nodes)]
    return "".join([*parts, *([section("quorum", quorum)] if quorum != "none" else []), more])


def link(*lines: str, number: int = 0) -> str:
    return section("interface", f"linknumber: {number}", *lines)


def two_links(*, first: str = "10.1.0.1", named: bool = True) -> str:
    name = "" if named else None
    return node(1, f"ring1_addr: {first}", name=name) + node(2, "ring1_addr: 10.1.0.2", name=name)


def device(*lines: str, model: str = "net", votes: str = "1", net: str = "host: q\nalgorithm: ffsplit") -> str:
    counted = [f"votes: {votes}"] if votes else []
    return section("device", *([f"model: {model}"] if model else []), *counted, *lines, section("net", net))


def net(*lines: str, votes: str = "1", algorithm: str = "ffsplit") -> str:
    return device(votes=votes, net="\n".join(["host: q", f"algorithm: {algorithm}", *lines]))


def heuristics(*lines: str) -> str:
    return device(section("heuristics", *lines))


def logging(*lines: str) -> str:
    return conf(more=section("logging", *lines))


def subsys(*lines: str) -> str:
    return section("logger_subsys", *lines)


UDPU, UDP = "transport: udpu", "transport: udp"
CRYPTO = "crypto_cipher: aes256\ncrypto_hash: sha256"
RING1_ONLY = [node(n, f"ring1_addr: 10.1.0.{n}", name=None, address="none") for n in (1, 2)]
LOGGING_WORDS = {
    **dict.fromkeys(("fileline", "function_name", "timestamp", "blackbox", "debug"), "yes"),
    **dict.fromkeys(("to_stderr", "to_syslog", "to_logfile", "to_file"), "true"),
    "syslog_facility": "local8",
    **dict.fromkeys(("syslog_priority", "syslog_level", "logfile_priority"), "warn"),
}
SMALL = {
    "max_network_delay": 29,
    "token": 29,
    "token_warning": 101,
    "token_retransmit": 29,
    "hold": 13,
    "join": 29,
    "consensus": 29,
    "merge": 29,
    "downcheck": 29,
}

REFUSED = {
    "G01": (conf(more="# " + "x" * 600 + "\n"), "corosync-syntax"),
    "G02": (conf(more="{\n}\n"), "corosync-syntax"),
    "G03": (conf(more="logging { to_syslog: yes\n}\n"), "corosync-syntax"),
    "G04": (conf(more=("a" * 100 + " {\n") * 3 + "}\n" * 3), "corosync-syntax"),
    "G05": (conf("x" * 255 + ": 1"), "corosync-syntax"),
    "G07": (conf(more="logging {\n    to_syslog: yes\n    }}\n"), "corosync-syntax"),
    "G08": (conf(more="}\n"), "corosync-syntax"),
    "G09": (logging("nonsense"), "corosync-syntax"),
    "G10": (conf(more="logging {\n    to_syslog: yes\n"), "corosync-syntax"),
    "G11": (conf("to ken: 1000"), "corosync-syntax"),
    "G12": (conf("token: 10s"), "corosync-value-invalid"),
    "G13": (conf("config_version: x"), "corosync-value-invalid"),
    "G15": (conf("ip_version: IPv4"), "corosync-value-invalid"),
    "G18 user": (conf(more=section("uidgid", "user: 12")), "corosync-syntax"),
    "E02": (conf("crypto_model: none"), "corosync-value-invalid"),
    "E03": (conf("crypto_cipher: 3des\ncrypto_hash: sha1"), "corosync-value-invalid"),
    "E04": (conf("crypto_cipher: aes256\ncrypto_hash: sha3"), "corosync-value-invalid"),
    "E05": (conf("knet_compression_model: none"), "corosync-value-invalid"),
    **{
        f"E06-E09 {key}": (conf(more=section("system", f"{key}: {value}")), "corosync-value-invalid")
        for key, value in (
            ("qb_ipc_type", "tcp"),
            ("sched_rr", "1"),
            ("move_to_root_cgroup", "on"),
            ("allow_knet_handle_fallback", "on"),
        )
    },
    **{f"L01-L07 {key}": (logging(f"{key}: {v}"), "corosync-value-invalid") for key, v in LOGGING_WORDS.items()},
    "L09 count": (logging(*(subsys(f"subsys: S{i}") for i in range(30))), "logging-subsystems"),
    "L09 length": (logging(subsys("subsys: " + "S" * 64)), "logging-subsystems"),
    "T02": (conf("transport: iba"), "transport-unknown"),
    "T03": (conf("crypto_cipher: aes256\ncrypto_hash: none"), "corosync-cipher-without-hash"),
    "T05": (conf(CRYPTO, "key: short"), "corosync-key-length"),
    "T06": (conf("link_mode: " + "p" * 64), "corosync-value-invalid"),
    "T07": (conf(link("knet_ping_interval: 500", number=8)), "nodelist-link-numbers"),
    "T08": (conf(link("bindnetaddr: 10.0.0.0", "mcastaddr: 300.1.1.1")), "mcastaddr-invalid"),
    "T09": (conf(link("knet_transport: UDP")), "corosync-value-invalid"),
    "T11": (conf(nodes=node(1, nodeid=None) + node(2)), "nodelist-nodeid-missing"),
    "T12": (conf(nodes=node(1, "ring8_addr: 10.8.0.1") + node(2, "ring8_addr: 10.8.0.2")), "nodelist-link-numbers"),
    "T13": (
        conf(UDPU, nodes=node(1, nodeid=None, address="fd00::1") + node(2, nodeid=None, address="fd00::2")),
        "nodelist-nodeid-missing",
    ),
    "T14": (conf(nodes=node(1, nodeid=0) + node(2)), "nodelist-nodeid-missing"),
    "T15": (conf(nodes=node(1, nodeid=65536) + node(2)), "nodelist-nodeid-invalid"),
    "T16": (conf(nodes=node(1, address="10.0.0.1:5405") + node(2)), "nodelist-address-invalid"),
    "V01": (conf(nodes=node(1, address="none")), "nodelist-missing"),
    "V01 empty": ("", "corosync-syntax"),
    "V03": (conf(UDP, link("bindnetaddr: 10.0.0.0"), head="    version: 2\n"), "mcastaddr-missing"),
    "V04 V22": (conf(nodes=node(1, "ring1_addr: 10.1.0.1") + node(2)), "nodelist-link-count-mismatch"),
    "V05": (conf(link("ttl: 3")), "udp-options-under-knet"),
    "V06": (conf(UDPU, link("knet_link_priority: 3")), "knet-options-under-udp"),
    "V08": (conf(UDP, link("mcastaddr: ff02::1", "bindnetaddr: 10.0.0.0")), "mcastaddr-invalid"),
    "V09": (conf(UDP, link("mcastaddr: 10.2.3.4")), "mcastaddr-invalid"),
    "V10": (conf(head="    version: 3\n"), "corosync-version-not-two"),
    "V10 missing": (conf(head="    cluster_name: c\n"), "corosync-version-not-two"),
    **{f"V11-V20 {key}": (conf(f"{key}: {value}"), "totem-timer-too-small") for key, value in SMALL.items()},
    "V14 derived": (conf("token: 120", "consensus: 1000", "join: 40"), "totem-timer-too-small"),
    "V18": (conf("token: 1000", "consensus: 40", "join: 50"), "totem-consensus-too-small"),
    "V21": (conf(nodes=two_links(named=False)), "nodelist-name-missing"),
    "V22 no link 0": (conf(nodes="".join(RING1_ONLY)), "nodelist-name-missing"),
    "V23": (conf(nodes=node(1) + node(2, address="fd00::2")), "links-mixed-ip-family"),
    "V24": (conf(nodes=node(1) + node(2, nodeid=1)), "nodelist-nodeid-duplicate"),
    "V25": (conf("link_mode: activ"), "corosync-value-invalid"),
    "V26": (conf(UDPU, nodes=two_links()), "transport-udpu-multiple-links"),
    "V27": (conf(UDPU, CRYPTO), "transport-udp-encrypted"),
    "Q01": (conf(quorum="provider: votequorum"), "quorum-provider-missing"),
    "Q03": (conf(quorum="two_node: 1\n" + device()), "two-node-with-qdevice"),
    "Q07": (conf(nodes=3, quorum="auto_tie_breaker: 1\nlast_man_standing: 1"), "quorum-atb-odd-with-lms"),
    "Q09": (conf(quorum="last_man_standing: 1\n" + device()), "qdevice-incompatible-option"),
    "Q10": (conf(quorum="auto_tie_breaker: 1\nwait_for_all: 1\n" + device()), "qdevice-incompatible-option"),
    "Q11": (conf(quorum="allow_downscale: 1\n" + device()), "qdevice-incompatible-option"),
    "Q12": (conf(quorum="expected_votes: 3\n" + device(votes="")), "qdevice-votes-missing"),
    "Q13": (conf(nodes=node(1, "quorum_votes: 2") + node(2), quorum=device(votes="")), "qdevice-votes-missing"),
    "Q14": (conf(quorum="expected_votes: 2\n" + device()), "qdevice-votes-wrong"),
    "R01": (conf(more=section("system", "priority: high")), "corosync-value-invalid"),
    "R02": (conf("netmtu: 50"), "totem-netmtu"),
    "R17": (conf(nodes=section("node", "nodeid: 3") + node(1) + node(2)), "nodelist-name-missing"),
}

ACCEPTED = {
    "G06 before 3.1.10": (conf(":5000"), "corosync-refused-by-newer"),
    "G14 before 3.1.10": (conf("ip_dscp: 99"), "corosync-key-not-yet-known"),
    "G18 subsys": (logging(subsys("subsys: A", "subsys: B")), "logging-subsystems"),
    "L to_logfile alone": (logging("to_logfile: yes"), "logging-file-without-path"),
    "L logfile alone": (logging("logfile: /var/log/c"), "logging-file-without-path"),
    "L nowhere": (logging("to_logfile: no", "to_syslog: no", "to_stderr: no"), "logging-disabled"),
    "L subsys without debug": (logging("debug: on", subsys("subsys: QUORUM")), "logging-debug-on"),
    "L subsys unknown": (logging(subsys("subsys: QUORUMM", "debug: on")), "logging-subsystems"),
    "T nodeid": (conf("nodeid: 1"), "corosync-deprecated-key"),
    "T bindnetaddr": (conf(link("bindnetaddr: 10.0.0.0")), "bindnetaddr-with-nodelist"),
    "T member": (conf(section("interface", section("member", "memberaddr: 10.0.0.1"))), "corosync-deprecated-key"),
    "T misspelt": (
        conf(nodes=node(1) + node(2) + node(3, "ring0_address: 10.0.0.3", address="none")),
        "nodelist-node-without-address",
    ),
    "V24 hole": (
        conf(nodes="".join(node(n, nodeid=4 if n == 5 else n) for n in range(1, 13))),
        "nodelist-nodeid-duplicate",
    ),
    "V consensus": (conf("token: 5000", "consensus: 5500"), "totem-consensus-too-small"),
    "V window": (conf("window_size: 400"), "totem-window-size"),
    "V messages": (conf("max_messages: 300"), "totem-window-size"),
    "V ping pair": (conf(link("knet_ping_interval: 500")), "knet-ping-pair"),
    "V mcastaddr and broadcast": (conf(UDP, link("broadcast: yes", "mcastaddr: 239.1.1.1")), "mcastaddr-invalid"),
    "V name twice": (conf(nodes=node(1) + node(2, name="N1")), "nodelist-name-duplicate"),
    "V address twice": (conf(nodes=node(1) + node(2, address="10.0.0.1")), "nodelist-address-duplicate"),
    "V address on two links": (conf(nodes=two_links(first="10.0.0.1")), "nodelist-address-duplicate"),
    "V nodes": (
        conf(nodes="".join(node(n, address=f"10.0.{n // 250}.{n % 250 + 1}") for n in range(1, 390))),
        "node-count-support-limit",
    ),
    "V expected_votes": (conf(quorum="expected_votes: 5"), "quorum-expected-votes-mismatch"),
    "V tie breaker id": (
        conf(nodes=4, quorum="auto_tie_breaker: 1\nauto_tie_breaker_node: 9"),
        "quorum-atb-node-invalid",
    ),
    "A01 key": (conf("tokn: 1000"), "corosync-unknown-key"),
    "A01 section": (conf(more=section("amff", "mode: disabled")), "corosync-unknown-key"),
    "A01 left from corosync 1": (conf(more=section("amf", "mode: disabled")), "corosync-deprecated-key"),
    "A01 elsewhere": (conf("two_node: 1"), "corosync-misplaced-key"),
    "A02": (
        conf(
            section("interface", "ringnumber: 0", "mcastport: 5405"),
            section("interface", "ringnumber: 1", "mcastport: 5407"),
        ),
        "corosync-duplicate-key",
    ),
    "A03": (conf("secauth: yes"), "corosync-encryption-off"),
    "A04": (conf("keyfile: /etc/corosync/k"), "corosync-key-in-file"),
    "A05": (conf(link("knet_ping_interval: 3000000000", "knet_ping_timeout: 1000")), "knet-ping-pair"),
    "A06 R05": (conf(link("knet_pong_count: 256")), "knet-ping-pair"),
    "A07": (conf("token: 1000", "token_retransmit: 2000"), "totem-timer-order"),
    "A08": (conf("block_unlisted_ips: maybe"), "corosync-value-invalid"),
    "A09": (conf(link("mcastaddr: 239.1.1.1")), "udp-options-under-knet"),
    "A10": (conf("heartbeat_failures_allowed: 20"), "totem-timer-order"),
    "A11": (conf("threads: 4"), "corosync-deprecated-key"),
    "A12": (conf(quorum="none", more=section("quorum", "two_node: 1")), "quorum-provider-missing"),
    "A13": (conf(quorum=device(model="")), "qdevice-model-options-missing"),
    "A14 D01": (conf(quorum=device(model="disk")), "qdevice-model-options-missing"),
    "A15": (conf(quorum="cancel_wait_for_all: 1"), "quorum-option-ignored"),
    "A16": (conf(quorum="leaving_timeout: 100"), "corosync-deprecated-key"),
    "A17": (conf(quorum="votes: 2"), "quorum-option-ignored"),
    "A18": (conf(nodes=3, quorum="two_node: 1"), "two-node-flag-wrong-size"),
    "A19": (
        conf(nodes=4, quorum="auto_tie_breaker: 1\nwait_for_all: 1\nauto_tie_breaker_node: 1,2"),
        "quorum-atb-node-invalid",
    ),
    "A20 Q05": (
        conf(nodes=4, quorum="auto_tie_breaker: 1\nwait_for_all: 1\nauto_tie_breaker_node: Lowest"),
        "quorum-atb-node-invalid",
    ),
    "A21": (
        conf(more=section("resources", section("system", section("memory_used", "poll_period: 5000")))),
        "corosync-resource-setting-ignored",
    ),
    "A22": (conf(nodes=node(1, "datacenterid: 1") + node(2)), "corosync-unknown-key"),
    "A23": (conf(more=section("internal_configuration", "a: 1")), "corosync-unknown-key"),
    "A24": (conf(nodes=node(1, "quorum_votes: 4294967295") + node(2)), "quorum-votes-not-one"),
    "A25": (conf(nodes=node(1) + node(2, name="n2  # second")), "corosync-comment-in-value"),
    "A26 R03": (conf("knet_mtu: 70000"), "totem-netmtu"),
    "A27": (conf(more=section("nodelist", node(3))), "corosync-duplicate-key"),
    "A28": (conf(CRYPTO, "keyfile: /x", "key: " + "k" * 200), "corosync-key-in-file"),
    "A29": (conf(nodes=node(1, name="node one") + node(2)), "nodelist-name-invalid"),
    "A30": (conf().replace("totem {", "totem: {"), "corosync-read-differently"),
    "Q04": (conf(nodes=4, quorum="auto_tie_breaker_node: 1"), "quorum-atb-node-without-atb"),
    "Q06": (conf(quorum="two_node: 1\nauto_tie_breaker: 1"), "two-node-with-auto-tie-breaker"),
    "Q08": (conf(nodes=3, quorum="auto_tie_breaker: 1"), "quorum-atb-odd-without-wfa"),
    "Q15": (
        conf(nodes=node(1, "quorum_votes: 2") + node(2) + node(3), quorum="last_man_standing: 1\nwait_for_all: 1"),
        "quorum-lms-unequal-votes",
    ),
    "Q16": (conf(nodes=3, quorum="allow_downscale: 1"), "quorum-option-ignored"),
    "Q17": (conf(nodes=3, quorum="expected_votes_tracking: 1"), "quorum-option-ignored"),
    "Q two_node off": (conf(), "two-node-flag-missing"),
    "Q wait_for_all off": (conf(quorum="two_node: 1\nwait_for_all: 0"), "two-node-wait-for-all-off"),
    "Q even tie breaker": (conf(nodes=4, quorum="auto_tie_breaker: 1"), "quorum-atb-even-without-wfa"),
    "Q last man": (conf(nodes=4, quorum="last_man_standing: 1"), "quorum-lms-without-wfa"),
    "Q no votes": (
        conf(nodes=node(1, "quorum_votes: 0") + node(2, "quorum_votes: 0")),
        "quorum-votes-not-one",
    ),
    "R04": (conf(link("knet_ping_timeout: 100", "knet_ping_interval: 100")), "knet-ping-pair"),
    "R06": (conf(link("knet_transport: sctp")), "knet-sctp"),
    "R07": (conf("knet_compression_model: zlib", "knet_compression_level: 99"), "corosync-compression-level"),
    "R09": (conf("token: 1000", "token_warning: 10"), "totem-timer-order"),
    "R12": (conf(more=section("resources", "watchdog_timeout: 500")), "corosync-value-invalid"),
    "R13": (
        conf(more=section("resources", section("process", section("a", "recovery: quit", "poll_period: 100")))),
        "corosync-resource-setting-ignored",
    ),
    "R14": (
        conf(more=section("resources", section("process", section("a", "state: running")))),
        "corosync-resource-setting-ignored",
    ),
    "R15": (conf(more=section("nozzle", "name: noz", "macaddr: 11")), "corosync-resource-setting-ignored"),
    "D03": (conf(quorum=device(), head="    version: 2\n"), "qdevice-model-options-missing"),
    "D04": (conf(quorum=device("timeout: 1000")), "qdevice-timeouts-order"),
    "D06 ffsplit": (conf(nodes=4, quorum=net(votes="3")), "qdevice-votes-wrong"),
    "D06 lms": (conf(nodes=4, quorum=net(algorithm="lms")), "qdevice-votes-wrong"),
    "D07": (conf(quorum=device(net="algorithm: ffsplit")), "qdevice-model-options-missing"),
    "D08": (conf(quorum=net("port: 70000")), "qdevice-option-invalid"),
    "D09": (conf(quorum=net("tls: maybe")), "qdevice-option-invalid"),
    "D10": (conf(quorum=net(algorithm="FFsplit")), "qdevice-option-invalid"),
    "D10 test": (conf(quorum=net(algorithm="test")), "qdevice-option-invalid"),
    "D10 2nodelms": (conf(nodes=3, quorum=net(votes="", algorithm="2nodelms")), "qdevice-option-invalid"),
    "D11": (conf(quorum=net("tie_breaker: Lowest")), "qdevice-option-invalid"),
    "D11 id": (conf(quorum=net("tie_breaker: 9")), "qdevice-option-invalid"),
    "D12": (conf(quorum=net("connect_timeout: 100")), "qdevice-option-invalid"),
    "D13": (conf(quorum=net("force_ip_version: 5")), "qdevice-option-invalid"),
    "D14": (conf(quorum=net("keep_active_partition_tie_breaker: perhaps")), "qdevice-option-invalid"),
    "D15": (conf(nodes=node(1, "quorum_votes: 2") + node(2), quorum=device()), "qdevice-votes-wrong"),
    "D16": (conf(quorum=heuristics("mode: maybe", "exec_a: /bin/true")), "qdevice-option-invalid"),
    "D17": (conf(quorum=heuristics("mode: on", "timeout: 100", "exec_a: /bin/true")), "qdevice-option-invalid"),
    "D18": (conf(quorum=heuristics("mode: on", "interval: 10", "exec_a: /bin/true")), "qdevice-option-invalid"),
    "D19 none": (conf(quorum=heuristics("mode: on")), "qdevice-heuristics-no-exec"),
    "D19 many": (
        conf(quorum=heuristics("mode: on", *(f"exec_{i}: /bin/true" for i in range(33)))),
        "qdevice-heuristics-no-exec",
    ),
    "D19 name": (
        conf(quorum=heuristics("mode: on", "exec_a.b: /bin/true", "exec_c: /bin/true")),
        "corosync-unknown-key",
    ),
    "D20": (
        conf(quorum=device(), more=section("logging", subsys("subsys: QDEVICE", "debug: maybe"))),
        "corosync-value-invalid",
    ),
    "mcastport": (conf(link("mcastport: 5500"), nodes=two_links()), "mcastport-not-followed"),
    "hash": (conf("crypto_cipher: aes128\ncrypto_hash: md5"), "corosync-weak-crypto"),
}
"""Rows that corosync -t of 3.1.7 takes.

Not here, for the host decides them: T01, T10, V02, V07, L08, G19, R08, R10, R11, R18. R16 needs the files of two nodes.
"""


def said(text: str, folder, *target: str):
    (folder / "corosync.conf").write_text(text, encoding="utf-8")
    inputs = read([str(folder)], targets=parse_targets(target))
    outcome = run(RULES, inputs.cases)
    assert not inputs.trouble
    assert not outcome.trouble
    return outcome.findings


@pytest.mark.parametrize("row", REFUSED)
def test_what_corosync_refuses_has_its_rule_and_says_so(row, tmp_path):
    text, rule = REFUSED[row]
    found = [finding for finding in said(text, tmp_path) if finding.rule == rule]
    assert found, rule
    if row != "R17":  # -t may pass it; the daemon aborts
        assert any("corosync" in finding.peers for finding in found)


@pytest.mark.parametrize("row", ACCEPTED)
def test_what_corosync_accepts_has_its_rule(row, tmp_path):
    text, rule = ACCEPTED[row]
    findings = said(text, tmp_path)
    assert rule in {finding.rule for finding in findings}
    # words of logging are refused by -t with or without a device: D20 is told with corosync's own
    refused = {finding.rule for finding in findings if "corosync" in finding.peers}
    assert refused <= ({rule} if row == "D20" else set())


@pytest.mark.parametrize("row", ["G06 before 3.1.10", "G14 before 3.1.10"])
def test_what_3_1_10_refuses(row, tmp_path):
    findings = said(ACCEPTED[row][0], tmp_path, "corosync=3.1.10")
    assert any("corosync" in finding.peers for finding in findings)


def test_an_ordinary_file_has_none_of_the_errors(tmp_path):
    text = conf(CRYPTO, nodes=two_links(), quorum="two_node: 1")
    assert [finding.rule for finding in said(text, tmp_path) if finding.severity != "info"] == []

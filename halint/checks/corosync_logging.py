"""The logging section of corosync.conf: what goes nowhere, and what is set for subsystems that are none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from halint.engine.hit import Hit
from halint.model.cluster import Cluster

_SUBSYS = re.compile(r"logging\.logger_subsys\.(.+)\.([a-z_]+)")
# Measured, 3.1.7: seventeen further ones are taken, the eighteenth is refused
_ROOM = 17
BUILT_IN = frozenset(
    {"MAIN", "TOTEM", "KNET", "CMAP", "CFG", "CPG", "QUORUM", "VOTEQ", "SYNC", "WD", "MON", "SERV", "QB", "APIDEF"}
    | {"STATS", "PLOAD", "YKD"}
)
# Of corosync 1 and 2
_OLD_SUBSYS = frozenset({"AMF", "EVT", "CKPT", "MSG", "LCK", "TMR", "CLM", "EVS", "CONFDB", "IPC", "pcmk", "CMAN"})
LONGEST_SUBSYS = 63


def logging(cluster: Cluster) -> Iterator[Hit]:
    """Logging that goes nowhere."""
    corosync = cluster.corosync
    if corosync is None:
        return
    off = [corosync.value(f"logging.{name}") in ("no", "off") for name in ("to_syslog", "to_stderr")]
    file = corosync.value("logging.to_logfile") in ("yes", "on") and corosync.value("logging.logfile")
    if all(off) and not file:
        yield Hit(at=corosync.place("logging.to_syslog"), subject="logging")


def logfile(cluster: Cluster) -> Iterator[Hit]:
    """The log file. Cases: without (to_logfile alone), unused (a file and no to_logfile), relative."""
    corosync = cluster.corosync
    if corosync is None:
        return
    path, switch = corosync.value("logging.logfile"), corosync.value("logging.to_logfile")
    if switch in ("yes", "on") and not path:
        yield Hit(at=corosync.place("logging.to_logfile"), subject="logging.logfile", case="without")
    elif path and not path.startswith("/"):
        values = {"path": path}
        yield Hit(at=corosync.place("logging.logfile"), subject="logging.logfile", case="relative", values=values)
    elif path and switch is None and "logging.to_file" not in corosync.keys:
        values = {"path": path}
        yield Hit(at=corosync.place("logging.logfile"), subject="logging.logfile", case="unused", values=values)


def debug(cluster: Cluster) -> Iterator[Hit]:
    """Debugging. Cases: on, subsys, off_there (a subsystem without debug while debug is on)."""
    corosync = cluster.corosync
    if corosync is None:
        return
    on = corosync.value("logging.debug") in ("on", "trace")
    if on:
        values = {"value": corosync.value("logging.debug")}
        yield Hit(at=corosync.place("logging.debug"), subject="logging.debug", case="on", values=values)
    for path, key in corosync.keys.items():
        match = _SUBSYS.fullmatch(path)
        if match is None:
            continue
        if match[2] == "debug" and key.value in ("on", "trace"):
            values = {"subsys": match[1], "value": key.value}
            yield Hit(at=key.at, subject=path, case="subsys", values=values)
        elif match[2] == "subsys" and on and f"logging.logger_subsys.{match[1]}.debug" not in corosync.keys:
            yield Hit(at=key.at, subject=path, case="off_there", values={"subsys": match[1]})


def subsystems(cluster: Cluster) -> Iterator[Hit]:
    """Logging subsystems that corosync has no room for. Cases: many, long, unknown."""
    corosync = cluster.corosync
    if corosync is None:
        return
    names = Counter(m[1] for path in corosync.keys if (m := _SUBSYS.fullmatch(path)) and m[2] == "subsys")
    own = [name for name in names if name not in BUILT_IN]
    for name in own:
        at = corosync.place(f"logging.logger_subsys.{name}.subsys")
        if len(name) > LONGEST_SUBSYS:
            yield Hit(at=at, subject="logging.logger_subsys", case="long", values={"name": name})
        elif len(own) <= _ROOM and name != "QDEVICE" and name not in _OLD_SUBSYS:
            yield Hit(at=at, subject=f"logging.logger_subsys.{name}", case="unknown", values={"name": name})
    if len(own) > _ROOM:
        at = corosync.place(f"logging.logger_subsys.{own[-1]}.subsys")
        yield Hit(at=at, subject="logging.logger_subsys", case="many", values={"count": len(own)})

"""Checks of what the CIB lays open: secrets in plain text, TLS that is not checked, programs of any kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.names import listed
from halint.engine.hit import Hit
from halint.model.values import parse_bool
from halint.secrets import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster


def secrets(cluster: Cluster) -> Iterator[Hit]:
    """Resources with secrets among their parameters, once a resource; the reader of the CIB has masked the values."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        found = [s for s in resource.parameters.values() if s.value == MASK]
        if found:
            values = {"resource": resource.id, "names": listed(s.name for s in found), "first": found[0].name}
            related = tuple((s.at, s.name) for s in found[1:])
            yield Hit(at=found[0].at, subject=resource.id, values=values, related=related)


def ssl_insecure(cluster: Cluster) -> Iterator[Hit]:
    """Fence devices that do not check the certificate of what they talk to."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        setting = resource.parameters.get("ssl_insecure")
        stonith = resource.agent is not None and resource.agent.standard == "stonith"
        if stonith and setting is not None and setting.certain and parse_bool(setting.value) is True:
            values = {"resource": resource.id, "agent": resource.agent.type if resource.agent else ""}
            yield Hit(at=setting.at, subject=resource.id, values=values)


def any_program(cluster: Cluster) -> Iterator[Hit]:
    """Resources that run a program the CIB names, as root unless told otherwise."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        if str(resource.agent) == "ocf:heartbeat:anything":
            setting = resource.parameters.get("binfile")
            program = setting.value if setting is not None and setting.value else "a program"
            at = setting.at if setting is not None else resource.at
            yield Hit(at=at, subject=resource.id, values={"resource": resource.id, "program": program})

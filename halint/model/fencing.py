"""Fence devices: which nodes they say they can fence, and whether they end a race between two nodes.

pacemaker-fenced(7) describes the pcmk_* parameters; which names count was measured with pacemaker-fenced 2.1.5.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.model.values import parse_bool, parse_timeout_ms
from halint.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.model.cib import Cib, Resource

# These give information or an opinion; the node goes on running
_NO_ISOLATION = frozenset({"fence_kdump", "fence_heuristics_ping"})
# The one whose reservation is gone first cannot take the other's: the shared disk decides a race
_DISK_DECIDES = frozenset({"fence_scsi", "fence_mpath"})
SBD_AGENTS = frozenset({"fence_sbd", "external/sbd"})


@record
class FenceDevice:
    """One primitive of class stonith. `names` are the node names its parameters give it, as written.

    `static` says that these are all it fences; otherwise it finds out at run time, or fences whatever it is asked to.
    """

    resource: Resource
    agent: str
    names: Mapping[str, tuple[str, ...]]
    static: bool

    @property
    def listed(self) -> tuple[str, ...]:
        """The names of all parameters, each once."""
        return tuple(dict.fromkeys(name for names in self.names.values() for name in names))

    @property
    def isolates(self) -> bool:
        """Whether it keeps a node from running on, rather than only advising."""
        return self.agent not in _NO_ISOLATION

    @property
    def disabled(self) -> bool:
        """Whether target-role keeps it stopped, so that Pacemaker does not use it."""
        return (self.resource.meta_value("target-role") or "").lower() == "stopped"


def devices(cib: Cib) -> Iterator[FenceDevice]:
    """Every fence device, in document order."""
    for resource in cib.primitives():
        if resource.agent is not None and resource.agent.standard == "stonith":
            names, complete = _names(resource)
            given = any(names.values())
            check = resource.parameter("pcmk_host_check") or ("static-list" if given else "")
            yield FenceDevice(
                resource=resource,
                agent=resource.agent.type,
                names=names,
                static=complete and given and check == "static-list",
            )


def _names(resource: Resource) -> tuple[dict[str, tuple[str, ...]], bool]:
    """The nodes named by pcmk_host_list and pcmk_host_map, and whether all of them could be read."""
    settings = [resource.parameters.get(name) for name in ("pcmk_host_list", "pcmk_host_map")]
    sure = all(s is None or s.certain for s in settings)
    listed = re.split(r"[\s,;]+", (settings[0].value or "") if settings[0] else "")
    pairs = re.split(r"[\s;]+", (settings[1].value or "") if settings[1] else "")
    mapped = [re.fullmatch(r"([^:=]+)[:=][^:=]+", pair) for pair in pairs if pair]
    names = {
        "pcmk_host_list": tuple(dict.fromkeys(name for name in listed if name)),
        "pcmk_host_map": tuple(dict.fromkeys(m.group(1) for m in mapped if m)),
    }
    return names, sure and all(mapped)


def delays(device: FenceDevice) -> bool:
    """Whether a device waits before it fences, so that one of two nodes can win; also where that is not known."""
    for name in ("pcmk_delay_max", "pcmk_delay_base", "delay"):
        setting = device.resource.parameters.get(name)
        if setting is not None and (not setting.certain or _positive(setting.value or "")):
            return True
    return device.agent in _DISK_DECIDES


def _positive(text: str) -> bool:
    """Whether a delay, or one of the delays given by node (`n1:5s;n2:0`), is above zero."""
    items = [re.split(r"[:=]", item)[-1] for item in re.split(r"[;\s]+(?=[^;\s]+[:=])|;", text) if item.strip()]
    return any(parse_timeout_ms(item) != 0 for item in items)


def has_watchdog(cib: Cib) -> bool | None:
    """What the cluster wrote about its nodes' watchdogs (sbd runs), None where it wrote nothing."""
    setting = cib.properties.get("have-watchdog")
    return None if setting is None else parse_bool(setting.value)

"""Large CIBs, made: groups, clones, single resources, constraints, and a status where everything runs."""

from __future__ import annotations

from pathlib import Path

_AGENT = 'class="ocf" provider="heartbeat" type="{}"'


def cib(primitives: int, *, status: bool, address: str = "10.0") -> str:
    """The text of a valid CIB of so many primitives, with a status where all run.

    `address` begins the parameter `ip` of every fourth.
    """
    parts = [_resources(primitives, address), _constraints(primitives)]
    nodes = "".join(f'<node id="{i}" uname="node{i}"/>' for i in (1, 2, 3))
    return (
        '<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="100" num_updates="7" '
        'have-quorum="1" dc-uuid="1">\n<configuration>\n<crm_config><cluster_property_set id="cib-bootstrap-options">'
        '<nvpair id="options-stonith-enabled" name="stonith-enabled" value="true"/>'
        '<nvpair id="options-dc-version" name="dc-version" value="2.1.5-deb12"/></cluster_property_set></crm_config>\n'
        f"<nodes>{nodes}</nodes>\n<resources>\n{parts[0]}</resources>\n<constraints>\n{parts[1]}</constraints>\n"
        f"</configuration>\n<status>\n{_status(primitives) if status else ''}</status>\n</cib>\n"
    )


def _primitive(number: int, address: str) -> str:
    name = f"r{number}"
    agent, parameter = (
        ("IPaddr2", f"{address}.{number // 250}.{number % 250}") if number % 4 == 0 else ("Dummy", f"/s/{name}")
    )
    key = "ip" if number % 4 == 0 else "state"
    return (
        f'<primitive id="{name}" {_AGENT.format(agent)}>\n'
        f'<instance_attributes id="{name}-ia"><nvpair id="{name}-ia-{key}" name="{key}" value="{parameter}"/>'
        "</instance_attributes>\n"
        f'<operations><op id="{name}-mon" name="monitor" interval="10s" timeout="20s"/>'
        f'<op id="{name}-start" name="start" interval="0s" timeout="40s"/></operations>\n</primitive>\n'
    )


def _resources(primitives: int, address: str) -> str:
    """Of each ten primitives three are in a group, one is a clone, the rest stand alone."""
    text = []
    for first in range(0, primitives, 10):
        made = [_primitive(number, address) for number in range(first, min(first + 10, primitives))]
        text += [f'<group id="g{first}">\n{"".join(made[:3])}</group>\n']
        text += [f'<clone id="c{first}">\n{one}</clone>\n' for one in made[3:4]]
        text += made[4:]
    return "".join(text)


def _constraints(primitives: int) -> str:
    """Each group and each resource that stands alone has a preferred node, and the latter go with their group."""
    text = []
    for first in range(0, primitives, 10):
        text.append(f'<rsc_location id="l{first}" rsc="g{first}" node="node{first // 10 % 3 + 1}" score="100"/>\n')
        for number in range(first + 4, min(first + 10, primitives)):
            name = f"r{number}"
            text.append(f'<rsc_location id="l{number}" rsc="{name}" node="node{first // 10 % 3 + 1}" score="50"/>\n')
            text.append(f'<rsc_colocation id="k{number}" rsc="{name}" with-rsc="g{first}" score="INFINITY"/>\n')
            text.append(f'<rsc_order id="o{number}" first="g{first}" then="{name}"/>\n')
    return "".join(text)


def _status(primitives: int) -> str:
    states = []
    for node in (1, 2, 3):
        history = "".join(
            f'<lrm_resource id="r{n}" class="ocf" provider="heartbeat" type="Dummy"><lrm_rsc_op id="r{n}_last_0" '
            f'operation="start" call-id="{n + 1}" rc-code="0" op-status="0" interval="0" transition-key="1:1:0:0" '
            'op-digest="0"/></lrm_resource>'
            for n in range(primitives)
            if n // 10 % 3 + 1 == node
        )
        states.append(
            f'<node_state id="{node}" uname="node{node}" in_ccm="true" crmd="online" join="member" expected="member">'
            f'<lrm id="{node}"><lrm_resources>{history}</lrm_resources></lrm></node_state>\n'
        )
    return "".join(states)


def written(folder: Path, primitives: int, *, status: bool) -> tuple[Path, Path]:
    """A pair of files: AFTER has another address in one resource of a hundred."""
    before, after = folder / f"before-{primitives}-{status}.xml", folder / f"after-{primitives}-{status}.xml"
    text = cib(primitives, status=status)
    before.write_text(text)
    changed = text.replace('epoch="100"', 'epoch="101"')
    for number in range(0, primitives, 100):
        old = f'value="10.0.{number // 250}.{number % 250}"'
        changed = changed.replace(old, old.replace("10.0.", "10.1."), 1)
    after.write_text(changed)
    return before, after

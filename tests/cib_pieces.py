"""Objects of every kind, put into CIBs of the corpus so that rewrites and edits find what is rare there."""

from __future__ import annotations

import copy

from corpus_cibs import Element, is_valid
from lxml import etree

DUMMY = 'class="ocf" provider="pacemaker" type="Dummy"'


def _primitive(name: str, inside: str = "") -> str:
    return f'<primitive id="{name}" {DUMMY}>{inside}</primitive>'


def _monitor(owner: str, interval: str = "10s") -> str:
    return (
        f'<operations><op id="{owner}-mon" name="monitor" interval="{interval}" timeout="30s"/>'
        f'<op id="{owner}-stop" name="stop" interval="0s" timeout="40s"/></operations>'
    )


def _pairs(owner: str, tag: str, **values: str) -> str:
    inside = "".join(
        f'<nvpair id="{owner}-{tag}-{key}" name="{key.replace("_", "-")}" value="{value}"/>'
        for key, value in values.items()
    )
    return f'<{tag} id="{owner}-{tag}">{inside}</{tag}>'


def _params(owner: str, **values: str) -> str:
    return _pairs(owner, "instance_attributes", **values)


def _metas(owner: str, **values: str) -> str:
    return _pairs(owner, "meta_attributes", **values)


PIECES: tuple[tuple[str, str], ...] = (
    (
        "resources",
        f'<template id="x-tpl" {DUMMY}>{_params("x-tpl", fake="1", state="/run/x")}'
        f"{_metas('x-tpl', failure_timeout='60s', migration_threshold='3')}{_monitor('x-tpl')}</template>",
    ),
    ("resources", f'<template id="x-idle" {DUMMY}/>'),
    (
        "resources",
        f'<primitive id="x-a" template="x-tpl">{_params("x-a", fake="2")}'
        '<operations><op id="x-a-start" name="start" interval="0s" timeout="60s"/></operations></primitive>',
    ),
    (
        "resources",
        _primitive(
            "x-b",
            _params("x-b", fake="b", op_sleep="0")
            + _monitor("x-b")
            + _metas("x-b", target_role="Started", resource_stickiness="100", is_managed="true")
            + _pairs("x-b", "utilization", cpu="1", memory="512"),
        ),
    ),
    (
        "resources",
        '<primitive id="x-fence" class="stonith" type="fence_ipmilan">'
        + _params("x-fence", ip="192.0.2.7", username="admin", password="Geheim-1")  # noqa: S106 - made up
        + _monitor("x-fence", "60s")
        + "</primitive>",
    ),
    (
        "resources",
        '<group id="x-g">'
        + "".join(_primitive(n, _params(n, fake=n)) for n in ("x-g1", "x-g2", "x-g3"))
        + _metas("x-g", priority="2")
        + "</group>",
    ),
    (
        "resources",
        '<group id="x-h">' + "".join(_primitive(n, _params(n, fake=n)) for n in ("x-h1", "x-h2")) + "</group>",
    ),
    (
        "resources",
        '<clone id="x-c">'
        + _metas("x-c", promotable="true", promoted_max="1", interleave="true")
        + _primitive("x-c1", _params("x-c1", fake="c"))
        + "</clone>",
    ),
    (
        "resources",
        '<bundle id="x-bundle"><docker image="registry/web:1" replicas="2" promoted-max="1"/>'
        '<network ip-range-start="192.0.2.100" control-port="9999">'
        '<port-mapping id="x-port-1" port="80"/><port-mapping id="x-port-2" port="443"/></network>'
        '<storage><storage-mapping id="x-store-1" source-dir="/srv/a" target-dir="/a"/>'
        '<storage-mapping id="x-store-2" source-dir="/srv/b" target-dir="/b"/></storage>'
        f"{_metas('x-bundle', priority='1')}{_primitive('x-in', _params('x-in', fake='in'))}</bundle>",
    ),
    (
        "resources",
        f'<master id="x-m">{_metas("x-m", master_max="1", target_role="Slave")}'
        f"{_primitive('x-m1', _params('x-m1', fake='m'))}</master>",
    ),
    (
        "resources",
        f'<primitive id="x-r" {DUMMY}><instance_attributes id-ref="x-h1-instance_attributes"/>'
        '<meta_attributes id="x-r-meta"><nvpair id-ref="x-m-meta_attributes-target_role"/></meta_attributes>'
        "</primitive>",
    ),
    (
        "nodes",
        '<node id="x-7" uname="x-node">'
        f"{_params('x-7', standby='off', site='east')}{_pairs('x-7', 'utilization', cpu='8')}</node>",
    ),
    ("constraints", '<rsc_location id="x-loc" rsc="x-b" node="x-node" score="100"/>'),
    (
        "constraints",
        '<rsc_location id="x-rule-loc" rsc="x-c"><rule id="x-rule" score="INFINITY" role="Master">'
        '<expression id="x-e1" attribute="site" operation="eq" value="east"/>'
        '<expression id="x-e2" attribute="#uname" operation="ne" value="x-other"/></rule></rsc_location>',
    ),
    ("constraints", '<rsc_location id="x-ref-loc" rsc="x-m"><rule id-ref="x-rule"/></rsc_location>'),
    ("constraints", '<rsc_colocation id="x-col" rsc="x-b" with-rsc="x-c" with-rsc-role="Master" score="INFINITY"/>'),
    (
        "constraints",
        '<rsc_order id="x-ord" first="x-c" first-action="promote" then="x-b" then-action="start" kind="Optional"/>',
    ),
    (
        "constraints",
        '<rsc_order id="x-oset"><resource_set id="x-os1" sequential="false"><resource_ref id="x-g"/>'
        '<resource_ref id="x-b"/></resource_set><resource_set id="x-os2"><resource_ref id="x-h"/>'
        '<resource_ref id="x-a"/></resource_set></rsc_order>',
    ),
    (
        "constraints",
        '<rsc_colocation id="x-cset" score="500"><resource_set id="x-cs1"><resource_ref id="x-g"/>'
        '<resource_ref id="x-a"/></resource_set></rsc_colocation>',
    ),
    ("constraints", '<rsc_ticket id="x-tick" ticket="x-site" rsc="x-b" loss-policy="stop"/>'),
    (
        "constraints",
        '<rsc_ticket id="x-tset" ticket="x-site" loss-policy="stop"><resource_set id="x-ts1">'
        '<resource_ref id="x-g"/></resource_set><resource_set id="x-ts2"><resource_ref id="x-h"/>'
        "</resource_set></rsc_ticket>",
    ),
    ("constraints", '<rsc_location id="cli-ban-x-b-on-x-node" rsc="x-b" node="x-node" score="-INFINITY"/>'),
    ("tags", '<tag id="x-tag"><obj_ref id="x-a"/><obj_ref id="x-b"/><obj_ref id="x-g"/></tag>'),
    ("fencing-topology", '<fencing-level id="x-fl1" target="x-node" index="1" devices="x-fence,x-other"/>'),
    ("fencing-topology", '<fencing-level id="x-fl2" target="x-node" index="2" devices="x-fence"/>'),
    (
        "acls",
        '<acl_role id="x-role"><acl_permission id="x-perm-1" kind="read" xpath="/cib/status"/>'
        '<acl_permission id="x-perm-2" kind="deny" object-type="nodes"/></acl_role>',
    ),
    (
        "acls",
        '<acl_role id="x-role2"><acl_permission id="x-perm-3" kind="write" xpath="/cib/configuration/tags"/>'
        "</acl_role>",
    ),
    ("acls", '<acl_target id="x-user"><role id="x-role"/></acl_target>'),
    (
        "alerts",
        f'<alert id="x-alert" path="/usr/local/bin/tell">{_metas("x-alert", timeout="15s")}'
        '<recipient id="x-rec-1" value="ops@example.com"/><recipient id="x-rec-2" value="/var/log/tell"/></alert>',
    ),
    ("alerts", '<alert id="x-alert2" path="/usr/local/bin/page"/>'),
    ("rsc_defaults", _metas("x-rd", migration_threshold="5", failure_timeout="120s")),
    (
        "rsc_defaults",
        '<meta_attributes id="x-rd2" score="10"><rule id="x-rd2-rule" boolean-op="or" score="0">'
        '<date_expression id="x-rd2-date" operation="gt" start="2030-01-01"/></rule>'
        '<nvpair id="x-rd2-prio" name="priority" value="7"/></meta_attributes>',
    ),
    ("op_defaults", _metas("x-od", timeout="45s")),
    (
        "crm_config",
        '<cluster_property_set id="x-props"><nvpair id="x-p1" name="cluster-recheck-interval" value="5min"/>'
        '<nvpair id="x-p2" name="shutdown-lock" value="true"/>'
        '<nvpair id="x-p3" name="node-health-strategy" value="none"/></cluster_property_set>',
    ),
)
"""Section and object. `x-other` is named and not there, as in configurations with mistakes; the schema allows it."""


def enriched(root: Element) -> Element:
    """A copy with every piece that the CIB's schema takes."""
    rich = copy.deepcopy(root)
    checked = is_valid(rich) is True
    for section, text in PIECES:
        piece = etree.fromstring(text)
        holder = rich.find(f"configuration/{section}")
        new = holder is None
        if holder is None:
            holder = etree.SubElement(rich.find("configuration"), section)
        holder.append(piece)
        if checked and not is_valid(rich):
            holder.remove(piece)
            if new:
                holder.getparent().remove(holder)
    return rich

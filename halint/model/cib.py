"""What a CIB means: settings, resources, constraints and fencing, references and defaults resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from halint.model.status import status_section
from halint.record import record
from halint.source import Mark

INFINITY = 1_000_000


@record
class Setting:
    """The effective value of one name: an nvpair, an attribute or a default.

    `value` is the text that wins among what holds unconditionally, None when only conditional sets
    give one. `certain` is False when a set with a rule could decide otherwise; `alternatives` are
    the values such sets would give. `origin` says where the value came from: `own`, `template`,
    `parent`, `rsc_defaults`, `op_defaults`, `set` (cluster properties). `at` marks the nvpair.
    """

    name: str
    value: str | None
    origin: str
    at: Mark
    certain: bool = True
    alternatives: tuple[str, ...] = ()


Settings = Mapping[str, Setting]


@record
class Agent:
    """class, provider and type of a primitive; `provider` is empty where the class has none."""

    standard: str
    provider: str
    type: str

    def __str__(self) -> str:
        return f"{self.standard}:{self.provider}:{self.type}" if self.provider else f"{self.standard}:{self.type}"


@record
class Operation:
    """One `op`, own or from the template. Times in milliseconds; None where absent or not readable.

    `timeout` is effective: own attribute, else the op's meta_attributes, else op_defaults, else
    20,000; `timeout_setting` says from where (None for the built-in). `timeout_certain` is False
    where a rule could change it. `role` is canonical (Promoted, Unpromoted, Started, Stopped) or "".
    `settings` are the op's meta and instance attributes.
    """

    id: str
    name: str
    interval: int | None
    timeout: int | None
    timeout_setting: Setting | None
    timeout_certain: bool
    role: str
    enabled: bool
    on_fail: str
    origin: str
    settings: Settings = field(default_factory=dict)
    at: Mark


@record
class StorageMapping:
    """One storage-mapping of a bundle: a path on the host, mounted at `target`."""

    id: str
    source: str
    target: str
    options: str
    at: Mark


@record
class Container:
    """What a bundle runs: the engine (docker, podman, rkt), image, replicas and network; "" or None where absent."""

    engine: str
    image: str
    replicas: int | None
    replicas_per_host: int | None
    promoted_max: int | None
    network: str
    options: str
    ip_range_start: str
    ip_range_start_at: Mark | None
    control_port: str
    host_interface: str
    host_netmask: str
    storage: tuple[StorageMapping, ...]
    at: Mark


@record
class Resource:
    """A resource or template as it works after templates, id-refs and defaults are applied.

    `kind` is primitive, group, clone or bundle; a `master` element is a clone with `promotable`
    true and `element` "master". `agent` is None for anything but a primitive with a known class and
    type. `parent` is the id of the enclosing group, clone or bundle. `meta` is effective, inherited
    values included; `own_meta` holds what is written on the element or its template.
    """

    id: str
    kind: str
    element: str
    at: Mark
    parent: str | None = None
    template: str | None = None
    agent: Agent | None = None
    parameters: Settings = field(default_factory=dict)
    meta: Settings = field(default_factory=dict)
    own_meta: Settings = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    members: tuple[Resource, ...] = ()
    promotable: bool | None = False
    """Of a clone or bundle: whether instances can be promoted; None where a rule decides."""
    container: Container | None = None
    """Of a bundle: what it runs."""

    def parameter(self, *names: str) -> str | None:
        """The value of the first of these parameters that is set and certain, else None."""
        return _value(self.parameters, names)

    def meta_value(self, *names: str) -> str | None:
        """The effective value of the first of these meta-attributes that is set and certain, else None."""
        return _value(self.meta, names)

    def walk(self) -> Iterator[Resource]:
        """The resource and everything inside it, outermost first."""
        yield self
        for member in self.members:
            yield from member.walk()


def _value(settings: Settings, names: tuple[str, ...]) -> str | None:
    for name in names:
        setting = settings.get(name)
        if setting is not None and setting.certain and setting.value is not None:
            return setting.value
    return None


@record
class Expression:
    """One expression of a rule. `kind` is the element: expression, date_expression, rsc_expression,
    op_expression. `expired` says that a date expression lies entirely in the past of the document."""

    kind: str
    attribute: str = ""
    operation: str = ""
    value: str | None = None
    expired: bool = False
    at: Mark


@record
class Rule:
    """A rule of a location constraint, id-ref resolved; scores as in `Location`."""

    id: str
    score: int | None
    score_attribute: str | None
    role: str
    boolean_op: str
    expressions: tuple[Expression, ...]
    rules: tuple[Rule, ...]
    at: Mark

    def walk(self) -> Iterator[Expression]:
        """Every expression, those of nested rules included."""
        yield from self.expressions
        for rule in self.rules:
            yield from rule.walk()

    @property
    def expired(self) -> bool:
        """Whether the rule can no longer hold: an `and` with a date in the past, or an `or` of such."""
        parts = [e.expired for e in self.expressions] + [r.expired for r in self.rules]
        return bool(parts) and (all(parts) if self.boolean_op == "or" else any(parts))


@record
class Location:
    """A location constraint; `resources` are the ids it speaks of, tags, templates, sets and patterns expanded.

    `references` are the ids as written. Scores: ±1,000,000 is INFINITY, None where absent or no
    score. `node` is None where rules choose the nodes; `conditional` when a lifetime limits it.
    """

    id: str
    resources: tuple[str, ...]
    references: tuple[tuple[str, Mark], ...]
    pattern: str | None
    node: str | None
    score: int | None
    role: str
    discovery: str
    rules: tuple[Rule, ...]
    conditional: bool
    expired: bool
    at: Mark


@record
class Colocation:
    """`resource` is placed where `with_resource` is; sets, tags and templates are expanded to pairs.

    Roles are canonical or "" (any). `from_set` says that the pair comes from resource sets. `node_attribute`
    is what must be equal; anything but #uname does not mean the same node.
    """

    id: str
    resource: str
    with_resource: str
    role: str
    with_role: str
    score: int | None
    from_set: bool
    conditional: bool
    at: Mark
    node_attribute: str = "#uname"


@record
class Order:
    """`first_action` of `first` before `then_action` of `then`; sets, tags, templates expanded to pairs.

    `kind` is Mandatory, Optional or Serialize (a `score` of 0 means Optional, any other Mandatory).
    """

    id: str
    first: str
    then: str
    first_action: str
    then_action: str
    kind: str
    symmetrical: bool
    require_all: bool
    from_set: bool
    conditional: bool
    at: Mark


@record
class Ticket:
    """A ticket constraint on `resources` (sets, tags and templates expanded)."""

    id: str
    ticket: str
    resources: tuple[str, ...]
    role: str
    loss_policy: str
    at: Mark


@record
class Reference:
    """An id named by a constraint: which, from where, whether any resource, template or tag has it."""

    constraint: str
    kind: str
    target: str
    known: bool
    at: Mark


@record
class FencingLevel:
    """One fencing-level; exactly one of the targets is set in a valid one."""

    id: str
    index: int | None
    target: str | None
    target_pattern: str | None
    target_attribute: str | None
    devices: tuple[str, ...]
    at: Mark


@record
class CibNode:
    """A `node` entry. `kind` is member or remote (absent means member)."""

    id: str
    uname: str
    kind: str
    attributes: Settings
    at: Mark


@record
class Tag:
    """A tag and the ids it stands for."""

    id: str
    references: tuple[str, ...]
    at: Mark


@record
class Cib:
    """Everything one CIB says. `resources` are the outermost ones in document order.

    `properties` are keyed by the name as written; `property_value` answers for old and new names.
    `version` is the Pacemaker that it is judged for, as numbers: the target where one is named (`targeted`), else what
    dc-version or crm_feature_set say, else (). `order` is pairs, groups' implicit ones not included.
    """

    at: Mark
    version: tuple[int, ...]
    targeted: bool
    validate_with: str
    has_status: bool
    properties: Settings
    nodes: tuple[CibNode, ...]
    resources: tuple[Resource, ...]
    templates: tuple[Resource, ...]
    tags: tuple[Tag, ...]
    locations: tuple[Location, ...]
    colocations: tuple[Colocation, ...]
    orders: tuple[Order, ...]
    tickets: tuple[Ticket, ...]
    references: tuple[Reference, ...]
    levels: tuple[FencingLevel, ...]
    rsc_defaults: Settings
    op_defaults: Settings
    by_id: Mapping[str, Resource]
    """Every resource, nested ones included, by id."""
    inmost: tuple[Resource, ...]
    """Every primitive, nested ones included, in document order."""

    def records_state(self) -> bool:
        """Whether its status section records anything of the running cluster."""
        root = self.at.element
        return root is not None and status_section(root) is not None

    def primitives(self) -> Iterator[Resource]:
        """Every primitive, nested ones included, in document order."""
        return iter(self.inmost)

    def ancestors(self, resource: Resource) -> Iterator[Resource]:
        """The enclosing resources, innermost first."""
        parent = resource.parent
        while parent is not None:
            outer = self.by_id[parent]
            yield outer
            parent = outer.parent

    def outermost(self, resource: Resource) -> Resource:
        """The top-level resource that holds this one (itself where it is top-level)."""
        outer = resource
        for outer in self.ancestors(resource):  # noqa: B007 - the last one is what is asked for
            pass
        return outer

    def clone_of(self, resource: Resource) -> Resource | None:
        """The clone or bundle that this resource runs in, else None."""
        if resource.kind in ("clone", "bundle"):
            return resource
        return next((r for r in self.ancestors(resource) if r.kind in ("clone", "bundle")), None)

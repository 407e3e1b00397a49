"""Builds what is scheduled: a configuration's resources as instances, with the state that a status records for them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from halint.diff.effects.items import RANK, Colocation, Item, Node, Options, World
from halint.diff.effects.nodes import read_nodes
from halint.model.histories import Answers, Expiry, Found, found, settled
from halint.model.properties import property_bool, property_value
from halint.model.status import History, Status, number, taken_at
from halint.model.values import parse_bool, parse_duration_ms, parse_role, parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.diff.side import Side
    from halint.model.cib import Cib, Resource

_YES = ("true", "1", "yes", "on")


class Seen(NamedTuple):
    """A resource as one node's history has it."""

    node: str
    suffix: str
    state: Found
    history: History


def read_options(before: Side, side: Side) -> Options:
    """The properties of `side`, the quorum and time of BEFORE."""
    cib = side.cib

    def flag(name: str, default: bool) -> bool:
        value = property_bool(cib, name)
        return default if value is None else value

    quorum = before.root.get("have-quorum")
    managed = cib.rsc_defaults.get("is-managed")
    return Options(
        fencing=flag("stonith-enabled", True),
        symmetric=flag("symmetric-cluster", True),
        stop_all=flag("stop-all-resources", False),
        maintenance=flag("maintenance-mode", False),
        quorum=(quorum or "").lower() in _YES,
        no_quorum=(property_value(cib, "no-quorum-policy") or "stop").lower(),
        stop_orphans=flag("stop-orphan-resources", True),
        start_failure_fatal=flag("start-failure-is-fatal", True),
        startup_fencing=flag("startup-fencing", True),
        placement=(property_value(cib, "placement-strategy") or "default").lower(),
        no_device=flag("stonith-enabled", True) and not any(_is_device(r) for r in cib.primitives()),
        orphans_managed=parse_bool(managed.value if managed is not None else None) is not False,
        legacy=_numbers(before.root.get("crm_feature_set")) < (3, 0, 13),
        now=taken_at(before.root),
    )


def _numbers(text: str | None) -> tuple[int, ...]:
    return tuple(number(part, 0) for part in (text or "0").split("."))


def _is_device(resource: Resource) -> bool:
    return resource.agent is not None and resource.agent.standard == "stonith"


def build(before: Side, side: Side, status: Status) -> World:
    """`side`'s configuration with BEFORE's status."""
    options = read_options(before, side)
    nodes = read_nodes(side, status, options)
    for node in nodes.values():
        node.is_dc = node.id == before.root.get("dc-uuid")
    return Builder(side.cib, status, World(options=options, nodes=nodes, items=[], by_id={})).build()


class Builder:
    """Makes the items of one world."""

    def __init__(self, cib: Cib, status: Status, world: World) -> None:
        self._cib = cib
        self._world = world
        self._status = status
        self._used: set[tuple[str, str]] = set()
        self._histories: dict[str, list[tuple[str, str, History]]] = defaultdict(list)
        for node, state in status.nodes.items():
            for history in state.histories:
                base, _, suffix = history.name.partition(":")
                self._histories[base].append((node, suffix, history))

    @property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes of the world."""
        return self._world.nodes

    def build(self) -> World:
        """The world with all its items."""
        world = self._world
        self._remote_states()
        for resource in self._cib.resources:
            if resource.promotable and resource.kind == "clone" and not all(map(_can_promote, resource.walk())):
                continue
            item = self._item(resource, None)
            world.items.append(item)
        for container, item in world.guests:
            link = Colocation(id=container.id, dependent=item, primary=container, score=1_000_000)
            item.this_with.append(link)
            container.with_this.append(link)
            world.items.append(item)
        self._orphans()
        world.leaves = [leaf for item in world.items for leaf in item.leaves()]
        return world

    # --- nodes that a resource brings

    def _remote_states(self) -> None:
        """A remote node is online where its connection runs, a guest where the container does."""
        for node in self._world.nodes.values():
            if node.kind == "member":
                continue
            host = self._connection_of(node)
            seen = self._active(host)
            node.online = any(self._world.nodes[s.node].online for s in seen) or (node.kind == "remote" and bool(seen))
            if node.kind == "guest" and any(s.state.answer for s in seen):
                node.online = False  # it comes back with its container

    def _connection_of(self, node: Node) -> str:
        for resource in self._cib.primitives():
            guest = resource.own_meta.get("remote-node")
            if guest is not None and guest.value == node.name:
                return resource.id
        bundle, _, replica = node.name.rpartition("-")
        found_ = self._cib.by_id.get(bundle)
        if node.name not in self._cib.by_id and found_ is not None and found_.container is not None:
            return f"{bundle}-{found_.container.engine}-{replica}"
        return node.connection

    def _active(self, name: str) -> list[Seen]:
        return [s for s in self.seen(name, self._cib.by_id.get(name)) if s.state.role != "Stopped"]

    def seen(self, name: str, resource: Resource | None, *, numbered: bool = False) -> list[Seen]:
        """The histories of a resource; those with an instance number belong to a clone's resource only."""
        result = []
        for node_name, suffix, history in self._histories.get(name, ()):
            if suffix and not numbered:
                continue
            self._used.add((node_name, history.name))
            node = self._world.nodes.get(node_name)
            if node is None or not (node.online or self._world.options.fencing):
                continue
            state = found(
                history.operations, Answers(resource, fencing=self._world.options.fencing), self._expiry(resource)
            )
            result.append(Seen(node_name, suffix, state, history))
        return result

    def _expiry(self, resource: Resource | None) -> Expiry:
        timeout = parse_duration_ms(resource.meta_value("failure-timeout")) if resource else None
        return Expiry(timeout, self._world.options.now)

    # --- resources

    def _item(self, resource: Resource, parent: Item | None) -> Item:
        if resource.kind == "clone":
            return self._clone(resource)
        if resource.kind == "bundle":
            from halint.diff.effects.bundles import bundle  # noqa: PLC0415 - few configurations have one

            return bundle(self, resource)
        if resource.kind == "group":
            item = self.new(resource, parent)
            item.children = [self._item(member, item) for member in resource.members]
        else:
            item = self.new(resource, parent)
            self.place(item, self.seen(resource.id, resource))
            self._guest(item, resource)
        self._world.by_id.setdefault(resource.id, item)
        return item

    def _guest(self, container: Item, resource: Resource) -> None:
        """The connection to the guest node that a resource is."""
        guest = resource.own_meta.get("remote-node")
        if guest is None or not guest.value:
            return
        item = self.new(resource, None)
        item.id = item.name = guest.value
        item.remote, item.implied, item.stickiness = True, "member", 0
        item.allowed = dict.fromkeys(self._world.nodes, 0)
        item.target = container.target
        self.place(item, self.seen(guest.value, None))
        self.know(guest.value, item)
        self._world.guests.append((container, item))

    def know(self, name: str, item: Item) -> None:
        """Give an item an id by which constraints find it."""
        self._world.by_id.setdefault(name, item)

    def new(self, resource: Resource, parent: Item | None, suffix: str = "") -> Item:
        """An item without its state."""
        item = Item(
            id=resource.id,
            name=resource.id + suffix,
            kind=resource.kind,
            resource=resource,
            parent=parent,
            order=number(suffix.lstrip(":"), 0),
        )
        options = self._world.options
        maintenance = _flag(resource, "maintenance", False) or options.maintenance
        item.managed = _flag(resource, "is-managed", True) and not maintenance
        item.maintenance = maintenance
        item.target = parse_role(resource.meta_value("target-role")) or ""
        item.critical = _flag(resource, "critical", True)
        item.priority = parse_score(resource.meta_value("priority")) or 0
        item.migratable = _flag(resource, "allow-migrate", False)
        agent = resource.agent
        item.fencing = agent is not None and agent.standard == "stonith"
        item.remote = agent is not None and (agent.provider, agent.type) == ("pacemaker", "remote")
        stickiness = parse_score(resource.meta_value("resource-stickiness"))
        inside = parent is not None and parent.clone is not None
        item.stickiness = (1 if inside else 0) if stickiness is None else stickiness
        if resource.kind == "primitive" and options.placement != "default":
            item.utilization = _utilization(resource)
        names = self._world.nodes
        item.allowed = dict.fromkeys(names, 0) if options.symmetric else {}
        return item

    def place(self, item: Item, seen: list[Seen]) -> None:
        """Give a primitive or instance the state that the nodes recorded."""
        for one in seen:
            state, node = self._after_migration(item, one), self._world.nodes[one.node]
            if state.banned:
                item.allowed[one.node] = -1_000_000
            if state.role != "Stopped":
                item.running.append(one.node)
                if RANK[state.role] > RANK[item.role]:
                    item.role = state.role
                if node.maintenance and item.managed:
                    item.managed = False
                    item.maintenance = True
            if state.answer and not node.unclean:
                self._failed(item, state, node)
            item.pending = item.pending or state.pending

    def _after_migration(self, item: Item, one: Seen) -> Found:
        target = one.state.migrating
        there = [history for node, _, history in self._histories.get(item.id, ()) if node == target]
        return settled(one.state, there, known=target in self._world.nodes)

    def _failed(self, item: Item, state: Found, node: Node) -> None:
        answer = state.answer
        if answer == "ignore":
            return
        if answer == "block":
            item.blocked = True
        elif answer == "fence" and self._world.options.fencing and item.managed:
            node.unclean, node.reason = True, f"{item.name} failed to {state.failed_task} there"
        elif answer == "standby":
            node.standby = True
        elif answer == "stop":
            item.target = "Stopped"
        if state.role != "Stopped":
            item.failed = True

    # --- clones

    def _clone(self, resource: Resource) -> Item:
        item = self.new(resource, None)
        item.promotable = bool(resource.promotable)
        item.unique = _flag(resource, "globally-unique", False)
        item.interleave = _flag(resource, "interleave", False)
        self._world.by_id.setdefault(resource.id, item)
        for inner in resource.members[:1]:
            item.children = list(self._instances(item, resource, inner))
            for first in item.children[:1]:  # a constraint on what is inside a clone means its first instance
                for part in (first, *first.children):
                    self._world.by_id.setdefault(part.id, part)
        return item

    def _instances(self, clone: Item, resource: Resource, inner: Resource) -> Iterator[Item]:
        largest = clone_number(resource, "clone-max", max(1, len(self._world.nodes)))
        leaves = [r for r in inner.walk() if r.kind == "primitive"]
        seen = {leaf.id: self.seen(leaf.id, leaf, numbered=True) for leaf in leaves}
        if clone.unique:
            slots: list[tuple[str, tuple[str, int] | None]] = [(str(n), None) for n in range(largest)]
            extra = {s.suffix for found_ in seen.values() for s in found_ if s.state.role != "Stopped"}
            slots += [(s, None) for s in sorted(extra) if s and number(s, 0) >= largest]
        else:
            slots = list(self._slots(seen, largest))
        for count, (suffix, key) in enumerate(slots):
            child = self._instance(clone, inner, f":{suffix or count}", key, seen)
            for leaf in child.leaves() if count >= largest else ():
                leaf.orphan = True  # more than clone-max
            yield child

    def _slots(self, seen: dict[str, list[Seen]], largest: int) -> Iterator[tuple[str, tuple[str, int] | None]]:
        """One slot for every instance that runs (several on one node count), then empty ones up to clone-max."""
        active: dict[str, int] = {}
        for found_ in seen.values():
            for node in {s.node for s in found_ if s.state.role != "Stopped"}:
                here = sum(1 for s in found_ if s.node == node and s.state.role != "Stopped")
                active[node] = max(active.get(node, 0), here)
        keys = [(node, turn) for node in self._status.nodes for turn in range(active.get(node, 0))]
        yield from (("", key) for key in keys)
        yield from (("", None) for _ in range(largest - len(keys)))

    def _instance(
        self, clone: Item, inner: Resource, suffix: str, key: tuple[str, int] | None, seen: dict[str, list[Seen]]
    ) -> Item:
        child = self.new(inner, clone, suffix)
        members = [self.new(m, child, suffix) for m in inner.members] if inner.kind == "group" else [child]
        child.children = members if inner.kind == "group" else []
        for leaf in members:
            found_ = seen[leaf.id]
            if clone.unique:
                self.place(leaf, [s for s in found_ if s.suffix == suffix[1:]])
                continue
            if key is not None:
                active = [s for s in found_ if s.node == key[0] and s.state.role != "Stopped"]
                self.place(leaf, active[key[1] : key[1] + 1])
            for s in found_:
                if s.state.banned:
                    leaf.allowed[s.node] = -1_000_000
        return child

    # --- what the configuration does not have

    def _orphans(self) -> None:
        for name, found_ in list(self._histories.items()):
            if self._is_connection(name):
                continue
            unknown = [(node, h.name) for node, _, h in found_ if (node, h.name) not in self._used]
            for one in self.seen(name, None, numbered=True) if unknown else ():
                if (one.node, one.history.name) in unknown and one.state.role != "Stopped":
                    self._orphan(name, one)

    def _orphan(self, name: str, one: Seen) -> None:
        item = Item(id=name, name=one.history.name, kind="primitive", orphan=True)
        item.allowed = dict.fromkeys(self._world.nodes, 0)
        options = self._world.options
        item.managed = not options.maintenance and options.stop_orphans and options.orphans_managed
        item.fencing = one.history.agent[0] == "stonith"
        item.target = "Stopped"
        self.place(item, [one])
        self._world.items.append(item)
        self._world.by_id.setdefault(name, item)

    def _is_connection(self, name: str) -> bool:
        node = self._world.nodes.get(name)
        return node is not None and node.connection == name and node.kind == "guest"


def clone_number(resource: Resource, name: str, default: int) -> int:
    """A count among a clone's meta-attributes."""
    older = {"promoted-max": "master-max", "promoted-node-max": "master-node-max"}
    names = (name, older[name]) if name in older else (name,)
    return max(0, number(resource.meta_value(*names), default))


def _flag(resource: Resource, name: str, default: bool) -> bool:
    value = parse_bool(resource.meta_value(name))
    return default if value is None else value


def _can_promote(resource: Resource) -> bool:
    """Pacemaker ignores a promotable clone of anything but OCF agents."""
    return resource.kind != "primitive" or resource.agent is None or resource.agent.standard == "ocf"


def _utilization(resource: Resource) -> dict[str, int]:
    element = resource.at.element
    pairs = [] if element is None else element.iterfind("utilization/nvpair")
    found_: dict[str, int] = {}
    for pair in pairs:
        found_.setdefault(pair.get("name") or "", number(pair.get("value"), 0))
    return found_

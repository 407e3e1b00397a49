"""Which options a place in a CIB is about: by the set an nvpair is in, and by what that set belongs to."""

from __future__ import annotations

from halint.lsp.agent_parameters import agent_parameter, agent_parameters
from halint.lsp.cib_place import CibPlace, agent_of, release_of
from halint.lsp.options import Option, cib_option, cib_options
from halint.record import record

_TABLES = {
    ("cluster_property_set", ""): ("properties",),
    ("meta_attributes", "primitive"): ("meta",),
    ("meta_attributes", "template"): ("meta",),
    ("meta_attributes", "bundle"): ("meta",),
    ("meta_attributes", "group"): ("meta_group", "meta"),
    ("meta_attributes", "clone"): ("meta_clone", "meta"),
    ("meta_attributes", "master"): ("meta_clone", "meta"),
    ("meta_attributes", "rsc_defaults"): ("meta", "meta_clone", "meta_group"),
    ("meta_attributes", "op"): ("operation",),
    ("meta_attributes", "op_defaults"): ("operation",),
    ("meta_attributes", "alert"): ("alert",),
    ("meta_attributes", "recipient"): ("alert",),
    ("instance_attributes", "node"): ("node",),
}
"""A set and what it belongs to: the tables that know the names in it."""


@record
class Settings:
    """The options that may stand somewhere, by table, or as the parameters of an agent. `text` is the whole CIB's."""

    text: str
    tables: tuple[str, ...] = ()
    agent: str = ""

    def all(self) -> tuple[Option, ...]:
        """Every option that its user may set."""
        found = agent_parameters(self.agent) if self.agent else cib_options(self.tables, release_of(self.text))
        return tuple({option.name: option for option in reversed(found) if not (option.written or option.old)}.values())

    def named(self, name: str) -> Option | None:
        """One option; None for a name that no table knows."""
        if self.agent:
            return agent_parameter(self.agent, name)
        return cib_option(self.tables, name, release_of(self.text))


def settings_at(text: str, place: CibPlace) -> Settings | None:
    """The options that an nvpair's name may be one of, or an operation's attributes; None elsewhere."""
    if place.tag.name == "op":
        return Settings(text=text, tables=("operation",))
    if place.tag.name != "nvpair":
        return None
    around = place.around()
    inner, outer = next(around, None), next(around, None)
    if inner is None or outer is None:
        return None
    if inner.name == "instance_attributes" and outer.name in ("primitive", "template"):
        return Settings(text=text, agent=agent_of(text, outer))
    tables = _TABLES.get((inner.name, ""), _TABLES.get((inner.name, outer.name)))
    return Settings(text=text, tables=tables) if tables else None


def option_at(text: str, place: CibPlace) -> Option | None:
    """The option that a place names or gives a value to; None where no table knows it."""
    settings = settings_at(text, place)
    if settings is None:
        return None
    if place.tag.name == "op":
        return settings.named(place.attribute)
    return settings.named(place.tag.attributes.get("name", "")) if place.attribute in ("name", "value") else None

"""One of the two CIBs of a comparison, with the views of it that the parts of a diff share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from halint.errors import HalintError
from halint.model.cib import Cib
from halint.model.cib_tree import CibTree, Element
from halint.model.pacemaker_release import version_numbers
from halint.model.resolve_cib import resolve_cib
from halint.model.status import status_section
from halint.parse.cib import CibFile
from halint.source import Mark

RESOURCE_TAGS = ("primitive", "group", "clone", "master", "bundle")

VERSION = ("admin_epoch", "epoch", "num_updates")

SECTIONS = (
    "crm_config",
    "rsc_defaults",
    "op_defaults",
    "nodes",
    "resources",
    "constraints",
    "tags",
    "fencing-topology",
    "acls",
    "alerts",
)
"""The sections of the configuration."""

BOOKKEEPING = (
    *VERSION,
    "cib-last-written",
    "update-origin",
    "update-client",
    "update-user",
    "dc-uuid",
    "have-quorum",
    "crm_feature_set",
    "execution-date",
)
"""Attributes of the cib element that the cluster keeps itself."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Side:
    """BEFORE or AFTER. `file.root` is there; secrets in its tree are masked, `raw` tells the true values."""

    file: CibFile

    @property
    def path(self) -> str:
        """The file's name as shown to the user."""
        return self.file.source.path

    @property
    def root(self) -> Element:
        """The `cib` element. Raises HalintError where the file is not well-formed."""
        if self.file.root is None:
            raise HalintError(f"{self.path}: {self.file.source.problems[0].message}")
        return self.file.root

    @cached_property
    def tree(self) -> CibTree:
        """Ids, id-refs and marks."""
        return CibTree(self.file.source, self.root)

    @cached_property
    def cib(self) -> Cib:
        """What the CIB means; secrets masked."""
        return resolve_cib(self.file)

    @property
    def configuration(self) -> Element | None:
        """The `configuration` element."""
        return self.root.find("configuration")

    @property
    def status(self) -> Element | None:
        """The `status` element where it holds anything."""
        return status_section(self.root)

    @property
    def version(self) -> tuple[int, int, int]:
        """admin_epoch, epoch and num_updates; -1 for one that is missing or no number, as Pacemaker takes it."""
        admin_epoch, epoch, num_updates = (_counter(self.root.get(name)) for name in VERSION)
        return admin_epoch, epoch, num_updates

    @property
    def cluster_version(self) -> tuple[int, ...]:
        """Pacemaker's version by the property dc-version, as numbers; () where there is none."""
        for block in self.tree.section("crm_config"):
            for pair in block.iterchildren("nvpair"):
                if pair.get("name") == "dc-version":
                    return version_numbers(pair.get("value"))
        return ()

    def raw(self, element: Element, attribute: str) -> str | None:
        """An attribute's true value, where the tree shows a mask too."""
        return self.file.originals.get((element, attribute), element.get(attribute))

    def is_masked(self, element: Element, attribute: str) -> bool:
        """Whether the attribute holds a secret, which the tree does not show."""
        return (element, attribute) in self.file.originals

    def mark(self, element: Element, attribute: str | None = None) -> Mark:
        """The place of an element or of its attribute."""
        return self.tree.mark(element, attribute)

    @cached_property
    def resources(self) -> Mapping[str, Element]:
        """Every resource, nested ones included, by id, in document order; of several with one id the first."""
        found: dict[str, Element] = {}
        configuration = self.configuration
        if configuration is not None:
            for section in configuration.iterchildren("resources"):
                for element in section.iter(*RESOURCE_TAGS):
                    found.setdefault(element.get("id") or "", element)
        return found


def _counter(text: str | None) -> int:
    try:
        return int(text or "")
    except ValueError:
        return -1

"""The access map of one person: from the person through groups and roles to modules."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import present, resolve_held
from accounts.held import Held
from accounts.maps.graph import Column, Graph, Node, Path, joined, judged
from accounts.maps.levels import Ladder, ladders
from accounts.models import Account
from accounts.policy import Policy
from adminrights.models import Unit
from groups.models import Group
from roles.catalogue import catalogue
from roles.models import Role
from roles.resolver import Access, Resolution, Source, may_enter

PERSON = "person"


@dataclass(frozen=True, slots=True)
class Links:
    """Which pages the reader of a map may open; `module` returns the address of a module's rights."""

    groups: bool
    roles: bool
    module: Callable[[str], str]


def map_of_person(account: Account, unit: Unit, links: Links) -> Graph:
    """Return the map of what the account holds in the unit, or would if it were active.

    It has the sources that every page names (accounts/sources.py), and names no other group. Who may not
    enter the unit is shown what was given in this very unit, all of it without effect.
    """
    held, policy = present(account)
    resolution = resolve_held(account.pk, held, policy, unit.pk, as_if_active=True)
    idle = _("Without effect")
    effective: Collection[str] = resolution.effective.keys()
    if _is_outside(account, held, policy, unit):
        # The rule for who is let into this very unit only: what was given above doesn't count (S2-13).
        door = Access(unit.pk, includes_subunits=False, own_rights_only=True)
        let_in = replace(held, accesses=[door])
        resolution = resolve_held(account.pk, let_in, policy, unit.pk, as_if_active=True)
        idle, effective = _("May not enter the unit"), ()
    teller = _Teller(unit, links, _sources(resolution), ladders(unit, policy))
    return teller.graph(account.name, resolution, effective, idle)


def _is_outside(account: Account, held: Held, policy: Policy, unit: Unit) -> bool:
    return unit.pk in policy.units and not may_enter(held.facts(account.pk, policy), policy.place(unit.pk))


def _sources(resolution: Resolution) -> frozenset[Source]:
    return frozenset(source for sources in resolution.held.values() for source in sources)


class _Teller:
    """The names behind some sources, read in a constant number of statements."""

    def __init__(
        self, unit: Unit, links: Links, sources: Collection[Source], known: Mapping[str, Ladder]
    ) -> None:
        self._unit, self._links, self._ladders = unit, links, known
        groups = Group.objects.filter(pk__in={each.group for each in sources if each.group})
        roles = {each.role for each in sources if each.role}
        self._groups = {group.pk: group for group in groups.select_related("unit")}
        self._roles = Role.objects.in_bulk(roles)
        offered = Role.objects.offered_in(unit).filter(pk__in=roles) if links.roles else Role.objects.none()
        self._open_roles = frozenset(offered.values_list("pk", flat=True))
        self._owned = Unit.objects.in_bulk({each.unit for each in sources if each.kind == "owner"})

    def graph(self, name: str, resolution: Resolution, effective: Collection[str], idle: str) -> Graph:
        """Return the nodes and the paths."""
        paths = joined(self._paths(resolution, effective))
        there = {key for path in paths for key in path.nodes}
        owners = [self._owner(unit) for unit in self._owned.values()]
        groups = sorted(map(self._group, self._groups.values()), key=_by_label)
        roles = sorted(map(self._role, self._roles.values()), key=_by_label)
        modules = (
            self._module(ladder, effective)
            for key, ladder in self._ladders.items()
            if f"module-{key}" in there
        )
        columns = (
            Column(_("Person"), (Node(PERSON, "person", name),)),
            Column(_("Groups"), (*owners, *groups)),
            Column(_("Roles"), tuple(role for role in roles if role.key in there)),
            Column(_("Modules"), tuple(modules)),
        )
        return judged(Graph(columns, paths, _("given directly")), idle)

    def _paths(self, resolution: Resolution, effective: Collection[str]) -> Iterator[Path]:
        permissions = catalogue().permissions
        for key, sources in resolution.held.items():
            for source in sources:
                module = f"module-{permissions[key].module}"
                yield Path((PERSON, *self._way(source), module), key in effective)

    def _way(self, source: Source) -> tuple[str, ...]:
        """Return what lies between the person and the module; a level's own role isn't spoken of."""
        if source.kind == "owner":
            return (f"owner-{source.unit}",)
        if source.group is None or source.role is None:
            return ()
        group, role = f"group-{source.group}", f"role-{source.role}"
        return (group,) if self._roles[source.role].module_id else (group, role)

    def _owner(self, unit: Unit) -> Node:
        return Node(f"owner-{unit.pk}", "owner", _("Owner of %s") % unit.name, _("Everything"))

    def _group(self, group: Group) -> Node:
        here = group.unit.path.startswith(self._unit.path)
        elsewhere = "" if group.unit_id == self._unit.pk else _("in %s") % group.unit.name
        url = group.get_absolute_url() if self._links.groups and here else ""
        return Node(f"group-{group.pk}", "group", group.display_name, elsewhere, url)

    def _role(self, role: Role) -> Node:
        url = role.get_absolute_url() if role.pk in self._open_roles else ""
        return Node(f"role-{role.pk}", "role", role.label, "", url)

    def _module(self, ladder: Ladder, effective: Collection[str]) -> Node:
        return module_node(ladder, effective, self._links.module(ladder.module.key))


def module_node(ladder: Ladder, effective: Collection[str], url: str) -> Node:
    """Return a module as a node: how far one gets in it stands below its name."""
    module = ladder.module
    return Node(f"module-{module.key}", "module", module.label, ladder.reach(effective).words(), url)


def _by_label(node: Node) -> str:
    return node.label.casefold()


def link_to_rights(account: Account) -> Callable[[str], str]:
    """Return the function that leads to a module among the account's effective access."""
    page = reverse("accounts:account_detail", args=[account.pk])
    return lambda module: f"{page}#module-{module}"


def link_to_own_rights(module: str) -> str:
    """Return where My access tells of the module."""
    return f"{reverse('accounts:my_access')}#module-{module}"

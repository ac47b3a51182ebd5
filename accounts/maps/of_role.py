"""The access map of a role: from the people through the groups that carry it to the modules it reaches."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.maps.graph import Column, Graph, Node, Path, joined, judged
from accounts.maps.levels import ladders
from accounts.maps.of_person import Links, module_node
from accounts.policy import Policy, policy_now
from adminrights.models import Unit
from roles.catalogue import catalogue
from roles.models import Role
from roles.reading import counted, groups_with, people_with
from roles.resolver import Access, Facts, HeldRole, Resolution, resolve

PEOPLE, ROLE = "people", "role"
# What works only for people with several units isn't lacking in the role.
SEVERAL = 2


def map_of_role(role: Role, unit: Unit, links: Links, *, people: bool) -> Graph:
    """Return the map of who has the role through which group of the unit, and what it gives there by itself.

    `people` says whether the reader may open the list of who has it.
    """
    policy = policy_now()
    alone = _alone(role, unit, policy)
    known = ladders(unit, policy)
    found = groups_with(role, unit)
    number, _idle = counted(people_with(role, unit))
    there = {catalogue().permissions[key].module for key in alone.held}
    modules = (
        module_node(ladder, alone.effective, links.module(key))
        for key, ladder in known.items()
        if key in there
    )
    columns = (
        Column(_("People"), (_people(role, number, linked=people),) if found else ()),
        Column(_("Groups"), tuple(_group(group, linked=links.groups) for group in found)),
        Column(_("Role"), (Node(ROLE, "role", role.label),)),
        Column(_("Modules"), tuple(modules)),
    )
    groups = [f"group-{group.pk}" for group in found]
    return judged(Graph(columns, joined(_paths(groups, alone))), _("No effect by itself"))


def _alone(role: Role, unit: Unit, policy: Policy) -> Resolution:
    """Return what somebody may do in the unit who has this role and nothing else."""
    rights = policy.role_rights.get(role.pk, frozenset())
    door = Access(unit.pk, includes_subunits=True, own_rights_only=False)
    holds = HeldRole(0, unit.pk, role.pk, rights)
    facts = Facts(active=True, owns=frozenset(), accesses=(door,), grants=(), roles=(holds,))
    return resolve(facts, policy.catalogue, policy.place(unit.pk), enterable_units=SEVERAL)


def _paths(groups: list[str], alone: Resolution) -> Iterator[Path]:
    before: list[tuple[str, ...]] = [(PEOPLE, group, ROLE) for group in groups] or [(ROLE,)]
    for way in before:
        yield Path(way, works=bool(alone.effective) or not alone.held)
        for key in alone.held:
            module = catalogue().permissions[key].module
            yield Path((*way, f"module-{module}"), key in alone.effective)


def _people(role: Role, number: int, *, linked: bool) -> Node:
    words = ngettext("%(count)d person", "%(count)d people", number) % {"count": number}
    url = reverse("accounts:role_who", args=[role.pk]) if linked else ""
    return Node(PEOPLE, "people", words, "", url)


def _group(group: object, *, linked: bool) -> Node:
    count = group.member_count  # type: ignore[attr-defined]
    note = ngettext("%(count)d member", "%(count)d members", count) % {"count": count}
    url = group.get_absolute_url() if linked else ""  # type: ignore[attr-defined]
    return Node(f"group-{group.pk}", "group", str(group), note, url)  # type: ignore[attr-defined]

"""The present policy of one organisation, read from the database as a document."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.declared.document import (
    BUILT_IN,
    GROUPS,
    PEOPLE,
    ROLES,
    RULES,
    UNITS,
    Document,
    Part,
    Parts,
    Section,
    Term,
    path_of,
    placed,
)
from accounts.models import AccessRule, Account, Grant, UnitAccess
from adminrights import clock
from adminrights.models import Fact, Unit, UnitFeature
from adminrights.models.facts import standing_now
from groups.models import Group, GroupRole, Membership
from roles.models import Role, Rule
from roles.vocabulary import Level

# By the number of what lists them: what is listed, and how it holds.
Listed = Mapping[int, dict[str, Term]]


def read_policy(root: Unit, *, people: bool) -> Document:
    """Return what holds or is planned in the organisation now, with its people or without."""
    at = clock.now()
    paths = paths_of(root)
    parts: dict[str, Parts] = {
        UNITS.name: _keyed(UNITS, _units(paths, at)),
        ROLES.name: _keyed(ROLES, _roles(root, at)),
        GROUPS.name: _keyed(GROUPS, _groups(paths, at)),
        RULES.name: {identity: part for identity, part, _rule in rules_of(paths, at)},
    }
    if people:
        parts[PEOPLE.name] = _keyed(PEOPLE, _people(root, paths, at))
    return Document(root.name, people, parts).at(at)


def _keyed(section: Section, parts: Iterable[Part]) -> Parts:
    return {section.identity(part.key): part for part in parts}


def paths_of(root: Unit) -> dict[int, str]:
    """Return the path of each open unit of the organisation, by number."""
    units = {unit.pk: unit for unit in Unit.objects.open().below(root)}
    lines = {pk: [int(part) for part in unit.path.split("/") if part][1:] for pk, unit in units.items()}
    return {
        pk: path_of(tuple(units[part].name for part in line))
        for pk, line in lines.items()
        if all(part in units for part in line)
    }


def term_of(fact: Fact) -> Term:
    """Return how the fact holds."""
    return Term(
        fact.starts_at,
        fact.expires_at,
        getattr(fact, "includes_subunits", False),
        getattr(fact, "own_rights_only", False),
    )


def role_text(role: Role) -> str:
    """Return how a list names the role; a built-in one can't be taken for one of the organisation's own."""
    return f"{BUILT_IN}{role.name}" if role.built_in else role.name


def _standing(model: type[Any], at: datetime, **lookups: object) -> Any:
    return model.objects.filter(standing_now(at), **lookups)


def _units(paths: Mapping[int, str], at: datetime) -> Iterable[Part]:
    features: Listed = defaultdict(dict)
    for fact in _standing(UnitFeature, at, unit__in=paths):
        features[fact.unit_id][fact.feature] = term_of(fact)
    for pk, path in paths.items():
        yield Part((path,), lists={"features": features.get(pk, {})})


def _roles(root: Unit, at: datetime) -> Iterable[Part]:
    roles = Role.objects.present().own().filter(unit=root)
    permissions: Listed = defaultdict(dict)
    for fact in _standing(Rule, at, role__in=roles):
        permissions[fact.role_id][fact.permission_id] = term_of(fact)
    for role in roles:
        fields = {"display_name": role.display_name, "description": role.description}
        yield Part((role.name,), fields, {"permissions": permissions.get(role.pk, {})})


def groups_of(paths: Iterable[int]) -> Any:
    """Return the groups of the units."""
    return Group.objects.present().filter(unit__in=list(paths)).select_related("standing_role", "unit")


def _groups(paths: Mapping[int, str], at: datetime) -> Iterable[Part]:
    groups = {group.pk: group for group in groups_of(paths)}
    roles: Listed = defaultdict(dict)
    for fact in _standing(GroupRole, at, group__unit__in=paths).select_related("role"):
        roles[fact.group_id][role_text(fact.role)] = term_of(fact)
    for pk, group in groups.items():
        standing = group.standing_role
        fields = {
            "display_name": group.display_name,
            "description": group.description,
            "matrix_role": role_text(standing) if standing else "",
        }
        # A group of the role matrix carries the one role that it is there for.
        carried = {} if standing else roles.get(pk, {})
        yield Part((group.name, paths[group.unit_id]), fields, {"roles": carried})


def rules_of(paths: Mapping[int, str], at: datetime) -> Iterator[tuple[str, Part, AccessRule]]:
    """Yield each access rule of the units with what it is called and says in a file.

    One that speaks of what is there no more can't be said in a file.
    """
    groups = {group.pk: placed(group.name, paths[group.unit_id]) for group in groups_of(paths)}
    for rule in _standing(AccessRule, at, unit__in=paths).select_related("unit"):
        about = (rule.group_id is None or rule.group_id in groups) and rule.inside_id in {None, *paths}
        if not (about and rule.is_known):
            continue
        group, inside = groups.get(rule.group_id, ""), paths.get(rule.inside_id, "")
        least = str(rule.least or "")
        key = (rule.kind, rule.first, rule.second, group, inside, least, paths[rule.unit_id])
        yield RULES.identity(key), Part(key), rule


class People:
    """The standing facts about people in the units, by account and list."""

    def __init__(self, paths: Mapping[int, str], at: datetime) -> None:
        self.facts: dict[int, dict[str, dict[str, Fact]]] = defaultdict(lambda: defaultdict(dict))
        for access in _standing(UnitAccess, at, unit__in=paths):
            self._add(access, "access", paths[access.unit_id])
        for grant in _standing(Grant, at, unit__in=paths):
            path = paths[grant.unit_id]
            if grant.permission_id:
                self._add(grant, "permissions", placed(grant.permission_id, path))
            else:
                level = f"{grant.module_id}:{Level(grant.level).name.lower()}"
                self._add(grant, "levels", placed(level, path))
        memberships = _standing(Membership, at, group__unit__in=paths, group__deleted_at=None)
        for membership in memberships.select_related("group"):
            group = membership.group
            self._add(membership, "groups", placed(group.name, paths[group.unit_id]))

    def _add(self, fact: Any, name: str, what: str) -> None:
        self.facts[fact.account_id][name][what] = fact


def _people(root: Unit, paths: Mapping[int, str], at: datetime) -> Iterable[Part]:
    facts = People(paths, at).facts
    for account in Account.objects.filter(Q(pk__in=facts) | Q(pk=root.owner_id)):
        lists = {
            name: {what: term_of(fact) for what, fact in facts[account.pk][name].items()}
            for name in PEOPLE.lists
        }
        yield Part(
            (account.email,), {"first_name": account.first_name, "last_name": account.last_name}, lists
        )

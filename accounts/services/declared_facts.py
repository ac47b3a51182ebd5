"""The dated facts that a file declares: what differs ends, what is missing starts, with its dates."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.declared.document import (
    GROUPS,
    ROLES,
    UNITS,
    Document,
    Entries,
    Part,
    Parts,
    Term,
    split_placed,
)
from accounts.declared.reading import People, role_text, term_of
from accounts.models import Account, Grant, UnitAccess
from accounts.named import read_levels
from accounts.reach import UPDATE
from accounts.services.grants import require_handing_out
from accounts.services.unit_access import refuse_own_access
from adminrights.change import Change
from adminrights.exceptions import Invalid
from adminrights.models import Fact, Unit, UnitFeature
from adminrights.models.facts import standing_now
from groups.models import Group, GroupRole, Membership
from roles.models import Role, Rule

Standing = Mapping[str, Fact]


class Facts:
    """The facts of one organisation, settled inside an open change."""

    def __init__(self, c: Change, root: Unit, units: Mapping[str, Unit]) -> None:
        self.c, self.root, self.units = c, root, units

    def settle_structure(
        self, wanted: Document, roles: Mapping[str, Role], groups: Mapping[str, Group]
    ) -> None:
        """Make features, rules and the roles of groups what the document declares."""
        for key, part in wanted.of(UNITS).items():
            self._features(self.units[key], part)
        for key, part in wanted.of(ROLES).items():
            self._rules(roles[key], part)
        for key, part in wanted.of(GROUPS).items():
            if groups[key].standing_role_id is None:
                self._roles(groups[key], part, roles)

    def _features(self, unit: Unit, part: Part) -> None:
        standing = UnitFeature.objects.filter(standing_now(self.c.at), unit=unit)
        entries = part.lists.get("features", {})
        if self._settle(_by("feature", standing), entries, lambda key: UnitFeature(unit=unit, feature=key)):
            self.c.require("units:update", self.root)

    def _rules(self, role: Role, part: Part) -> None:
        standing = Rule.objects.filter(standing_now(self.c.at), role=role)
        entries = part.lists.get("permissions", {})
        changed = self._settle(
            _by("permission_id", standing), entries, lambda key: Rule(role=role, permission_id=key)
        )
        if changed:
            self.c.require("roles:update", self.root)

    def _roles(self, group: Group, part: Part, roles: Mapping[str, Role]) -> None:
        facts = GroupRole.objects.filter(standing_now(self.c.at), group=group).select_related("role", "group")
        standing = {role_text(fact.role): fact for fact in facts}
        entries = part.lists.get("roles", {})
        changed = self._settle(standing, entries, lambda key: GroupRole(group=group, role=roles[key]))
        if changed:
            self.c.require("roles:assign", group.unit)
        offered = set(Role.objects.offered_in(group.unit).values_list("pk", flat=True)) if changed else set()
        for fact in changed:
            if fact.ended_at is None and fact.role_id not in offered:
                raise Invalid(_("The role %s isn't offered here.") % fact.role.name)

    def settle_people(self, parts: Parts, people: Mapping[str, Account], groups: Mapping[str, Group]) -> None:
        """Make access, memberships and own rights what the document declares."""
        facts = People({unit.pk: path for path, unit in self.units.items()}, self.c.at).facts
        for key, part in parts.items():
            account = people[key]
            standing = facts[account.pk]
            self._access(account, standing["access"], part.lists.get("access", {}))
            self._memberships(account, standing["groups"], part.lists.get("groups", {}), groups)
            self._levels(account, standing["levels"], part.lists.get("levels", {}))
            self._permissions(account, standing["permissions"], part.lists.get("permissions", {}))

    def _access(self, account: Account, standing: Standing, entries: Entries) -> None:
        def make(path: str) -> Fact:
            term = entries[path]
            return UnitAccess(
                account=account,
                unit=self.units[path],
                includes_subunits=term.below,
                own_rights_only=term.own_rights_only,
            )

        changed = self._settle(standing, entries, make)
        new = {fact.pk for fact in self.c.created if isinstance(fact, Account)}
        if changed:
            refuse_own_access(self.c, account.pk)
        for fact in changed if account.pk not in new else ():
            units = Unit.objects.open().below(fact.unit) if fact.includes_subunits else [fact.unit]
            for unit in units:
                self.c.require(UPDATE, unit)

    def _memberships(
        self, account: Account, standing: Standing, entries: Entries, groups: Mapping[str, Group]
    ) -> None:
        for fact in self._settle(
            standing, entries, lambda key: Membership(account=account, group=groups[key])
        ):
            step = "delete" if fact.ended_at else "create"
            self.c.require(f"group_members:{step}", fact.group.unit)

    def _levels(self, account: Account, standing: Standing, entries: Entries) -> None:
        def make(key: str) -> Fact:
            what, path = split_placed(key)
            ((module, level),) = read_levels([what]).items()
            return Grant(account=account, unit=self.units[path], module_id=module, level=level)

        self._grants(standing, entries, make)

    def _permissions(self, account: Account, standing: Standing, entries: Entries) -> None:
        def make(key: str) -> Fact:
            what, path = split_placed(key)
            return Grant(account=account, unit=self.units[path], permission_id=what)

        self._grants(standing, entries, make)

    def _grants(self, standing: Standing, entries: Entries, make: Callable[[str], Fact]) -> None:
        for fact in self._settle(standing, entries, make):
            require_handing_out(self.c, fact.unit)

    def _settle(self, standing: Standing, wanted: Entries, make: Callable[[str], Fact]) -> list[Any]:
        """End what differs, start what is missing, and return both."""
        terms = {what: self._term(fact) for what, fact in standing.items()}
        gone = [fact for what, fact in standing.items() if wanted.get(what) != terms[what]]
        new = []
        for what in sorted(wanted):
            if terms.get(what) != wanted[what]:
                fact = make(what)
                # The change itself gives the start to what begins at once.
                fact.starts_at, fact.expires_at = wanted[what].start, wanted[what].until  # type: ignore[assignment]
                new.append(fact)
        self.c.end_all(gone)
        self.c.start_all(new)
        return [*gone, *new]

    def _term(self, fact: Fact) -> Term:
        term = term_of(fact)
        return term._replace(start=term.start if term.start and term.start > self.c.at else None)


def _by(name: str, facts: Iterable[Fact]) -> dict[str, Fact]:
    return {getattr(fact, name): fact for fact in facts}

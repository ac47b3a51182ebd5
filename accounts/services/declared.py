"""Making an organisation what a file declares: one change, by the same services as everybody's."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.declared.comparing import differences
from accounts.declared.document import (
    ALONE,
    GROUPS,
    PEOPLE,
    ROLES,
    RULES,
    UNITS,
    Document,
    Part,
    Parts,
    split_path,
)
from accounts.declared.reading import groups_of, paths_of, read_policy, role_text, rules_of
from accounts.models import AccessRule, Account
from accounts.services.declared_facts import Facts
from accounts.services.known_accounts import add_known_account
from accounts.services.lifecycle import create_account, remove_account, update_account
from accounts.services.rules import Wanted, end_rule, start_rule
from accounts.services.units import close_unit, open_unit
from adminrights.change import Actor, Change, change
from adminrights.events import Event
from adminrights.exceptions import Invalid, OwnerProtected
from adminrights.models import Unit
from adminrights.services import create_unit
from groups.models import Group
from groups.services import create_group, delete_group, standing_group, update_group
from roles.models import Role
from roles.services import create_role, delete_role, update_role


def apply_policy(document: Document, *, root: Unit, actor: Actor) -> Change | None:
    """Make the organisation what the document declares and return the change; None if it was so already.

    What the document doesn't have is ended by its own service; without people in it, people stay as they
    are. Raises Invalid for what can't be done, NotAllowed, and what the guards raise; then nothing is done.
    """
    with change(Event.POLICY_APPLIED, actor=actor, unit=root, target=root) as c:
        wanted = document.at(c.at)
        present = read_policy(root, people=wanted.people)
        if not differences(present, wanted):
            return None
        _Applying(c, root, present, wanted).run()
        for left in differences(read_policy(root, people=wanted.people), wanted):
            raise Invalid(_("This can't be done in one step: %s.") % " ".join(left.lines()))
        return c


class _Applying:
    """The steps in their order: what goes makes room first, units close when nobody needs them any more."""

    def __init__(self, c: Change, root: Unit, present: Document, wanted: Document) -> None:
        self.c, self.root, self.actor = c, root, c.actor
        self.present, self.wanted = present, wanted
        self.units: dict[str, Unit] = {}
        self.roles: dict[str, Role] = {}
        self.groups: dict[str, Group] = {}
        self.people: dict[str, Account] = {}
        self.rules: dict[str, AccessRule] = {}

    def run(self) -> None:
        self._look_up()
        self._end(RULES, self.rules, lambda rule: end_rule(rule, actor=self.actor))
        self._end(GROUPS, self.groups, lambda group: delete_group(group, actor=self.actor))
        self._end(ROLES, self.roles, lambda role: delete_role(role, actor=self.actor, unit=self.root))
        for key, part in _in_order(self.wanted.of(UNITS)):
            if key not in self.units:
                self.units[key] = self._open_unit(part)
        for key, part in _in_order(self.wanted.of(ROLES)):
            self._role(key, part)
        for key, part in _in_order(self.wanted.of(GROUPS)):
            self._group(key, part)
        facts = Facts(self.c, self.root, self.units)
        facts.settle_structure(self.wanted, self.roles, self.groups)
        if self.wanted.people:
            self._people()
            facts.settle_people(self.wanted.of(PEOPLE), self.people, self.groups)
        for key, _part in reversed(_in_order(self.present.of(UNITS))):
            if key not in self.wanted.of(UNITS):
                close_unit(self.units.pop(key), actor=self.actor)
        # Last: a rule is looked at by what everybody holds then.
        for key, part in _in_order(self.wanted.of(RULES)):
            if key not in self.present.of(RULES):
                self._start_rule(part)

    def _look_up(self) -> None:
        paths = paths_of(self.root)
        self.units = {paths[unit.pk]: unit for unit in Unit.objects.filter(pk__in=paths)}
        mine = Q(unit=self.root) | Q(unit=None)
        self.roles = {role_text(role): role for role in Role.objects.present().filter(mine)}
        labels = {group: f"{group.name} in {paths[group.unit_id]}" for group in groups_of(paths)}
        self.groups = {label: group for group, label in labels.items()}
        self.rules = {key: rule for key, _part, rule in rules_of(paths, self.c.at)}

    def _end(self, section: Any, known: dict[str, Any], end: Callable[[Any], None]) -> None:
        if section in ALONE and section.name not in self.wanted.parts:
            return
        for key, _part in _in_order(self.present.of(section)):
            if key not in self.wanted.of(section):
                end(known.pop(key))

    def _open_unit(self, part: Part) -> Unit:
        *above, name = split_path(part.key[0])
        parent = next(self.units[key] for key in self.units if list(split_path(key)) == above)
        # Where the file says who enters which unit, its maker isn't let in beside that.
        make = create_unit if self.wanted.people else open_unit
        return make(parent, name, actor=self.actor)

    def _start_rule(self, part: Part) -> None:
        said = dict(zip(RULES.key, part.key, strict=True))
        wanted = Wanted(
            said["kind"],
            said["permission"],
            said["and"],
            self.groups.get(said["group"]),
            self.units.get(said["inside"]),
            int(said["least"] or 0),
        )
        # Whoever planned it has read what doesn't hold today.
        start_rule(wanted, unit=self.units[said["unit"]], actor=self.actor, despite=True)

    def _role(self, key: str, part: Part) -> None:
        details: dict[str, Any] = dict(part.fields)
        if key not in self.present.of(ROLES):
            self.roles[key] = create_role(unit=self.root, name=key, actor=self.actor, **details)
        elif details != self.present.of(ROLES)[key].fields:
            update_role(self.roles[key], actor=self.actor, unit=self.root, **details)

    def _group(self, key: str, part: Part) -> None:
        details: dict[str, Any] = {name: part.fields[name] for name in ("display_name", "description")}
        matrix_role, known = part.fields["matrix_role"], self.present.of(GROUPS).get(key)
        if known is not None and known.fields["matrix_role"] != matrix_role:
            raise Invalid(_("The group %s can't join or leave the role matrix. Give it another name.") % key)
        if known is not None:
            if known.fields != part.fields:
                update_group(self.groups[key], actor=self.actor, **details)
            return
        name, unit = part.key[0], self.units[part.key[1]]
        if matrix_role:
            self.c.require("groups:create", unit)
            group = standing_group(self.c, unit, self.roles[matrix_role])
            update_group(group, actor=self.actor, name=name, **details)
        else:
            group = create_group(unit=unit, name=name, actor=self.actor, **details)
        self.groups[key] = group

    def _people(self) -> None:
        known = self.wanted.of(PEOPLE)
        owner = self.root.owner
        if owner is not None and owner.email_key not in known:
            raise OwnerProtected(
                _("%(who)s owns %(unit)s and has to stand in the file.")
                % {"who": owner.get_full_name(), "unit": self.root}
            )
        self.people = {a.email_key: a for a in Account.objects.filter(email_key__in=known)}
        gone = [key for key in self.present.of(PEOPLE) if key not in known]
        for account in Account.objects.filter(email_key__in=gone):
            remove_account(account, actor=self.actor, unit=self.root)
        for key, part in _in_order(self.wanted.of(PEOPLE)):
            self._person(key, part)

    def _person(self, key: str, part: Part) -> None:
        email, first = part.key[0], self.units[min(part.lists["access"])]
        first_name, last_name = part.fields["first_name"], part.fields["last_name"]
        if key not in self.people:
            self.people[key] = create_account(
                unit=first,
                actor=self.actor,
                invite=False,
                email=email,
                first_name=first_name,
                last_name=last_name,
            )
            return
        if key not in self.present.of(PEOPLE):
            add_known_account(email, unit=first, actor=self.actor, invite=False)
        account = self.people[key]
        if (first_name, last_name) != (account.first_name, account.last_name):
            update_account(
                account, actor=self.actor, unit=self.root, first_name=first_name, last_name=last_name
            )


def _in_order(parts: Parts) -> list[tuple[str, Part]]:
    return sorted(parts.items(), key=lambda item: item[1].order)

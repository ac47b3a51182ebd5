"""What may be compared, and who may compare it: people, groups and roles that the reader may open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext as _

from accounts.compare.sides import Compared, side_of_account, side_of_group, side_of_role
from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from groups.reading import number
from roles.models import Role

MOST = 12
PAST = "access_log:list"
NEEDS = {"account": "accounts:get", "group": "groups:get", "role": "roles:get"}


class NotThere(LookupError):
    """There is no such person, group or role here, or the reader may not open it."""


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody or something to choose."""

    token: str
    label: str
    note: str
    icon: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """Finds sides for one reader in one unit."""

    reader: Account
    unit: Unit

    def may(self, permission: str) -> bool:
        """Return whether the reader holds the permission here."""
        return self.reader.may(permission, self.unit)

    def side(self, token: str, at: datetime | None = None) -> Compared:
        """Return the side that the text names. Raises NotThere."""
        kind, _colon, text = token.partition(":")
        pk = number(text)
        if kind not in NEEDS or not self.reader.has_perm(NEEDS[kind], self.unit):
            raise NotThere
        if kind == "account":
            account = Account.objects.in_unit(self.unit).filter(pk=pk).first()
            if account is not None:
                return side_of_account(account, self.unit, at)
        elif kind == "group":
            group = Group.objects.in_unit(self.unit).filter(pk=pk).first()
            if group is not None:
                return side_of_group(group)
        elif (role := Role.objects.offered_in(self.unit).filter(pk=pk).first()) is not None:
            return side_of_role(role)
        raise NotThere

    def find(self, text: str) -> list[Found]:
        """Return the first people, groups and roles whose name has the text."""
        if not text.strip():
            return []
        return [
            *islice(self._people(text), MOST),
            *islice(self._groups(text), MOST),
            *islice(self._roles(text), MOST),
        ]

    def _people(self, text: str) -> Iterator[Found]:
        if self.may(NEEDS["account"]):
            people = Account.objects.in_unit(self.unit).search(text)
            for person in people.order_by("last_name", "first_name", "pk")[:MOST]:
                yield Found(f"account:{person.pk}", person.name, person.email, "user-round")

    def _groups(self, text: str) -> Iterator[Found]:
        if self.may(NEEDS["group"]):
            for group in Group.objects.in_unit(self.unit).search(text).select_related("unit")[:MOST]:
                elsewhere = "" if group.unit_id == self.unit.pk else f" · {group.unit.name}"
                yield Found(f"group:{group.pk}", group.display_name, _("Group") + elsewhere, "boxes")

    def _roles(self, text: str) -> Iterator[Found]:
        if self.may(NEEDS["role"]):
            for role in Role.objects.offered_in(self.unit).search(text)[:MOST]:
                yield Found(f"role:{role.pk}", role.label, _("Role"), "shield-check")

"""The two sides of a comparison: what a person may do, or what a group or a role carries; reads only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import effective
from accounts.models import Account
from accounts.policy import policy_now
from accounts.sources import SourceBook, SourceLine, right_in_words
from adminrights.models import Unit
from adminrights.models.facts import live_at, live_now
from groups.models import Group
from roles.models import Role

Rights = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One side: `rights` are permission keys, each with its sources in words; `note` is a remark on it."""

    kind: str
    pk: int
    label: str
    icon: str
    rights: Rights
    note: str = ""
    url: str = ""

    @property
    def token(self) -> str:
        """Return the side as an address has it."""
        return f"{self.kind}:{self.pk}"


def side_of_account(account: Account, unit: Unit, at: datetime | None = None) -> Compared:
    """Return what the person may do in the unit, now or at a date; who isn't active counts as active now."""
    asleep = at is None and account.status != Account.Status.ACTIVE
    resolution = effective(account, unit, at, as_if_active=asleep)
    pairs = {(account.pk, source) for sources in resolution.effective.values() for source in sources}
    live = live_now(timezone.now()) if at is None else live_at(at)
    book = SourceBook(pairs, unit, live, links=False)
    rights = {
        key: tuple(_words(line) for line in book.lines(account.pk, sources))
        for key, sources in resolution.effective.items()
    }
    note = _("as if the account were active") if asleep else ""
    return Compared(
        "account", account.pk, account.name, "user-round", rights, note, account.get_absolute_url()
    )


def _words(line: SourceLine) -> str:
    if line.unit:
        return _("%(source)s, in %(unit)s") % {"source": line.text, "unit": line.unit}
    return line.text


def side_of_group(group: Group) -> Compared:
    """Return what the group carries, each right with the roles that give it."""
    held = policy_now().held_roles([group.pk])
    roles = Role.objects.in_bulk({each.role for each in held})
    given = ((_("Role %s") % roles[each.role].display_name, each.rights) for each in held)
    return Compared(
        "group", group.pk, group.display_name, "boxes", _given(given), url=group.get_absolute_url()
    )


def side_of_role(role: Role) -> Compared:
    """Return what the role gives, each right with the rules that give it."""
    rights = policy_now().role_rights.get(role.pk, frozenset())
    given = ((right_in_words(right), (right,)) for right in sorted(rights))
    return Compared("role", role.pk, role.label, "shield-check", _given(given), url=role.get_absolute_url())


def _given(sources: Iterable[tuple[str, Iterable[str]]]) -> Rights:
    known = policy_now().catalogue
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for words, rights in sources:
        for right in rights:
            for key in known.given_by(right):
                found[key][words] = None
    return {key: tuple(found[key]) for key in known.permissions if key in found}

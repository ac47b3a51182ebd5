"""What can be done with many accounts at once: each step with whom it suits and the service that it calls."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from accounts.services import bulk
from accounts.services.invitations import resend_invitation
from accounts.services.lifecycle import disable_account, reactivate_account
from adminrights.change import preview
from adminrights.exceptions import Refused
from adminrights.models import Unit
from groups.models import Group, Membership

Status = Account.Status


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, where, and what was chosen beside the people."""

    actor: Any
    unit: Unit
    groups: Collection[Group] = ()
    # Of what ends: the access to the unit too, and when; none is no end.
    access: bool = False
    ends: datetime | None = None
    reason: str = ""


@dataclass(slots=True)
class Sorted:
    """For whom there is something to do, for whom there is nothing, and who is refused at a glance."""

    todo: list[Account] = field(default_factory=list)
    nothing: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


class Step:
    """A step for many accounts."""

    # Accounts that one change of the kind takes.
    most = 10_000
    chooses_groups = False
    chooses_end = False
    chooses_access = False
    takes_reason = False
    style = "primary"

    def sort(self, people: list[Account], asked: Asked) -> Sorted:
        """Return for whom there is something to do."""
        raise NotImplementedError

    def run(self, people: list[Account], asked: Asked) -> None:
        """Call the service."""
        raise NotImplementedError


class IntoGroups(Step):
    chooses_groups = chooses_end = True
    label, icon, permission = gettext_lazy("Add to groups"), "user-plus", "group_members:create"
    already = gettext_lazy("in the group already")

    def sort(self, people: list[Account], asked: Asked) -> Sorted:
        inside = memberships(people, asked.groups)
        done = {
            account.pk: str(self.already) for account in people if inside[account.pk] == len(asked.groups)
        }
        return Sorted([account for account in people if account.pk not in done], done)

    def run(self, people: list[Account], asked: Asked) -> None:
        bulk.put_into_groups(people, asked.groups, actor=asked.actor, unit=asked.unit, ends=asked.ends)


class OutOfGroups(Step):
    chooses_groups = True
    style = "danger"
    label, icon, permission = gettext_lazy("Remove from groups"), "user-minus", "group_members:delete"
    already = gettext_lazy("not in the group")

    def sort(self, people: list[Account], asked: Asked) -> Sorted:
        inside = memberships(people, asked.groups)
        done = {account.pk: str(self.already) for account in people if not inside[account.pk]}
        return Sorted([account for account in people if account.pk not in done], done)

    def run(self, people: list[Account], asked: Asked) -> None:
        bulk.take_out_of_groups(people, asked.groups, actor=asked.actor, unit=asked.unit)


class EndThen(Step):
    chooses_groups = chooses_end = chooses_access = True
    label, icon, permission = gettext_lazy("Set end date"), "calendar-clock", "accounts:update"
    nothing_here = gettext_lazy("has nothing of this here, or it ends then already")

    def sort(self, people: list[Account], asked: Asked) -> Sorted:
        facts = bulk.facts_of(people, asked.groups, access=asked.access, unit=asked.unit)
        ending = {fact.account_id for fact in facts if fact.expires_at != asked.ends}
        rest = {account.pk: str(self.nothing_here) for account in people if account.pk not in ending}
        return Sorted([account for account in people if account.pk in ending], rest)

    def run(self, people: list[Account], asked: Asked) -> None:
        bulk.set_end(
            people,
            asked.groups,
            access=asked.access,
            ends=asked.ends,
            actor=asked.actor,
            unit=asked.unit,
        )


def memberships(people: Collection[Account], groups: Collection[Group]) -> Mapping[int, int]:
    """Return in how many of the groups each account is."""
    live = Membership.objects.live().filter(account__in=[each.pk for each in people], group__in=groups)
    counted = live.values_list("account_id").annotate(Count("group", distinct=True)).order_by()
    return defaultdict(int, counted)


class StatusStep(Step):
    """A step of the account status table: one status suits it, one is where it leads, others are refused."""

    most = 1_000
    permission = "accounts:update"
    suits: Status
    there: frozenset[Status] = frozenset()

    def alone(self, account: Account, asked: Asked) -> None:
        """Call the service for one account."""
        raise NotImplementedError

    def sort(self, people: list[Account], asked: Asked) -> Sorted:
        found, why = Sorted(), dict[str, str]()
        for account in people:
            if account.status == self.suits:
                found.todo.append(account)
            elif account.status in self.there:
                found.nothing[account.pk] = _("is %s already") % account.get_status_display().lower()
            else:
                # The table says no to everybody of a status in the same words.
                if account.status not in why:
                    why[account.status] = self.refusal(account, asked)
                found.refused[account.pk] = why[account.status]
        return found

    def refusal(self, account: Account, asked: Asked) -> str:
        """Return why the step is refused to the account; nothing if it isn't."""
        try:
            preview(lambda: self.alone(account, asked))
        except Refused as refusal:
            return str(refusal)
        return ""


class Disable(StatusStep):
    label, icon, style, takes_reason = gettext_lazy("Disable"), "ban", "danger", True
    suits, there = Status.ACTIVE, frozenset({Status.DISABLED})

    def alone(self, account: Account, asked: Asked) -> None:
        disable_account(account, actor=asked.actor, unit=asked.unit)

    def run(self, people: list[Account], asked: Asked) -> None:
        bulk.disable_accounts(people, actor=asked.actor, unit=asked.unit, reason=asked.reason)


class Reactivate(StatusStep):
    label, icon, takes_reason = gettext_lazy("Reactivate"), "rotate-ccw", True
    suits, there = Status.DISABLED, frozenset({Status.ACTIVE, Status.PENDING})

    def alone(self, account: Account, asked: Asked) -> None:
        reactivate_account(account, actor=asked.actor, unit=asked.unit)

    def run(self, people: list[Account], asked: Asked) -> None:
        bulk.reactivate_accounts(people, actor=asked.actor, unit=asked.unit, reason=asked.reason)


class Resend(StatusStep):
    label, icon = gettext_lazy("Resend Invite"), "send"
    suits = Status.PENDING

    def alone(self, account: Account, asked: Asked) -> None:
        resend_invitation(account, actor=asked.actor, unit=asked.unit)

    def run(self, people: list[Account], asked: Asked) -> None:
        bulk.resend_invitations(people, actor=asked.actor, unit=asked.unit)


# By the names of their pages.
BY_URL: dict[str, Any] = {
    "bulk_add": IntoGroups(),
    "bulk_remove": OutOfGroups(),
    "bulk_end": EndThen(),
    "bulk_resend": Resend(),
    "bulk_reactivate": Reactivate(),
    "bulk_disable": Disable(),
}

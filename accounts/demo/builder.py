"""Builds the demo's organisation by the same services as everybody, spread over the past weeks.

Every step is a change like any other, with its guards and its journal entry; only the clock of changes
is set back (adminrights/clock.py). Steps run in the order of their time, so the journal reads like
history. What each person may do is judged on the way: a step that a guard refuses fails the demo.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from accounts.demo.data import ROOT, Organisation, PersonLine
from accounts.demo.working import spread, work
from accounts.models import Account, Item
from adminrights import clock, outbox
from adminrights.models import OutgoingMail, Unit
from adminrights.origin import originating
from groups.models import Group
from roles.models import Role

Do = Callable[[], object]
# The oldest mails are history; the newest lie in the mailbox.
LETTERS = 3


@dataclass(order=True, slots=True)
class Step:
    """Something that happens at a moment, done by somebody at an address."""

    at: datetime
    number: int
    do: Do = field(compare=False)
    # At whose desk it happens; nobody's on the command line.
    desk: str = field(default="", compare=False)


class Demo:
    """The organisation under way: what will happen when, and what is there already."""

    def __init__(self, organisation: Organisation, now: datetime, passwords: dict[str, str]) -> None:
        self.organisation = organisation
        self.now = now
        self.passwords = passwords
        self.steps: list[Step] = []
        self.units: dict[str, Unit] = {}
        self.accounts: dict[str, Account] = {}
        self.groups: dict[str, Group] = {}
        self.roles: dict[str, Role] = {}
        self.items: dict[str, Item] = {}

    @property
    def root(self) -> Unit:
        """The organisation."""
        return self.units[ROOT]

    def at(self, moment: datetime, do: Do, desk: str = "") -> None:
        """Plan a step, at somebody's desk or else on the command line."""
        self.steps.append(Step(min(moment, self.now), len(self.steps), do, desk))

    def day(self, days: int, key: str = "") -> datetime:
        """Return a time of a working day, so many days ago; the key spreads it over the day."""
        if days == 0:
            return self.now - timedelta(minutes=20 + spread(key, 60))
        start = (self.now - timedelta(days=days)).replace(hour=8, minute=0, second=0)
        return start + timedelta(minutes=spread(key, 540), seconds=spread(key, 59))

    def account(self, local: str) -> Account:
        """Return the account whose address begins like this, as it is now."""
        account = next(found for email, found in self.accounts.items() if email.startswith(f"{local}@"))
        account.refresh_from_db()
        return account

    def at_work(self, person: PersonLine) -> Account:
        """Return the person's account as it is now."""
        account = self.accounts[person.email]
        account.refresh_from_db()
        return account

    def inviter(self, person: PersonLine) -> str:
        """Return who invited the person: the owner in the first days, then one of the administrators."""
        names = self.organisation.administrators
        if person.by or person.joined <= 60:
            return person.by or names[spread(person.email, len(names))]
        return self.organisation.owner.local

    def keeper(self, person: PersonLine) -> str:
        """Return who looks after the account: who made it, where the files name somebody."""
        return person.by or self.organisation.administrators[0]

    @transaction.atomic
    def run(self, watch: Callable[[list[Step]], Iterable[Step]]) -> None:
        """Do everything that was planned, in order; all of it or nothing."""
        for step in watch(sorted(self.steps)):
            channel = "web" if step.desk else "cli"
            address = f"198.51.100.{spread(step.desk, 250) + 1}" if step.desk else ""
            with clock.set_to(step.at), originating(channel, address=address):
                step.do()
        self._deliver_old_mails()
        work(self.now, min(step.at for step in self.steps))

    def _deliver_old_mails(self) -> None:
        waiting = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING).order_by("-created_at", "-pk")
        first = self.accounts[self.organisation.personas[0].email]
        kept = [mail.pk for mail in waiting.filter(message="invitation")[: LETTERS - 1]]
        kept += [mail.pk for mail in waiting.filter(message="locked", account=first)]
        for mail in waiting.exclude(pk__in=kept):
            outbox.mark_sent_long_ago(mail, mail.created_at + timedelta(seconds=2))

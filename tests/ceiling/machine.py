"""A machine that tries every door as everybody, in any order, while the clock moves on (Z2, Z6, Z7, Z8, Z9).

After every step it asks what `rules.py` says: whether somebody gave what he could not, whether each
organisation still has an administrator, whether a refusal left everything as it was, whether the product
shows what it does, and whether the journal holds.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import ClassVar

import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from accounts.access import effective
from accounts.models import Account
from adminrights import journal
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit
from tests.ceiling import attempts, doors, organisation
from tests.ceiling.rules import PERMISSIONS, View, judge, kept_beyond
from tests.ceiling.state import fingerprint, read_state
from tests.ceiling.windows import Windows
from tests.terminal import run

JUMPS = (timedelta(hours=1), timedelta(days=1), timedelta(days=4), timedelta(days=45))
# Whoever holds much and may not hand it all out meets the ceiling most often.
ACTORS = (*organisation.CAST, "ada", "asta", "asta", "asta", "bert", "bert", "hal", "hal", "sami")
ASKED = [key for key in attempts.KEYS if key in PERMISSIONS]
# More come back than go, or soon nobody is left who could try anything.
BY_SYSTEM = ("reactivate_account", "reactivate_account", "disable_account")
# Each line of a table is a step of its own; the wrong password of a transfer is counted.
IN_PARTS = {"import_table"}
# Walking the journal after every step would be most of the work.
VERIFYING = 10
SIGNING_OUT = {"end_sessions", "end_sessions_typed"}


class Ceiling(RuleBasedStateMachine):
    """Steps of everybody through every door, each judged before the next."""

    # How often each door was tried, and how often it opened, over all examples.
    tried: ClassVar[Counter[str]] = Counter()
    opened: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.clock = time_machine.travel(timezone.now(), tick=False)
        self.hand = self.clock.start()
        self.cast = dict(
            Account.objects.filter(first_name__in=organisation.CAST).values_list("first_name", "pk")
        )
        self.state, self.print = read_state(), fingerprint()
        self.windows = Windows()
        self.trail: list[str] = []
        self.roots = [pk for pk, above in self.state.parents.items() if above is None]

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @rule(seed=st.integers(min_value=0, max_value=2**32))
    def something_happens(self, seed: int) -> None:
        """Let chance choose, evenly: hypothesis alone likes some steps too much."""
        chance = Random(f"{seed} {len(self.trail)}")
        kinds = {
            self.somebody_tries: 60,
            self.somebody_helps_himself: 10,
            self.somebody_follows_an_invitation: 8,
            self.somebody_asks_what_he_may_do: 7,
            self.somebody_comes_back: 6,
            self.time_goes_by: 5,
            self.the_system_acts: 4,
        }
        chance.choices(list(kinds), list(kinds.values()))[0](chance)

    def somebody_tries(self, chance: Random) -> None:
        door = chance.choice(chance.choice([sorted(doors.DOORS), doors.GIVING]))
        self.attempt(chance.choice(ACTORS), door, chance, chance.randrange(24))

    def somebody_helps_himself(self, chance: Random) -> None:
        self.attempt(chance.choice(ACTORS), chance.choice(doors.GIVING), chance, 0)

    def attempt(self, who: str, door: str, chance: Random, about: int) -> None:
        actor = Account.objects.get(pk=self.cast[who])
        place = self.where(actor, chance)
        b, c = chance.randrange(24), chance.randrange(24)
        attempt = attempts.Try(actor, place, about, b, c, chance.random() < 0.5)
        self.trail.append(f"{who} {door} in {place}: {attempt[2:]}")
        before, opened = self.state, self.opened[door]
        self.step(door, lambda: doors.DOORS[door](attempt))
        if door in SIGNING_OUT and self.opened[door] > opened:
            self.windows.ended(attempt.account().pk)
        self.hold(judge(before, self.state, actor.pk, timezone.now()))

    def the_system_acts(self, chance: Random) -> None:
        """Whoever has a shell may do anything, but not leave an organisation without an administrator."""
        who, command = chance.choice(organisation.CAST), chance.choice(BY_SYSTEM)
        words = (command, self.state.people[self.cast[who]].email, "--unit", "Northwind")
        self.trail.append(" ".join(words))
        self.step(command, lambda: run(*words).code != 0)

    def somebody_follows_an_invitation(self, chance: Random) -> None:
        number = chance.randrange(6)
        account = doors.invited(number)
        if account is not None and chance.random() < 0.3:
            self.whoever_gave_is_gone(account)
        self.trail.append(f"{account} follows the invitation")
        before = self.state
        self.step("follow", lambda: doors.follow_invitation(number))
        if account is not None and before.people[account.pk] != self.state.people[account.pk]:
            now = timezone.now()
            self.hold(
                [
                    *judge(before, self.state, account.pk, now),
                    *kept_beyond(before, self.state, account.pk, now),
                ]
            )

    def somebody_comes_back(self, chance: Random) -> None:
        who = chance.choice(organisation.CAST)
        self.trail.append(f"{who} comes back")
        self.hold(self.windows.come_back(self.cast[who]))

    def time_goes_by(self, chance: Random) -> None:
        jump = chance.choice(JUMPS)
        self.trail.append(f"{jump} go by")
        self.hand.shift(jump)
        self.somebody_administers()

    def whoever_gave_is_gone(self, account: Account) -> None:
        """Disable who invited somebody, so that nothing may be left of what he gave."""
        giver = account.invitations.latest("generation").invited_by
        if giver is not None:
            words = ("disable_account", giver.email, "--unit", "Northwind")
            self.trail.append(" ".join(words))
            self.step("disable_account", lambda: run(*words).code != 0)

    def somebody_asks_what_he_may_do(self, chance: Random) -> None:
        who = chance.choice(organisation.CAST)
        account, place = Account.objects.get(pk=self.cast[who]), open_unit(chance.randrange(24))
        self.trail.append(f"{who} asks in {place}")
        expected = View(self.state, timezone.now()).effective(account.pk, place.pk)
        same = set(effective(account, place).effective) == expected
        same = same and {key for key in ASKED if account.has_perm(key, place)} == expected & set(ASKED)
        self.hold([] if same and self.page_agrees(account, place) else [f"{who} is told something else"])

    def page_agrees(self, account: Account, place: Unit) -> bool:
        """Return whether the page My access lists what works."""
        answer = attempts.Try(account, place, 0, 0, 0, yes=True).browser().get(reverse("accounts:my_access"))
        unit = answer.wsgi_request.unit if account.status == Account.Status.ACTIVE else None
        if unit is None:
            return True
        return shown(answer.context["access"]) == View(self.state, timezone.now()).effective(
            account.pk, unit.pk
        )

    def where(self, actor: Account, chance: Random) -> Unit:
        """Return a unit to work in: mostly one that he may enter."""
        view = View(self.state, timezone.now())
        entered = [unit for unit in self.state.parents if view.may_enter(actor.pk, unit)]
        if not entered or chance.random() < 0.1:
            return open_unit(chance.randrange(24))
        return Unit.objects.get(pk=chance.choice(entered))

    def step(self, door: str, take: Callable[[], bool]) -> None:
        """Take the step, and look at all that must hold whoever took it."""
        self.hand.shift(timedelta(seconds=1))
        last = JournalEntry.objects.order_by("-sequence").values_list("sequence", flat=True)[0]
        refused = take() and door not in IN_PARTS
        now = fingerprint()
        entries = JournalEntry.objects.filter(sequence__gt=last, outcome=JournalEntry.Outcome.DONE)
        changed = now != self.print
        if changed and (refused or not entries.exclude(event=Event.SIGNED_IN).exists()):
            self.hold(["it was refused, or told the journal nothing, and changed something"])
        self.tried[door] += 1
        self.opened[door] += changed
        if changed:
            before, self.state, self.print = self.state, read_state(), now
            self.windows.look(before, self.state)
        self.somebody_administers()
        if self.tried.total() % VERIFYING == 0:
            self.hold([f"the journal breaks: {each}" for each in journal.verify()])

    def somebody_administers(self) -> None:
        view = View(self.state, timezone.now())
        self.hold(
            [f"nobody administers {root} any more" for root in self.roots if not view.administrators(root)]
        )

    def hold(self, accusations: list[str]) -> None:
        """Fail with what was broken, and the way there."""
        assert not accusations, "\n".join([*accusations, "after:", *self.trail])


def open_unit(number: int) -> Unit:
    unit: Unit = attempts.one(Unit.objects.filter(closed_at=None).order_by("pk"), number)
    return unit


def shown(access: object) -> set[str]:
    """Return the permissions that the page My access lists as working."""
    return {
        permission.key
        for area in access.areas
        for module in area.modules
        for part in module.parts
        for permission in part.permissions
    }

"""Many at once on one thing: nothing is done twice, nothing is lost, nobody is locked out."""

import random
import secrets
from collections import Counter
from collections.abc import Iterable
from functools import partial
from html import unescape
from typing import Any

import requests
from django.conf import settings
from django.db import connection

from accounts.access import may
from accounts.links import invitation_link
from accounts.models import Account
from accounts.services.lifecycle import create_account, reactivate_account
from adminrights import journal
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, OutgoingMail, Unit
from groups.models import Group
from tests.factories import AccountFactory, GroupFactory, UnitFactory
from tests.soak import Measure, run, times
from tests.soak.load import NOTHING
from tests.soak.site import Site, Visitor, at_once

MANY = 50
BUSY = "503: nothing saved"
THREADS = ("--workers", "2", "--threads", "8")


def administrator(unit: Unit) -> Account:
    account: Account = AccountFactory(unit=unit, levels={"admin_rights": 2})
    return account


def status_of(answer: Any) -> int:
    """Return the status of an answer; nothing came of a request that was cut off."""
    return int(getattr(answer, "status_code", 0))


def told(answer: requests.Response) -> str:
    """Return the status of an answer and, where that is one of a fault, what its page says."""
    if answer.status_code < 500:
        return str(answer.status_code)
    title = unescape(answer.text).partition("<title>")[2].partition("</title>")[0]
    return BUSY if NOTHING in unescape(answer.text) else f"{answer.status_code} {title.strip()}"


def same_place(answers: list[Any]) -> bool:
    return len({answer.headers.get("Location") for answer in answers}) == 1


def pending(unit: Unit, number: object) -> Account:
    email = f"p{number}@example.org"
    return create_account(email=email, first_name="Pia", last_name="Person", unit=unit, actor=SYSTEM)


@run("One link, fifty at once")
def link_works_once(site: Site, scale: float) -> Iterable[Measure]:
    """Fifty browsers hold the form behind one link and send it at the same moment."""
    unit = UnitFactory(name="Links")
    rounds, wins, errors = times(100, scale), Counter[int](), 0
    with site.web(*THREADS) as (address, _web):
        for number in range(rounds):
            account = pending(unit, f"link{number}")
            path = invitation_link(account.invitations.get()).removeprefix(settings.BASE_URL)
            visitors = [Visitor(address) for _ in range(MANY)]
            at_once([partial(visitor.open, path) for visitor in visitors])
            password = secrets.token_urlsafe(24)
            step = partial(Visitor.send, path="/invitation/accept/", password=password, again=password)
            answers = at_once([partial(step, visitor) for visitor in visitors])
            statuses = Counter(status_of(answer) for answer in answers)
            wins[statuses[302]] += 1
            errors += sum(number for status, number in statuses.items() if status not in {302, 410})
    accepted = JournalEntry.objects.filter(event="invitation.accepted", outcome="done", unit=unit).count()
    yield Measure(f"rounds of {MANY} with exactly one success", rounds, wins[1], wins[1] == rounds)
    yield Measure("acceptances in the journal", rounds, accepted, accepted == rounds)
    yield Measure("answers that were neither success nor refusal", 0, errors, errors == 0)


@run("The same form twice")
def twins_count_once(site: Site, scale: float) -> Iterable[Measure]:
    """A double click: two requests at once, one after another, with one form."""
    pairs, same, effects, mails, entries = times(50, scale), 0, 0, 0, 0
    unit = UnitFactory(name="Twins")
    boss = administrator(unit)
    with site.web(*THREADS) as (address, _web):
        for number in range(pairs):
            visitor = Visitor(address, boss)
            visitor.open("/accounts/add/")
            before = JournalEntry.objects.count()
            form = {"email": f"twin{number}@example.org", "first_name": "T", "last_name": "W", "invite": "on"}
            step = partial(visitor.send, "/accounts/add/", **form)
            answers = [*at_once([step, step]), step()]
            same += {status_of(answer) for answer in answers} == {302} and same_place(answers)
            effects += Account.objects.filter(email=form["email"]).count()
            mails += OutgoingMail.objects.filter(address=form["email"]).count()
            entries += JournalEntry.objects.count() - before
    yield Measure("pairs with the same good answer", pairs, same, same == pairs)
    yield Measure(
        "accounts, mails, entries",
        f"{pairs} of each",
        f"{effects}, {mails}, {entries}",
        effects == mails == entries == pairs,
    )


@run("Two administrators against each other")
def one_administrator_stays(site: Site, scale: float) -> Iterable[Measure]:
    """Both disable the other at the same moment."""
    rounds, left = times(200, scale), Counter[int]()
    unit = UnitFactory(name="Duels")
    two = [administrator(unit), administrator(unit)]
    with site.web(*THREADS) as (address, _web):
        for _ in range(rounds):
            visitors = [Visitor(address, account) for account in two]
            for visitor, other in zip(visitors, reversed(two), strict=True):
                visitor.open(f"/accounts/{other.pk}/disable/")
            at_once(
                [
                    partial(visitor.send, f"/accounts/{other.pk}/disable/", reason="duel")
                    for visitor, other in zip(visitors, reversed(two), strict=True)
                ]
            )
            now = [Account.objects.get(pk=account.pk) for account in two]
            left[sum(a.status == "active" and may(a, "access:delegate", unit) for a in now)] += 1
            for account in now:
                if account.status == "disabled":
                    reactivate_account(account, actor=SYSTEM, unit=unit)
    yield Measure("rounds that left exactly one", rounds, left[1], left[1] == rounds)
    yield Measure("rounds that left none", 0, left[0], left[0] == 0)


@run("Fifty administrators on one group")
def no_update_is_lost(site: Site, scale: float) -> Iterable[Measure]:
    """Each reads the number in the group's description and saves the next one.

    SQLite has one lock and no queue: on a machine that stands still for a while some are told to try again.
    """
    rounds, successes, stale, waited, errors = times(20, scale), 0, 0, 0, Counter[str]()
    unit = UnitFactory(name="Updates")
    group = GroupFactory(unit=unit, description="0")
    with site.product(*THREADS) as (address, _web):
        visitors = [Visitor(address, administrator(unit)) for _ in range(MANY)]
        path = f"/groups/{group.pk}/edit/"

        def count_on(visitor: Visitor) -> str:
            visitor.open(path)
            names = ("display_name", "name", "opened")
            form = {name: visitor.value(name) for name in names}
            number = int(description_in(visitor.page) or 0)
            return told(visitor.send(path, **form, description=str(number + 1)))

        for _ in range(rounds):
            random.shuffle(visitors)
            outcomes = Counter(at_once([partial(count_on, visitor) for visitor in visitors]))
            successes += outcomes.pop("302", 0)
            stale += outcomes.pop("409", 0) + outcomes.pop("422", 0)
            waited += outcomes.pop(BUSY, 0)
            errors += outcomes
    final = int(Group.objects.get(pk=group.pk).description)
    yield Measure("saves; refused as overtaken", "both > 0", f"{successes}; {stale}", successes > 0 < stale)
    yield Measure("lost updates", 0, successes - final, successes == final)
    bar = "few" if connection.vendor == "sqlite" else 0
    yield Measure("told that nothing was saved", bar, waited, waited < (MANY if bar else 1))
    yield Measure("other answers", 0, dict(errors) or 0, not errors)
    breaks = len(list(journal.verify()))
    yield Measure("breaks in the journal", 0, breaks, breaks == 0)


def description_in(page: str) -> str:
    """Return what stands in the form's large field."""
    inside = page.partition('name="description"')[2].partition(">")[2].partition("</textarea>")[0]
    return inside.strip()


@run("The last seats")
def seats_are_kept(site: Site, scale: float) -> Iterable[Measure]:
    """Fifty invitations at once for none, one or three seats."""
    rounds = times(100, scale)
    with site.web(*THREADS) as (address, _web):
        for seats in (0, 1, 3):
            right = 0
            for number in range(rounds):
                unit = UnitFactory(name=f"Seats {seats} {number}", seat_limit=seats + 1)
                boss = administrator(unit)
                visitors = [Visitor(address, boss) for _ in range(MANY)]
                visitors[0].open("/accounts/add/")
                for visitor in visitors:
                    visitor.session, visitor.token = visitors[0].session, visitors[0].token
                step = partial(
                    Visitor.send, path="/accounts/add/", first_name="S", last_name="T", invite="on"
                )
                names = [f"s{seats}.{number}.{place}@example.org" for place in range(MANY)]
                steps = [partial(step, v, email=name) for v, name in zip(visitors, names, strict=True)]
                statuses = Counter(status_of(answer) for answer in at_once(steps))
                made = Account.objects.filter(email__startswith=f"s{seats}.{number}.").count()
                right += statuses[302] == made == seats
            yield Measure(f"rounds of {MANY} with exactly {seats} accepted", rounds, right, right == rounds)

"""What has happened to people and things before their pages are looked at."""

from contextlib import suppress

from django.test import RequestFactory
from django.utils import timezone

from accounts.models import Account, Item
from accounts.services.items import hand_over, register_item
from accounts.services.passwords import ask_password_reset
from accounts.services.sessions import record_failed_sign_in
from accounts.sign_in.throttle import count_reset
from adminrights.change import SYSTEM
from adminrights.exceptions import TooManyTries
from adminrights.models import CollectedEdit, JournalEntry, OutgoingMail, Unit
from adminrights.origin import originating
from groups.models import Group
from groups.services import update_group
from tests.factories import AccountFactory
from tests.post import promise


def forget_and_lose(*people: Account) -> None:
    """Let the first forget a password, and mails to all go astray, so that pages have to tell of it."""
    ask_password_reset(people[0].email)
    lost = [promise(person, "reactivated").pk for person in people]
    OutgoingMail.objects.filter(pk__in=lost).update(state="failed", error="550 No such mailbox here")


def shut_out(account: Account) -> None:
    """Let too much be tried against the account, and from one place."""
    while not account.is_locked:
        record_failed_sign_in(account.email)
        account.refresh_from_db()
    with originating("web", address="203.0.113.9"), suppress(TooManyTries):
        while True:
            count_reset(RequestFactory().post("/"))


def go_wrong(unit: Unit, *people: Account) -> None:
    """Let mails to the people go astray, and shut somebody else out."""
    forget_and_lose(*people)
    shut_out(AccountFactory(unit=unit))


def handed_to(people: list[Account], unit: Unit) -> Item:
    """Return an item that was handed to all of them."""
    item = register_item("segments", unit, "Best customers", actor=SYSTEM)
    for person in people:
        hand_over(item, person, actor=SYSTEM)
    return item


def entry_about(group: Group) -> int:
    """Do something to the group that can be taken back, and return the entry that tells of it."""
    update_group(group, actor=SYSTEM, description="They write the letters.")
    return JournalEntry.objects.filter(event="group.updated").latest("sequence").pk


def collected_by(account: Account, group: Group, person: Account) -> None:
    """Let the account have collected that the person comes into the group, and once what can't be done."""
    for number, pk in ((group.pk, person.pk), (0, person.pk)):
        CollectedEdit.objects.create(
            account=account,
            unit=group.unit,
            path=f"/groups/{number}/members/add/",
            title=f"Add to {group}",
            shown=[f"{person.name} gains: something"],
            sent={"account": [str(pk)]},
            at=timezone.now(),
        )

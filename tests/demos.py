"""The demo in a test: built once for a module, and what holds in each of its shapes."""

from collections.abc import Iterator

from django.contrib.auth import authenticate
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Account, Invitation
from adminrights.journal import verify
from adminrights.models import JournalEntry, OutgoingMail, Unit
from tests.terminal import Ran, run


def building(shape: str, blocker: DjangoDbBlocker) -> Iterator[Ran]:
    """Yield what the demo of the shape printed; all tests of a module work on it, each is rolled back."""
    with blocker.unblock(), transaction.atomic():
        yield run("demo", "--shape", shape, "--format", "json")
        transaction.set_rollback(True)


def person(name: str) -> Account:
    """Return the account whose address begins like this."""
    return Account.objects.get(email__startswith=f"{name}@")


def place(name: str) -> Unit:
    return Unit.objects.get(name=name)


class EveryShape:
    """To be inherited where a fixture `demo` gives what was printed."""

    SHAPE = "company"

    def test_it_is_there_with_its_people(self, demo: Ran) -> None:
        assert (demo.code, demo.data["shape"]) == (0, self.SHAPE)
        assert 20 <= Account.objects.count() <= 65

    def test_there_are_people_in_every_state(self, demo: Ran) -> None:
        assert set(Account.objects.values_list("status", flat=True)) == {"pending", "active", "disabled"}
        invitations = Invitation.objects.outstanding()
        assert {each.is_expired for each in invitations} == {True, False}
        assert sum(each.is_locked for each in Account.objects.all()) == 1
        unsent = Account.objects.filter(status="pending", confirmed_at=None, invitations=None)
        assert unsent.exists()

    def test_all_personas_can_sign_in_with_what_was_printed(self, demo: Ran) -> None:
        for persona in demo.data["personas"]:
            assert authenticate(username=persona["email"], password=persona["password"]), persona
        assert 4 <= len(demo.data["personas"]) <= 5

    def test_nobody_else_has_a_password(self, demo: Ran) -> None:
        printed = {persona["email"] for persona in demo.data["personas"]}
        others = Account.objects.exclude(email__in=printed)
        assert not [each.email for each in others if each.has_usable_password()]

    def test_the_passwords_are_long_different_and_nowhere_in_the_database(self, demo: Ran) -> None:
        passwords = [persona["password"] for persona in demo.data["personas"]]
        assert len(set(passwords)) == len(passwords)
        assert min(map(len, passwords)) >= 15
        kept = [str(entry.data) for entry in JournalEntry.objects.all()]
        kept += [str(mail.facts) for mail in OutgoingMail.objects.all()]
        assert not [password for password in passwords if any(password in text for text in kept)]

    def test_the_history_is_in_order_whole_and_lies_in_the_past(self, demo: Ran) -> None:
        entries = JournalEntry.objects.exclude(event="catalogue.loaded").order_by("sequence")
        moments = list(entries.values_list("at", flat=True))
        assert moments == sorted(moments)
        assert (moments[-1] - moments[0]).days > 50
        assert moments[-1] <= timezone.now()
        assert list(verify()) == []
        assert JournalEntry.objects.filter(outcome="refused").exists()

    def test_each_person_works_at_one_address(self, demo: Ran) -> None:
        entries = JournalEntry.objects.filter(channel="web", actor__isnull=False)
        desks = set(entries.values_list("actor", "address"))
        assert len(desks) == len({actor for actor, _address in desks}) > 10
        assert "" not in {address for _actor, address in desks}

    def test_only_the_newest_letters_wait_for_the_worker(self, demo: Ran) -> None:
        waiting = OutgoingMail.objects.filter(state="waiting")
        assert sorted(waiting.values_list("message", flat=True)) == ["invitation", "invitation", "locked"]
        assert OutgoingMail.objects.filter(state="sent").count() > 20

    def test_it_is_not_added_twice(self, demo: Ran) -> None:
        people = Account.objects.count()
        ran = run("demo", "--shape", self.SHAPE)
        assert (ran.code, Account.objects.count()) == (1, people)
        assert "--new-passwords" in ran.err

    def test_new_passwords_replace_the_old_ones(self, demo: Ran) -> None:
        told = run("demo", "--new-passwords", "--format", "json").data["personas"]
        assert len(told) == len(demo.data["personas"])
        for old, new in zip(demo.data["personas"], told, strict=True):
            assert authenticate(username=old["email"], password=old["password"]) is None
            assert authenticate(username=new["email"], password=new["password"])

    def test_show_names_the_people_without_passwords(self, demo: Ran) -> None:
        ran = run("demo", "--show")
        assert ran.code == 0
        assert not [each for each in demo.data["personas"] if each["email"] not in ran.out]
        assert not [each for each in demo.data["personas"] if each["password"] in ran.out]

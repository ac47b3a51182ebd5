"""People give up what they have: they see first what they lose, and nobody can be the last one to leave."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.access import effective
from accounts.models import Account, Grant, UnitAccess
from accounts.services.giving_back import give_back
from accounts.services.rules import Wanted, start_rule
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import Invalid, LastAdministrator, OwnerProtected, RuleBroken
from adminrights.models import JournalEntry, OutgoingMail, Unit
from adminrights.services import set_owner
from groups.models import Membership
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.dates import plan
from tests.factories import AccountFactory, GroupFactory, UnitFactory


def address(kind: str, fact: Any) -> str:
    return reverse("accounts:give_back", args=[kind, fact.pk])


def gives_back(client: Client, path: str) -> Any:
    looked = client.get(path)
    return client.post(path, {"previewed": looked.context["previewed"]}, follow=True)


@pytest.mark.parametrize("kind", ["membership", "right"])
def test_what_is_given_back_is_shown_first_and_gone_then(
    kind: str, membership: Membership, own: Grant, unit: Unit
) -> None:
    fact = membership if kind == "membership" else own
    person, name = fact.account, {"membership": "Group Campaign team", "right": "Own right: "}[kind]
    client = signed_in(person)
    assert address(kind, fact) in client.get("/me/").content.decode()

    looked = client.get(address(kind, fact))
    assert f"{person.name} loses: " in text_of(looked)
    assert effective(Account.objects.get(pk=person.pk), unit).effective

    done = gives_back(client, address(kind, fact))

    assert messages_of(done)[0].startswith(f"Given back: {name}")
    assert not effective(Account.objects.get(pk=person.pk), unit).effective
    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, entry.actor, entry.target_id) == ("access.given_back", person, person.pk)
    assert not OutgoingMail.objects.exists()
    assert client.get(address(kind, fact)).status_code == 404


def test_only_ones_own_is_given_back(membership: Membership, own: Grant) -> None:
    client = signed_in(own.account)

    for path in (address("membership", membership), address("membership", Membership(pk=999_999))):
        assert (client.get(path).status_code, client.post(path).status_code) == (404, 404)
    assert membership.account.memberships.live().exists()


def test_the_last_administrator_stays(ada: Account) -> None:
    own = ada.grants.get()
    client = signed_in(ada)

    shown = client.get(address("right", own))
    assert "Nobody could administer Northwind any more" in text_of(shown)
    refused = client.post(address("right", own), follow=True)

    assert "Nobody could administer Northwind any more" in messages_of(refused)[0]
    with pytest.raises(LastAdministrator):
        give_back(own, ada)
    assert JournalEntry.objects.latest("sequence").outcome == "refused"


def test_one_of_two_administrators_may_go(ada: Account, otto: Account) -> None:
    give_back(ada.grants.get(), ada)
    with pytest.raises(LastAdministrator):
        give_back(otto.grants.get(), otto)


def test_an_access_rule_holds_people(unit: Unit, own: Grant) -> None:
    key = next(iter(effective(own.account, unit).effective))
    start_rule(Wanted("least", key, least=1), unit=unit, actor=SYSTEM)

    with pytest.raises(RuleBroken):
        give_back(own, own.account)


def test_the_owner_stays_in_his_organisation(unit: Unit, ada: Account) -> None:
    owner = AccountFactory(unit=unit)
    set_owner(unit, owner, actor=SYSTEM)

    with pytest.raises((OwnerProtected, Invalid)):
        give_back(owner.unit_accesses.get(), owner)


def test_access_to_one_of_several_units_is_given_back_but_not_the_last(unit: Unit, nemo: Account) -> None:
    north = UnitFactory(name="North", parent=unit)
    person = AccountFactory(unit=north)
    only = person.unit_accesses.get()
    assert address("access", only) not in signed_in(person).get("/me/").content.decode()
    with pytest.raises(Invalid, match="last way in"):
        give_back(only, person)
    both = AccountFactory(unit=unit, access={"includes_subunits": False})
    second = add_access(both, north)

    gives_back(signed_in(both), address("access", second))

    assert [row.unit for row in both.unit_accesses.live()] == [unit]


def add_access(account: Account, unit: Unit, **more: Any) -> UnitAccess:
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM, unit=unit, target=account) as c:
        access: UnitAccess = c.start(UnitAccess(account=account, unit=unit, **more))
    return access


def test_what_is_planned_is_given_back_as_well(unit: Unit, nemo: Account) -> None:
    planned = Membership.objects.get(pk=plan(nemo, GroupFactory(unit=unit)))
    assert planned.starts_at > timezone.now() - timedelta(seconds=1)

    give_back(planned, nemo)

    with pytest.raises(Invalid, match="in the meantime"):
        give_back(planned, nemo)


def test_what_was_given_back_is_given_again_in_the_log_by_others_only(
    membership: Membership, ada: Account, unit: Unit
) -> None:
    give_back(membership, membership.account)
    entry = JournalEntry.objects.get(event="access.given_back")
    path = reverse("accounts:log_entry_take_back", args=[entry.pk])
    client = signed_in(ada)

    client.post(path, {"previewed": client.get(path).context["previewed"]})

    assert membership.account.memberships.live().exists()

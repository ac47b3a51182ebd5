"""Adding by address: four answers, none of which tells a person more than they may know."""

import re
from typing import Any

import pytest

from accounts.access import effective, units_of
from accounts.models import Account, Grant, Invitation, UnitAccess
from accounts.services.invitations import cancel_invitation
from accounts.services.known_accounts import add_known_account
from accounts.services.lifecycle import create_account, remove_account
from adminrights.change import SYSTEM
from adminrights.exceptions import Invalid, MayNotPassOn, NotAllowed
from adminrights.models import JournalEntry, OutgoingMail, Unit
from adminrights.services import set_owner
from groups.models import Group, Membership
from tests.accounts.pages import messages_of, path, signed_in, text_of
from tests.factories import AccountFactory, UnitFactory


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(parent=unit, name="North")


@pytest.fixture
def south(unit: Unit) -> Unit:
    return UnitFactory(parent=unit, name="South")


@pytest.fixture
def elsewhere(unit: Unit) -> Unit:
    """Another organisation."""
    return UnitFactory(name="Elsewhere")


@pytest.fixture
def elsa(elsewhere: Unit) -> Account:
    """Works in the other organisation, with a right there."""
    return AccountFactory(
        unit=elsewhere, first_name="Elsa", last_name="Elsewhere", permissions=["offers:list"]
    )


@pytest.fixture
def nora(north: Unit, otto: Account) -> Account:
    """Administers the people of the north, and no other."""
    keys = ["accounts:list", "accounts:get", "accounts:create", "accounts:update", "access:assign"]
    return AccountFactory(unit=north, first_name="Nora", last_name="North", permissions=keys)


def ask(viewer: Account, email: str, **more: str) -> Any:
    return signed_in(viewer).post(path("account_address"), {"email": email} | more, follow=True)


# S4-05, S4-07
def test_adding_starts_with_the_address_where_there_are_several_units(ada: Account, north: Unit) -> None:
    response = signed_in(ada).get(path("account_create"), follow=True)
    assert response.redirect_chain == [(path("account_address"), 302)]
    asked = re.findall(r'<input type="(?:email|text|date)" name="(\w+)"', response.content.decode())
    assert asked == ["email"]


def test_with_a_single_unit_the_form_comes_at_once(ada: Account) -> None:
    response = signed_in(ada).get(path("account_create"))
    assert {"email", "first_name", "last_name"} <= set(response.context["form"].fields)


# S4-08, S4-09
def test_an_unknown_address_leads_to_the_form_with_the_address_filled_in(ada: Account, north: Unit) -> None:
    response = ask(ada, "new@example.org")
    assert response.redirect_chain[-1][0].startswith(path("account_create"))
    assert response.context["form"]["email"].value() == "new@example.org"


# S4-08
def test_an_address_known_here_shows_that_account(ada: Account, nemo: Account, north: Unit) -> None:
    response = ask(ada, nemo.email.upper())
    assert response.redirect_chain[-1][0] == nemo.get_absolute_url()
    assert messages_of(response) == ["Nemo Nobody is here already."]


# S4-08, S4-10: scenario 20
def test_an_address_of_another_organisation_is_offered_without_a_name(ada: Account, elsa: Account) -> None:
    words = text_of(ask(ada, elsa.email))
    assert f"The address {elsa.email} is known." in words
    assert "Add to Northwind" in words
    assert "Elsa" not in words.replace(elsa.email, "")


# S4-10
def test_an_address_of_another_unit_that_one_may_see_is_offered_by_name(
    unit: Unit, north: Unit, south: Unit, otto: Account
) -> None:
    boss = AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})
    sam = AccountFactory(unit=south, first_name="Sam", last_name="South")
    client = signed_in(boss)
    client.post("/units/switch/", {"unit": north.pk})
    words = text_of(client.post(path("account_address"), {"email": sam.email}))
    assert f"Sam South ({sam.email}) has an account already." in words


# S4-08: what the reader may not see of the same organisation isn't told either
def test_an_address_of_a_unit_that_one_may_not_see_has_no_name(nora: Account, south: Unit) -> None:
    sam = AccountFactory(unit=south, first_name="Sam", last_name="South")
    words = text_of(ask(nora, sam.email))
    assert f"The address {sam.email} is known." in words
    assert "Sam South" not in words


# S4-10, S4-35: scenario 20
def test_adding_keeps_the_details_and_what_is_held_elsewhere(
    ada: Account, elsa: Account, unit: Unit, elsewhere: Unit
) -> None:
    before = dict(effective(elsa, elsewhere).effective)
    response = ask(ada, elsa.email, add="1")
    assert messages_of(response) == ["Elsa Elsewhere has access to Northwind, with the details as they are."]
    assert effective(elsa, elsewhere).effective == before
    assert {each.name for each in units_of(elsa)} == {"Northwind", "Elsewhere"}
    assert effective(elsa, unit).effective == {}


# S4-35: scenario 20
def test_removing_there_leaves_the_rest(ada: Account, elsa: Account, unit: Unit, elsewhere: Unit) -> None:
    add_known_account(elsa.email, unit=unit, actor=ada)
    remove_account(elsa, actor=ada, unit=unit)
    assert {each.name for each in units_of(elsa)} == {"Elsewhere"}
    assert "offers:list" in effective(elsa, elsewhere).effective


# S4-10, S2-24
def test_it_gives_this_unit_alone_with_groups_and_levels(
    ada: Account, elsa: Account, unit: Unit, north: Unit, campaign_team: Group
) -> None:
    add_known_account(elsa.email, unit=unit, actor=ada, groups=[campaign_team], levels={"customers": 1})
    assert "Campaign team" in Membership.objects.live().get(account=elsa).group.display_name
    assert "user_profiles:list" in effective(elsa, unit).effective
    assert not UnitAccess.objects.live().filter(account=elsa, unit=north).exists()


# S4-43, S4-38: scenario 21
def test_an_address_that_was_removed_before_is_offered_again(
    ada: Account, nemo: Account, north: Unit
) -> None:
    remove_account(nemo, actor=SYSTEM, unit=north.root)
    words = text_of(ask(ada, nemo.email))
    assert f"Nemo Nobody ({nemo.email}) had access here before and was removed." in words
    ask(ada, nemo.email, add="1")
    assert {each.name for each in units_of(nemo)} == {"Northwind"}


# S4-43
def test_a_name_is_not_told_of_somebody_removed_here_who_works_elsewhere(
    ada: Account, elsa: Account, unit: Unit
) -> None:
    add_known_account(elsa.email, unit=unit, actor=ada)
    remove_account(elsa, actor=ada, unit=unit)
    words = text_of(ask(ada, elsa.email))
    assert f"The address {elsa.email} is known." in words


# S4-43, S4-38: the same in an organisation of one unit
def test_the_form_of_a_single_unit_links_to_a_known_account(ada: Account, nemo: Account) -> None:
    sent = {"email": nemo.email, "first_name": "Nemo", "last_name": "Nobody"}
    response = signed_in(ada).post(path("account_create"), sent)
    assert "Open the account of Nemo Nobody" in text_of(response)
    assert nemo.get_absolute_url() in response.content.decode()


# S4-43, S4-38
def test_the_form_of_a_single_unit_offers_somebody_removed(ada: Account, nemo: Account, unit: Unit) -> None:
    remove_account(nemo, actor=ada, unit=unit)
    sent = {"email": nemo.email, "first_name": "Nemo", "last_name": "Nobody"}
    words = text_of(signed_in(ada).post(path("account_create"), sent))
    assert "had access here before and was removed" in words
    assert "Add to Northwind" in words


# S4-38
def test_somebody_removed_while_pending_is_invited_again(ada: Account, unit: Unit) -> None:
    account = create_account(
        email="ines@example.org", first_name="Ines", last_name="Invited", unit=unit, actor=ada
    )
    remove_account(account, actor=ada, unit=unit)
    add_known_account(account.email, unit=unit, actor=ada)
    assert Invitation.objects.outstanding().filter(account=account).count() == 1
    assert OutgoingMail.objects.filter(account=account, message="invitation").count() == 2


def test_a_disabled_account_stays_disabled(ada: Account, dora: Account, unit: Unit, north: Unit) -> None:
    remove_account(dora, actor=ada, unit=unit)
    response = ask(ada, dora.email, add="1")
    dora.refresh_from_db()
    assert dora.status == Account.Status.DISABLED
    assert "is disabled" in messages_of(response)[0]


def test_somebody_cancelled_stays_disabled(ada: Account, unit: Unit, penny: Account) -> None:
    cancel_invitation(penny, actor=ada, unit=unit)
    remove_account(penny, actor=ada, unit=unit)
    add_known_account(penny.email, unit=unit, actor=ada)
    assert not OutgoingMail.objects.filter(account=penny).exists()


# S4-08: a guard's sentence tells nothing of the person either
def test_a_refusal_tells_nothing_of_the_person(nora: Account, unit: Unit, north: Unit) -> None:
    rita = AccountFactory(unit=unit, first_name="Rita", last_name="Root", permissions=["deals:list"])
    with pytest.raises(MayNotPassOn) as refusal:
        add_known_account(rita.email, unit=north, actor=nora)
    assert "Rita" not in str(refusal.value)
    assert "Rita" not in str(JournalEntry.objects.latest("sequence").data)
    assert not UnitAccess.objects.live().filter(account=rita, unit=north).exists()


# C-28: who owns or administers another organisation may work here
def test_the_owner_of_another_organisation_can_be_added(
    ada: Account, elsa: Account, unit: Unit, elsewhere: Unit
) -> None:
    set_owner(elsewhere, elsa, actor=SYSTEM)
    add_known_account(elsa.email, unit=unit, actor=ada)
    assert {each.name for each in units_of(elsa)} == {"Northwind", "Elsewhere"}


def test_a_unit_gives_nothing_back_that_was_held_before(ada: Account, grant: Account, unit: Unit) -> None:
    remove_account(grant, actor=ada, unit=unit)
    add_known_account(grant.email, unit=unit, actor=ada)
    assert effective(grant, unit).effective == {}
    assert not Grant.objects.live().filter(account=grant).exists()


def test_it_needs_the_right_to_add_accounts(helen: Account, elsa: Account, unit: Unit) -> None:
    with pytest.raises(NotAllowed):
        add_known_account(elsa.email, unit=unit, actor=helen)


@pytest.mark.parametrize("email", ["nobody@example.org", "nemo.nobody@example.org", "no address"])
def test_an_address_that_cannot_be_added_is_refused(
    email: str, ada: Account, nemo: Account, unit: Unit
) -> None:
    with pytest.raises(Invalid):
        add_known_account(email, unit=unit, actor=ada)


def test_no_address_is_asked_for_again(ada: Account, north: Unit) -> None:
    for email in ("", "nonsense", "x" * 400):
        assert ask(ada, email).status_code == 422

"""One account owns an organisation; it changes hands by password and with two mails (S2-27 to S2-30)."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.access import effective, may
from accounts.models import Account, UnitAccess
from accounts.services.grants import set_levels
from accounts.services.lifecycle import disable_account, remove_account
from accounts.services.ownership import hand_over, transfer_ownership
from adminrights.change import SYSTEM, change, preview
from adminrights.events import Event
from adminrights.exceptions import (
    Invalid,
    NotAllowed,
    NotFound,
    OwnerProtected,
    OwnRights,
    Refused,
    WorksElsewhere,
    WrongStatus,
)
from adminrights.models import OutgoingMail, Unit
from adminrights.models.mail import OutgoingMailQuerySet
from adminrights.services import set_owner
from roles.catalogue import catalogue
from tests.accounts.pages import signed_in, text_of
from tests.factories import PASSWORD, AccountFactory, UnitFactory
from tests.post import deliver


@pytest.fixture
def olga(unit: Unit) -> Account:
    """Olga owns the organisation and holds nothing else."""
    olga = AccountFactory(first_name="Olga", last_name="Owner", unit=unit)
    set_owner(unit, olga, actor=SYSTEM)
    return olga


def told() -> OutgoingMailQuerySet:
    """Return the mails about the transfer: not that which told Olga that she owns it."""
    return OutgoingMail.objects.exclude(message="administrator")


# S2-27
def test_the_owner_may_do_everything_that_the_unit_is_licensed_for(unit: Unit, olga: Account) -> None:
    found = effective(olga, UnitFactory(parent=unit))

    assert set(found.held) == set(catalogue().permissions)
    assert may(olga, "campaigns:approve", unit)


# S2-28, S2-29
def test_the_owner_hands_over_and_both_get_a_mail(
    unit: Unit, olga: Account, nemo: Account, ada: Account
) -> None:
    transfer_ownership(unit, nemo, password=PASSWORD, actor=olga)

    assert Unit.objects.get(pk=unit.pk).owner == nemo
    assert {(mail.message, mail.account) for mail in told()} == {
        ("owner_new", nemo),
        ("owner_old", olga),
    }
    assert effective(olga, unit).held == {}


def test_the_mails_name_the_organisation_and_the_new_owner(
    unit: Unit, olga: Account, nemo: Account, ada: Account
) -> None:
    transfer_ownership(unit, nemo, password=PASSWORD, actor=olga)

    letters = {mail.to[0]: mail for mail in deliver()}

    assert letters[nemo.email].subject == "You own Northwind now"
    assert "Nemo Nobody is the owner of Northwind" in letters[olga.email].body


# S2-28: "Owner or Can manage account may do it"
def test_a_full_administrator_may_do_it_too_but_not_for_themselves(
    unit: Unit, olga: Account, ada: Account, nemo: Account
) -> None:
    with pytest.raises(OwnRights):
        transfer_ownership(unit, ada, password=PASSWORD, actor=ada)
    transfer_ownership(unit, nemo, password=PASSWORD, actor=ada)

    assert Unit.objects.get(pk=unit.pk).owner == nemo


def test_nobody_else_may(unit: Unit, olga: Account, nemo: Account) -> None:
    clerk = AccountFactory(unit=unit, permissions=["accounts:update", "access:assign", "units:update"])

    with pytest.raises(NotAllowed):
        transfer_ownership(unit, nemo, password=PASSWORD, actor=clerk)

    assert Unit.objects.get(pk=unit.pk).owner == olga


def test_a_wrong_password_changes_nothing_and_counts_as_a_try(
    unit: Unit, olga: Account, nemo: Account
) -> None:
    with pytest.raises(Invalid, match="not your password"):
        transfer_ownership(unit, nemo, password="guess", actor=olga)

    olga.refresh_from_db()
    assert (olga.failed_sign_ins, told().count()) == (1, 0)
    assert Unit.objects.get(pk=unit.pk).owner == olga


# S2-30
def test_the_new_owner_must_have_access_here(unit: Unit, olga: Account) -> None:
    foreign = AccountFactory(unit=UnitFactory(name="Elsewhere"))

    with pytest.raises(NotFound):
        transfer_ownership(unit, foreign, password=PASSWORD, actor=olga)


@pytest.mark.parametrize("who", ["penny", "dora"])
def test_the_new_owner_must_be_active(
    who: str, unit: Unit, olga: Account, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(WrongStatus):
        transfer_ownership(unit, request.getfixturevalue(who), password=PASSWORD, actor=olga)


def test_it_goes_to_somebody_else_and_to_an_organisation_only(
    unit: Unit, olga: Account, nemo: Account
) -> None:
    with pytest.raises(Invalid):
        hand_over(unit, olga, actor=olga)
    with pytest.raises(Refused):
        hand_over(UnitFactory(parent=unit), nemo, actor=olga)


# C-28: optional
@pytest.mark.parametrize("exclusive", [True, False])
def test_an_owner_may_be_kept_from_working_elsewhere(
    exclusive: bool, unit: Unit, olga: Account, nemo: Account, settings: Settings
) -> None:
    settings.EXCLUSIVE_OWNERS = exclusive
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM) as c:
        c.start(UnitAccess(account=nemo, unit=UnitFactory(name="Elsewhere")))

    if exclusive:
        with pytest.raises(WorksElsewhere):
            hand_over(unit, nemo, actor=SYSTEM)
    else:
        hand_over(unit, nemo, actor=SYSTEM)
    assert (Unit.objects.get(pk=unit.pk).owner == nemo) is not exclusive


# S2-37, C-19: so that no organisation ends with its owner
@pytest.mark.parametrize("by", ["ada", "the command line", "the owner"])
@pytest.mark.parametrize("step", [disable_account, remove_account])
def test_an_owner_is_neither_disabled_nor_removed(
    step, by: str, unit: Unit, olga: Account, ada: Account, otto: Account
) -> None:
    actor = {"ada": ada, "the command line": SYSTEM, "the owner": olga}[by]

    with pytest.raises(Refused):
        step(olga, actor=actor, unit=unit)

    olga.refresh_from_db()
    assert (olga.status, may(olga, "accounts:update", unit)) == ("active", True)


def test_a_former_owner_can_be_removed(unit: Unit, olga: Account, nemo: Account, ada: Account) -> None:
    hand_over(unit, nemo, actor=SYSTEM)

    remove_account(olga, actor=SYSTEM, unit=unit)

    with pytest.raises(OwnerProtected):
        remove_account(nemo, actor=SYSTEM, unit=unit)


def test_it_says_beforehand_what_the_two_gain_and_lose(
    unit: Unit, olga: Account, nemo: Account, ada: Account
) -> None:
    found = preview(lambda: hand_over(Unit.objects.get(pk=unit.pk), nemo, actor=olga))

    gained = {effect.account: (bool(effect.gained), bool(effect.lost)) for effect in found.effects.real}
    assert gained == {nemo.pk: (True, False), olga.pk: (False, True)}
    assert told().count() == 0


def transfer_page(unit: Unit, account: Account) -> str:
    return f"{reverse('accounts:unit_owner', args=[unit.pk])}?account={account.pk}"


def sent(looked: Any, account: Account, password: str = PASSWORD) -> dict[str, Any]:
    """Return what the browser sends when the button of the page is pressed."""
    carried = {name: looked.context[name] for name in ("opened", "previewed")}
    return carried | {"account": account.pk, "password": password}


# S2-28, S2-29
def test_the_page_does_what_it_showed_and_asks_for_the_password_as_ever(
    unit: Unit, olga: Account, nemo: Account, ada: Account
) -> None:
    client, page = signed_in(olga), transfer_page(unit, nemo)
    looked = client.get(page)
    shown = text_of(looked)
    assert "Nothing is saved yet. Saving would do this:" in shown
    assert ("Nemo Nobody gains" in shown, "Olga Owner loses" in shown) == (True, True)
    assert f"A mail goes to {nemo.email}." in shown

    wrong = client.post(page, sent(looked, nemo, "guess"))
    assert (wrong.status_code, "This is not your password" in text_of(wrong)) == (422, True)
    assert "Nemo Nobody gains" in text_of(wrong)

    assert client.post(page, sent(wrong, nemo)).status_code == 302
    assert Unit.objects.get(pk=unit.pk).owner == nemo


def test_if_it_moved_meanwhile_the_page_shows_what_the_transfer_does_now(
    unit: Unit, olga: Account, nemo: Account, ada: Account
) -> None:
    client, page = signed_in(olga), transfer_page(unit, nemo)
    looked = client.get(page)
    set_levels(nemo, {"contacts": 2}, actor=SYSTEM, unit=unit)

    moved = client.post(page, sent(looked, nemo))

    assert moved.status_code == 409
    assert "Something changed since you looked. Nothing is saved" in text_of(moved)
    assert Unit.objects.get(pk=unit.pk).owner == olga
    assert client.post(page, sent(moved, nemo)).status_code == 302


def test_a_look_is_good_for_the_person_it_was_about(
    unit: Unit, olga: Account, nemo: Account, gwen: Account, ada: Account
) -> None:
    client = signed_in(olga)
    looked = client.get(transfer_page(unit, nemo))

    other = client.post(transfer_page(unit, gwen), sent(looked, gwen))

    assert (other.status_code, "Gwen Group gains" in text_of(other)) == (409, True)
    assert "The form was changed since you looked." in text_of(other)
    assert Unit.objects.get(pk=unit.pk).owner == olga


def test_nobody_hands_it_over_unseen(unit: Unit, olga: Account, nemo: Account, ada: Account) -> None:
    client, page = signed_in(olga), transfer_page(unit, nemo)

    asked = client.post(page, sent(client.get(page), nemo) | {"previewed": ""})

    assert (asked.status_code, "Save again" in text_of(asked)) == (200, True)
    assert Unit.objects.get(pk=unit.pk).owner == olga

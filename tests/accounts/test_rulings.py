"""Where the original documents conflict, and what holds here."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.access import effective
from accounts.models import Account, Grant
from accounts.services.units import switch_feature
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, Unit
from roles.catalogue import catalogue
from tests.accounts.pages import names_in, path, signed_in, text_of
from tests.editing import send
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.post import deliver, link_in

IVY = {"first_name": "Ivy", "last_name": "Invited", "email": "ivy@example.org"}


def holder(unit: Unit, *permissions: str) -> Account:
    account: Account = AccountFactory(unit=unit, permissions=list(permissions))
    return account


def rights(account: Account, unit: Unit) -> set[str]:
    return set(effective(account, unit).effective)


# C-10: a level, a rule and a named permission are three ways to write the same permissions
def test_levels_rules_and_named_permissions_give_the_same_kind_of_right(unit: Unit) -> None:
    by_level = AccountFactory(unit=unit, levels={"offers": 1})
    role = RoleFactory(unit=unit, rules=["offers:list", "offers:get"])
    by_rules = AccountFactory(unit=unit, groups=[GroupFactory(unit=unit, roles=[role])])
    assert rights(by_level, unit) == rights(by_rules, unit) == {"offers:list", "offers:get"}

    named, single = holder(unit, "contacts.add"), holder(unit, "contacts:create", "contacts:copy")
    assert rights(named, unit) == rights(single, unit) == {"contacts:create", "contacts:copy"}


# C-11: what another source gives stays
def test_no_means_not_given_here_and_takes_nothing_away(unit: Unit, ada: Account, gwen: Account) -> None:
    client, page = signed_in(ada), path("account_permissions", gwen)
    send(client, page, {"p-ad_campaigns:delete": "no", "p-ad_campaigns:list": "no"})

    assert {"ad_campaigns:delete", "ad_campaigns:list"} <= rights(gwen, unit)
    assert not Grant.objects.filter(account=gwen).exists()


# C-15, S2-22
def test_without_a_limit_there_are_as_many_accounts_as_one_likes(unit: Unit, ada: Account) -> None:
    client = signed_in(ada)
    limits = reverse("accounts:unit_limits", args=[unit.pk])
    send(client, limits, {"seat_limit": 1, "unit_limit": ""})
    assert client.post(path("account_create"), IVY).status_code == 422

    send(client, limits, {"seat_limit": "", "unit_limit": ""})
    for number in range(12):
        added = client.post(path("account_create"), IVY | {"email": f"{number}@example.org"})
        assert added.status_code == 302

    assert "Add Account" in text_of(client.get(path("account_list")))
    assert Account.objects.in_unit(unit).count() == 13


# C-19, S2-37: asked for, then done; the record stays
def test_removing_is_confirmed_and_keeps_the_person_for_the_history(unit: Unit, ada: Account) -> None:
    client = signed_in(ada)
    gone = AccountFactory(unit=unit, first_name="Gus", last_name="Gone", levels={"offers": 1})
    assert "Gus Gone loses: Offers" in text_of(client.get(path("account_remove", gone)))
    assert Account.objects.in_unit(unit).filter(pk=gone.pk).exists()

    client.post(path("account_remove", gone))

    assert names_in(client.get(path("account_list"))) == ["Ada Admin"]
    assert Account.objects.get(pk=gone.pk).name == "Gus Gone"
    assert JournalEntry.objects.about(gone).filter(actor=ada).exists()


# C-20: the Reporter of the original is Analytics
@pytest.mark.parametrize(
    ("survey", "report"),
    [
        ("personal.surveys_legacy", "survey_reports_legacy:get"),
        ("personal.surveys", "form_responses:get"),
    ],
)
def test_reports_of_surveys_wait_for_analytics(survey: str, report: str, unit: Unit, ada: Account) -> None:
    account = holder(unit, survey, "personal.contact_exporter", "personal.contacts")
    assert report not in rights(account, unit)

    send(signed_in(ada), path("account_permissions", account), {"p-personal.analytics": "yes"})

    assert report in rights(account, unit)


# C-21: the remark that nobody can add them is outdated
def test_text_message_contacts_can_be_added_by_a_permission_of_its_own(unit: Unit) -> None:
    switch_feature(unit, "sms", on=True, actor=SYSTEM)

    assert "sms_contacts:create" in rights(holder(unit, "sms.add"), unit)
    assert "sms_contacts:create" not in rights(holder(unit, "sms.view", "sms.edit", "sms.import"), unit)


# C-22: the name decides
def test_contact_reports_are_about_contacts(unit: Unit) -> None:
    assert rights(holder(unit, "reports.contacts"), unit) == {"contact_reports:list", "contact_reports:get"}


# C-24: what the original once calls mailings is campaigns
def test_building_automations_advises_the_permissions_on_campaigns(ada: Account) -> None:
    words = text_of(signed_in(ada).get(reverse("accounts:permission_book") + "?q=automations"))

    assert "Best given together with those to see, add, change and send campaigns." in words
    assert not any("mailing" in named.help.lower() for named in catalogue().named.values())


# C-25, S2-25: for somebody new the names too, for a known address nothing else
def test_address_and_names_are_required_and_the_telephone_is_not(unit: Unit, ada: Account) -> None:
    client = signed_in(ada)
    fields = client.get(path("account_create")).context["form"].fields
    asked = ("email", "first_name", "last_name", "phone")
    assert [fields[name].required for name in asked] == [True, True, True, False]
    assert client.post(path("account_create"), IVY).status_code == 302
    assert Account.objects.get(email="ivy@example.org").phone == ""

    UnitFactory(parent=unit)
    elsewhere = AccountFactory(unit=UnitFactory(name="Elsewhere"))
    client.post(path("account_address"), {"email": elsewhere.email, "add": "1"})
    assert Account.objects.in_unit(unit).filter(pk=elsewhere.pk).exists()


# C-26
@pytest.mark.parametrize(("days", "works"), [(1, False), (3, True)])
def test_how_long_a_link_lives_is_a_setting_and_no_password_is_mailed(
    days: int, works: bool, ada: Account, settings: Settings
) -> None:
    settings.INVITATION_DAYS = days
    signed_in(ada).post(path("account_create"), IVY | {"invite": "on"})
    [letter] = deliver()

    assert not Account.objects.get(email="ivy@example.org").has_usable_password()
    assert "temporary" not in str(letter.body)
    with time_machine.travel(timedelta(days=2)):
        answer = Client().get(link_in(letter))
    assert answer.status_code == (302 if works else 410)

"""The overview: every number is what the list behind it shows, and nobody sees more than their lists."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from accounts.overview import administrators
from accounts.services.invitations import cancel_invitation, open_invitation, resend_invitation
from adminrights import clock
from adminrights.change import SYSTEM
from adminrights.days import Span
from adminrights.models import OutgoingMail, Unit
from adminrights.outbox import send_due
from groups.models import Group
from groups.services import add_members
from tests.accounts.pages import signed_in, text_of
from tests.asking.acts import asked_by
from tests.dates import plan
from tests.factories import AccountFactory, GroupFactory, UnitFactory
from tests.reviews.reviewed import review_of

pytestmark = pytest.mark.django_db
PAGE = "/overview/"


def pictures(client: Client) -> dict[str, Any]:
    return {picture.key: picture for picture in client.get(PAGE).context["pictures"]}


def numbers(picture: Any) -> dict[str, int]:
    return {str(mark.label): mark.count for mark in (*picture.marks, *picture.beside)}


def invite(unit: Unit, name: str) -> Account:
    account: Account = AccountFactory(unit=unit, first_name=name, last_name="Invited", status="pending")
    resend_invitation(account, actor=SYSTEM, unit=unit)
    return account


@pytest.fixture
def busy(
    unit: Unit,
    otto: Account,
    late: Account,
    locked: Account,
    campaign_team: Group,
    gwen: Account,
    settings: Settings,
) -> None:
    """Something of everything that the overview counts."""
    settings.INVITATION_DAYS = 3
    with clock.set_to(timezone.now() - timedelta(days=120)):
        AccountFactory(unit=unit, first_name="Quinn", last_name="Quiet")
    opened, bounced, cancelled = (invite(unit, name) for name in ("Olga", "Bert", "Carl"))
    send_due()
    open_invitation(opened.invitations.get())
    OutgoingMail.objects.filter(account=bounced).update(delivery="bounced", delivery_at=timezone.now())
    cancel_invitation(cancelled, actor=SYSTEM, unit=unit)
    plan(gwen, campaign_team)
    asked_by(gwen, unit)
    review_of(campaign_team)
    signed_in(otto)


@pytest.mark.usefixtures("busy")
def test_every_number_is_that_of_the_list_behind_it(ada: Account, client: Client):
    client.force_login(ada)
    shown = client.get(PAGE).context
    marks = [mark for each in shown["pictures"] for mark in (*each.marks, *each.beside)] + shown["figures"]
    cells = [cell for each in shown["pictures"] for row in each.table.rows for cell in row[1:]]
    links = [(mark.url, mark.count) for mark in marks if mark.url]
    links += [(cell.url, int(cell.label)) for cell in cells if hasattr(cell, "url")]

    listed = {url: client.get(url).context["count"] for url, _count in links}

    assert dict(links) == listed
    assert len(links) >= 20
    assert sum(count > 0 for _url, count in links) >= 15


@pytest.mark.usefixtures("busy")
def test_it_tells_how_far_invitations_got(ada: Account):
    found = pictures(signed_in(ada))["invitations"]

    assert numbers(found) == {
        "Invited": 4, "Delivered": 1, "Opened": 1, "Accepted": 0,
        "Link run out": 1, "Mail not delivered": 1, "Cancelled": 1,
    }  # fmt: skip
    assert found.finding == "4 people invited in 90 days, 0 of them accepted"


def test_somebody_invited_twice_counts_once(ada: Account, unit: Unit, penny: Account):
    resend_invitation(penny, actor=SYSTEM, unit=unit)
    resend_invitation(penny, actor=SYSTEM, unit=unit)

    assert numbers(pictures(signed_in(ada))["invitations"])["Invited"] == 1


@pytest.mark.usefixtures("gwen")
def test_it_tells_who_administers_and_warns_of_the_only_one(ada: Account, unit: Unit):
    client = signed_in(ada)
    alone = pictures(client)["administrators"]
    Authenticator.objects.create(user=ada, type="totp", data={})
    AccountFactory(unit=unit, first_name="Otto", last_name="Other", levels={"admin_rights": 2})
    two = pictures(client)["administrators"]

    assert "Ada Admin is the only full administrator." in alone.warning
    assert alone.finding == "1 person administers, without a second factor"
    assert (two.warning, two.finding) == ("", "2 people administer, 1 of them without a second factor")
    assert [(each.name, each.what) for each in two.people] == [
        ("Ada Admin", "Full administrator"),
        ("Otto Other", "Full administrator"),
    ]


def test_below_the_organisation_it_is_about_the_unit_alone(ada: Account, unit: Unit, penny: Account):
    south = UnitFactory(name="South", parent=unit)
    keys = ["accounts:list", "accounts:get", "accounts:update", "access:assign", "access_log:list"]
    uma = AccountFactory(unit=south, first_name="Uma", last_name="Unit", permissions=keys)
    resend_invitation(penny, actor=SYSTEM, unit=unit)

    shown = pictures(signed_in(uma))
    above = pictures(signed_in(ada))["administrators"]

    assert numbers(shown["accounts"])["Active"] == 1
    assert numbers(shown["invitations"])["Invited"] == 0
    assert [each.name for each in shown["administrators"].people] == ["Uma Unit"]
    # Sign-ins belong to the organisation, and its log is not Uma's to read.
    assert "sign_ins" not in shown
    assert [(each.name, each.what) for each in above.people] == [
        ("Ada Admin", "Full administrator"),
        ("Uma Unit", "Unit administrator of South"),
    ]


@pytest.mark.usefixtures("busy")
def test_without_the_log_and_the_accounts_pages_less_is_told(ada: Account, unit: Unit):
    reader = AccountFactory(unit=unit, permissions=["accounts:list"])
    client = signed_in(reader)
    page = client.get(PAGE)

    assert [each.key for each in page.context["pictures"]] == ["accounts", "administrators", "ends"]
    assert page.context["figures"] == []
    assert "second factor" not in text_of(page).lower()
    assert ada.get_absolute_url() not in page.content.decode()
    # Nor does the filter of the list tell who opened a link.
    assert client.get(reverse("accounts:account_list"), {"invited": "opened"}).context["count"] == 0


@pytest.mark.parametrize(
    ("days", "finding"),
    [
        ([9], "1 right ends in the next 30 days"),
        ([9, 10], "2 rights end in the next 30 days"),
        ([60], "1 right ends in the next 90 days, but not within 30"),
        ([9, 60], "2 rights end in the next 90 days, 1 of them within 30"),
    ],
)
def test_what_ends_is_told_without_saying_a_number_twice(
    days: list[int], finding: str, unit: Unit, ada: Account, nemo: Account
):
    for each in days:
        group = GroupFactory(unit=unit)
        add_members(group, [nemo], actor=SYSTEM, span=Span(None, timezone.now() + timedelta(days=each)))

    assert pictures(signed_in(ada))["ends"].finding == finding


def test_what_is_empty_says_what_to_do_next(ada: Account):
    text = text_of(signed_in(ada).get(PAGE))

    assert "You are the only one here Invite the people you work with. Add account" in text
    assert "Nobody was invited in the last 90 days" in text
    assert "Nothing ends soon" in text


def test_days_that_are_over_are_counted_once_and_today_anew(monday: time_machine.Traveller, ada: Account):
    signed_in(ada)
    monday.shift(timedelta(days=8))
    client = signed_in(ada)
    before = pictures(client)["sign_ins"]
    monday.shift(timedelta(minutes=1))
    signed_in(ada)
    after = pictures(client)["sign_ins"]

    assert before.finding == "2 sign-ins in 13 weeks, and 0 that failed"
    assert numbers(after)["Signed in"] == 3
    assert [int(getattr(row[1], "label", 0)) for row in after.table.rows][-2:] == [1, 2]


def test_too_many_administrators_are_said_to_be_too_many(
    ada: Account, otto: Account, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(administrators, "MOST_JUDGED", 1)

    found = pictures(signed_in(ada))["administrators"]

    assert found.finding == "More than 1 people administer here or in a unit below"
    assert not found.drawn

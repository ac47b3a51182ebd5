"""The page, its files and the command: what they show to whom, and that every finding leads to a preview."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Grant
from accounts.services.invitations import resend_invitation
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from roles.models import Role
from tests.accounts.pages import signed_in, text_of
from tests.factories import AccountFactory, GroupFactory, RoleFactory
from tests.least.conftest import use
from tests.terminal import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
Pass = Callable[[int], None]
PAGE = "accounts:least_privilege"


def page(client: Client, days: int = 90) -> str:
    return text_of(client.get(reverse(PAGE), {"days": days}))


def buttons(client: Client, kind: str) -> list[Any]:
    sections = client.get(reverse(PAGE)).context["sections"]
    rows = [row for section in sections for row in section.rows if row.finding.kind == kind]
    assert rows, kind
    return next((row.buttons for row in rows if row.buttons), [])


@pytest.fixture
def untidy(
    unit: Unit, gwen: Account, grant: Account, penny: Account, campaigns_admin: Role, later: Pass
) -> None:
    """Ninety-five days in which hardly anybody did anything."""
    rules = [rule.permission_id for rule in campaigns_admin.rules.live()]
    RoleFactory(unit=unit, display_name="Twin", rules=rules)
    RoleFactory(unit=unit, display_name="Loose", rules=["contacts:list", "contacts.*:list"])
    GroupFactory(unit=unit, display_name="Hollow", roles=[campaigns_admin])
    GroupFactory(unit=unit, display_name="Idle", members=[gwen])
    resend_invitation(penny, actor=SYSTEM, unit=unit)
    use(gwen, "ad_campaigns:list", unit)
    later(95)
    use(gwen, "ad_campaigns:list", unit)


def test_the_page_tells_what_could_go_and_why(ada: Account, untidy: None):
    text = page(signed_in(ada))

    assert "Grant Own · Own right: Customers, Read Never used since uses are recorded" in text
    assert "Campaigns admin · Rule: Custom profile attributes 0 of 1 person used it in 90 days" in text
    assert "Hollow Nobody is in it" in text
    assert "Idle Gives its members nothing" in text
    assert "Twin Has the same rules as Campaigns admin" in text
    assert "Invitation to penny.pending@example.org" in text
    assert "Use has been recorded since 2 Mar 2026." in text


def test_a_tidy_organisation_is_told_so(ada: Account, unit: Unit):
    text = page(signed_in(ada))

    assert "0 things could go" in text
    assert "Every group has members and roles." in text
    # Opening the page is the first use that is recorded, and it is written after the page.
    assert "isn't recorded here" in text or "can be judged from" in text
    assert "so this can be judged from 31 May 2026 on" in page(signed_in(ada))


@pytest.mark.parametrize("days", ["", "7", "abc", "90'"])
def test_a_number_of_days_that_is_not_offered_is_the_usual_one(days: str, ada: Account, untidy: None):
    text = text_of(signed_in(ada).get(reverse(PAGE), {"days": days}))

    assert "0 of 1 person used it in 90 days" in text


def test_every_finding_leads_to_a_page_that_says_first_what_it_does(ada: Account, untidy: None):
    client = signed_in(ada)
    entries = JournalEntry.objects.count()

    asks = []
    for kind in ("grant", "rule", "empty_group", "twin", "loose_role"):
        (button,) = buttons(client, kind)
        asks.append(text_of(client.get(button.url)))

    assert "Take back a right of Grant Own? Own right: Customers, Read ends." in asks[0]
    assert "Grant Own loses:" in asks[0]
    assert "Gwen Group loses:" in asks[1]
    assert "Nobody is in it" in asks[2]
    assert [label.label for label in buttons(client, "invitation")] == ["Resend Invite", "Cancel Invite"]
    assert JournalEntry.objects.count() == entries


def test_a_membership_leads_to_the_question_of_its_group(
    ada: Account, untidy: None, campaign_team: Group, unit: Unit, later: Pass
):
    person = AccountFactory(unit=unit, first_name="Ida", last_name="Idle", groups=[campaign_team])
    later(95)
    client = signed_in(ada)
    rows = [row for each in client.get(reverse(PAGE)).context["sections"] for row in each.rows]
    (button,) = next(row.buttons for row in rows if row.finding.of == person)

    asked = client.post(button.url, button.fields)

    assert "Ida Idle loses:" in text_of(asked)
    assert person.memberships.live().exists()


def test_a_right_is_taken_back_and_the_others_stay(ada: Account, untidy: None, grant: Account, own: Grant):
    client = signed_in(ada)
    path = reverse("accounts:grant_take", args=[grant.pk, own.pk])

    looked = client.get(path)
    done = client.post(path, {"previewed": looked.context["previewed"]}, follow=True)

    assert "Own right: Customers, Read of Grant Own ended." in text_of(done)
    assert not grant.grants.live().exists()
    assert "Grant Own" not in page(client)


def test_who_may_not_take_it_back_gets_no_button_and_no_page(
    unit: Unit, untidy: None, grant: Account, own: Grant
):
    reader = signed_in(AccountFactory(unit=unit, permissions=["accounts:list", "accounts:get"]))

    assert buttons(reader, "grant") == []
    assert reader.get(reverse("accounts:grant_take", args=[grant.pk, own.pk])).status_code == 403
    assert grant.grants.live().exists()


def test_groups_and_roles_are_shown_to_those_who_may_see_them(unit: Unit, untidy: None):
    text = page(signed_in(AccountFactory(unit=unit, permissions=["accounts:list"])))

    assert "Grant Own" in text
    assert "Hollow" not in text
    assert "Twin" not in text


def test_a_chapter_as_a_file(ada: Account, untidy: None, unit: Unit):
    path = reverse("accounts:least_export", args=["unused-rights"])
    lines = b"".join(signed_in(ada).get(path)).decode().splitlines()

    assert lines[0].lstrip("\ufeff") == "chapter,kind,what,of,unit,why,last_used"
    assert any(
        line.startswith('unused-rights,grant,"Own right: Customers, Read",Grant Own') for line in lines
    )
    few = AccountFactory(unit=unit, permissions=["accounts:list"])
    assert signed_in(few).get(reverse("accounts:least_export", args=["groups"])).status_code == 404


def test_the_command_says_the_same_and_ends_with_3(untidy: None, unit: Unit):
    told = run("least_privilege", "--format", "json")

    assert told.code == 3
    kinds = {each["kind"] for each in told.data}
    assert {"grant", "rule", "empty_group", "bare_group", "twin", "loose_role", "invitation"} <= kinds
    text = run("least_privilege", "--days", "180")
    assert text.code == 3
    assert "Hollow, Northwind: Hollow. Nobody is in it." in text.out
    assert "can be judged from" in text.err


def test_the_command_ends_with_0_where_there_is_nothing(unit: Unit):
    assert run("least_privilege").code == 0


def test_why_tells_when_it_was_last_used(ada: Account, gwen: Account, untidy: None):
    path = reverse("accounts:account_why", args=[gwen.pk, "ad_campaigns:list"])
    never = reverse("accounts:account_why", args=[gwen.pk, "ad_campaigns:get"])

    assert "Last used on 5 Jun 2026" in text_of(signed_in(ada).get(path))
    assert "Not used since 2 Mar 2026" in text_of(signed_in(ada).get(never))

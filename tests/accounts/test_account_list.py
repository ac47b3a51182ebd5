"""All Accounts: columns, search, filters, order, pages, quick actions."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from accounts.services.levels import set_cells
from accounts.services.lifecycle import create_account
from accounts.standing import Cell
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit
from groups.models import Group
from groups.services import update_group
from roles.models import Role
from tests.accounts.pages import labels, names_in, path, signed_in, text_of
from tests.factories import AccountFactory, GroupFactory, UnitFactory

LIST = "/accounts/"


# S0-13, S0-14, S0-18, S0-19, S0-20, S0-21, S1-08, S1-09, C-04
def test_the_columns_are_status_id_name_email_groups_and_last_sign_in(ada: Account) -> None:
    table = signed_in(ada).get(LIST).context["table"]
    assert [str(column.header) for column in table.columns] == [
        "Tick", "Status", "ID", "Name", "Email", "Groups", "Last sign-in", "",
    ]  # fmt: skip


# S0-12, S1-12: everybody of the staff, and nobody else
def test_everybody_of_the_organisation_is_listed(unit: Unit, ada: Account, nemo: Account) -> None:
    AccountFactory(first_name="Far", last_name="Away", unit=UnitFactory())
    assert names_in(signed_in(ada).get(LIST)) == ["Ada Admin", "Nemo Nobody"]


# S0-13, S0-21, S1-06
def test_a_row_shows_status_address_and_groups(ada: Account, gwen: Account) -> None:
    words = text_of(signed_in(ada).get(f"{LIST}?q=gwen"))
    assert f"Active {gwen.pk} Gwen Group gwen.group@example.org Campaign team" in words


# S0-19, S0-41, S1-11
def test_the_name_leads_to_the_page_of_the_account(ada: Account, gwen: Account) -> None:
    page = signed_in(ada).get(LIST).content.decode()
    assert f'<a class="row-link" href="/accounts/{gwen.pk}/">Gwen Group</a>' in page


# S0-14, S0-15, S0-16, S0-17, S1-10
@pytest.mark.parametrize("status", ["active", "pending", "disabled"])
def test_the_list_is_narrowed_by_status(status: str, ada: Account, penny: Account, dora: Account) -> None:
    found = names_in(signed_in(ada).get(f"{LIST}?status={status}"))
    expected = {"active": "Ada Admin", "pending": "Penny Pending", "disabled": "Dora Disabled"}
    assert found == [expected[status]]


# T9
def test_expired_invitations_can_be_found_and_are_marked(unit: Unit, ada: Account) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=10), tick=False):
        create_account(
            email="late@example.org", first_name="Late", last_name="Comer", unit=unit, actor=SYSTEM
        )
    create_account(email="new@example.org", first_name="New", last_name="Comer", unit=unit, actor=SYSTEM)
    response = signed_in(ada).get(f"{LIST}?status=expired")
    assert names_in(response) == ["Late Comer"]
    assert "Pending Invitation expired" in text_of(response)


# S4-46
def test_a_pending_account_says_how_long_its_link_still_works(unit: Unit, ada: Account) -> None:
    create_account(email="new@example.org", first_name="New", last_name="Comer", unit=unit, actor=SYSTEM)
    with time_machine.travel(timezone.now() + timedelta(days=1, hours=1), tick=False):
        assert "Pending 2 days left" in text_of(signed_in(ada).get(f"{LIST}?status=pending"))
    with time_machine.travel(timezone.now() + timedelta(days=2, hours=1), tick=False):
        assert "Pending 1 day left" in text_of(signed_in(ada).get(f"{LIST}?status=pending"))


# T10
def test_locked_accounts_can_be_found_and_are_marked(ada: Account, gwen: Account) -> None:
    with change(Event.ACCOUNT_LOCKED, actor=SYSTEM) as c:
        c.update(gwen, locked_at=c.at)
    response = signed_in(ada).get(f"{LIST}?status=locked")
    assert names_in(response) == ["Gwen Group"]
    assert "Active Locked" in text_of(response)


@pytest.mark.parametrize("text", ["gwen", "GROUP gwen", "gwen.group@", "Gwen%20%20group"])
def test_the_search_finds_names_and_addresses(text: str, ada: Account, gwen: Account) -> None:
    assert names_in(signed_in(ada).get(f"{LIST}?q={text}")) == ["Gwen Group"]


@pytest.mark.parametrize("text", ["100%25", "_", "'", "%25%25%25", "a" * 5000])
def test_a_search_takes_everything_literally(text: str, ada: Account) -> None:
    response = signed_in(ada).get(f"{LIST}?q={text}")
    assert response.status_code == 200
    assert names_in(response) == []


def test_the_list_is_narrowed_by_group(ada: Account, gwen: Account, campaign_team: Group) -> None:
    assert names_in(signed_in(ada).get(f"{LIST}?group={campaign_team.pk}")) == ["Gwen Group"]


def test_the_list_is_narrowed_by_the_roles_that_groups_carry(
    ada: Account, gwen: Account, campaigns_admin: Role
) -> None:
    assert names_in(signed_in(ada).get(f"{LIST}?role={campaigns_admin.pk}")) == ["Gwen Group"]


def test_the_filters_keep_what_was_chosen_and_show_names_as_they_are(ada: Account, unit: Unit) -> None:
    odd = GroupFactory(unit=unit, display_name='<i>Odd</i> & "Sons"')
    page = signed_in(ada).get(f"{LIST}?group={odd.pk}").content.decode()
    shown = "&lt;i&gt;Odd&lt;/i&gt; &amp; &quot;Sons&quot;"
    assert f'<option value="{odd.pk}" selected>{shown}</option>' in page
    assert "<i>Odd" not in page


def test_the_filters_tell_of_another_name_at_once(ada: Account, campaign_team: Group) -> None:
    client = signed_in(ada)
    client.get(LIST)
    update_group(campaign_team, actor=SYSTEM, display_name="Campaigners")
    page = client.get(LIST).content.decode()
    assert ">Campaigners</option>" in page
    assert "Campaign team" not in page


def test_a_group_of_somewhere_else_finds_nothing(ada: Account) -> None:
    foreign = GroupFactory(unit=UnitFactory())
    assert names_in(signed_in(ada).get(f"{LIST}?group={foreign.pk}")) == []


@pytest.mark.parametrize(
    ("sort", "first"), [("name", "Ada Admin"), ("-name", "Otto Other"), ("-id", "Nemo Nobody")]
)
def test_the_list_is_sorted_by_the_address(
    sort: str, first: str, ada: Account, otto: Account, nemo: Account
) -> None:
    assert names_in(signed_in(ada).get(f"{LIST}?sort={sort}"))[0] == first


def test_fifty_accounts_make_a_page_and_the_address_keeps_search_and_order(unit: Unit, ada: Account) -> None:
    for _ in range(51):
        AccountFactory(unit=unit, first_name="Many")
    response = signed_in(ada).get(f"{LIST}?q=many&sort=-name&page=2")
    assert len(names_in(response)) == 1
    assert "?q=many&amp;sort=-name&amp;page=1" in response.content.decode()


def test_a_search_that_finds_nothing_offers_the_whole_list(ada: Account) -> None:
    assert "No account matches" in text_of(signed_in(ada).get(f"{LIST}?q=zzz"))


def test_while_typing_only_the_results_come(ada: Account) -> None:
    page = signed_in(ada).get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert 'id="results"' in page
    assert "<html" not in page


# S0-22, S1-13
def test_the_add_button_is_there_for_those_who_may_add(ada: Account, helen: Account) -> None:
    assert labels(signed_in(ada).get(LIST).context["buttons"]) == ["Add Account"]
    assert signed_in(helen).get(LIST).context["buttons"] == []


# S0-43, S0-48, S0-49
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", ["Open", "Edit", "Resend Invite", "Cancel Invite"]),
        ("active", ["Open", "Edit", "Disable"]),
        ("disabled", ["Open", "Edit", "Reactivate"]),
    ],
)
def test_the_quick_actions_follow_the_state(
    status: str, expected: list[str], unit: Unit, ada: Account
) -> None:
    AccountFactory(unit=unit, first_name="Qq", status=status)

    assert quick_actions(signed_in(ada).get(f"{LIST}?q=qq")) == expected


def test_somebody_who_may_only_look_gets_only_open(helen: Account, nemo: Account) -> None:
    assert quick_actions(signed_in(helen).get(f"{LIST}?q=nemo")) == ["Open"]


def quick_actions(response: Any) -> list[str]:
    """What the menu at the end of the rows offers, as it is read."""
    return re.findall(r'class="drop-item[^>]*>.*?<span>(.*?)</span>', table_of(response), re.DOTALL)


def table_of(response: Any) -> str:
    """The page from the table's body on, without the menus around it."""
    return str(response.content.decode().split("<tbody", 1)[1].split("</tbody", 1)[0])


def queries_for(account: Account) -> int:
    client = signed_in(account)
    client.get(LIST)
    with CaptureQueriesContext(connection) as caught:
        client.get(LIST)
    return len(caught)


# Scenario 28
def test_the_number_of_queries_does_not_grow_with_accounts(
    unit: Unit, ada: Account, campaign_team: Group
) -> None:
    for _ in range(9):
        AccountFactory(unit=unit, groups=[campaign_team])
    before = queries_for(ada)
    for _ in range(50):
        AccountFactory(unit=unit, groups=[campaign_team], status="pending")
    assert queries_for(ada) == before
    # Session, account, what it holds, count, rows, groups.
    assert before <= 6


# Scenario 25
def test_somebody_without_the_right_is_told_what_is_missing(nemo: Account) -> None:
    response = signed_in(nemo).get(path("account_list"))
    assert response.status_code == 403
    assert "See the list of accounts" in text_of(response)


# S0-21, S4-12: the long names of the role matrix' groups are cut, so that unit and level stand apart
def test_a_group_of_the_role_matrix_shows_its_unit_and_its_level(unit: Unit, ada: Account) -> None:
    office = UnitFactory(name="Conference Office", parent=unit)
    person = AccountFactory(unit=office)
    role = Role.objects.get(name="business_unit_administrator", unit=None)
    set_cells([Cell(person.pk, office.pk, role.pk)], [], actor=SYSTEM, unit=office)

    page = signed_in(ada).get(path("account_list")).content.decode()

    assert 'title="Business Unit administrator · Conference Office"' in page
    assert (
        '<span class="tag-label">Conference Office</span> <span class="tag-detail">Unit admin</span>' in page
    )


def test_a_group_of_the_role_matrix_with_a_name_of_its_own_shows_that(unit: Unit, ada: Account) -> None:
    office = UnitFactory(name="Conference Office", parent=unit)
    person = AccountFactory(unit=office)
    role = Role.objects.get(name="team_member", unit=None)
    set_cells([Cell(person.pk, office.pk, role.pk)], [], actor=SYSTEM, unit=office)
    update_group(Group.objects.get(standing_role=role), actor=SYSTEM, display_name="Our office")

    page = signed_in(ada).get(path("account_list")).content.decode()

    assert ">Our office</a>" in page
    assert "tag-detail" not in page

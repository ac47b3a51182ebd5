"""The catalogue page: what each permission means and needs, and who has it here."""

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account
from accounts.permission_book import chapters, entry, narrowed, roles_giving, who_holds
from adminrights.models import Unit
from groups.models import Group
from roles.catalogue import catalogue
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


def book(client: Client, **query: str) -> str:
    answer = client.get(reverse("accounts:permission_book"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def about(client: Client, key: str, **query: str) -> str:
    answer = client.get(reverse("accounts:permission_page", args=[key]), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


# S3-05: each permission is explained
def test_the_book_explains_every_permission(as_ada: Client) -> None:
    shown = book(as_ada)

    links = [reverse("accounts:permission_page", args=[key]) for key in catalogue().permissions]
    assert [link for link in links if f'href="{link}"' not in shown] == []
    assert all(found.help for chapter in chapters() for found in chapter.entries)


# Permissions stand by area and module
def test_the_book_goes_by_area_and_module() -> None:
    names = {chapter.label for chapter in chapters()}

    assert {"Contacts", "Campaigns", "Sales", "Automation", "Analytics", "Settings"} <= names


# S3-05
@pytest.mark.parametrize(
    ("query", "key"),
    [
        ({"q": "Suspend ad"}, "ad_campaigns:suspend"),
        ({"q": "contacts:export"}, "contacts:export"),
        ({"area": "Insight"}, "overview_reports:get"),
        ({"feature": "sms"}, "sms_contacts:create"),
        ({"caution": "on"}, "access:delegate"),
    ],
)
def test_search_and_filters_narrow_the_book(query: dict[str, str], key: str, as_ada: Client) -> None:
    shown = book(as_ada, **query)

    assert reverse("accounts:permission_page", args=[key]) in shown
    assert reverse("accounts:permission_page", args=["offers:list"]) not in shown


# S3-07, S3-08: what needs a feature says so
def test_entries_name_their_feature() -> None:
    assert entry("sms_contacts:create").feature_label == "Text messaging"
    assert entry("companies:list").feature_label == "Basic CRM"


def test_a_search_without_result_says_what_to_do(as_ada: Client) -> None:
    assert "No permission matches" in book(as_ada, q="zzzz")
    assert narrowed("zzzz") == ()


def test_a_search_as_one_types_gets_only_the_results(as_ada: Client) -> None:
    answer = as_ada.get(reverse("accounts:permission_book"), {"q": "ad"}, headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()


# S3-05: what it needs is a link
def test_what_a_permission_needs_is_one_click_away(as_ada: Client) -> None:
    needed = reverse("accounts:permission_page", args=["account_settings:get"])

    assert needed in about(as_ada, "account_settings:update")
    assert reverse("accounts:permission_page", args=["account_settings:update"]) in about(
        as_ada, "account_settings:get"
    )


# S3-90, scenario 15: the feature that this unit lacks
def test_the_page_says_when_the_feature_is_off_here(as_ada: Client) -> None:
    assert "not switched on here" in about(as_ada, "companies:list")


def test_a_feature_that_is_on_is_not_complained_of(client: Client, catalogue_rows: None) -> None:
    unit = UnitFactory(features=["basic_crm"])
    client.force_login(AccountFactory(unit=unit, permissions=["roles:list"]))

    assert "not switched on here" not in about(client, "companies:list")


# S3-05: numbers first, then people with their ways
def test_the_page_says_who_may_do_it_here(as_ada: Client, unit: Unit, gwen: Account) -> None:
    AccountFactory(unit=unit, first_name="Dirk", last_name="Direct", permissions=["ad_campaigns:update"])

    shown = about(as_ada, "ad_campaigns:update")

    assert "2 people: 1 directly, 1 through 1 group" in shown
    assert "Dirk Direct" in shown
    assert "Gwen Group" in shown


def test_numbers_count_the_owner(unit: Unit, gwen: Account) -> None:
    holding = who_holds("ad_campaigns:list", unit)

    counts = holding.counts
    assert (holding.count, counts.direct, counts.through, counts.groups) == (1, 0, 1, 1)


def test_names_are_for_those_who_may_see_accounts(client: Client, unit: Unit, gwen: Account) -> None:
    client.force_login(AccountFactory(unit=unit, permissions=["roles:list"]))

    shown = about(client, "ad_campaigns:update")

    assert "1 person" in shown
    assert "Gwen Group" not in shown


def test_people_of_another_organisation_are_not_told(as_ada: Client, gwen: Account) -> None:
    elsewhere = UnitFactory(name="Elsewhere")
    AccountFactory(unit=elsewhere, last_name="Stranger", permissions=["ad_campaigns:update"])

    shown = about(as_ada, "ad_campaigns:update")

    assert "1 person" in shown
    assert "Stranger" not in shown


# People from above may do it too, but the list of this unit doesn't name them
def test_people_from_above_are_counted_only(unit: Unit) -> None:
    branch = UnitFactory(name="Branch", parent=unit)
    AccountFactory(unit=unit, access={"includes_subunits": True}, permissions=["offers:list"])
    here = AccountFactory(unit=branch, permissions=["offers:list"])

    holding = who_holds("offers:list", branch)

    assert (holding.count, holding.others, holding[:]) == (2, 1, [here.pk])


# S3-05
def test_the_page_names_the_roles_that_give_it(as_ada: Client, campaigns_admin: Role, unit: Unit) -> None:
    RoleFactory(unit=UnitFactory(), display_name="Foreign role", rules=["ad_campaigns:update"])

    names = {str(role) for role in roles_giving("ad_campaigns:update", unit)}

    assert {"Campaigns admin", "Marketer", "All access", "Campaigns: Read & Write"} <= names
    assert names.isdisjoint({"Foreign role", "Campaigns: Read", "Offers: Read & Write"})
    assert campaigns_admin.get_absolute_url() in about(as_ada, "ad_campaigns:update")


def test_a_named_permission_lists_what_it_gives(as_ada: Client) -> None:
    key, named = next((key, named) for key, named in catalogue().named.items() if named.requires)

    shown = about(as_ada, key)

    for other in (*named.gives, *named.requires):
        assert reverse("accounts:permission_page", args=[other]) in shown


def test_what_is_no_permission_is_not_found(as_ada: Client) -> None:
    for key in ("nothing", "offers:fly", "offers.*:list", "offers@1", "*"):
        assert as_ada.get(reverse("accounts:permission_page", args=[key])).status_code == 404


def test_the_page_costs_the_same_for_many_people(
    as_ada: Client, unit: Unit, campaigns_admin: Role, gwen: Account
) -> None:
    def cost() -> int:
        about(as_ada, "ad_campaigns:list")  # what is read once only after a change
        with CaptureQueriesContext(connection) as caught:
            about(as_ada, "ad_campaigns:list")
        return len(caught)

    few = cost()
    for _number in range(4):
        members = [AccountFactory(unit=unit) for _other in range(3)]
        GroupFactory(unit=unit, roles=[campaigns_admin], members=members)

    assert cost() == few


# S3-94, C-13: while a rule is made, the editor says what goes unseen without View
def test_the_rule_editor_hints_at_a_page_nobody_would_see(as_ada: Client, campaigns_admin: Role) -> None:
    url = reverse("roles:rule_add", args=[campaigns_admin.pk])

    with_view = as_ada.get(url, {"target": "ad_campaigns"}).content.decode()
    without = as_ada.get(url, {"target": "chat"}).content.decode()

    assert "won't see the page: add View" in unescape(with_view)
    assert "see the page: add View" not in without


# S3-05: the same help in the role editor
def test_the_rule_editor_shows_help_and_caution(as_ada: Client, campaigns_admin: Role) -> None:
    url = reverse("roles:rule_add", args=[campaigns_admin.pk])

    shown = as_ada.get(url, {"target": "access"}).content.decode()

    for text in (entry("access:assign").help, entry("access:delegate").caution):
        assert text in unescape(shown)


def test_group_members_are_people_too(unit: Unit, campaign_team: Group, gwen: Account) -> None:
    assert who_holds("ad_campaigns:list", unit).sentence() == "1 person: 1 through 1 group"


# S3-05
def test_a_permission_that_nobody_has_says_so_and_still_leads_to_its_past(as_ada: Client) -> None:
    shown = about(as_ada, "ad_campaigns:delete")

    assert "Nobody may do it here." in shown
    assert reverse("accounts:permission_past", args=["ad_campaigns:delete"]) in shown

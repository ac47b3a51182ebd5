"""Who can: for any permission, role, module or item the people, how many in which way, narrowed, as CSV."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.dates.services import set_dates
from accounts.items import may_with
from accounts.models import Account
from accounts.services.items import hand_over, register_item
from accounts.services.known_accounts import add_known_account
from accounts.services.lifecycle import remove_account, update_account
from adminrights.change import SYSTEM
from adminrights.days import Span
from adminrights.models import Unit
from adminrights.services import set_owner
from groups.models import Group
from groups.services import add_members, remove_members
from roles.models import Role
from tests.accounts.pages import signed_in, text_of
from tests.dates import LAST
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

KEY = "ad_campaigns:update"


def page(reader: Account, name: str, about: Any, **query: Any) -> Any:
    answer = signed_in(reader).get(reverse(f"accounts:{name}", args=[about]), query)
    assert answer.status_code == 200
    return answer


def names(answer: Any) -> list[str]:
    return [row.record.name for row in answer.context["table"].rows]


def file(reader: Account, name: str, about: Any, **query: Any) -> list[dict[str, str]]:
    answer = page(reader, f"{name}_export", about, **query)
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


@pytest.fixture
def dirk(unit: Unit, campaign_team: Group) -> Account:
    """Dirk may it twice: by a right of his own, and through the group."""
    return AccountFactory(
        unit=unit, first_name="Dirk", last_name="Both", permissions=[KEY], groups=[campaign_team]
    )


@pytest.fixture
def olga(unit: Unit) -> Account:
    """Olga owns the organisation."""
    olga: Account = AccountFactory(unit=unit, first_name="Olga", last_name="Owner")
    set_owner(unit, olga, actor=SYSTEM)
    return olga


@pytest.fixture
def second_team(unit: Unit, campaigns_admin: Role) -> Group:
    return GroupFactory(unit=unit, display_name="Second team", roles=[campaigns_admin])


# S1-47: who has it through what, and how many of each
def test_the_page_counts_everybody_once(
    ada: Account, gwen: Account, dirk: Account, olga: Account, grant: Account
) -> None:
    answer = page(ada, "permission_who", KEY)

    told = text_of(answer)
    assert "3 people: the owner, 1 directly, 1 through 1 group" in told
    assert "1 of them has it in more than one way, and is counted once" in told
    assert names(answer) == ["Dirk Both", "Gwen Group", "Olga Owner"]
    assert "Through the group Campaign team, role Campaigns admin" in told
    assert "Owner of Northwind: everything" in told


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Dirk Both", "Gwen Group", "Olga Owner", "Zoe Second"]),
        ({"q": "GWEN example"}, ["Gwen Group"]),
        ({"q": "%"}, []),
        ({"way": "directly"}, ["Dirk Both"]),
        ({"way": "group"}, ["Dirk Both", "Gwen Group", "Zoe Second"]),
        ({"way": "only"}, ["Gwen Group", "Zoe Second"]),
        ({"way": "owner"}, ["Olga Owner"]),
        ({"way": "magic"}, []),
        ({"group": "second"}, ["Zoe Second"]),
        ({"group": "0"}, []),
        ({"group": "x"}, []),
        ({"role": "role"}, ["Dirk Both", "Gwen Group", "Zoe Second"]),
        ({"days": "7"}, ["Gwen Group"]),
        ({"days": "365"}, ["Gwen Group"]),
        ({"way": "group", "q": "zoe"}, ["Zoe Second"]),
        ({"at": "nonsense"}, []),
    ],
)
def test_filters_narrow_the_list_and_the_file_alike(
    query: dict[str, str], expected: list[str], ada: Account, gwen: Account, dirk: Account, olga: Account,
    second_team: Group, campaigns_admin: Role, unit: Unit,
) -> None:  # fmt: skip
    AccountFactory(unit=unit, first_name="Zoe", last_name="Second", groups=[second_team])
    set_dates(gwen.memberships.get(), Span(None, timezone.now() + timedelta(days=3)), actor=SYSTEM)
    numbers = {"second": second_team.pk, "role": campaigns_admin.pk}
    asked = {name: numbers.get(value, value) for name, value in query.items()}

    answer = page(ada, "permission_who", KEY, **asked)

    assert names(answer) == expected
    assert answer.context["count"] == len(expected)
    assert [row["name"] for row in file(ada, "permission_who", KEY, **asked)] == expected


def test_the_file_says_how_and_through_what_and_until_when(
    ada: Account, gwen: Account, dirk: Account
) -> None:
    set_dates(gwen.memberships.get(), Span(None, LAST.replace(year=2099)), actor=SYSTEM)

    both, through = file(ada, "permission_who", KEY)

    assert (both["how"], both["until"]) == ("directly", "")
    assert both["sources"] == (
        "Own right: Change ad campaigns; Through the group Campaign team, role Campaigns admin"
    )
    assert (through["how"], through["until"][:10]) == ("group", "2099-03-06")
    assert "role Campaigns admin, until 2099-03-06" in through["sources"]
    assert through["what"] == "Change ad campaigns"


def test_nothing_in_the_file_is_a_formula(ada: Account, unit: Unit) -> None:
    AccountFactory(unit=unit, first_name="=1+1", last_name="@SUM", email="f@example.org", permissions=[KEY])

    [row] = file(ada, "permission_who", KEY)

    assert row["name"] == "'=1+1 @SUM"


def test_without_scripts_the_page_is_whole_and_with_htmx_only_the_results_come(
    ada: Account, gwen: Account
) -> None:
    path = reverse("accounts:permission_who", args=[KEY])

    part = signed_in(ada).get(path, {"q": "gwen"}, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in part
    assert "1 person: 1 through 1 group" in part
    assert f"{path}export/?q=gwen" in part


def test_a_named_permission_is_had_by_whoever_may_do_all_of_it(ada: Account, unit: Unit) -> None:
    AccountFactory(unit=unit, first_name="All", last_name="Of", levels={"contacts": 2})
    AccountFactory(unit=unit, first_name="Some", last_name="Of", permissions=["contacts:get"])

    assert names(page(ada, "permission_who", "contacts.view")) == ["All Of"]


def test_a_level_is_had_by_whoever_may_do_everything_of_it_that_works_here(ada: Account, unit: Unit) -> None:
    AccountFactory(unit=unit, first_name="Rita", last_name="Read", levels={"contacts": 1})
    AccountFactory(unit=unit, first_name="Will", last_name="Write", levels={"contacts": 2})
    AccountFactory(unit=unit, first_name="Sam", last_name="Single", permissions=["contacts:list"])

    assert names(page(ada, "module_who", "contacts")) == ["Rita Read", "Will Write"]
    assert names(page(ada, "module_who", "contacts", level="2")) == ["Will Write"]
    assert names(page(ada, "module_who", "contacts", level="9")) == []
    assert "has no effect here without a feature, or without other rights" in text_of(
        page(ada, "module_who", "contacts", level="2")
    )


def test_a_role_is_had_through_groups_whatever_the_status(
    ada: Account,
    gwen: Account,
    campaigns_admin: Role,
    campaign_team: Group,
    penny: Account,
    second_team: Group,
) -> None:
    add_members(second_team, [penny, gwen], actor=SYSTEM)

    answer = page(ada, "role_who", campaigns_admin.pk)

    assert "2 people: 2 through 2 groups" in text_of(answer)
    assert names(answer) == ["Gwen Group", "Penny Pending"]
    assert names(page(ada, "role_who", campaigns_admin.pk, status="pending")) == ["Penny Pending"]
    assert names(page(ada, "role_who", campaigns_admin.pk, group=campaign_team.pk)) == ["Gwen Group"]
    assert len(file(ada, "role_who", campaigns_admin.pk)) == 2
    assert "Pending" in text_of(answer)


def test_a_built_in_level_is_had_like_any_role(ada: Account, unit: Unit) -> None:
    level = Role.objects.get(module="contacts", level=2)
    AccountFactory(unit=unit, last_name="Level", groups=[GroupFactory(unit=unit, roles=[level])])

    assert "Read & Write" in text_of(page(ada, "role_who", level.pk))


# S4-31: an item is handed to one person; others may through the whole unit
def test_an_item_says_who_may_do_what_with_it(unit: Unit) -> None:
    item = register_item("events", unit, "Gala", actor=SYSTEM)
    reader = AccountFactory(
        unit=unit, first_name="Rea", last_name="Der", permissions=["accounts:list", "events:list"]
    )
    handed = AccountFactory(unit=unit, first_name="Hanna", last_name="Handed")
    hand_over(item, handed, actor=SYSTEM)
    AccountFactory(unit=unit, first_name="Wendy", last_name="Whole", permissions=["events:update"])

    answer = page(reader, "item_who", item.pk)

    assert "3 people: 1 because it was handed to them, 2 directly" in text_of(answer)
    assert "It was handed to them" in text_of(answer)
    assert names(page(reader, "item_who", item.pk, action="update")) == ["Hanna Handed", "Wendy Whole"]
    assert names(page(reader, "item_who", item.pk, action="list")) == ["Rea Der"]
    assert names(page(reader, "item_who", item.pk, way="handed")) == ["Hanna Handed"]
    assert names(page(reader, "item_who", item.pk, action="fly")) == []
    assert may_with(handed, "events:update", item)


# ---- where and when ----------------------------------------------------------------------------------------


def test_people_from_above_are_counted_and_not_named(unit: Unit) -> None:
    branch = UnitFactory(name="Branch", parent=unit)
    AccountFactory(unit=unit, last_name="Above", access={"includes_subunits": True}, permissions=[KEY])
    boss = AccountFactory(unit=branch, last_name="Boss", permissions=[KEY, "accounts:list"])

    answer = page(boss, "permission_who", KEY)

    assert "2 people: 2 directly" in text_of(answer)
    assert "and 1 person who isn't listed here" in text_of(answer)
    assert "Above" not in text_of(answer)
    assert len(file(boss, "permission_who", KEY)) == answer.context["count"] == 1


def test_the_filters_offer_only_that_through_which_listed_people_have_it(unit: Unit) -> None:
    branch = UnitFactory(name="Branch", parent=unit)
    role = RoleFactory(unit=unit, display_name="Hidden role", rules=[KEY])
    above = AccountFactory(unit=unit, access={"includes_subunits": True})
    GroupFactory(unit=unit, display_name="Hidden board", roles=[role], members=[above])
    boss = AccountFactory(unit=branch, permissions=["accounts:list"])

    assert "Hidden" not in page(boss, "permission_who", KEY).content.decode()

    second = AccountFactory(unit=branch)
    GroupFactory(unit=branch, display_name="Own desk", roles=[role], members=[second])
    shown = page(boss, "permission_who", KEY).content.decode()
    assert "Own desk" in shown
    assert "Hidden role" in shown
    assert "Hidden board" not in shown


def test_nothing_is_told_of_another_organisation(ada: Account, gwen: Account) -> None:
    elsewhere = UnitFactory(name="Elsewhere")
    role = RoleFactory(unit=elsewhere, rules=[KEY])
    group = GroupFactory(unit=elsewhere, roles=[role])
    AccountFactory(unit=elsewhere, last_name="Stranger", permissions=[KEY], groups=[group])
    item = register_item("events", elsewhere, "Ball", actor=SYSTEM)

    assert "Stranger" not in text_of(page(ada, "permission_who", KEY))
    assert names(page(ada, "permission_who", KEY, group=group.pk)) == []
    for name, about in (("role_who", role.pk), ("item_who", item.pk), ("role_who_export", role.pk)):
        assert signed_in(ada).get(reverse(f"accounts:{name}", args=[about])).status_code == 404


@pytest.mark.parametrize(
    ("name", "about"),
    [("permission_who", "offers:fly"), ("permission_who", "offers.*:list"), ("permission_who", "*"),
     ("module_who", "dragons"), ("role_who", 999_999), ("item_who", 999_999)],
)  # fmt: skip
def test_what_there_is_not_is_not_found(name: str, about: Any, ada: Account) -> None:
    for each in (name, f"{name}_export"):
        assert signed_in(ada).get(reverse(f"accounts:{each}", args=[about])).status_code == 404


def test_as_of_a_moment_the_names_and_the_people_are_those_of_then(
    ada: Account, gwen: Account, campaign_team: Group, unit: Unit
) -> None:
    then = timezone.now()
    remove_members(campaign_team, [gwen], actor=ada)
    update_account(gwen, last_name="Married", actor=ada, unit=unit)
    at = timezone.localtime(then).strftime("%Y-%m-%dT%H:%M:%S.%f")

    past = page(ada, "permission_who", KEY, at=at)

    look = signed_in(ada).get(reverse("accounts:permission_past", args=[KEY])).content.decode()
    assert f'href="{reverse("accounts:permission_who", args=[KEY])}?at=' in look
    assert names(past) == ["Gwen Group"]
    assert "under the names of then" in text_of(past)
    assert names(page(ada, "permission_who", KEY)) == []
    assert [row["name"] for row in file(ada, "permission_who", KEY, at=at)] == ["Gwen Group"]
    assert names(page(ada, "role_who", campaign_team.role_facts.get().role_id, at=at)) == ["Gwen Group"]


def test_of_whoever_left_nothing_of_today_is_told(ada: Account, gwen: Account, unit: Unit) -> None:
    at = timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H:%M:%S.%f")
    elsewhere = UnitFactory(name="Elsewhere")
    add_known_account(gwen.email, unit=elsewhere, actor=SYSTEM)
    remove_account(gwen, actor=SYSTEM, unit=unit)
    gwen.refresh_from_db()
    update_account(gwen, last_name="Married", email="gwen@secret.example", actor=SYSTEM, unit=elsewhere)

    past = page(ada, "permission_who", KEY, at=at)

    assert names(past) == ["Gwen Group"]
    assert "secret.example" not in past.content.decode()
    assert reverse("accounts:account_detail", args=[gwen.pk]) not in past.content.decode()
    [row] = file(ada, "permission_who", KEY, at=at)
    assert (row["name"], row["email"]) == ("Gwen Group", "")
    for today in ("married", "secret"):
        assert names(page(ada, "permission_who", KEY, at=at, q=today)) == []
    assert names(page(ada, "permission_who", KEY, at=at, q="group")) == ["Gwen Group"]
    look = signed_in(ada).get(reverse("accounts:permission_past", args=[KEY]), {"at": at}).content.decode()
    assert "secret.example" not in look
    assert "Married" not in look


def test_whoever_may_not_look_back_sees_the_present(unit: Unit, gwen: Account) -> None:
    reader = AccountFactory(unit=unit, permissions=["accounts:list"])

    assert "at" not in page(reader, "permission_who", KEY).context["filter"].form.fields
    assert names(page(reader, "permission_who", KEY, at="2001-01-01T00:00")) == ["Gwen Group"]


def test_a_right_ends_when_the_last_way_to_it_does(
    ada: Account, gwen: Account, second_team: Group, dirk: Account
) -> None:
    soon = timezone.now() + timedelta(days=3)
    add_members(second_team, [gwen], actor=SYSTEM)
    set_dates(gwen.memberships.get(group__display_name="Campaign team"), Span(None, soon), actor=SYSTEM)
    assert names(page(ada, "permission_who", KEY, days="90")) == []

    set_dates(
        gwen.memberships.live().get(group=second_team), Span(None, soon + timedelta(days=9)), actor=SYSTEM
    )
    assert names(page(ada, "permission_who", KEY, days="90")) == ["Gwen Group"]
    assert names(page(ada, "permission_who", KEY, days="7")) == []

    # Without access to the unit nothing is left, however long the rest lasts.
    set_dates(dirk.unit_accesses.get(), Span(None, soon), actor=SYSTEM)
    assert names(page(ada, "permission_who", KEY, days="7")) == ["Dirk Both"]


# ---- ways there --------------------------------------------------------------------------------------------


def test_pages_about_it_lead_to_it(ada: Account, gwen: Account, campaigns_admin: Role, unit: Unit) -> None:
    client = signed_in(ada)

    def leads(path: str, name: str, about: Any) -> bool:
        return f'href="{reverse(f"accounts:{name}", args=[about])}"' in client.get(path).content.decode()

    assert leads(reverse("accounts:permission_page", args=[KEY]), "permission_who", KEY)
    assert leads(
        reverse("accounts:permission_page", args=["contacts.view"]), "permission_who", "contacts.view"
    )
    assert leads(reverse("accounts:permission_book"), "module_who", "contacts")
    assert leads(campaigns_admin.get_absolute_url(), "role_who", campaigns_admin.pk)
    assert leads(reverse("accounts:find") + "?q=contacts", "module_who", "contacts")


def test_the_page_of_an_item_leads_to_it(unit: Unit) -> None:
    item = register_item("events", unit, "Gala", actor=SYSTEM)
    reader = AccountFactory(unit=unit, permissions=["accounts:list", "events:list"])
    other = AccountFactory(unit=unit, permissions=["events:list"])
    link = reverse("accounts:item_who", args=[item.pk])

    assert signed_in(other).get(link).status_code == 403
    assert link in signed_in(reader).get(item.get_absolute_url()).content.decode()
    assert link not in signed_in(other).get(item.get_absolute_url()).content.decode()


def test_whoever_may_not_list_accounts_is_not_led_there(unit: Unit, campaigns_admin: Role) -> None:
    client = signed_in(AccountFactory(unit=unit, permissions=["roles:list", "roles:get"]))

    for path in (
        reverse("accounts:permission_page", args=[KEY]),
        reverse("accounts:permission_book"),
        campaigns_admin.get_absolute_url(),
    ):
        assert "/who/" not in client.get(path).content.decode()


def test_why_leads_to_the_answer_for_the_person(ada: Account, gwen: Account) -> None:
    shown = page(ada, "permission_who", KEY).content.decode()

    assert reverse("accounts:account_why", args=[gwen.pk, KEY]) in shown
    module = page(ada, "module_who", "admin_rights", level="2").content.decode()
    assert reverse("accounts:account_access", args=[ada.pk]) in module


def test_the_page_of_an_account_leads_to_compare(ada: Account, gwen: Account) -> None:
    shown = signed_in(ada).get(gwen.get_absolute_url()).content.decode()

    assert reverse("accounts:compare", query={"left": f"account:{gwen.pk}"}).replace(
        ":", "%3A"
    ) in shown.replace(":", "%3A")

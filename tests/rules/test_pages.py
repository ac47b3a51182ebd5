"""Access rules as people meet them: the list, adding one, what breaks it, letting somebody off, ending it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AccessRule, Account, Grant, Waiver
from accounts.services.grants import set_permission
from accounts.services.lifecycle import disable_account
from accounts.services.rules import Wanted, end_rule, end_waiver, give_waiver, start_rule
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotAllowed, OwnRights, RuleBroken
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from groups.services import add_members
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.terminal import run

DELETE, EXPORT = "ad_campaigns:delete", "contacts:export"
BOTH = Wanted("both", DELETE, EXPORT)


@pytest.fixture
def browser(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def rule(unit: Unit) -> AccessRule:
    return start_rule(BOTH, unit=unit, actor=SYSTEM)


def give(account: Account, unit: Unit, key: str = EXPORT, **by: object) -> None:
    set_permission(account, key, given=True, actor=by.get("actor", SYSTEM), unit=unit)


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_an_empty_list_offers_the_first_rule(browser: Client, unit: Unit) -> None:
    page = text_of(browser, "/access-rules/")

    assert "No rules yet" in page
    assert "/access-rules/add/" in page
    assert "Nobody may do both" in text_of(browser, "/access-rules/add/")


def test_a_rule_is_added_and_stops_what_breaks_it_with_person_and_way(
    browser: Client, unit: Unit, gwen: Account
) -> None:
    answer = browser.post("/access-rules/add/both/", {"first": DELETE, "second": EXPORT}, follow=True)
    assert (
        "From now on: Nobody may both “Delete ad campaigns” and “Export contacts”" in answer.content.decode()
    )

    with pytest.raises(RuleBroken) as refused:
        give(gwen, unit)

    said = str(refused.value)
    assert "Gwen Group" in said
    assert "Through the group Campaign team, role Campaigns admin" in said
    assert JournalEntry.objects.latest("sequence").outcome == "refused"
    assert not gwen.has_perm(EXPORT, unit)


def test_every_door_is_shut(rule: AccessRule, unit: Unit, campaign_team: Group, penny: Account) -> None:
    exporter = AccountFactory(unit=unit, permissions=[EXPORT])
    with pytest.raises(RuleBroken):
        add_members(campaign_team, [exporter], actor=SYSTEM)
    give(penny, unit)
    with pytest.raises(RuleBroken):
        add_members(campaign_team, [penny], actor=SYSTEM)


def test_what_is_planned_is_judged_too(rule: AccessRule, unit: Unit, gwen: Account) -> None:
    soon = timezone.now() + timedelta(days=1)

    def plan() -> None:
        with change(Event.GRANTS_CHANGED, actor=SYSTEM, unit=unit) as c:
            c.start(Grant(account=gwen, unit=unit, permission_id=EXPORT, starts_at=soon))

    with pytest.raises(RuleBroken):
        plan()


def test_a_rule_that_does_not_hold_today_lists_why_and_asks(
    browser: Client, unit: Unit, gwen: Account
) -> None:
    give(gwen, unit)
    asked = {"first": DELETE, "second": EXPORT}

    answer = browser.post("/access-rules/add/both/", asked)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Gwen Group" in page
    assert "Own right: Export contacts" in page
    assert not AccessRule.objects.exists()

    page = browser.post("/access-rules/add/both/", asked | {"despite": "on"}, follow=True).content.decode()
    assert "Gwen Group" in page
    assert run("check_rules").code == 3
    # What was broken before may stay so, and other changes of the person pass.
    give(gwen, unit, "offers:list")
    set_permission(gwen, EXPORT, given=False, actor=SYSTEM, unit=unit)
    assert run("check_rules").code == 0
    with pytest.raises(RuleBroken):
        give(gwen, unit)


@pytest.fixture
def north(unit: Unit) -> Unit:
    north: Unit = UnitFactory(name="North", parent=unit)
    return north


@pytest.fixture
def reader(north: Unit) -> Account:
    """Rae keeps the rules of the north, where she sees the accounts; nothing above it is hers to see."""
    rights = ["accounts:list", "roles:list", "access:delegate"]
    return AccountFactory(unit=north, first_name="Rae", last_name="Reader", permissions=rights)


@pytest.fixture
def boss(unit: Unit) -> Account:
    """The boss reaches into the north from above, through a group of the whole."""
    role = RoleFactory(unit=unit, display_name="Hidden role", rules=[EXPORT])
    below = {"includes_subunits": True}
    boss: Account = AccountFactory(unit=unit, first_name="Hidden", last_name="Boss", access=below)
    GroupFactory(unit=unit, display_name="Hidden board", roles=[role], members=[boss])
    return boss


def test_people_from_above_break_a_rule_unnamed(
    client: Client, reader: Account, boss: Account, north: Unit
) -> None:
    client.force_login(reader)
    asked = {"first": EXPORT}

    answer = client.post("/access-rules/add/nobody/", asked)

    assert answer.status_code == 422
    assert "Hidden" not in answer.content.decode()
    assert "1 person who isn't listed here" in answer.content.decode()

    give(AccountFactory(unit=north, first_name="Nora", last_name="North"), north)
    client.post("/access-rules/add/nobody/", asked | {"despite": "on"})
    rule = AccessRule.objects.get()
    waiver = give_waiver(rule, boss, until=timezone.now() + timedelta(days=3), reason="Audit", actor=SYSTEM)
    page = text_of(client, rule.get_absolute_url())
    assert "Nora North" in page
    assert "1 person who isn't listed here" in page
    exception = client.get(f"/access-rules/{rule.pk}/except/").content.decode()
    assert "Nora North" in exception
    assert "Hidden" not in page + exception
    assert boss.email not in exception
    assert client.get(f"/access-rules/exceptions/{waiver.pk}/end/").status_code == 404


def test_an_exception_from_above_that_is_not_needed_is_told_of_nobody(
    client: Client, reader: Account, boss: Account, north: Unit
) -> None:
    client.force_login(reader)
    rule = start_rule(Wanted("nobody", DELETE), unit=north, actor=SYSTEM)
    give_waiver(rule, boss, until=timezone.now() + timedelta(days=3), reason="Audit", actor=SYSTEM)

    page = text_of(client, rule.get_absolute_url())

    assert "There are exceptions" in page
    assert "Hidden" not in page
    assert "Audit" not in page


def test_the_refusal_names_whom_the_actor_may_see(unit: Unit, boss: Account, north: Unit) -> None:
    rule = start_rule(Wanted("both", DELETE, EXPORT), unit=north, actor=SYSTEM)
    below = {"includes_subunits": True}
    editor = AccountFactory(unit=unit, levels={"admin_rights": 2}, access=below)
    blind = AccountFactory(unit=unit, permissions=["access:delegate", "access:assign"], access=below)
    said = []
    for actor in (blind, editor):
        with pytest.raises(RuleBroken) as refused:
            set_permission(boss, DELETE, given=True, actor=actor, unit=unit)
        said.append(str(refused.value))

    assert said[0] == (
        f"This would break the rule: {rule}. It would no longer hold for 1 person who isn't listed here."
    )
    assert "It would no longer hold for Hidden Boss (Own right" in said[1]
    assert "Hidden board" in said[1]


def test_somebody_is_let_off_until_a_date_by_somebody_else(
    browser: Client, unit: Unit, rule: AccessRule, gwen: Account, ada: Account, otto: Account
) -> None:
    soon = timezone.now() + timedelta(days=3)
    with pytest.raises(OwnRights):
        give_waiver(rule, ada, until=soon, reason="Because", actor=ada)
    with pytest.raises(Invalid):
        give_waiver(rule, gwen, until=soon, reason=" ", actor=ada)
    with pytest.raises(Invalid):
        give_waiver(rule, gwen, until=timezone.now(), reason="Late", actor=ada)
    waiver = give_waiver(rule, gwen, until=soon, reason="Year's end", actor=otto)

    give(gwen, unit)
    page = text_of(browser, rule.get_absolute_url())
    assert "Year&#x27;s end" in page
    assert "given by Otto Other" in page
    assert "it holds for everybody" in page
    with pytest.raises(RuleBroken):
        end_waiver(waiver, actor=otto)
    assert browser.get(f"/access-rules/exceptions/{waiver.pk}/end/").status_code == 200

    set_permission(gwen, EXPORT, given=False, actor=SYSTEM, unit=unit)
    browser.post(f"/access-rules/exceptions/{waiver.pk}/end/")
    assert not Waiver.objects.live().exists()
    with pytest.raises(RuleBroken):
        give(gwen, unit)


def test_time_alone_shows_as_broken(
    browser: Client, unit: Unit, rule: AccessRule, gwen: Account, otto: Account
) -> None:
    give_waiver(rule, gwen, until=timezone.now() + timedelta(days=1), reason="x", actor=otto)
    give(gwen, unit)
    assert run("check_rules").code == 0

    with time_machine.travel(timezone.now() + timedelta(days=2)):
        ran = run("check_rules", "--format", "json")
        browser.force_login(otto)
        page = text_of(browser, "/access-rules/")

    assert ran.code == 3
    (told,) = ran.data
    assert [each["email"] for each in told["broken"]] == [gwen.email]
    assert any("Campaign team" in way for way in told["broken"][0]["ways"])
    assert "Broken for 1 person" in page


def test_the_form_of_an_exception_offers_those_who_break_the_rule(
    browser: Client, unit: Unit, gwen: Account, nemo: Account
) -> None:
    give(gwen, unit)
    rule = start_rule(BOTH, unit=unit, actor=SYSTEM, despite=True)
    path = f"/access-rules/{rule.pk}/except/"
    assert "Gwen Group" in text_of(browser, path)
    assert "Nemo" not in text_of(browser, path)

    day = (timezone.now() + timedelta(days=5)).strftime("%Y-%m-%d")
    for bad in ({"account": nemo.pk}, {"account": "x"}, {"until": "2020-01-01"}, {"reason": ""}):
        sent = {"account": gwen.pk, "until": day, "reason": "Audit"} | bad
        assert browser.post(path, sent).status_code == 422
    browser.post(path, {"account": gwen.pk, "until": day, "reason": "Audit"})

    assert Waiver.objects.live().get().account == gwen
    assert run("check_rules").code == 0


def test_other_kinds_of_rules(
    unit: Unit, ada: Account, otto: Account, gwen: Account, nemo: Account, campaign_team: Group
) -> None:
    start_rule(Wanted("group", DELETE, group=campaign_team), unit=unit, actor=SYSTEM)
    start_rule(Wanted("nobody", "offers:delete"), unit=unit, actor=SYSTEM)
    start_rule(Wanted("least", "accounts:update", least=2), unit=unit, actor=SYSTEM)
    left = UnitFactory(name="Left", parent=unit)
    start_rule(Wanted("unit", EXPORT, inside=left), unit=unit, actor=SYSTEM)

    for key in (DELETE, "offers:delete", EXPORT):
        with pytest.raises(RuleBroken):
            give(nemo, unit, key)
    with pytest.raises(RuleBroken, match="1 would be left"):
        disable_account(otto, actor=SYSTEM, unit=unit)
    insider = AccountFactory(unit=left, access={"includes_subunits": True})
    give(insider, left)
    spare = AccountFactory(unit=unit, levels={"admin_rights": 2})
    disable_account(otto, actor=SYSTEM, unit=unit)
    assert spare.is_active


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("both", DELETE, DELETE),
        Wanted("both", DELETE),
        Wanted("nobody", "no:such"),
        Wanted("nobody", "contacts.export"),
        Wanted("strange", DELETE),
        Wanted("group", DELETE),
        Wanted("unit", DELETE),
        Wanted("least", DELETE, least=0),
        Wanted("least", DELETE),
    ],
)
def test_what_is_no_rule_is_refused(wanted: Wanted, unit: Unit) -> None:
    with pytest.raises(Invalid):
        start_rule(wanted, unit=unit, actor=SYSTEM)


def test_a_group_of_another_organisation_is_none(unit: Unit) -> None:
    other = GroupFactory(unit=UnitFactory(name="Elsewhere"))
    with pytest.raises(Invalid):
        start_rule(Wanted("group", DELETE, group=other), unit=unit, actor=SYSTEM)


def test_a_rule_is_changed_and_ended(browser: Client, unit: Unit, rule: AccessRule, gwen: Account) -> None:
    with pytest.raises(Invalid):
        start_rule(BOTH, unit=unit, actor=SYSTEM)
    assert 'value="contacts:export" selected' in text_of(browser, f"/access-rules/{rule.pk}/edit/")
    browser.post(f"/access-rules/{rule.pk}/edit/", {"first": DELETE, "second": "offers:delete"})

    new = AccessRule.objects.live().get()
    assert (new.second, new.pk != rule.pk) == ("offers:delete", True)
    assert browser.get(rule.get_absolute_url()).status_code == 404
    give(gwen, unit)

    assert "No change will be judged by it" in text_of(browser, f"/access-rules/{new.pk}/end/")
    browser.post(f"/access-rules/{new.pk}/end/")
    assert not AccessRule.objects.live().exists()
    give(gwen, unit, "offers:delete")


def test_who_may_not_delegate_changes_no_rule(
    unit: Unit, rule: AccessRule, helen: Account, gwen: Account
) -> None:
    soon = timezone.now() + timedelta(days=1)
    with pytest.raises(NotAllowed):
        start_rule(Wanted("nobody", DELETE), unit=unit, actor=helen, despite=True)
    with pytest.raises(NotAllowed):
        give_waiver(rule, gwen, until=soon, reason="x", actor=helen)


def test_people_are_named_only_to_whoever_may_see_the_list_of_accounts(
    client: Client, unit: Unit, gwen: Account
) -> None:
    give(gwen, unit)
    rule = start_rule(BOTH, unit=unit, actor=SYSTEM, despite=True)
    client.force_login(AccountFactory(unit=unit, permissions=["roles:list"]))

    page = text_of(client, rule.get_absolute_url())

    assert "Gwen" not in page
    assert "Broken for 1 person" in page


def test_the_rules_of_another_organisation_are_not_found(browser: Client, unit: Unit) -> None:
    other = start_rule(Wanted("nobody", DELETE), unit=UnitFactory(name="Elsewhere"), actor=SYSTEM)

    for tail in ("", "edit/", "end/", "except/"):
        assert browser.get(f"/access-rules/{other.pk}/{tail}").status_code == 404
    assert str(other) not in text_of(browser, "/access-rules/")
    assert browser.get("/access-rules/add/strange/").status_code == 404
    assert browser.post("/access-rules/add/nobody/", {"first": "x"}).status_code == 422


def test_without_rules_a_change_costs_one_statement_and_a_sign_in_none(unit: Unit, gwen: Account) -> None:
    with CaptureQueriesContext(connection) as caught:
        give(gwen, unit, "offers:list")
    asked = [query["sql"] for query in caught if "accessrule" in query["sql"]]
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as caught:
        gwen.has_perm("offers:list", unit)
    assert [query for query in caught if "accessrule" in query["sql"]] == []


def test_a_rule_costs_the_same_for_many_as_for_few(browser: Client, unit: Unit, gwen: Account) -> None:
    give(gwen, unit)
    rule = start_rule(BOTH, unit=unit, actor=SYSTEM, despite=True)
    path = rule.get_absolute_url()

    def cost() -> int:
        text_of(browser, path)
        with CaptureQueriesContext(connection) as caught:
            text_of(browser, path)
        return len(caught)

    few = cost()
    role = Role.objects.own().get()
    end_rule(rule, actor=SYSTEM)
    teams = [GroupFactory(unit=unit, display_name=f"Team {n}", roles=[role]) for n in range(3)]
    for team in teams:
        AccountFactory(unit=unit, permissions=[EXPORT], groups=[team])
    again = start_rule(BOTH, unit=unit, actor=SYSTEM, despite=True)
    path = again.get_absolute_url()

    assert cost() == few

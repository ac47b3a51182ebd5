"""Look back: what is said of a moment of the past is what was live then, under the names of then."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.access import effective, holders
from accounts.explain import explain, who_can
from accounts.models import Account
from accounts.services.lifecycle import remove_account, update_account
from accounts.timeline import periods
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit
from adminrights.services import move_unit, set_owner
from groups.models import Group, Membership
from groups.services import delete_group, update_group
from roles.models import Role
from roles.services import set_rule, update_role
from tests.accounts.pages import signed_in, text_of
from tests.edits import World
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

ASKED = "contacts:delete"
Live = dict[tuple[int, int], frozenset[str]]


def live(world: World, at: datetime | None = None) -> Live:
    """Return what everybody may do in every unit, closed ones too."""
    units = Unit.objects.below(world.root)
    return {
        (account.pk, unit.pk): frozenset(effective(Account.objects.get(pk=account.pk), unit, at).effective)
        for account in world.people
        for unit in units
    }


@pytest.mark.parametrize("seed", range(2))
def test_what_was_live_at_any_moment_is_found_again(catalogue_rows: None, seed: int) -> None:
    world = World(seed)
    kept = []
    for _ in range(8):
        world.steps(8)
        kept.append((timezone.now(), live(world), {h.account for h in holders(ASKED, world.root)}))

    for at, then, able in kept:
        found = live(world, at)
        assert {place: found[place] for place in then} == then
        assert not any(rights for place, rights in found.items() if place not in then)
        assert {holder.account for holder in holders(ASKED, world.root, at)} == able


def test_what_was_renamed_or_deleted_stands_under_its_name_of_then(
    unit: Unit, campaigns_admin: Role, ada: Account
) -> None:
    group = GroupFactory(unit=unit, roles=[campaigns_admin], display_name="Press office")
    gwen = AccountFactory(unit=unit, groups=[group], first_name="Gwen", last_name="Before")
    then = timezone.now()
    update_group(group, display_name="Newsroom", actor=SYSTEM)
    update_role(campaigns_admin, display_name="Editors", actor=SYSTEM, unit=unit)
    update_account(gwen, last_name="After", actor=SYSTEM, unit=unit)
    delete_group(group, actor=SYSTEM)

    [(person, lines)] = who_can("ad_campaigns:delete", unit, then)
    sources = {
        line.text for module in explain(gwen, unit, then) for p in module.permissions for line in p.sources
    }

    assert person.name == "Gwen Before"
    assert (
        {line.text for line in lines} == sources == {"Through the group Press office, role Campaigns admin"}
    )
    assert explain(gwen, unit) == []


def test_a_unit_that_was_moved_has_the_rights_of_where_it_lay(unit: Unit) -> None:
    north, south = UnitFactory(parent=unit), UnitFactory(parent=unit)
    shop = UnitFactory(parent=north)
    person = AccountFactory(unit=north, access={"includes_subunits": True}, levels={"contacts": 1})
    then = timezone.now()
    move_unit(shop, south, actor=SYSTEM)
    shop.refresh_from_db()

    assert effective(person, shop, then).effective
    assert not effective(person, shop).effective


def test_a_former_owner_held_everything_then(unit: Unit, ada: Account, otto: Account) -> None:
    set_owner(unit, otto, actor=SYSTEM)
    then = timezone.now()
    set_owner(unit, ada, actor=SYSTEM)

    assert "contacts:delete" in effective(otto, unit, then).held
    assert "contacts:delete" not in effective(otto, unit).held
    assert "contacts:delete" not in effective(ada, unit, then).held


def page(reader: Account, name: str, key: object, at: datetime | str) -> Any:
    written = at if isinstance(at, str) else f"{timezone.localtime(at + timedelta(minutes=1)):%Y-%m-%dT%H:%M}"
    return signed_in(reader).get(reverse(f"accounts:{name}", args=[key]), {"at": written})


@pytest.fixture
def yesterday(unit: Unit, ada: Account, otto: Account) -> Iterator[datetime]:
    """A day on which Gwen was in the press office, which is no more."""
    role = RoleFactory(unit=unit, rules=["ad_campaigns:delete"], display_name="Editors")
    group = GroupFactory(unit=unit, roles=[role], display_name="Press office")
    gwen = AccountFactory(unit=unit, groups=[group], first_name="Gwen", last_name="Before")
    then = timezone.now()
    with time_machine.travel(then + timedelta(days=1), tick=True):
        update_group(group, display_name="Newsroom", actor=SYSTEM)
        update_account(gwen, last_name="After", actor=SYSTEM, unit=unit)
        delete_group(group, actor=SYSTEM)
        yield then


def test_the_page_of_an_account_then(ada: Account, yesterday: datetime) -> None:
    gwen = Account.objects.get(first_name="Gwen")

    words = text_of(page(ada, "account_past", gwen.pk, yesterday))

    assert "Gwen Before" in words
    assert "Press office" in words
    assert "Through the group Press office, role Editors" in words
    assert "Since then lost: Ad campaigns (Delete)" in words
    assert "After" not in words


def test_a_deleted_group_and_who_was_in_it(ada: Account, yesterday: datetime) -> None:
    words = text_of(page(ada, "group_past", Group.objects.get().pk, yesterday))

    assert "Press office" in words
    assert "Gwen Before" in words
    assert "Editors" in words


def test_who_could_do_it_then(ada: Account, yesterday: datetime) -> None:
    words = text_of(page(ada, "permission_past", "ad_campaigns:delete", yesterday))

    assert "Gwen Before Through the group Press office" in words
    assert "Since then lost: Gwen After" in words


def test_what_a_role_allowed_then(unit: Unit, ada: Account, yesterday: datetime) -> None:
    role = Role.objects.own().get()
    set_rule(role, "ad_campaigns", ["get"], actor=SYSTEM, unit=unit)

    now, then = (page(ada, "role_past", role.pk, at) for at in ("2100-01-01T00:00", yesterday))

    assert "Delete ad campaigns" not in text_of(now)
    assert "This is how it will stand" in text_of(now)
    assert "Delete ad campaigns" in text_of(then)


@pytest.mark.parametrize("at", ["soon", "", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T10:00"])
def test_what_is_no_moment_is_said_at_the_field(ada: Account, at: str) -> None:
    answer = page(ada, "account_past", ada.pk, at)

    assert answer.status_code == 200
    assert answer.context["form"].errors["at"]


def test_only_from_another_moment_a_link_leads_to_the_present(ada: Account, yesterday: datetime) -> None:
    gwen = Account.objects.get(first_name="Gwen")

    assert "Go to the present" in text_of(page(ada, "account_past", gwen.pk, yesterday))
    assert "Go to the present" not in text_of(page(ada, "account_past", gwen.pk, ""))


def test_the_log_alone_is_enough_and_leads_nowhere_else(unit: Unit, yesterday: datetime) -> None:
    reader = AccountFactory(unit=unit, permissions=["access_log:list"])
    gwen = Account.objects.get(first_name="Gwen")

    answer = page(reader, "account_past", gwen.pk, yesterday)

    assert "Gwen Before" in text_of(answer)
    assert answer.context["present_url"] == ""


def test_whoever_had_left_is_found_at_the_time_before(unit: Unit, ada: Account, yesterday: datetime) -> None:
    gwen = Account.objects.get(first_name="Gwen")
    AccountFactory(unit=UnitFactory(name="Elsewhere"))
    remove_account(gwen, actor=ada, unit=unit)
    update_account(gwen, last_name="Secret", actor=SYSTEM, unit=unit)

    assert "Gwen Before" in text_of(page(ada, "account_past", gwen.pk, yesterday))
    assert signed_in(ada).get(reverse("accounts:account_past", args=[gwen.pk])).status_code == 404
    assert page(ada, "account_past", gwen.pk, "2001-01-01T00:00").status_code == 404


def test_another_organisation_has_no_past_here(ada: Account, yesterday: datetime) -> None:
    stranger = AccountFactory(unit=UnitFactory(name="Elsewhere"), levels={"admin_rights": 2})
    gwen = Account.objects.get(first_name="Gwen")

    assert page(stranger, "account_past", gwen.pk, yesterday).status_code == 404
    assert page(stranger, "group_past", Group.objects.get().pk, yesterday).status_code == 404


def test_the_periods_say_at_every_moment_what_the_look_back_says(catalogue_rows: None) -> None:
    world, moments = World(7), []
    for _ in range(12):
        world.steps(4)
        moments.append(timezone.now())

    for account in world.people[:3]:
        for key in ("contacts:list", "campaigns:approve"):
            found = periods(account, key, world.root)
            for at in moments:
                then = [p for p in found if p.since <= at and (p.until is None or p.until > at)]
                may = bool(then) and then[0].may
                assert may == (key in effective(Account.objects.get(pk=account.pk), world.root, at).effective)


def test_a_timeline_tells_when_through_what_and_what_is_planned(
    unit: Unit, ada: Account, otto: Account
) -> None:
    role = RoleFactory(unit=unit, rules=["ad_campaigns:delete"], display_name="Editors")
    group, sam = GroupFactory(unit=unit, roles=[role], display_name="Press"), AccountFactory(unit=unit)
    with change(Event.GROUP_MEMBERS_CHANGED, actor=SYSTEM, unit=unit) as c:
        c.start(Membership(group=group, account=sam, expires_at=c.at + timedelta(days=5)))

    def look(key: str) -> Any:
        return signed_in(ada).get(reverse("accounts:account_timeline", args=[sam.pk, key]))

    shown = look("ad_campaigns:delete")

    assert [period.may for period in shown.context["periods"]] == [False, True]
    words = text_of(shown)
    assert "Through the group Press, role Editors" in words
    assert "Planned:" in words
    assert "never held it here" in text_of(look("contacts:delete"))
    assert look("no:such").status_code == 404

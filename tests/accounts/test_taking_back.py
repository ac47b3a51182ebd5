"""Taking back: what a change did to people is undone, exactly, and that can be undone in turn."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.access import effective
from accounts.dates.services import set_dates
from accounts.models import Account
from accounts.services.grants import set_levels
from accounts.services.lifecycle import disable_account, remove_account
from accounts.services.sessions import record_sign_in
from accounts.services.taking_back import take_back
from accounts.services.units import set_limits
from accounts.taking_back.which import is_fit, taken_back_in
from adminrights.change import SYSTEM, change
from adminrights.days import Span
from adminrights.events import Event
from adminrights.exceptions import Invalid, LastAdministrator, MayNotPassOn, NoSeatLeft
from adminrights.models import JournalEntry, OutgoingMail, Unit
from groups.models import Group, Membership
from groups.services import add_members, remove_members, update_group
from roles.models import Role
from tests.accounts.pages import signed_in, text_of
from tests.edits import World
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.terminal import run

Live = dict[str, object]


def standing(world: World) -> Live:
    """Return what everybody may do in every open unit, and under which names."""
    units = Unit.objects.open().below(world.root)
    accounts = Account.objects.filter(pk__in=[account.pk for account in world.people])
    rights = {
        f"{account.pk} in {unit.pk}": frozenset(effective(account, unit).effective)
        for account in accounts
        for unit in units
    }
    names = {
        f"{model.__name__} {each.pk}": str(each)
        for model in (Group, Role)
        for each in model.objects.present()
    }
    return rights | names | {f"unit {unit.pk}": (unit.name, unit.path) for unit in units}


def newest(since: int) -> list[JournalEntry]:
    """Return what was done since, the newest first."""
    return list(JournalEntry.objects.filter(sequence__gt=since, outcome="done").order_by("-sequence"))


def last() -> int:
    return JournalEntry.objects.latest("sequence").sequence


@pytest.mark.parametrize("seed", range(2))
def test_what_is_taken_back_was_never_there_and_taking_that_back_brings_it_again(
    catalogue_rows: None, seed: int
) -> None:
    world, done = World(seed), set()
    for _ in range(22):
        before, since = standing(world), last()
        name = world.step()
        after, entries = standing(world), newest(since)
        if not entries or not all(is_fit(entry) for entry in entries):
            continue
        since = last()
        for entry in entries:
            take_back(entry, actor=SYSTEM, unit=world.root)
        assert standing(world) == before, name
        for entry in newest(since):
            take_back(entry, actor=SYSTEM, unit=world.root)
        assert standing(world) == after, name
        done.add(name)
    assert len(done) > 6, done


def entry_of(event: str) -> JournalEntry:
    return JournalEntry.objects.filter(event=event, outcome="done").latest("sequence")


def take_back_page(reader: Account, entry: JournalEntry, *, post: bool = False) -> Any:
    client, url = signed_in(reader), reverse("accounts:log_entry_take_back", args=[entry.pk])
    return client.post(url, follow=True) if post else client.get(url)


def test_the_page_says_first_who_loses_what_and_then_does_it(
    ada: Account, otto: Account, campaign_team: Group, gwen: Account
) -> None:
    sam = AccountFactory(unit=campaign_team.unit, first_name="Sam", last_name="Stone")
    add_members(campaign_team, [sam], actor=SYSTEM)
    entry = entry_of("group.members_changed")

    asked = text_of(take_back_page(ada, entry))
    assert "Sam Stone loses: Ad campaigns" in asked
    assert sam.has_perm("ad_campaigns:delete", campaign_team.unit)

    done = take_back_page(ada, entry, post=True)
    assert "Undone: “" in text_of(done)
    assert not Account.objects.get(pk=sam.pk).has_perm("ad_campaigns:delete", campaign_team.unit)
    [again] = taken_back_in(entry)
    assert again.actor == ada
    assert again.get_absolute_url() in done.content.decode()


def test_what_is_newer_stays_and_is_named(unit: Unit, ada: Account, otto: Account) -> None:
    group = GroupFactory(unit=unit, display_name="Press")
    update_group(group, description="First", display_name="Newsroom", actor=SYSTEM)
    entry = entry_of("group.updated")
    update_group(group, display_name="Desk", actor=SYSTEM)

    left = take_back(entry, actor=ada, unit=unit)

    group.refresh_from_db()
    assert (group.display_name, group.description) == ("Desk", "")
    assert left == ["Newsroom: changed since"]


def test_whoever_is_put_back_has_the_planned_end_again(unit: Unit, ada: Account, otto: Account) -> None:
    end = timezone.now() + timedelta(days=9)
    group, sam = GroupFactory(unit=unit), AccountFactory(unit=unit)
    with change(Event.GROUP_MEMBERS_CHANGED, actor=SYSTEM, unit=unit) as c:
        c.start(Membership(group=group, account=sam, expires_at=end))
    remove_members(group, [sam], actor=SYSTEM)

    take_back(entry_of("group.members_changed"), actor=ada, unit=unit)

    assert Membership.objects.live().get(group=group, account=sam).expires_at == end
    with time_machine.travel(end + timedelta(seconds=1)):
        assert not Membership.objects.live().filter(group=group, account=sam).exists()


def test_what_would_have_ended_meanwhile_stays_ended(unit: Unit, ada: Account, otto: Account) -> None:
    group, sam = GroupFactory(unit=unit), AccountFactory(unit=unit)
    with change(Event.GROUP_MEMBERS_CHANGED, actor=SYSTEM, unit=unit) as c:
        c.start(Membership(group=group, account=sam, expires_at=c.at + timedelta(days=1)))
    remove_members(group, [sam], actor=SYSTEM)
    entry = entry_of("group.members_changed")

    later = timezone.now() + timedelta(days=2)
    with time_machine.travel(later), pytest.raises(Invalid, match="Nothing of this"):
        take_back(entry, actor=ada, unit=unit)


def test_nobody_takes_back_what_he_could_not_do(unit: Unit, ada: Account, otto: Account) -> None:
    role = RoleFactory(unit=unit, rules=["contacts:delete"])
    group, sam = GroupFactory(unit=unit, roles=[role]), AccountFactory(unit=unit)
    add_members(group, [sam], actor=SYSTEM)
    remove_members(group, [sam], actor=SYSTEM)
    entry = entry_of("group.members_changed")
    helper = AccountFactory(unit=unit, permissions=["access_log:list", "group_members:create"])
    reader = AccountFactory(unit=unit, permissions=["access_log:list"])

    with pytest.raises(MayNotPassOn):
        take_back(entry, actor=helper, unit=unit)
    assert "You may not do this here" in text_of(take_back_page(reader, entry))
    assert take_back_page(reader, entry, post=True).status_code == 403
    assert not Membership.objects.live().filter(account=sam).exists()


def test_the_last_administrator_stays_when_the_appointment_is_taken_back(unit: Unit, ada: Account) -> None:
    set_levels(ada, {"admin_rights": 2, "contacts": 1}, actor=SYSTEM, unit=unit)
    otto = AccountFactory(unit=unit)
    set_levels(otto, {"admin_rights": 2}, actor=SYSTEM, unit=unit)
    entry = entry_of("account.grants_changed")
    disable_account(ada, actor=SYSTEM, unit=unit)

    with pytest.raises(LastAdministrator):
        take_back(entry, actor=SYSTEM, unit=unit)


def test_a_disabled_account_works_again_and_is_told(unit: Unit, ada: Account, otto: Account) -> None:
    sam = AccountFactory(unit=unit)
    disable_account(sam, actor=otto, unit=unit)

    take_back(entry_of("account.disabled"), actor=ada, unit=unit)

    sam.refresh_from_db()
    assert sam.status == "active"
    assert [mail.message for mail in OutgoingMail.objects.filter(account=sam)] == ["disabled", "reactivated"]


def test_a_removed_person_is_back_with_all_rights_but_not_where_a_seat_is_missing(
    unit: Unit, ada: Account, otto: Account, campaign_team: Group
) -> None:
    sam = AccountFactory(unit=unit, groups=[campaign_team], levels={"contacts": 1})
    before = effective(sam, unit).effective.keys()
    remove_account(sam, actor=SYSTEM, unit=unit)
    entry = entry_of("account.removed")
    assert not effective(sam, unit).effective
    set_limits(unit, {"seat_limit": Account.objects.in_unit(unit).count(), "unit_limit": None}, actor=SYSTEM)

    with pytest.raises(NoSeatLeft):
        take_back(entry, actor=ada, unit=unit)
    set_limits(unit, {"seat_limit": None, "unit_limit": None}, actor=SYSTEM)
    take_back(entry, actor=ada, unit=unit)

    assert effective(sam, unit).effective.keys() == before


@pytest.mark.parametrize("event", ["session.signed_in", "account.created", "catalogue.loaded"])
def test_what_cannot_be_taken_back_offers_no_button(ada: Account, otto: Account, event: str) -> None:
    record_sign_in(otto)
    entry = entry_of(event)

    page = signed_in(ada).get(entry.get_absolute_url())

    assert page.status_code == 200
    assert not page.context["buttons"]
    with pytest.raises(Invalid):
        take_back(entry, actor=SYSTEM, unit=otto.unit_accesses.get().unit)


def test_a_click_twice_takes_back_once(
    ada: Account, otto: Account, campaign_team: Group, gwen: Account
) -> None:
    remove_members(campaign_team, [gwen], actor=SYSTEM)
    entry = entry_of("group.members_changed")

    take_back_page(ada, entry, post=True)
    second = take_back_page(ada, entry, post=True)

    assert "Nothing of this change stands any more" in text_of(second)
    assert campaign_team.memberships.live().filter(account=gwen).count() == 1


def test_another_organisation_neither_sees_nor_takes_back(ada: Account, otto: Account) -> None:
    stranger = AccountFactory(unit=UnitFactory(name="Elsewhere"), levels={"admin_rights": 2})
    group = GroupFactory(unit=ada.unit_accesses.get().unit)
    update_group(group, display_name="Desk", actor=SYSTEM)
    entry = entry_of("group.updated")

    assert signed_in(ada).get(entry.get_absolute_url()).status_code == 200
    assert signed_in(stranger).get(entry.get_absolute_url()).status_code == 404
    assert take_back_page(stranger, entry, post=True).status_code == 404


def test_the_command_says_first_and_then_does_it(unit: Unit, ada: Account, otto: Account) -> None:
    group = GroupFactory(unit=unit, display_name="Press")
    update_group(group, display_name="Newsroom", actor=SYSTEM)
    number = entry_of("group.updated").sequence

    tried = run("take_back", str(number), "--dry-run")
    assert (tried.code, Group.objects.get().display_name) == (3, "Newsroom")
    done = run("take_back", str(number), "--actor", ada.email, "--reason", "A slip")

    assert (done.code, Group.objects.get().display_name) == (0, "Press")
    assert f"Entry {number} is taken back." in done.out
    entry = entry_of("change.taken_back")
    assert (entry.actor, entry.reason) == (ada, "A slip")
    assert f"Takes back the entry {number}." in text_of(signed_in(otto).get(entry.get_absolute_url()))
    for unknown in ("0", "-7", "9" * 30):
        assert run("take_back", unknown).code == 1


def test_new_dates_are_taken_back_to_the_old_ones(unit: Unit, ada: Account, otto: Account) -> None:
    group, sam = GroupFactory(unit=unit), AccountFactory(unit=unit)
    [before] = add_members(group, [sam], actor=SYSTEM)
    set_dates(before, Span(None, timezone.now() + timedelta(days=3)), actor=otto)
    assert Membership.objects.live().get(account=sam).expires_at

    take_back(entry_of("access.dates_changed"), actor=ada, unit=unit)

    assert Membership.objects.live().get(account=sam).expires_at is None

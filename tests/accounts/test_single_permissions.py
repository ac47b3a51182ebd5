"""Single permissions of one account: the tab Permissions and its service."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.access import effective, units_of
from accounts.models import Account, Grant, UnitAccess
from accounts.services.grants import set_permissions
from accounts.single_rights import Row
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import Invalid, MayNotPassOn, NotAllowed, OwnRights
from adminrights.models import JournalEntry, Unit
from adminrights.services import set_owner
from roles.catalogue import catalogue
from tests.accounts.pages import messages_of, path, signed_in, text_of
from tests.editing import send
from tests.factories import AccountFactory, UnitFactory

APPROVE, SENDER, DIRECT = "personal.approve_campaigns", "personal.sender", "personal.send_without_approval"


@pytest.fixture
def pia(unit: Unit) -> Account:
    """Passes on what she holds: two permissions on offers."""
    keys = ["accounts:get", "access:assign", "offers:list", "offers:get"]
    return AccountFactory(unit=unit, first_name="Pia", permissions=keys)


def own(account: Account, unit: Unit | None = None) -> set[str]:
    grants = Grant.objects.live().filter(account=account, permission__isnull=False)
    return set((grants.filter(unit=unit) if unit else grants).values_list("permission_id", flat=True))


def shown(viewer: Account, account: Account) -> Any:
    return signed_in(viewer).get(path("account_permissions", account)).context["shown"]


def row(viewer: Account, account: Account, key: str) -> Row:
    return next(each for each in shown(viewer, account).rows() if each.key == key)


def save(viewer: Account, account: Account, given: dict[str, bool], **more: str) -> Any:
    """Send the form with these answers, as it was drawn."""
    sent = {f"p-{key}": "yes" if yes else "no" for key, yes in given.items()}
    return send(signed_in(viewer), path("account_permissions", account), sent | more, follow=True)


# S2-08, S2-09
def test_every_permission_is_asked_for_with_yes_or_no(ada: Account, nemo: Account) -> None:
    keys = {each.key for each in shown(ada, nemo).rows()}
    assert {*catalogue().permissions, *catalogue().named} <= keys
    page = signed_in(ada).get(path("account_permissions", nemo)).content.decode()
    assert page.count('name="p-offers:list"') == 2


# S2-10
def test_its_help_and_its_caution_stand_beside_each_permission(ada: Account, nemo: Account) -> None:
    words = text_of(signed_in(ada).get(path("account_permissions", nemo)))
    for permission in catalogue().permissions.values():
        assert " ".join(permission.help.split()) in words
        assert permission.caution in words


# S2-09, S2-12
def test_saving_gives_and_takes_back(ada: Account, nemo: Account, unit: Unit) -> None:
    save(ada, nemo, {"offers:list": True, "offers:get": True, "deals:list": False})
    assert own(nemo) == {"offers:list", "offers:get"}
    response = save(ada, nemo, {"offers:list": False})
    assert own(nemo) == {"offers:get"}
    assert messages_of(response) == ["Saved. Nemo Nobody loses: Offers (List)."]


# S2-09, S2-12
def test_all_of_it_is_one_change(ada: Account, nemo: Account, unit: Unit) -> None:
    before = JournalEntry.objects.count()
    set_permissions(nemo, {"offers:list": True, "deals:list": True}, actor=ada, unit=unit)
    assert JournalEntry.objects.count() == before + 1


def test_what_is_not_named_stays(ada: Account, nemo: Account, unit: Unit) -> None:
    set_permissions(nemo, {"offers:list": True}, actor=ada, unit=unit)
    set_permissions(nemo, {"deals:list": True}, actor=ada, unit=unit)
    assert own(nemo) == {"offers:list", "deals:list"}


# S2-11, S2-15, S2-16
def test_allow_all_fills_in_what_one_may_pass_on_and_saves_nothing(pia: Account, nemo: Account) -> None:
    response = signed_in(pia).post(path("account_permissions", nemo), {"all": "yes"})
    chosen = {each.key for each in response.context["shown"].rows() if each.chosen and each.editable}
    assert {"offers:list", "offers:get"} <= chosen
    assert "deals:list" not in chosen
    assert own(nemo) == set()


# S2-11
def test_allow_none_fills_in_no(ada: Account, unit: Unit) -> None:
    account = AccountFactory(unit=unit, permissions=["offers:list", "deals:list"])
    response = signed_in(ada).post(path("account_permissions", account), {"all": "no"})
    assert not any(each.chosen for each in response.context["shown"].rows())
    assert own(account) == {"offers:list", "deals:list"}


# S2-14, S2-15, S2-16
def test_the_tick_all_permissions_gives_all_that_one_may_pass_on(pia: Account, nemo: Account) -> None:
    save(pia, nemo, {}, all_permissions="on")
    assert {"offers:list", "offers:get"} <= own(nemo)
    passed_on = {key for each in own(nemo) for key in catalogue().expand(each)}
    assert passed_on == {"offers:list", "offers:get"}


# S2-15
def test_all_permissions_of_a_full_administrator_are_all(ada: Account, nemo: Account, unit: Unit) -> None:
    save(ada, nemo, {}, all_permissions="on")
    assert set(catalogue().permissions) <= own(nemo)


# S2-13, S2-17, C-16
def test_in_the_parent_they_are_defaults_and_in_a_child_its_own(unit: Unit, otto: Account) -> None:
    north, south = UnitFactory(parent=unit, name="North"), UnitFactory(parent=unit, name="South")
    boss = AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})
    account = AccountFactory(unit=unit, access={"includes_subunits": True})
    client = signed_in(boss)
    page = path("account_permissions", account)
    send(client, page, {"p-offers:list": "yes"})
    client.post(reverse("unit_switch"), {"unit": north.pk})
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM) as c:
        c.start(UnitAccess(account=account, unit=north))
    send(client, page, {"p-segments:list": "yes"})
    assert own(account, unit) == {"offers:list"}
    assert own(account, north) == {"segments:list"}
    assert {"offers:list", "segments:list"} <= effective(account, north).effective.keys()
    assert "segments:list" not in effective(account, south).effective
    shown_there = next(r for r in client.get(page).context["shown"].rows() if r.key == "offers:list")
    assert (shown_there.editable, shown_there.through[0].unit) == (False, "Northwind")


# S0-32, S2-09
def test_what_a_level_or_a_group_gives_is_shown_and_not_editable(ada: Account, gwen: Account) -> None:
    found = row(ada, gwen, "ad_campaigns:delete")
    assert not found.editable
    assert found.through[0].text == "Through the group Campaign team, role Campaigns admin"


def test_what_the_owner_has_is_shown_as_that(ada: Account, otto: Account, unit: Unit) -> None:
    set_owner(unit, otto, actor=SYSTEM)
    found = row(ada, otto, "offers:list")
    assert (found.editable, found.through[0].kind) == (False, "owner")


def test_an_own_permission_beside_a_group_can_still_be_taken_back(
    ada: Account, gwen: Account, unit: Unit
) -> None:
    set_permissions(gwen, {"ad_campaigns:delete": True}, actor=SYSTEM, unit=unit)
    assert row(ada, gwen, "ad_campaigns:delete").editable


# S2-18: scenario 10
def test_approve_alone_has_no_effect_and_names_what_it_needs(ada: Account, nemo: Account) -> None:
    save(ada, nemo, {APPROVE: True})
    lacks = row(ada, nemo, APPROVE).lacks
    sender, direct = (catalogue().named[key].label for key in (SENDER, DIRECT))
    assert [lack.text for lack in lacks] == [f"Without effect: it needs “{sender}” and “{direct}”."]
    assert (lacks[0].remedy, lacks[0].add) == (f"Add {sender} and {direct}", (SENDER, DIRECT))


# S2-18, S2-P02, S2-P05, S2-P17, S2-21: scenario 10
def test_the_remedy_is_one_click_away(ada: Account, nemo: Account, unit: Unit) -> None:
    save(ada, nemo, {APPROVE: True})
    assert "campaigns:approve" not in effective(nemo, unit).effective
    lack = row(ada, nemo, APPROVE).lacks[0]
    save(ada, nemo, {}, add=" ".join(lack.add))
    assert own(nemo) == {APPROVE, SENDER, DIRECT}
    assert row(ada, nemo, APPROVE).lacks == ()
    assert "campaigns:approve" in effective(nemo, unit).effective


# S2-19, S2-P18
def test_a_part_that_needs_more_says_so(ada: Account, nemo: Account) -> None:
    save(ada, nemo, {"personal.surveys": True})
    lacks = row(ada, nemo, "personal.surveys").lacks
    added = {key for lack in lacks for key in lack.add}
    assert {"personal.edit_campaigns", "personal.contact_exporter", "personal.analytics"} <= added
    assert all(lack.text.startswith("For ") for lack in lacks)


# S2-20, S2-P11: scenario 12
def test_what_works_in_two_units_only_says_so(ada: Account, nemo: Account) -> None:
    save(ada, nemo, {"personal.cross_account_analytics": True})
    lacks = row(ada, nemo, "personal.cross_account_analytics").lacks
    assert [lack.text for lack in lacks] == [
        "Without effect: it works only for people who may enter at least two units."
    ]


def test_a_permission_without_its_feature_says_which(ada: Account, nemo: Account) -> None:
    save(ada, nemo, {"reply_filters:create": True})
    assert "doesn't have the feature" in row(ada, nemo, "reply_filters:create").lacks[0].text


# S2-01: Can manage account is enough, and it is needed
def test_who_manages_the_account_changes_the_permissions_and_the_units_of_others(
    unit: Unit, nemo: Account
) -> None:
    below = UnitFactory(parent=unit, name="North")
    keys, below_too = ["personal.manage_account"], {"includes_subunits": True}
    manager = AccountFactory(unit=unit, permissions=keys, access=below_too)
    save(manager, nemo, {"offers:list": True})
    yes = {f"unit-{each.pk}": "yes" for each in (unit, below)}
    send(signed_in(manager), path("account_units", nemo), yes)
    assert own(nemo) == {"offers:list"}
    assert {each.name for each in units_of(nemo)} == {"Northwind", "North"}

    other = AccountFactory(unit=unit, permissions=["personal.contacts"], access=below_too)
    refused = signed_in(other).post(path("account_permissions", nemo), {"p-deals:list": "yes"})
    assert refused.status_code == 403
    assert own(nemo) == {"offers:list"}


# S2-01, S3-T15
def test_who_may_hand_out_nothing_only_reads(unit: Unit, nemo: Account) -> None:
    reader = AccountFactory(unit=unit, permissions=["accounts:get", "accounts:update"])
    page = signed_in(reader).get(path("account_permissions", nemo))
    assert not any(each.editable for each in page.context["shown"].rows())
    assert "Allow all" not in text_of(page)
    with pytest.raises(NotAllowed):
        set_permissions(nemo, {"offers:list": True}, actor=reader, unit=unit)


# C-08
def test_what_one_may_not_pass_on_cannot_be_chosen(pia: Account, nemo: Account, unit: Unit) -> None:
    assert row(pia, nemo, "offers:list").editable
    assert not row(pia, nemo, "deals:list").editable
    with pytest.raises(MayNotPassOn):
        set_permissions(nemo, {"deals:list": True}, actor=pia, unit=unit)


def test_nobody_gives_themselves_anything(ada: Account, unit: Unit) -> None:
    assert not any(each.editable for each in shown(ada, ada).rows())
    with pytest.raises(OwnRights):
        set_permissions(ada, {"offers:list": True}, actor=ada, unit=unit)


def test_an_unknown_permission_is_refused(ada: Account, nemo: Account, unit: Unit) -> None:
    with pytest.raises(Invalid):
        set_permissions(nemo, {"no:such": True}, actor=ada, unit=unit)


@pytest.mark.parametrize("sent", [{"p-no:such": "yes"}, {"p-offers:list": "perhaps"}, {"add": "no:such"}])
def test_an_answer_that_was_not_offered_is_refused(ada: Account, nemo: Account, sent: dict[str, str]) -> None:
    assert signed_in(ada).post(path("account_permissions", nemo), sent).status_code == 422
    assert own(nemo) == set()


def test_the_page_tells_beforehand_what_saving_would_do(ada: Account, nemo: Account) -> None:
    words = text_of(save(ada, nemo, {"offers:list": True}, preview="1"))
    assert "Nothing is saved yet." in words
    assert "Nemo Nobody gains: Offers (List)" in words
    assert own(nemo) == set()


def test_a_right_on_a_whole_module_can_be_taken_back(ada: Account, unit: Unit) -> None:
    account = AccountFactory(unit=unit, permissions=["campaigns.*:list"])
    assert row(ada, account, "campaigns.*:list").editable
    save(ada, account, {"campaigns.*:list": False})
    assert own(account) == set()

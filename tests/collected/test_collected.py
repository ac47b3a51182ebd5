"""Several edits are collected, looked at together and applied as one change, or none of them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import effective, may
from accounts.checks import named_views
from accounts.models import Account
from accounts.services.taking_back import take_back
from adminrights.change import SYSTEM
from adminrights.collecting import MOST
from adminrights.events import Event
from adminrights.models import CollectedEdit, JournalEntry, OutgoingMail, Unit
from adminrights.views.collecting import Collected
from groups.models import Group
from groups.services import delete_group, remove_members, set_roles
from roles.models import Role
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.editing import opened, send
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

PAGE = "/collected/"
# Pages that say what they would do and whose edit can't wait, with the reason.
NOT_COLLECTED = {
    # They make something new, which no edit after them could name.
    "accounts:account_create", "accounts:unit_create",
    # They give and take no right.
    "accounts:access_rule_end", "accounts:waiver_end", "accounts:all_sessions_end",
    "accounts:factor_rule_on", "accounts:factor_rule_off",
    # It takes the password of whoever says so, there and then.
    "accounts:unit_owner",
    # They only draw a part of a form anew.
    "accounts:account_create_matrix", "accounts:account_edit_matrix",
    # An answer that somebody waits for, and what one gives up oneself.
    "accounts:request_approve", "accounts:review_create", "accounts:review_close", "accounts:review_check",
    "accounts:give_back",
    # A change that the log ties to the one that it takes back.
    "accounts:log_entry_take_back",
    "collected",
}  # fmt: skip


@pytest.fixture
def as_ada(ada: Account) -> Client:
    return signed_in(ada)


@pytest.fixture
def editors(unit: Unit) -> Role:
    return RoleFactory(unit=unit, display_name="Editors", rules=["contacts:list", "contacts:get"])


@pytest.fixture
def desk(unit: Unit, editors: Role) -> Group:
    return GroupFactory(unit=unit, display_name="Contact desk", roles=[editors])


def collect(client: Client, page: str, data: dict[str, Any]) -> Any:
    """Send the form as the button Collect does."""
    return client.post(page, data | {"collect": "1"})


def collect_member(client: Client, group: Group, account: Account, step: str = "member_add") -> Any:
    return collect(client, reverse(f"groups:{step}", args=[group.pk]), {"account": account.pk})


def collect_roles(client: Client, group: Group, roles: list[int]) -> Any:
    page = reverse("groups:group_roles", args=[group.pk])
    return collect(client, page, opened(client, page) | {"roles": roles})


def called(account: Account, first_name: str, *groups: Group) -> dict[str, Any]:
    """Return what the account's form sends with another first name."""
    names = {"first_name": first_name, "last_name": account.last_name, "email": account.email}
    return names | {"groups": [group.pk for group in groups]}


def apply_all(client: Client) -> Any:
    """Look at them and press Apply all, as shown."""
    looked = client.get(PAGE)
    return client.post(PAGE, {"previewed": looked.context["previewed"]}, follow=True)


def test_collected_edits_change_nothing_until_they_are_applied_and_then_are_one_change(
    as_ada: Client, unit: Unit, gwen: Account, campaign_team: Group, desk: Group, editors: Role
) -> None:
    entries, mails = JournalEntry.objects.count(), OutgoingMail.objects.count()
    kept = collect_member(as_ada, desk, gwen)
    collect_member(as_ada, campaign_team, gwen, "member_remove")
    assert messages_of(as_ada.get(kept["Location"]))[0].startswith("Collected, not saved yet: ")
    assert JournalEntry.objects.count() == entries
    assert not may(gwen, "contacts:get", unit)

    shown = text_of(as_ada.get(PAGE))
    assert "Gwen Group gains: Contacts (List, View)" in shown
    assert "Gwen Group loses:" in shown
    assert JournalEntry.objects.count() == entries

    done = apply_all(as_ada)

    assert messages_of(done) == ["2 edits are applied."]
    assert may(gwen, "contacts:get", unit)
    assert not may(gwen, "ad_campaigns:get", unit)
    [entry] = JournalEntry.objects.order_by("sequence")[entries:]
    assert (entry.event, entry.outcome, entry.unit) == (Event.EDITS_APPLIED, "done", unit)
    assert {row["kind"] for row in entry.data["changes"]} == {"membership"}
    assert OutgoingMail.objects.count() == mails
    assert not CollectedEdit.objects.exists()


def test_what_each_would_be_refused_for_counts_for_the_sum(
    as_ada: Client, unit: Unit, gwen: Account, desk: Group, editors: Role
) -> None:
    """Two steps that cancel each other do nothing to anybody, and say so."""
    collect_member(as_ada, desk, gwen)
    collect_roles(as_ada, desk, [])

    assert "Nobody gains or loses anything by this." in text_of(as_ada.get(PAGE))
    apply_all(as_ada)
    assert desk.memberships.live().filter(account=gwen).exists()
    assert not desk.role_facts.live().exists()


def test_a_move_is_collected_after_its_question(as_ada: Client, unit: Unit) -> None:
    south, east = UnitFactory(parent=unit, name="South"), UnitFactory(parent=unit, name="East")
    page = reverse("unit_move", args=[east.pk])
    asked = send(as_ada, page, {"parent": south.pk})
    assert "Collect" in text_of(asked)

    kept = collect(as_ada, page, opened(as_ada, page) | {"parent": south.pk, "sure": south.pk})

    assert "Collected, not saved yet" in messages_of(as_ada.get(kept["Location"]))[0]
    assert Unit.objects.get(pk=east.pk).parent == unit
    assert messages_of(apply_all(as_ada)) == ["1 edit is applied."]
    assert Unit.objects.get(pk=east.pk).parent == south


def test_one_that_can_not_be_applied_is_named_and_nothing_is_done(
    as_ada: Client, otto: Account, gwen: Account, desk: Group
) -> None:
    edit = reverse("accounts:account_edit", args=[gwen.pk])
    collect_member(as_ada, desk, gwen)
    collect(as_ada, edit, opened(as_ada, edit) | called(gwen, "Gwendolyn"))
    send(signed_in(otto), edit, called(gwen, "Gwenda"))

    looked = as_ada.get(PAGE)
    assert "“Edit Gwen Group” can't be applied: Somebody else changed this" in text_of(looked)
    assert "Apply all" not in text_of(looked)
    answer = as_ada.post(PAGE, {}, follow=True)
    assert "can't be applied" in messages_of(answer)[0]
    assert not desk.memberships.live().exists()

    delete_group(desk, actor=SYSTEM)
    assert "what it is about is gone" in text_of(as_ada.get(PAGE))
    assert CollectedEdit.objects.count() == 2


def test_what_moved_since_it_was_shown_is_shown_again(
    as_ada: Client, gwen: Account, desk: Group, editors: Role, unit: Unit
) -> None:
    collect_member(as_ada, desk, gwen)
    looked = as_ada.get(PAGE)
    set_roles(desk, [editors, RoleFactory(unit=unit, rules=["contacts:delete"])], actor=SYSTEM)

    moved = as_ada.post(PAGE, {"previewed": looked.context["previewed"]})

    assert moved.status_code == 409
    assert "Something changed since you looked. Nothing is saved" in text_of(moved)
    assert not desk.memberships.live().exists()


def test_edits_of_one_thing_from_several_pages_add_up(
    as_ada: Client, unit: Unit, editors: Role, gwen: Account, campaign_team: Group, desk: Group
) -> None:
    """Each form was opened before the others were applied: it is done on top of them."""
    add = reverse("roles:rule_add", args=[editors.pk])
    for target in ("accounts", "groups"):
        collect(as_ada, add, opened(as_ada, add) | {"target": target, "actions": ["get"]})
    edit = reverse("accounts:account_edit", args=[gwen.pk])
    collect_member(as_ada, desk, gwen)
    collect(as_ada, edit, opened(as_ada, edit) | called(gwen, "Gwendolyn", campaign_team))
    assert CollectedEdit.objects.count() == 4
    # A form says which of its fields was changed, also where that moves no right.
    assert CollectedEdit.objects.latest("pk").shown[0] == "First name."

    assert messages_of(apply_all(as_ada)) == ["4 edits are applied."]

    gwen.refresh_from_db()
    assert gwen.first_name == "Gwendolyn"
    assert set(gwen.memberships.live().values_list("group", flat=True)) == {campaign_team.pk, desk.pk}
    rules = set(editors.rules.live().values_list("permission", flat=True))
    assert {"accounts:get", "groups:get", "contacts:list"} <= rules


def test_the_same_page_again_takes_the_older_ones_place(as_ada: Client, desk: Group, editors: Role) -> None:
    collect_roles(as_ada, desk, [])
    again = collect_roles(as_ada, desk, [editors.pk])
    assert "It takes the place of what you had collected" in messages_of(as_ada.get(again["Location"]))[0]
    assert CollectedEdit.objects.get().sent["roles"] == [str(editors.pk)]


def test_edits_are_discarded_one_by_one_or_all(
    as_ada: Client, gwen: Account, grant: Account, desk: Group
) -> None:
    for account in (gwen, grant):
        collect_member(as_ada, desk, account)
    first = CollectedEdit.objects.earliest("pk")
    as_ada.post(reverse("collected_discard", args=[first.pk]))
    assert CollectedEdit.objects.get().sent["account"] == [str(grant.pk)]
    as_ada.post(reverse("collected_discard_all"))
    assert "Nothing is collected" in text_of(as_ada.get(PAGE))
    # From an old page there is nothing left to apply.
    assert messages_of(as_ada.post(PAGE, {}, follow=True)) == ["Nothing is collected"]


def test_they_belong_to_one_person_and_one_unit(
    as_ada: Client, ada: Account, otto: Account, unit: Unit, gwen: Account, desk: Group
) -> None:
    collect_member(as_ada, desk, gwen)
    edit = CollectedEdit.objects.get()
    theirs = signed_in(otto)
    assert "Nothing is collected" in text_of(theirs.get(PAGE))
    assert theirs.post(reverse("collected_discard", args=[edit.pk])).status_code == 404
    assert CollectedEdit.objects.filter(pk=edit.pk, account=ada, unit=unit).exists()


def test_they_are_applied_with_the_rights_of_then(
    unit: Unit, helen: Account, gwen: Account, desk: Group, ada: Account
) -> None:
    key = RoleFactory(unit=unit, rules=["accounts:get", "groups:get", "groups:list", "accounts:list"])
    powers = RoleFactory(
        unit=unit, rules=["group_members:create", "group_members:delete", "access:assign", "contacts:get"]
    )
    more = GroupFactory(unit=unit, roles=[key, powers, *Role.objects.filter(display_name="Editors")])
    hugo = AccountFactory(unit=unit, first_name="Hugo", groups=[more])
    client = signed_in(hugo)
    collect_member(client, desk, gwen)
    remove_members(more, [hugo], actor=SYSTEM)

    said = text_of(client.get(PAGE))

    assert "can't be applied: It needs a right that you don't have here: Add group members." in said
    client.post(PAGE, {})
    assert not desk.memberships.live().filter(account=gwen).exists()


def test_a_refused_edit_and_too_many_are_not_kept(
    as_ada: Client, ada: Account, unit: Unit, desk: Group
) -> None:
    alone = reverse("accounts:account_disable", args=[ada.pk])
    assert collect(as_ada, alone, {}).status_code == 422
    assert not CollectedEdit.objects.exists()

    people = [AccountFactory(unit=unit) for _ in range(2)]
    collect_member(as_ada, desk, people[0])
    edit = CollectedEdit.objects.get()
    for _ in range(MOST - 1):
        edit.pk = None
        edit.save(force_insert=True)
    full = collect_member(as_ada, desk, people[1])
    said = messages_of(as_ada.get(full["Location"]))
    assert said[-1] == f"You have collected {MOST} edits. Apply or discard them first."
    assert CollectedEdit.objects.count() == MOST


def test_a_person_who_is_disabled_and_replaced_is_one_change_that_can_be_taken_back(
    as_ada: Client, otto: Account, unit: Unit, gwen: Account, grant: Account, campaign_team: Group
) -> None:
    collect(as_ada, reverse("accounts:account_disable", args=[gwen.pk]), {"reason": "Left on Friday"})
    collect_member(as_ada, campaign_team, grant)
    apply_all(as_ada)
    gwen.refresh_from_db()
    assert gwen.status == Account.Status.DISABLED
    assert may(grant, "ad_campaigns:get", unit)

    entry = JournalEntry.objects.filter(event=Event.EDITS_APPLIED).latest("sequence")
    assert entry.reason == "Left on Friday"
    take_back(entry, actor=SYSTEM, unit=unit)
    gwen.refresh_from_db()
    assert gwen.status == Account.Status.ACTIVE
    assert not may(grant, "ad_campaigns:get", unit)


def test_an_own_right_is_taken_back_with_others(
    as_ada: Client, unit: Unit, grant: Account, desk: Group
) -> None:
    own, held = grant.grants.live().get(), effective(grant, unit).effective
    collect(as_ada, reverse("accounts:grant_take", args=[grant.pk, own.pk]), {})
    collect_member(as_ada, desk, grant)
    apply_all(as_ada)
    assert held
    assert effective(grant, unit).effective.keys() == {"contacts:list", "contacts:get"}


def test_the_log_of_the_unit_below_shows_what_was_applied_from_above(ada: Account, unit: Unit) -> None:
    below = UnitFactory(name="Below", parent=unit)
    group, account = GroupFactory(unit=below), AccountFactory(unit=below)
    above = AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})
    client = signed_in(above)
    collect_member(client, group, account)
    apply_all(client)
    assert JournalEntry.objects.get(event=Event.EDITS_APPLIED).unit == below


def test_the_number_stands_in_the_frame_also_after_signing_in_anew(
    as_ada: Client, ada: Account, gwen: Account, desk: Group
) -> None:
    assert "collected edit" not in as_ada.get("/groups/").content.decode()
    collect_member(as_ada, desk, gwen)
    for client in (as_ada, signed_in(ada)):
        assert 'aria-label="1 collected edit"' in client.get("/groups/").content.decode()


def test_every_page_that_previews_offers_it_or_says_why_not() -> None:
    never = {
        name
        for name, view in named_views()
        if isinstance(getattr(view, "view_class", None), type)
        and issubclass(view.view_class, Collected)
        and not view.view_class.collects
    }
    assert never == NOT_COLLECTED

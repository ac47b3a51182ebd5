"""The demo as a parent account with child accounts: yes or no for each account and each permission."""

from collections.abc import Iterator

import pytest

from accounts.access import effective, may, units_of
from accounts.models import Account, UnitAccess
from accounts.reach import units_where
from accounts.services.grants import set_permission
from accounts.services.unit_access import Entry, set_unit_access
from adminrights.models import JournalEntry, OutgoingMail, Unit
from roles.catalogue import catalogue
from tests.accounts.pages import names_in, path, signed_in, text_of
from tests.demos import EveryShape, building, person, place
from tests.terminal import Ran

ACROSS = "cross_account_analytics:list"


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[Ran]:
    yield from building("parent-child", django_db_blocker)


@pytest.fixture
def demo(built, db) -> Ran:
    return built


class TestParentChild(EveryShape):
    SHAPE = "parent-child"


def entered(name: str) -> set[str]:
    return {unit.name for unit in units_of(person(name))}


def works(name: str, unit: str, permission: str) -> bool:
    return may(person(name), permission, place(unit))


def test_one_parent_has_four_child_accounts(demo):
    parent = place("Fernhill Garden Centres")
    names = set(Unit.objects.filter(parent=parent).values_list("name", flat=True))
    assert names == {"Fernhill Online", "Fernhill Trade", "Fernhill Ireland", "Fernhill Kitchen"}


# S2-03, S2-05
def test_each_account_says_yes_or_no_to_each_person(demo):
    assert entered("gareth.whitlock") == {"Fernhill Trade"}
    assert entered("eilidh.macrae") == {"Fernhill Online", "Fernhill Trade"}
    assert not works("eilidh.macrae", "Fernhill Kitchen", "analytics:list")


# S2-01, S2-02: from the parent, with Can manage account
def test_the_account_manager_says_who_enters_which_account(demo):
    parent, kitchen = place("Fernhill Garden Centres"), place("Fernhill Kitchen")
    page = signed_in(person("devika.nair")).get(path("account_units", person("gareth.whitlock")))
    chosen = {row.unit.name: row.chosen for row in page.context["form"].rows()}
    assert chosen.pop("Fernhill Trade")
    assert set(chosen.values()) == {False}

    set_unit_access(
        person("gareth.whitlock"), {kitchen.pk: Entry()}, actor=person("devika.nair"), unit=parent
    )
    assert entered("gareth.whitlock") == {"Fernhill Kitchen"}


# S2-08, S2-09: defaults of the parent
def test_a_default_permission_works_in_each_account_that_the_person_enters(demo):
    seun = "oluwaseun.adeyemi"
    assert works(seun, "Fernhill Online", "campaigns:submit")
    assert works(seun, "Fernhill Trade", "campaigns:submit")
    assert not works(seun, "Fernhill Ireland", "campaigns:submit")


# S2-13, S2-14, S2-17: a child's own
def test_where_the_child_has_its_own_permissions_the_defaults_dont_count(demo):
    anjali = person("anjali.bose")
    assert anjali.grants.live().get(permission="personal.analytics").unit == place("Fernhill Garden Centres")
    online, trade = (
        effective(anjali, place(name)).effective for name in ("Fernhill Online", "Fernhill Trade")
    )
    assert set(online) - set(trade) == {"contacts:export", "campaign_reports:export", "form_responses:export"}
    assert set(trade) == {"contacts:list", "contacts:get", "email_addresses:get"}


# S2-18, S2-P02: scenario 10
def test_the_approver_without_sender_holds_what_has_no_effect_until_the_rest_is_there(demo):
    ruben, trade = person("ruben.castellanos"), place("Fernhill Trade")
    withheld = effective(ruben, trade).withheld["campaigns:approve"]
    assert set(withheld.missing_permissions) == {"campaigns:start", "campaigns:submit"}
    page = text_of(signed_in(ruben).get("/me/"))
    assert "Given to you, but not working yet" in page

    for key in ("personal.send_without_approval", "personal.sender"):
        set_permission(ruben, key, given=True, actor=person("devika.nair"), unit=trade)
    assert works("ruben.castellanos", "Fernhill Trade", "campaigns:approve")


# S2-21, S2-P05, S2-P17
def test_a_sender_hands_in_and_an_approver_decides(demo):
    assert works("oluwaseun.adeyemi", "Fernhill Trade", "campaigns:submit")
    assert not works("oluwaseun.adeyemi", "Fernhill Trade", "campaigns:start")
    assert works("philippa.thorne", "Fernhill Trade", "campaigns:approve")


# S2-20, S2-P11: scenario 12
def test_analytics_across_accounts_needs_two_of_them(demo):
    assert works("eilidh.macrae", "Fernhill Online", ACROSS)
    hugo, kitchen = person("hugo.lindgren"), place("Fernhill Kitchen")
    assert effective(hugo, kitchen).withheld[ACROSS].missing_feature == "multi_unit"

    wanted = {kitchen.pk: Entry(), place("Fernhill Trade").pk: Entry()}
    set_unit_access(hugo, wanted, actor=person("devika.nair"), unit=place("Fernhill Garden Centres"))
    assert works("hugo.lindgren", "Fernhill Kitchen", ACROSS)


# S2-24, S2-31
def test_who_is_added_in_a_child_account_enters_that_one_alone(demo):
    added = Account.objects.filter(created_at__isnull=False, pk__in=made_by("aoife.brennan"))
    assert added.count() == 5
    accesses = UnitAccess.objects.live().filter(account__in=added).select_related("unit")
    assert {access.unit.name for access in accesses} == {"Fernhill Ireland"}


# S2-31
def test_the_manager_of_a_child_account_sees_its_people_only(demo):
    aoife = person("aoife.brennan")
    assert units_where(aoife, "accounts:update") == {place("Fernhill Ireland").pk}
    names = names_in(signed_in(aoife).get(path("account_list")))
    assert {"Cormac Doyle", "Niamh Gallagher", "Aoife Brennan", "Marit van den Berg"} <= set(names)
    assert not {"Devika Nair", "Tara O’Connell"} & set(names)
    refused = JournalEntry.objects.filter(outcome="refused", actor_id=aoife.pk)
    assert refused.count() == 1


# S2-26
def test_an_invitation_has_run_out_after_three_days(demo):
    owen = person("owen.tregenza")
    assert (owen.status, [each.is_expired for each in owen.invitations.outstanding()]) == ("pending", [True])


# S2-27
def test_the_owner_may_everything_in_every_account(demo):
    owner = person("margaret.ashworth")
    units = Unit.objects.all()
    assert Unit.objects.get(parent=None).owner == owner
    lacking = {key for unit in units for key in catalogue().permissions if not may(owner, key, unit)}
    features = {catalogue().permissions[key].feature for key in lacking}
    assert None not in features


# S2-33, S2-34
def test_a_locked_person_shows_and_the_owner_and_the_managers_were_told(demo):
    harriet = person("harriet.pell")
    assert harriet.is_locked
    told = OutgoingMail.objects.filter(message="locked").values_list("address", flat=True)
    wanted = ("margaret.ashworth", "devika.nair", "callum.baird")
    assert sorted(told) == sorted(f"{name}@fernhill.example" for name in wanted)


# S2-36
def test_a_disabled_person_is_kept_with_the_permissions(demo):
    sebastian = person("sebastian.falk")
    assert sebastian.status == "disabled"
    assert not works("sebastian.falk", "Fernhill Online", "campaigns:submit")
    assert "campaigns:submit" in effective(sebastian, place("Fernhill Online"), as_if_active=True).effective


def made_by(name: str) -> list[int]:
    entries = JournalEntry.objects.filter(event="account.created", outcome="done", actor_id=person(name).pk)
    return [int(entry.target_id) for entry in entries]

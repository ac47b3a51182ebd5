"""Which units an account may enter: yes or no for each, by the tab Units and by its service."""

from typing import Any

import pytest

from accounts.access import effective, units_of
from accounts.models import Account, UnitAccess
from accounts.services.unit_access import Entry, set_unit_access
from adminrights.change import SYSTEM
from adminrights.exceptions import Invalid, MayNotPassOn, NotAllowed, NotFound, OwnAccount
from adminrights.models import JournalEntry, Unit
from tests.accounts.pages import labels, messages_of, path, signed_in, text_of
from tests.editing import send
from tests.factories import AccountFactory, UnitFactory

ALONE, BELOW, OWN = Entry(), Entry(includes_subunits=True), Entry(own_rights_only=True)


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(parent=unit, name="North")


@pytest.fixture
def south(unit: Unit) -> Unit:
    return UnitFactory(parent=unit, name="South")


@pytest.fixture
def boss(unit: Unit, north: Unit, south: Unit, otto: Account) -> Account:
    """Administers the root and everything below."""
    return AccountFactory(
        unit=unit,
        first_name="Bea",
        last_name="Boss",
        levels={"admin_rights": 2},
        access={"includes_subunits": True},
    )


@pytest.fixture
def nora(north: Unit) -> Account:
    """Administers the people of the north, and no other."""
    keys = ["accounts:list", "accounts:get", "accounts:create", "accounts:update", "access:assign"]
    return AccountFactory(unit=north, first_name="Nora", last_name="North", permissions=keys)


@pytest.fixture
def pat(unit: Unit) -> Account:
    """Works in the root, with a default permission of the root."""
    return AccountFactory(unit=unit, first_name="Pat", last_name="Parent", permissions=["offers:list"])


def entered(account: Account) -> dict[str, Entry]:
    rows = UnitAccess.objects.live().filter(account=account).select_related("unit")
    return {row.unit.name: Entry(row.includes_subunits, row.own_rights_only) for row in rows}


def answers(chosen: dict[Unit, Entry], *others: Unit) -> dict[str, str]:
    """Return what the form sends: yes for the chosen units, no for the others."""
    sent = {f"unit-{each.pk}": "no" for each in others} | {f"unit-{each.pk}": "yes" for each in chosen}
    for each, entry in chosen.items():
        sent |= {f"below-{each.pk}": "on"} if entry.includes_subunits else {}
        sent |= {f"own-{each.pk}": "on"} if entry.own_rights_only else {}
    return sent


def save(viewer: Account, account: Account, sent: dict[str, str]) -> Any:
    return send(signed_in(viewer), path("account_units", account), sent, follow=True)


# S2-01, S2-02, S2-04, S2-05
def test_the_tab_asks_yes_or_no_for_each_unit(boss: Account, pat: Account) -> None:
    rows = signed_in(boss).get(path("account_units", pat)).context["form"].rows()
    assert [(row.unit.name, row.chosen) for row in rows] == [
        ("Northwind", True),
        ("North", False),
        ("South", False),
    ]


# S2-03, S2-05, S2-07
def test_yes_lets_in_and_no_keeps_out(
    boss: Account, pat: Account, unit: Unit, north: Unit, south: Unit
) -> None:
    save(boss, pat, answers({unit: ALONE, north: ALONE}, south))
    assert entered(pat) == {"Northwind": ALONE, "North": ALONE}
    save(boss, pat, answers({north: ALONE}, unit, south))
    assert entered(pat) == {"North": ALONE}


# C-17
def test_everything_below_lets_into_units_made_later_too(boss: Account, pat: Account, unit: Unit) -> None:
    save(boss, pat, answers({unit: BELOW}))
    UnitFactory(parent=unit, name="West")
    assert {each.name for each in units_of(pat)} == {"Northwind", "North", "South", "West"}


# S2-13, C-16, C-17: a child account of Dotdigital
def test_only_this_units_own_rights_leaves_the_defaults_out(
    boss: Account, pat: Account, north: Unit, unit: Unit
) -> None:
    save(boss, pat, answers({unit: ALONE, north: ALONE}))
    assert "offers:list" in effective(pat, north).effective
    save(boss, pat, answers({unit: ALONE, north: OWN}))
    assert "offers:list" not in effective(pat, north).effective
    assert "offers:list" in effective(pat, unit).effective


# S2-06: scenario 13
def test_no_unit_at_all_is_refused_with_a_sentence(
    boss: Account, pat: Account, unit: Unit, north: Unit
) -> None:
    before = entered(pat)
    response = save(boss, pat, answers({}, unit, north))
    assert response.status_code == 422
    assert "Choose at least one unit." in text_of(response)
    assert entered(pat) == before


# S2-06, S2-23: scenario 13
def test_a_new_account_without_a_unit_is_refused(boss: Account, unit: Unit, north: Unit, south: Unit) -> None:
    sent = {"email": "new@example.org", "first_name": "Neu", "last_name": "New"}
    response = signed_in(boss).post(path("account_create"), sent | answers({}, unit, north, south))
    assert "Choose at least one unit." in text_of(response)
    assert not Account.objects.filter(email="new@example.org").exists()


# S2-23
def test_a_new_account_gets_the_chosen_units(boss: Account, unit: Unit, north: Unit, south: Unit) -> None:
    sent = {"email": "new@example.org", "first_name": "Neu", "last_name": "New"}
    signed_in(boss).post(path("account_create"), sent | answers({north: OWN, south: ALONE}, unit))
    assert entered(Account.objects.get(email="new@example.org")) == {"North": OWN, "South": ALONE}


# S2-24
def test_adding_in_a_child_gives_that_child_only(nora: Account) -> None:
    sent = {"email": "new@example.org", "first_name": "Neu", "last_name": "New"}
    signed_in(nora).post(path("account_create"), sent)
    account = Account.objects.get(email="new@example.org")
    assert entered(account) == {"North": ALONE}
    assert {each.name for each in units_of(account)} == {"North"}


# S2-02, S4-41
def test_what_lies_out_of_reach_stays_untouched(
    nora: Account, pat: Account, unit: Unit, north: Unit, south: Unit
) -> None:
    set_unit_access(pat, {unit.pk: ALONE, north.pk: ALONE}, actor=SYSTEM, unit=unit)
    set_unit_access(pat, {}, actor=nora, unit=north)
    assert entered(pat) == {"Northwind": ALONE}


@pytest.mark.parametrize("name", ["Northwind", "South"])
def test_a_unit_out_of_reach_is_like_none(
    name: str, nora: Account, pat: Account, unit: Unit, north: Unit, south: Unit
) -> None:
    set_unit_access(pat, {unit.pk: ALONE, north.pk: ALONE}, actor=SYSTEM, unit=unit)
    with pytest.raises(NotFound):
        set_unit_access(pat, {Unit.objects.get(name=name).pk: ALONE}, actor=nora, unit=north)


def test_everything_below_needs_everything_below(boss: Account, pat: Account, unit: Unit) -> None:
    narrow = AccountFactory(unit=unit, levels={"admin_rights": 2})
    with pytest.raises(MayNotPassOn, match="Below Northwind there are units"):
        set_unit_access(pat, {unit.pk: BELOW}, actor=narrow, unit=unit)


def test_who_may_not_change_accounts_changes_no_units(helen: Account, pat: Account, unit: Unit) -> None:
    with pytest.raises(NotAllowed):
        set_unit_access(pat, {unit.pk: BELOW}, actor=helen, unit=unit)


def test_nobody_changes_which_units_they_may_enter(boss: Account, unit: Unit, north: Unit) -> None:
    with pytest.raises(OwnAccount):
        set_unit_access(boss, {north.pk: ALONE}, actor=boss, unit=unit)


def test_access_passes_on_what_is_held_above(nora: Account, pat: Account, unit: Unit, north: Unit) -> None:
    # Pat's default permission would come into the north, and Nora doesn't hold it.
    with pytest.raises(MayNotPassOn):
        set_unit_access(pat, {north.pk: ALONE}, actor=nora, unit=north)
    assert entered(pat) == {"Northwind": ALONE}


def test_a_refusal_undoes_everything(boss: Account, pat: Account, unit: Unit) -> None:
    before = JournalEntry.objects.filter(outcome="done").count()
    with pytest.raises(Invalid):
        set_unit_access(pat, {}, actor=boss, unit=unit)
    assert JournalEntry.objects.filter(outcome="done").count() == before


def test_the_page_tells_before_and_after_what_comes_and_goes(
    boss: Account, pat: Account, unit: Unit, north: Unit
) -> None:
    sent = answers({unit: ALONE, north: ALONE})
    looked = text_of(save(boss, pat, sent | {"preview": "1"}))
    assert "Nothing is saved yet." in looked
    assert "gains in North: Offers (List)" in looked
    assert entered(pat) == {"Northwind": ALONE}
    assert messages_of(save(boss, pat, sent)) == [f"Saved. {pat.name} gains in North: Offers (List)."]


@pytest.mark.parametrize("sent", [{"unit-99999": "yes"}, {"unit-x": "yes"}])
def test_a_unit_that_was_not_offered_is_refused(boss: Account, pat: Account, sent: dict[str, str]) -> None:
    assert save(boss, pat, sent).status_code == 422


def test_an_answer_that_is_neither_yes_nor_no_is_refused(boss: Account, pat: Account, unit: Unit) -> None:
    assert save(boss, pat, {f"unit-{unit.pk}": "perhaps"}).status_code == 422


def test_with_a_single_unit_no_page_speaks_of_units(ada: Account, nemo: Account) -> None:
    for name in ("account_detail", "account_permissions"):
        response = signed_in(ada).get(path(name, nemo))
        assert "Units" not in labels(response.context["tabs"])
    assert signed_in(ada).get(path("account_create")).context["units_form"] is None


def test_whoever_leaves_the_readers_unit_leaves_the_list(
    nora: Account, pat: Account, unit: Unit, north: Unit
) -> None:
    member = AccountFactory(unit=north)
    set_unit_access(member, {unit.pk: ALONE, north.pk: ALONE}, actor=SYSTEM, unit=unit)
    response = save(nora, member, answers({}, north))
    assert response.redirect_chain[-1][0] == path("account_list")
    assert entered(member) == {"Northwind": ALONE}


@pytest.mark.parametrize(
    ("page", "tab"),
    [
        ("account_units", "Units"),
        ("account_permissions", "Permissions"),
        ("account_levels", "Roles by unit"),
        ("account_history", "History"),
        ("account_access", "Why and why not"),
    ],
)
def test_a_page_about_somebody_names_them_in_the_title_of_its_window(
    page: str, tab: str, boss: Account, pat: Account
) -> None:
    text = signed_in(boss).get(path(page, pat)).text
    assert f"<title>Pat Parent: {tab} –" in text

"""The matrix of an account: own levels beside inherited ones."""

import pytest

from accounts.matrix import givers_of, inherited_levels, matrix_of, parse_levels
from accounts.models import Account
from accounts.services.editing import Wanted, add_account, edit_account, levels_sheet
from accounts.services.memberships import set_groups
from adminrights.change import SYSTEM
from adminrights.exceptions import Invalid, Stale
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from roles.matrix import Cell, Matrix
from tests.factories import AccountFactory, GroupFactory, RoleFactory

NEW = {"first_name": "New", "last_name": "Person", "email": "new.person@example.org"}


@pytest.fixture
def readers(unit: Unit) -> Group:
    """A group that gives Read on Customers as a whole."""
    rules = ["user_profiles:list", "user_profiles:get"]
    rules += ["custom_profile_attributes:list", "custom_profile_attributes:get"]
    role = RoleFactory(unit=unit, display_name="Customer reader", rules=rules)
    return GroupFactory(unit=unit, display_name="Readers", roles=[role])


def cell(matrix: Matrix, module: str, level: int) -> Cell:
    rows = (row for area in matrix.areas for row in area.modules if row.key == module)
    return next(rows).cells[level - 1]


# S0-32, S1-17, C-03
def test_a_level_through_a_group_names_the_group(unit: Unit, readers: Group) -> None:
    account = AccountFactory(unit=unit, groups=[readers])
    found = cell(matrix_of(account, unit), "customers", 1)
    assert (found.inherited, found.own, found.through) == (True, False, ("Readers",))


# S0-32
def test_a_level_that_adds_nothing_names_the_groups_of_the_level_below(unit: Unit) -> None:
    role = RoleFactory(unit=unit, rules=["chat:use"])
    group = GroupFactory(unit=unit, display_name="Talkers", roles=[role])
    matrix = matrix_of(AccountFactory(unit=unit, groups=[group]), unit)
    assert [cell(matrix, "chat", level).through for level in (1, 2, 3)] == [("Talkers",), ("Talkers",), ()]


# S1-20
def test_an_own_level_shows_as_own_with_everything_below_it(unit: Unit) -> None:
    account = AccountFactory(unit=unit, levels={"campaigns": 3})
    matrix = matrix_of(account, unit)
    assert [cell(matrix, "campaigns", level).own for level in (1, 2, 3)] == [True, True, True]


# S0-36, scenario 6
def test_a_module_without_anything_to_publish_offers_no_third_level(unit: Unit) -> None:
    matrix = matrix_of(AccountFactory(unit=unit), unit)
    assert [cell(matrix, module, 3).offered for module in ("campaigns", "customers")] == [True, False]


def test_a_part_of_a_level_through_a_group_is_marked_as_a_part(unit: Unit, gwen: Account) -> None:
    found = cell(matrix_of(gwen, unit), "campaigns", 2)
    assert (found.inherited, found.partial, found.through) == (False, True, ("Campaign team",))


def test_groups_ticked_in_the_form_count_before_they_are_saved(unit: Unit, readers: Group) -> None:
    assert inherited_levels(givers_of(None, unit, [readers])) == {"customers": 1}


def test_groups_unticked_in_the_form_no_longer_count(unit: Unit, readers: Group) -> None:
    account = AccountFactory(unit=unit, groups=[readers])
    assert inherited_levels(givers_of(account, unit, [])) == {}


# Scenario 2, S0-32
def test_a_tick_posted_into_an_inherited_cell_is_refused() -> None:
    with pytest.raises(Invalid, match="Customers comes through a group"):
        parse_levels(["customers:1"], {}, {"customers": 1})


# Scenario 1, S0-38
def test_an_own_level_below_the_inherited_one_is_kept() -> None:
    assert parse_levels([], {"customers": 1}, {"customers": 2}) == {"customers": 1}


def test_an_own_level_above_the_inherited_one_can_be_taken_away() -> None:
    assert parse_levels([], {"customers": 2}, {"customers": 1}) == {}


def test_the_highest_tick_of_a_module_counts() -> None:
    assert parse_levels(["campaigns:1", "campaigns:2"], {}, {}) == {"campaigns": 2}


# Scenario 6
@pytest.mark.parametrize(
    "tick", ["customers:3", "customers:0", "customers:x", "nothing:1", "customers", "²:²"]
)
def test_a_level_that_is_not_offered_is_refused(tick: str) -> None:
    with pytest.raises(Invalid):
        parse_levels([tick], {}, {})


# Scenario 1, S0-33, S0-38
def test_leaving_the_group_leaves_the_own_right(unit: Unit, readers: Group) -> None:
    account = AccountFactory(unit=unit, groups=[readers], levels={"customers": 1})
    set_groups(account, [], actor=SYSTEM, unit=unit)
    assert account.has_perm("user_profiles:list", unit)


def test_a_refused_tick_is_journaled_and_changes_nothing(unit: Unit, ada: Account, readers: Group) -> None:
    account = AccountFactory(unit=unit, groups=[readers])
    with pytest.raises(Invalid):
        edit_account(account, Wanted({"phone": "12"}, ticks=["customers:1"]), actor=ada, unit=unit)
    account.refresh_from_db()
    assert account.phone == ""
    assert JournalEntry.objects.about(account)[0].outcome == "refused"


# S0-28, S0-30, S0-31
def test_an_account_is_created_with_groups_and_levels_in_one_change(
    unit: Unit, ada: Account, readers: Group
) -> None:
    before = JournalEntry.objects.count()
    wanted = Wanted(NEW, groups=[readers], ticks=["campaigns:2"])
    account = add_account(wanted, invite=True, actor=ada, unit=unit)
    assert inherited_levels(givers_of(account, unit)) == {"customers": 1}
    assert [grant.right for grant in account.grants.live()] == ["campaigns@2"]
    assert JournalEntry.objects.count() == before + 1


def test_a_level_that_somebody_else_changed_makes_the_form_stale(unit: Unit, ada: Account) -> None:
    account = AccountFactory(unit=unit)
    seen = levels_sheet(account, unit)
    edit_account(account, Wanted(ticks=["customers:1"]), actor=ada, unit=unit)
    with pytest.raises(Stale):
        edit_account(account, Wanted(ticks=[]), seen=seen, actor=ada, unit=unit)

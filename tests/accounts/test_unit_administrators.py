"""A unit administrator makes team members and viewers of one unit: never administrators, never elsewhere.

Every door is tried. What a unit administrator holds is the role of the catalogue's shape: administration of
people and `access:assign` in one unit, without `access:delegate` (C-09, S4-20, S4-41).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.access import may
from accounts.models import Account, Invitation
from accounts.services.grants import set_levels, set_permission
from accounts.services.invitations import accept_invitation, resend_invitation
from accounts.services.lifecycle import create_account, disable_account, remove_account, update_account
from accounts.services.memberships import set_groups
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import GuardRefused, Invalid, MayNotPassOn, NotFound, OwnerProtected
from adminrights.models import Unit
from adminrights.services import set_owner
from groups.models import Group
from groups.services import add_members, create_group, set_roles
from roles.services import copy_role, create_role, delete_role, set_rule
from tests.accounts.conftest import World, let_in
from tests.factories import PASSWORD, AccountFactory, RoleFactory
from tests.terminal import run

RAISED = "accounts:update"


def let_out(account: Account, unit: Unit, actor: object) -> None:
    """Take the access to a unit away."""
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=actor, unit=unit, target=account) as c:
        c.end_all(account.unit_accesses.live().filter(unit=unit))


def raise_a_group(w: World) -> None:
    """Give a role to a group that has members."""
    team = w.group(w.north, w.team)
    add_members(team, [w.nora], actor=w.uma)
    set_roles(team, [w.team, w.admin], actor=w.uma)


def fill_a_group(w: World) -> None:
    """Put somebody into a group that got its role while it was empty."""
    group = create_group(unit=w.north, name="", display_name="Own", actor=w.uma)
    set_roles(group, [w.admin], actor=w.uma)
    add_members(group, [w.nora], actor=w.uma)


def invited(w: World, **more: object) -> Account:
    return create_account(
        unit=w.north, actor=w.uma, email="new@example.org", first_name="New", last_name="One", **more
    )


def by_table(w: World, path: Path, unit: Unit, group: str, level: str = "") -> None:
    """Bring somebody in by a CSV file in Uma's name. Raises what the command's exit code says."""
    path.write_text(f"email,first_name,last_name,groups,levels\nnew@example.org,New,One,{group},{level}\n")
    ran = run("invite", "--csv", str(path), "--unit", unit.name, "--actor", w.uma.email)
    if ran.code == 4:
        raise MayNotPassOn(ran.out)
    if ran.code:
        raise Invalid(ran.out + ran.err)


# S4-20, S4-41, S4-40, scenario 17: what she may do
def test_a_team_member_is_made_by_membership(world: World) -> None:
    add_members(world.group(world.north, world.team), [world.nora], actor=world.uma)

    assert may(world.nora, "events:create", world.north)
    assert not may(world.nora, "events:create", world.south)


# S4-41
def test_a_viewer_is_made_by_invitation(world: World) -> None:
    viewers = Group.objects.get(name="north-test_viewer")
    new = invited(world, groups=[viewers])

    accept_invitation(new.invitations.get(), password=PASSWORD)

    assert may(new, "contacts:list", world.north)


# S4-41
def test_a_team_member_is_made_by_a_table(world: World, tmp_path: Path) -> None:
    by_table(world, tmp_path / "people.csv", world.north, "north-test_team")

    new = Account.objects.get_by_natural_key("new@example.org")
    assert new.memberships.live().get().group == world.group(world.north, world.team)


# S4-41
def test_somebody_of_the_organisation_is_let_into_her_unit(world: World) -> None:
    let_in(world.sam, world.north, world.uma)
    add_members(world.group(world.north, world.team), [world.sam], actor=world.uma)

    assert may(world.sam, "events:create", world.north)


# S4-40
def test_one_person_is_administrator_here_and_team_member_there(world: World) -> None:
    let_in(world.uma, world.south, SYSTEM)
    add_members(world.group(world.south, world.team), [world.uma], actor=SYSTEM)

    assert may(world.uma, "accounts:create", world.north)
    assert may(world.uma, "events:create", world.south)
    assert not may(world.uma, "accounts:create", world.south)


Door = Callable[[World, Path], object]
# Each would make somebody an administrator of her unit, or of more.
MAKING_ADMINISTRATORS: dict[str, Door] = {
    "membership": lambda w, p: add_members(w.group(w.north, w.admin), [w.nora], actor=w.uma),
    "the groups of the account": lambda w, p: set_groups(
        w.nora, [w.group(w.north, w.admin)], actor=w.uma, unit=w.north
    ),
    "membership in a group above": lambda w, p: add_members(w.group(w.root, w.admin), [w.nora], actor=w.uma),
    "a level of her own": lambda w, p: set_levels(w.nora, {"admin_rights": 2}, actor=w.uma, unit=w.north),
    "one permission": lambda w, p: set_permission(w.nora, RAISED, given=True, actor=w.uma, unit=w.north),
    "everything in the module": lambda w, p: set_permission(
        w.nora, "admin_rights.*:update", given=True, actor=w.uma, unit=w.north
    ),
    "a role for a group with members": lambda w, p: raise_a_group(w),
    "members for a group of her own": lambda w, p: fill_a_group(w),
    "a rule of a role": lambda w, p: set_rule(
        RoleFactory(unit=w.root), "accounts", ["update"], actor=w.uma, unit=w.north
    ),
    "a role of her own": lambda w, p: create_role(unit=w.north, name="", display_name="Own", actor=w.uma),
    "a copied role": lambda w, p: copy_role(
        w.admin, name="copy", display_name="Copy", actor=w.uma, unit=w.north
    ),
    "an invitation with the group": lambda w, p: invited(w, groups=[w.group(w.north, w.admin)]),
    "an invitation with the level": lambda w, p: invited(w, levels={"admin_rights": 2}),
    "a table with the group": lambda w, p: by_table(w, p / "p.csv", w.north, "north-test_admin"),
    "a table with the level": lambda w, p: by_table(w, p / "p.csv", w.north, "", "admin_rights:write"),
    "herself, by a level": lambda w, p: set_levels(w.uma, {"admin_rights": 2}, actor=w.uma, unit=w.north),
    "herself, by a wider access": lambda w, p: let_in(w.uma, w.root, w.uma, includes_subunits=True),
}


# S4-41, C-09, scenario 17
@pytest.mark.parametrize("door", MAKING_ADMINISTRATORS)
def test_no_door_makes_an_administrator(door: str, world: World, tmp_path: Path) -> None:
    before = {account.pk: rights(account, world) for account in Account.objects.all()}

    with pytest.raises(GuardRefused):
        MAKING_ADMINISTRATORS[door](world, tmp_path)

    after = {account.pk: rights(account, world) for account in Account.objects.all()}
    assert {pk: may_now["administers"] for pk, may_now in after.items()} == {
        pk: may_then["administers"] for pk, may_then in before.items()
    }


def rights(account: Account, w: World) -> dict[str, list[str]]:
    """Return where the account administers, and where it may create events."""
    units = (w.root, w.north, w.south)
    return {
        "administers": [unit.name for unit in units if may(account, RAISED, unit)],
        "works": [unit.name for unit in units if may(account, "events:create", unit)],
    }


# Each would give somebody something in a unit that isn't hers, or take something away there.
REACHING_ELSEWHERE: dict[str, Door] = {
    "membership": lambda w, p: add_members(w.group(w.south, w.team), [w.sam], actor=w.uma),
    "membership above": lambda w, p: add_members(w.group(w.root, w.team), [w.sam], actor=w.uma),
    "the groups of the account": lambda w, p: set_groups(
        w.sam, [w.group(w.south, w.team)], actor=w.uma, unit=w.south
    ),
    "a level": lambda w, p: set_levels(w.sam, {"events": 2}, actor=w.uma, unit=w.south),
    "a level above": lambda w, p: set_levels(w.sam, {"events": 2}, actor=w.uma, unit=w.root),
    "one permission": lambda w, p: set_permission(
        w.sam, "events:create", given=True, actor=w.uma, unit=w.south
    ),
    "access": lambda w, p: let_in(w.nora, w.south, w.uma),
    "access to everything": lambda w, p: let_in(w.nora, w.root, w.uma, includes_subunits=True),
    "access with a right that waits there": lambda w, p: let_in_with_right(w, w.south),
    "taking access away": lambda w, p: let_out(w.sam, w.south, w.uma),
    "a group": lambda w, p: create_group(unit=w.south, name="", display_name="Own", actor=w.uma),
    "a role of a group": lambda w, p: set_roles(w.group(w.south, w.team), [], actor=w.uma),
    "an invitation": lambda w, p: create_account(
        unit=w.south, actor=w.uma, email="n@example.org", first_name="N", last_name="O"
    ),
    "a table": lambda w, p: by_table(w, p / "p.csv", w.south, "south-test_team"),
    "disabling": lambda w, p: disable_account(w.sam, actor=w.uma, unit=w.north),
    "new details": lambda w, p: update_account(w.sam, actor=w.uma, unit=w.north, email="uma@example.com"),
    "removing": lambda w, p: remove_account(w.sam, actor=w.uma, unit=w.north),
    "deleting a role": lambda w, p: delete_role(RoleFactory(unit=w.root), actor=w.uma, unit=w.north),
    "moving a unit": lambda w, p: move(w, w.south, w.north),
}


def let_in_with_right(w: World, unit: Unit) -> None:
    """Let Nora, who has a right in the whole organisation, into a unit that isn't Uma's."""
    add_members(w.group(w.root, w.team), [w.nora], actor=SYSTEM)
    let_in(w.nora, unit, w.uma, includes_subunits=True)


def move(w: World, unit: Unit, parent: Unit) -> None:
    """Hang a unit under another one, as moving units does, with somebody inside who gains by it."""
    add_members(w.group(parent, w.team), [w.sam], actor=SYSTEM)
    with change(Event.UNIT_UPDATED, actor=w.uma, unit=w.root, target=unit) as c:
        c.update(unit, parent=parent, path=f"{parent.path}{unit.pk}/")


# S4-41, C-09, scenario 17
@pytest.mark.parametrize("door", REACHING_ELSEWHERE)
def test_no_door_reaches_into_another_unit(door: str, world: World, tmp_path: Path) -> None:
    works = rights(world.sam, world)

    with pytest.raises((GuardRefused, NotFound)):
        REACHING_ELSEWHERE[door](world, tmp_path)

    world.sam.refresh_from_db()
    assert rights(world.sam, world) == works
    assert (world.sam.status, world.sam.email) == (Account.Status.ACTIVE, "sam.south@example.org")


# S4-38, S4-41
def test_to_let_an_administrator_of_the_organisation_in_is_to_make_one(world: World) -> None:
    high = AccountFactory(unit=world.root, levels={"admin_rights": 2})

    with pytest.raises(GuardRefused):
        let_in(high, world.north, world.uma)


# S4-41
def test_a_right_that_she_lost_is_not_accepted_through_her_invitation(world: World) -> None:
    new = invited(world, groups=[world.group(world.north, world.team)])
    set_groups(world.uma, [], actor=SYSTEM, unit=world.north)

    accept_invitation(Invitation.objects.get(account=new), password=PASSWORD)

    assert not may(new, "events:create", world.north)


# S4-41
def test_an_invitation_of_an_administrator_is_not_sent_again_by_her(world: World) -> None:
    pending = AccountFactory(unit=world.north, status="pending", levels={"admin_rights": 2})

    with pytest.raises(GuardRefused):
        resend_invitation(pending, actor=world.uma, unit=world.north)


# S4-41, S2-28
def test_the_owner_stays_untouched(world: World) -> None:
    owner = AccountFactory(unit=world.north)
    set_owner(world.root, owner, actor=SYSTEM)

    with pytest.raises(OwnerProtected):
        disable_account(owner, actor=world.uma, unit=world.north)


# S4-41
def test_another_administrator_of_the_unit_is_made_by_one_who_may_delegate(world: World) -> None:
    chief = AccountFactory(unit=world.root, levels={"admin_rights": 2}, access={"includes_subunits": True})

    add_members(world.group(world.north, world.admin), [world.nora], actor=chief)

    assert rights(world.nora, world)["administers"] == ["North"]

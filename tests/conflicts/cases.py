"""The forms that edit what is there: what two people do in each, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Account, UnitAccess
from accounts.services.editing import levels_sheet
from accounts.services.grants import permissions_sheet, set_levels, set_permissions
from accounts.services.levels import set_cells
from accounts.services.lifecycle import update_account
from accounts.services.memberships import set_groups
from accounts.services.ownership import hand_over
from accounts.services.unit_access import Entry, set_unit_access
from accounts.services.units import set_limits
from accounts.standing import Cell, levels, standing
from adminrights.models import Unit
from adminrights.services import move_unit, rename_unit
from groups import services as groups
from groups.models import Group
from roles.models import Role
from roles.services import permissions_of, set_named, set_rule, update_role
from tests.editing import opened
from tests.factories import PASSWORD, UnitFactory


@dataclass
class World:
    """What there is to edit, and the two who edit it."""

    unit: Unit
    north: Unit
    south: Unit
    gwen: Account
    group: Group
    other_group: Group
    role: Role
    other_role: Role
    otto: Account
    pia: Account
    mia: Client

    def about(self, kind: str) -> list[int]:
        things = {"account": self.gwen, "group": self.group, "role": self.role, "unit": self.north}
        return [things[kind].pk] if kind in things else []


def details_of(obj: Any, **changed: str) -> dict[str, Any]:
    return {name: getattr(obj, name) for name in ("name", "display_name", "description")} | changed


def person(account: Account, **changed: Any) -> dict[str, Any]:
    names = ("first_name", "last_name", "email", "phone")
    kept = [membership.group_id for membership in account.memberships.live()]
    return {name: getattr(account, name) for name in names} | {"groups": kept, "drawn": kept} | changed


def cell(w: World, unit: Unit, level: str = "team_member") -> Cell:
    return Cell(w.gwen.pk, unit.pk, next(role.pk for role in levels() if role.name == level))


@dataclass
class Case:
    """One kind of form: what Otto does while Mia has it open, what she sends, and what comes of it.

    `label` names what Otto changed. A `clash` is the choice that Mia gets; without one both changes stand.
    `state` tells what is saved; `both` after Mia saved again, `his` after she took over what he did.
    """

    name: str
    about: str
    theirs: Callable[[World], object]
    mine: Callable[[World], dict[str, Any]]
    label: str
    state: Callable[[World], object]
    both: Callable[[World], object]
    clash: str = ""
    his: Callable[[World], object] = lambda w: None
    target: str = ""

    def page(self, w: World) -> str:
        args = [*w.about(self.about), *([self.target] if self.target else [])]
        return reverse(self.name, args=[w.unit.pk] if self.about == "root" else args)


def fresh(obj: Any, *names: str) -> tuple[Any, ...]:
    found = type(obj)._default_manager.get(pk=obj.pk)
    return tuple(getattr(found, name) for name in names)


def entered(w: World) -> dict[str, tuple[bool, bool]]:
    rows = UnitAccess.objects.live().filter(account=w.gwen).select_related("unit")
    return {row.unit.name: (row.includes_subunits, row.own_rights_only) for row in rows}


def roles_of(w: World) -> set[str]:
    return set(w.group.role_facts.live().values_list("role__name", flat=True))


def actions(w: World) -> set[str]:
    return {key.rpartition(":")[2] for key in permissions_of(w.role) if key.startswith("ad_campaigns:")}


CASES = [
    Case(
        "roles:role_edit",
        "role",
        lambda w: update_role(w.role, actor=w.otto, unit=w.unit, display_name="His", description="His too"),
        lambda w: details_of(w.role, display_name="Mine", name="mine"),
        "Display name",
        lambda w: fresh(w.role, "name", "display_name", "description"),
        lambda w: ("mine", "Mine", "His too"),
        "display_name",
        lambda w: ("mine", "His", "His too"),
    ),
    Case(
        "groups:group_edit",
        "group",
        lambda w: groups.update_group(w.group, actor=w.otto, display_name="His", description="His too"),
        lambda w: details_of(w.group, display_name="Mine", name="mine"),
        "Display name",
        lambda w: fresh(w.group, "name", "display_name", "description"),
        lambda w: ("mine", "Mine", "His too"),
        "display_name",
        lambda w: ("mine", "His", "His too"),
    ),
    Case(
        "roles:rule_edit",
        "role",
        lambda w: set_rule(w.role, "ad_campaigns", ["get", "list", "start"], actor=w.otto, unit=w.unit),
        lambda w: {"actions": ["get", "list", "create", "update", "delete", "suspend"]},
        "Start ad campaigns",
        actions,
        lambda w: {"get", "list", "start", "suspend"},
        target="ad_campaigns",
    ),
    Case(
        "roles:rule_add",
        "role",
        lambda w: set_rule(w.role, "user_profiles", ["get"], actor=w.otto, unit=w.unit),
        lambda w: {"target": "user_profiles", "actions": ["list"]},
        "profile",
        lambda w: {key for key in permissions_of(w.role) if key.startswith("user_profiles")},
        lambda w: {"user_profiles:get", "user_profiles:list"},
    ),
    Case(
        "roles:role_named",
        "role",
        lambda w: set_named(w.role, ["media.view"], actor=w.otto, unit=w.unit),
        lambda w: {"named": ["editor.html"]},
        "See the media library",
        lambda w: {key for key in permissions_of(w.role) if "." in key},
        lambda w: {"media.view", "editor.html"},
    ),
    Case(
        "groups:group_roles",
        "group",
        lambda w: groups.set_roles(w.group, [], actor=w.otto),
        lambda w: {"roles": [w.role.pk, w.other_role.pk]},
        "Campaigns admin",
        roles_of,
        lambda w: {w.other_role.name},
    ),
    Case(
        "groups:group_levels",
        "group",
        lambda w: groups.set_levels(w.group, {"customers": 1, "offers": 1}, actor=w.otto),
        lambda w: {"levels": ["customers:1", "customers:2", "campaigns:1"]},
        "Customers",
        lambda w: groups.levels_sheet(w.group),
        lambda w: {"level:customers": "2", "level:offers": "1", "level:campaigns": "1"},
        "level:customers",
        lambda w: {"level:customers": "1", "level:offers": "1", "level:campaigns": "1"},
    ),
    Case(
        "accounts:account_edit",
        "account",
        lambda w: update_account(w.gwen, actor=w.otto, unit=w.unit, phone="555", last_name="His"),
        lambda w: person(w.gwen, phone="777", first_name="Mine", last_name="Group"),
        "Telephone",
        lambda w: fresh(w.gwen, "first_name", "last_name", "phone"),
        lambda w: ("Mine", "His", "777"),
        "phone",
        lambda w: ("Mine", "His", "555"),
    ),
    Case(
        "accounts:account_edit",
        "account",
        lambda w: set_levels(w.gwen, {"customers": 1, "offers": 1}, actor=w.otto, unit=w.unit),
        lambda w: person(w.gwen, levels=["customers:1", "customers:2", "segments:1"]),
        "Customers",
        lambda w: levels_sheet(w.gwen, w.unit),
        lambda w: {"level:customers": "2", "level:offers": "1", "level:segments": "1"},
        "level:customers",
        lambda w: {"level:customers": "1", "level:offers": "1", "level:segments": "1"},
    ),
    Case(
        "accounts:account_edit",
        "account",
        lambda w: set_groups(w.gwen, [], actor=w.otto, unit=w.unit),
        lambda w: person(w.gwen, groups=[w.group.pk, w.other_group.pk]),
        "Group Campaign team",
        lambda w: set(w.gwen.memberships.live().values_list("group", flat=True)),
        lambda w: {w.other_group.pk},
    ),
    Case(
        "accounts:account_details",
        "account",
        lambda w: update_account(w.gwen, actor=w.otto, unit=w.unit, phone="555", last_name="His"),
        lambda w: person(w.gwen, phone="777", first_name="Mine", last_name="Group"),
        "Telephone",
        lambda w: fresh(w.gwen, "first_name", "last_name", "phone"),
        lambda w: ("Mine", "His", "777"),
        "phone",
        lambda w: ("Mine", "His", "555"),
    ),
    Case(
        "accounts:account_permissions",
        "account",
        lambda w: set_permissions(w.gwen, {"offers:list": True}, actor=w.otto, unit=w.unit),
        lambda w: {"p-offers:list": "no", "p-deals:list": "yes"},
        "list of offers",
        lambda w: set(permissions_sheet(w.gwen, w.unit)),
        lambda w: {"permission:offers:list", "permission:deals:list"},
    ),
    Case(
        "accounts:account_units",
        "account",
        lambda w: set_unit_access(
            w.gwen,
            {w.unit.pk: Entry(), w.north.pk: Entry(includes_subunits=True), w.south.pk: Entry()},
            actor=w.otto,
            unit=w.unit,
        ),
        lambda w: {f"unit-{w.unit.pk}": "yes", f"unit-{w.north.pk}": "yes", f"own-{w.north.pk}": "on"},
        "North",
        entered,
        lambda w: {"Northwind": (False, False), "North": (False, True), "South": (False, False)},
        "unit:{north}",
        lambda w: {"Northwind": (False, False), "North": (True, False), "South": (False, False)},
    ),
    Case(
        "accounts:account_levels",
        "account",
        lambda w: set_cells([cell(w, w.north)], [], actor=w.otto, unit=w.unit),
        lambda w: {"cell": [cell(w, w.south).value]},
        "North",
        lambda w: standing([w.gwen.pk], [w.north, w.south], levels()),
        lambda w: {cell(w, w.north), cell(w, w.south)},
    ),
    Case(
        "accounts:role_matrix",
        "",
        lambda w: set_cells([cell(w, w.north)], [], actor=w.otto, unit=w.unit),
        lambda w: {"cell": [cell(w, w.south).value]},
        "Gwen Group: Team member in North",
        lambda w: standing([w.gwen.pk], [w.north, w.south], levels()),
        lambda w: {cell(w, w.north), cell(w, w.south)},
    ),
    Case(
        "unit_rename",
        "unit",
        lambda w: rename_unit(w.north, "His north", actor=w.otto),
        lambda w: {"name": "My north"},
        "Name",
        lambda w: fresh(w.north, "name"),
        lambda w: ("My north",),
        "name",
        lambda w: ("His north",),
    ),
    Case(
        "unit_move",
        "unit",
        lambda w: move_unit(w.north, UnitFactory(name="East", parent=w.unit), actor=w.otto),
        lambda w: {"parent": w.south.pk, "sure": w.south.pk},
        "Below",
        lambda w: Unit.objects.get(pk=w.north.pk).parent.name,
        lambda w: "South",
        "parent_id",
        lambda w: "East",
    ),
    Case(
        "accounts:unit_limits",
        "root",
        lambda w: set_limits(w.unit, {"seat_limit": 50, "unit_limit": 20}, actor=w.otto),
        lambda w: {"seat_limit": 70, "unit_limit": ""},
        "Seats",
        lambda w: fresh(w.unit, "seat_limit", "unit_limit"),
        lambda w: (70, 20),
        "seat_limit",
        lambda w: (50, 20),
    ),
    Case(
        "accounts:unit_owner",
        "root",
        lambda w: hand_over(w.unit, w.pia, actor=w.otto),
        lambda w: {"account": w.gwen.pk, "password": PASSWORD},
        "Owner",
        lambda w: Unit.objects.get(pk=w.unit.pk).owner,
        lambda w: w.gwen,
        "owner_id",
        lambda w: w.pia,
    ),
]


def case_id(case: Case) -> str:
    return f"{case.name} {case.clash}".replace("{north}", "")


def choice_of(w: World, case: Case) -> str:
    return f"choice-{case.clash}".replace("{north}", str(w.north.pk))


def drawn(answer: Any) -> dict[str, Any]:
    """Return what a browser would send of the page as it stands."""
    data = answer.context["form"].data
    lists = dict(data.lists()) if hasattr(data, "lists") else data
    kept = ("opened", "previewed")
    return lists | {name: answer.context[name] for name in kept if name in answer.context}


def overtaken(w: World, case: Case) -> Any:
    """Let Mia open the page, Otto change the thing, and Mia save."""
    sent = opened(w.mia, case.page(w))
    case.theirs(w)
    return w.mia.post(case.page(w), sent | case.mine(w))

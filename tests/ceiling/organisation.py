"""A small organisation with everybody who might try something, and a second one that is none of theirs."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Account, Grant
from accounts.services.items import hand_over, register_item
from accounts.services.levels import set_cells
from accounts.services.lifecycle import create_account
from accounts.standing import Cell
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit
from adminrights.services import set_owner
from groups.models import Group
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

# Everything that opens a page or a step, but not handing out: whoever holds it tries all doors.
STEPS = (
    "accounts:list", "accounts:get", "accounts:create", "accounts:update", "accounts:delete",
    "groups:list", "groups:get", "groups:create", "groups:update", "groups:delete",
    "group_members:list", "group_members:create", "group_members:delete",
    "roles:list", "roles:get", "roles:create", "roles:update", "roles:delete", "roles:assign",
    "units:list", "units:get", "units:create", "units:update", "units:delete",
)  # fmt: skip
# By role: the owner, administrators, one without delegate, one who opens doors and hands out nothing …
CAST = ("olga", "ada", "bert", "asta", "sami", "hal", "vera", "nemo", "sid", "xena")
BELOW = {"includes_subunits": True}


def found() -> None:
    """Make two organisations with their people, groups, roles and items."""
    north = UnitFactory(name="Northwind")
    left, right = UnitFactory(name="Left", parent=north), UnitFactory(name="Right", parent=north)
    deep, other = UnitFactory(name="Deep", parent=left), UnitFactory(name="Elsewhere")
    UnitFactory(name="Branch", parent=other)
    _groups(north, left, other)
    _people(north, left, other)
    _more_people(north, left, deep, right)
    gala, sale = (register_item(kind, north, kind, actor=SYSTEM) for kind in ("events", "offers"))
    register_item("events", left, "Small", actor=SYSTEM)
    hand_over(gala, person("vera"), actor=SYSTEM)
    hand_over(sale, person("asta"), actor=SYSTEM)


def person(name: str) -> Account:
    account: Account = Account.objects.get(first_name=name)
    return account


def _groups(north: Unit, left: Unit, other: Unit) -> None:
    writers = RoleFactory(unit=north, name="writers", rules=["ad_campaigns:list", "ad_campaigns:create"])
    exporters = RoleFactory(unit=north, name="exporters", rules=["contacts:list", "contacts:export"])
    chiefs = RoleFactory(unit=north, name="chiefs", rules=["accounts:update", "access:assign", *STEPS[:3]])
    RoleFactory(unit=north, name="bare")
    GroupFactory(unit=north, name="writers", roles=[writers])
    GroupFactory(unit=north, name="exporters", roles=[exporters])
    GroupFactory(unit=left, name="left", roles=[writers, exporters])
    GroupFactory(unit=north, name="chiefs", roles=[chiefs])
    GroupFactory(unit=north, name="bare")
    GroupFactory(unit=other, name="others", roles=[RoleFactory(unit=other, rules=["offers:list"])])


def _add(name: str, unit: Unit, **wanted: Any) -> Account:
    email = f"{name}@example.org"
    account: Account = AccountFactory(first_name=name, last_name="X", email=email, unit=unit, **wanted)
    return account


def _people(north: Unit, left: Unit, other: Unit) -> None:
    olga = _add("olga", north, access=BELOW)
    set_owner(north, olga, actor=SYSTEM)
    ada = _add("ada", north, access=BELOW, levels={"admin_rights": 2})
    bert = _add("bert", left, access=BELOW)
    chief = Role.objects.get(name="business_unit_administrator", unit=None)
    set_cells([Cell(bert.pk, left.pk, chief.pk)], [], actor=SYSTEM, unit=left)
    own = ["access:assign", "ad_campaigns:list", "ad_campaigns:create", "lead_scoring:get", "offers:get"]
    _add("asta", north, access=BELOW, permissions=[*own, *STEPS], levels={"customers": 1})
    _add("sami", north, permissions=["settings.admins", "settings.view"])
    _add("hal", north, access=BELOW, permissions=STEPS)
    _add("vera", north, access=BELOW, levels={"campaigns": 1, "events": 1})
    _add("nemo", north)
    _add("xena", other, access=BELOW, levels={"admin_rights": 2})
    sid = _add("sid", north, permissions=["contacts:export"])
    with change(Event.ACCOUNT_ADDED, actor=SYSTEM) as c:
        c.start(type(sid.unit_accesses.get())(account=sid, unit=other))
    for name, giver, level in (("penny", ada, {"campaigns": 2}), ("pete", person("asta"), {"customers": 1})):
        names = {"email": f"{name}@example.org", "first_name": name, "last_name": "X"}
        create_account(unit=north, actor=giver, levels=level, **names)


def _more_people(north: Unit, left: Unit, deep: Unit, right: Unit) -> None:
    rich = _add("rich", north, access=BELOW, levels={"campaigns": 3, "contacts": 2})
    _add("rita", left, groups=[Group.objects.get(name="left")])
    _add("dora", right, status="disabled", confirmed=True, levels={"admin_rights": 1})
    _add("paul", deep, access={"own_rights_only": True}, status="pending", permissions=["accounts:update"])
    with change(Event.GRANTS_CHANGED, actor=SYSTEM, unit=north, target=rich) as c:
        soon = timezone.now() + timedelta(days=3)
        c.start(Grant(account=rich, unit=north, module_id="admin_rights", level=2, expires_at=soon))

"""What the demo stands on: organisations with their owners, units, roles, groups and items."""

from datetime import timedelta
from functools import partial

from accounts.demo.builder import Demo
from accounts.demo.data import ROOT, GroupLine, ItemLine, PersonLine, RoleLine, UnitLine
from accounts.services.administrators import appoint_administrator
from accounts.services.items import hand_over, register_item
from accounts.services.units import open_unit, set_limits, switch_feature
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import UnitFeature
from adminrights.services import create_root_unit
from groups.services import create_group, set_levels, set_roles
from roles.catalogue import catalogue
from roles.loading import load_catalogue
from roles.models import Role
from roles.services import copy_role, create_role, set_named, set_rule, update_role


def plan_foundation(demo: Demo) -> None:
    """Plan the organisation, its owner, its units, its roles and its groups, and the items of later days."""
    told = demo.organisation
    for person in told.people:
        if person.owns:
            demo.at(demo.day(person.joined, person.email), partial(found, demo, person))
    start = demo.day(told.owner.joined, told.owner.email) + timedelta(hours=3)
    making = [
        *(partial(make_unit, demo, line) for line in told.units),
        *(partial(make_role, demo, line) for line in told.roles),
        *(partial(make_group, demo, line) for line in told.groups),
    ]
    for number, make in enumerate(making, start=1):
        demo.at(start + timedelta(minutes=4 * number), make, told.owner.local)
    for item in told.items:
        demo.at(demo.day(item.days, item.name), partial(make_item, demo, item), item.by)


def found(demo: Demo, owner: PersonLine) -> None:
    """Make an organisation and appoint its owner; the first has the catalogue, features and limits."""
    told, first = demo.organisation, owner.owns == ROOT
    if first:
        # Loaded only now, the roles that come with it would begin today, after all the history.
        load_catalogue(catalogue())
    root = create_root_unit(told.name if first else told.others[owner.owns], actor=SYSTEM)
    if first and told.features:
        with change(Event.UNIT_FEATURES_CHANGED, actor=SYSTEM, unit=root, target=root) as c:
            c.start_all([UnitFeature(unit=root, feature=key) for key in told.features])
    if first and told.limits:
        set_limits(root, told.limits, actor=SYSTEM)
    demo.units[owner.owns] = root
    done = appoint_administrator(root, email=owner.email, names=(owner.first, owner.last), actor=SYSTEM)
    demo.accounts[owner.email] = done.account


def make_unit(demo: Demo, line: UnitLine) -> None:
    """Create a unit with its features, as the owner."""
    actor = demo.accounts[demo.organisation.owner.email]
    unit = demo.units[line.key] = open_unit(demo.units[line.parent], line.label, actor=actor)
    for feature in line.features:
        switch_feature(unit, feature, on=True, actor=actor)


def make_role(demo: Demo, line: RoleLine) -> None:
    """Create or copy a role and give it its rules, as the owner."""
    actor = demo.accounts[demo.organisation.owner.email]
    role = demo.roles[line.name] = _new_role(demo, line)
    with change(Event.ROLE_RULES_CHANGED, actor=actor, unit=demo.root, target=role):
        for target, actions in line.rules.items():
            set_rule(role, target, actions, actor=actor, unit=demo.root)
        if line.named:
            set_named(role, line.named, actor=actor, unit=demo.root)


def _new_role(demo: Demo, line: RoleLine) -> Role:
    actor = demo.accounts[demo.organisation.owner.email]
    if not line.copied_from:
        return create_role(
            unit=demo.root, name=line.name, display_name=line.label, description=line.help, actor=actor
        )
    copied = find_role(demo, line.copied_from)
    role = copy_role(copied, name=line.name, display_name=line.label, actor=actor, unit=demo.root)
    update_role(role, actor=actor, unit=demo.root, description=line.help)
    return role


def find_role(demo: Demo, name: str) -> Role:
    """Return one of the demo's roles, or the built-in one of the name."""
    return demo.roles.get(name) or Role.objects.present().get(unit=None, name=name)


def make_group(demo: Demo, line: GroupLine) -> None:
    """Create a group with its roles and levels, as the owner."""
    actor, unit = demo.accounts[demo.organisation.owner.email], demo.units[line.unit]
    group = demo.groups[line.name] = create_group(
        unit=unit, name=line.name, display_name=line.label, description=line.help, actor=actor
    )
    if line.roles:
        set_roles(group, [find_role(demo, name) for name in line.roles], actor=actor)
    if line.levels:
        set_levels(group, line.levels, actor=actor)


def make_item(demo: Demo, line: ItemLine) -> None:
    """Register an item and hand it to those who manage it."""
    actor = demo.account(line.by)
    item = demo.items[line.name] = register_item(line.resource, demo.units[line.unit], line.name, actor=actor)
    for manager in line.managers:
        hand_over(item, demo.account(manager), actor=actor)

"""Changes to groups: their details, their members, their roles. Who may is asked in the group's unit."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _

from adminrights.change import Actor, Change, change
from adminrights.conflicts import Sheet, refuse_stale, sheet_of, ticked
from adminrights.days import ALWAYS, Span, refuse_impossible
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import FactQuerySet, Unit
from adminrights.models.facts import standing_now
from adminrights.settling import settle
from groups.models import Group, GroupRole, Membership
from roles.models import Role
from roles.names import CLEANERS, clean_description, clean_display_name, clean_name, free_display_name
from roles.services import are_twins

Account = Any  # accounts stand above this package, so their type can't be named here


def create_group(*, unit: Unit, name: str, display_name: str, description: str = "", actor: Actor) -> Group:
    """Create a group without members and roles and return it (S1-52).

    Raises Invalid for a name that is malformed or taken, NotAllowed without `groups:create`.
    """
    with change(Event.GROUP_CREATED, actor=actor, unit=unit, needs="groups:create") as c:
        display_name = _free_display_name(clean_display_name(display_name), unit)
        group: Group = c.create(
            Group(
                unit=unit,
                name=_free_name(clean_name(name, display_name), unit),
                display_name=display_name,
                description=clean_description(description),
                created_at=c.at,
            )
        )
        c.target = group
    return group


def _free_name(name: str, unit: Unit, group: Group | None = None) -> str:
    others = Group.objects.present().filter(unit=unit, name=name)
    if (others.exclude(pk=group.pk) if group else others).exists():
        raise Invalid(_("There is already a group with the name %s. Choose another name.") % name)
    return name


def _free_display_name(display_name: str, unit: Unit, group: Group | None = None) -> str:
    others = Group.objects.present().filter(unit=unit).exclude(pk=group.pk if group else None)
    sentence = _("There is already a group called %s. Choose another display name.")
    return free_display_name(display_name, others.values_list("display_name", flat=True), sentence)


def update_group(group: Group, *, actor: Actor, seen: Sheet | None = None, **values: str) -> set[str]:
    """Change `name`, `display_name` or `description` and return the names of the fields that differed.

    Raises Invalid as `create_group`, Stale when they are no longer as `seen`, NotAllowed without
    `groups:update`.
    """
    with _changing(group, Event.GROUP_UPDATED, actor, "groups:update") as c:
        refuse_stale(seen, sheet_of(group, values))
        cleaned = {field: CLEANERS[field](value) for field, value in values.items()}
        if "name" in cleaned:
            _free_name(cleaned["name"], group.unit, group)
        if cleaned.get("display_name", group.display_name) != group.display_name:
            _free_display_name(cleaned["display_name"], group.unit, group)
        return c.update(group, **cleaned)


def add_members(
    group: Group, accounts: Iterable[Account], *, actor: Actor, instead: bool = False, span: Span = ALWAYS
) -> list[Membership]:
    """Put accounts into the group and return the new memberships; who is in it already stays (S0-55).

    They have the rights of the group's roles at once (S1-55), or within the dates of `span`. In a group of
    the role matrix `instead` ends their other levels of the unit (S4-13). Raises Invalid for an account
    that isn't of this organisation and for dates that can't be, NotAllowed without `group_members:create`,
    for `instead` also `…:delete`, and what the guards raise.
    """
    with _changing(group, Event.GROUP_MEMBERS_CHANGED, actor) as c:
        refuse_impossible(span, c.at)
        wanted = _known(group, accounts)
        others = (
            other_levels(group).filter(account__in=list(wanted)).select_related("group") if instead else ()
        )
        if others:
            c.require("group_members:delete", group.unit)
            c.end_all(others)
        return _settle_members(c, group, _standing(group).filter(account__in=list(wanted)), wanted, span)


def other_levels(group: Group) -> FactQuerySet:
    """Return who is in the unit's other groups of the role matrix; nobody for a group outside the matrix."""
    if group.standing_role_id is None:
        return Membership.objects.none()
    live = Membership.objects.live().exclude(group=group)
    return live.filter(group__unit=group.unit_id, group__standing_role__isnull=False)


def remove_members(group: Group, accounts: Iterable[Account], *, actor: Actor) -> None:
    """Take accounts out of the group; they lose what only the group gave them (S0-55).

    Raises NotAllowed without `group_members:delete`, and what the guards raise.
    """
    with _changing(group, Event.GROUP_MEMBERS_CHANGED, actor) as c:
        leaving = [account.pk for account in accounts]
        _settle_members(c, group, _standing(group).filter(account__in=leaving), {})


def set_members(group: Group, accounts: Iterable[Account], *, actor: Actor) -> None:
    """Make these the members of the group (S0-52). Raises as adding and removing do."""
    with _changing(group, Event.GROUP_MEMBERS_CHANGED, actor) as c:
        _settle_members(c, group, _standing(group), _known(group, accounts))


def _settle_members(
    c: Change, group: Group, standing: Any, wanted: Mapping[int, Account], span: Span = ALWAYS
) -> list[Membership]:
    gone, new = settle(
        c,
        standing,
        lambda membership: membership.account_id,
        wanted,
        lambda account: Membership(
            group=group, account=wanted[account], starts_at=span.starts or c.at, expires_at=span.ends
        ),
    )
    if new:
        c.require("group_members:create", group.unit)
    if gone:
        c.require("group_members:delete", group.unit)
    return new


def _standing(group: Group) -> Any:
    return group.memberships.not_ended().select_related("account", "group").order_by("pk")


def _known(group: Group, accounts: Iterable[Account]) -> dict[int, Account]:
    """Return the accounts by id. Raises Invalid unless each has access somewhere in the organisation."""
    wanted = list(dict.fromkeys(account.pk for account in accounts))
    root = group.unit.root or group.unit
    found = get_user_model()._default_manager.in_unit(root).in_bulk(wanted)
    if len(found) != len(wanted):
        raise Invalid(_("One of the accounts doesn't exist here any more. Look at the list again."))
    return {pk: found[pk] for pk in wanted}


def set_roles(group: Group, roles: Collection[Role], *, actor: Actor, seen: Sheet | None = None) -> None:
    """Make these the group's roles; roles of module levels are only added, never taken off (S1-34).

    Raises Invalid for a role that isn't offered here, Stale when they are no longer as `seen`, NotAllowed
    without `roles:assign`, and what the guards raise.
    """
    with _changing(group, Event.GROUP_ROLES_CHANGED, actor) as c:
        refuse_stale(seen, roles_sheet(group))
        ids = [role.pk for role in roles]
        _settle_roles(c, group, Q(role__module=None) | Q(role__in=ids), ids)


def roles_sheet(group: Group) -> Sheet:
    """Return which roles the group carries beside those of module levels."""
    live = group.role_facts.live().filter(role__module=None)
    return ticked("role", live.values_list("role_id", flat=True))


def set_levels(group: Group, levels: Mapping[str, int], *, actor: Actor, seen: Sheet | None = None) -> None:
    """Make these the group's levels: module key → level, 0 or absent for none (S0-52, C-02).

    A level is the built-in role of its module. Raises Invalid for an unknown module or a level that it
    doesn't offer (S0-36), Stale when they are no longer as `seen`, NotAllowed without `roles:assign`, and
    what the guards raise.
    """
    with _changing(group, Event.GROUP_ROLES_CHANGED, actor) as c:
        refuse_stale(seen, levels_sheet(group))
        _settle_roles(c, group, Q(role__module__isnull=False), _level_roles(levels))


def replace_role(role: Role, twin: Role, *, unit: Unit, actor: Actor) -> list[Group]:
    """Let every group that carries the role carry its twin instead; return the groups, and keep the dates.

    Nobody gains or loses anything by it. Raises Invalid unless both roles are of the unit's organisation and
    allow the same, NotAllowed without `roles:assign` in the unit of each group.
    """
    root = unit.root or unit
    with change(Event.ROLE_REPLACED, actor=actor, unit=root, target=role) as c:
        offered = Role.objects.offered_in(root).filter(pk__in=(role.pk, twin.pk))
        if offered.count() != 2 or not are_twins(role, twin, c.at):
            words = {"role": role, "twin": twin}
            raise Invalid(_("%(role)s and %(twin)s don't allow the same any more. Look again.") % words)
        facts = GroupRole.objects.filter(standing_now(c.at), role__in=(role, twin), group__deleted_at=None)
        carried: dict[int, dict[int, GroupRole]] = {}
        for fact in facts.select_related("group__unit", "role").order_by("group__display_name", "group_id"):
            carried.setdefault(fact.group_id, {})[fact.role_id] = fact
        both = [(facts[role.pk], facts.get(twin.pk)) for facts in carried.values() if role.pk in facts]
        for old, there in both:
            c.require("roles:assign", old.group.unit)
            _give_instead(c, old, there, twin)
        return [old.group for old, _there in both]


def _give_instead(c: Change, old: GroupRole, there: GroupRole | None, twin: Role) -> None:
    """End the one fact, and let the other hold as long; raises Invalid where both are needed for that."""
    if there is not None and not (_spans(there, old, c.at) or _spans(old, there, c.at)):
        words = {"group": old.group, "role": old.role, "twin": twin}
        raise Invalid(
            _("%(group)s carries %(role)s and %(twin)s at different times. Change that first.") % words
        )
    c.end(old)
    if there is None or not _spans(there, old, c.at):
        c.end_all([there] if there else [])
        begins = max(old.starts_at, c.at)
        c.start(GroupRole(group=old.group, role=twin, starts_at=begins, expires_at=old.expires_at))


def _spans(fact: GroupRole, other: GroupRole, now: datetime) -> bool:
    """Return whether the one holds whenever the other does from now on."""
    begins = max(fact.starts_at, now) <= max(other.starts_at, now)
    until = fact.expires_at
    return begins and (until is None or (other.expires_at is not None and until >= other.expires_at))


def levels_sheet(group: Group) -> Sheet:
    """Return the group's level of each module."""
    live = group.role_facts.live().filter(role__module__isnull=False).order_by("role__level")
    return {
        f"level:{module}": str(level) for module, level in live.values_list("role__module", "role__level")
    }


def _level_roles(levels: Mapping[str, int]) -> list[int]:
    wanted = {(module, level) for module, level in levels.items() if level}
    offered = Role.objects.present().filter(module__in=[module for module, level in wanted])
    found = [role.pk for role in offered if (role.module_id, role.level) in wanted]
    if len(found) != len(wanted):
        raise Invalid(_("The module doesn't offer this level. Choose one that the table shows."))
    return found


def standing_group(c: Change, unit: Unit, role: Role) -> Group:
    """Return the unit's group for the built-in role, made on first use, inside an open change (S4-12).

    It carries exactly this role, so that to be in it is to have the role's level in the unit.
    """
    group: Group | None = Group.objects.present().filter(unit=unit, standing_role=role).first()
    if group is not None:
        return group
    taken = Group.objects.present().filter(unit=unit).values_list("name", flat=True)
    names = (f"standing-{role.name}{number or ''}"[-100:] for number in count())
    group = c.create(
        Group(
            unit=unit,
            name=next(name for name in names if name not in taken),
            display_name=standing_name(role, unit),
            standing_role=role,
            created_at=c.at,
        )
    )
    c.start(GroupRole(group=group, role=role))
    return group


def standing_name(role: Role, unit: Unit) -> str:
    """Return what the unit's group for the role is called when it is made."""
    return f"{role.display_name} · {unit.name}"[:150]


def _settle_roles(c: Change, group: Group, among: Q, wanted: Iterable[int]) -> None:
    ids = set(wanted)
    if Role.objects.offered_in(group.unit).filter(pk__in=ids).count() != len(ids):
        raise Invalid(_("One of the roles doesn't exist here any more. Look at the list again."))
    changed = settle(
        c,
        _carried(group).filter(among),
        lambda fact: fact.role_id,
        sorted(ids),
        lambda role: GroupRole(group=group, role_id=role),
    )
    if any(changed):
        c.require("roles:assign", group.unit)
        if group.standing_role_id:
            raise Invalid(
                _("This group belongs to the role matrix and carries one role. Make another group.")
            )


def _carried(group: Group) -> Any:
    return group.role_facts.not_ended().select_related("group", "role").order_by("pk")


def delete_group(group: Group, *, actor: Actor) -> None:
    """Delete the group: its members lose at once what it gave them.

    Raises NotAllowed without `groups:delete`, and what the guards raise.
    """
    with _changing(group, Event.GROUP_DELETED, actor, "groups:delete") as c:
        c.end_all(_standing(group))
        c.end_all(_carried(group))
        c.update(group, deleted_at=c.at)


def restore_group(group: Group, *, actor: Actor) -> None:
    """Bring a deleted group back, without members and roles.

    Raises Invalid where its unit was closed or another group took its name, NotAllowed without
    `groups:create`.
    """
    with change(Event.GROUP_RESTORED, actor=actor, unit=group.unit, target=group, needs="groups:create") as c:
        group.refresh_from_db()
        if group.unit.closed_at is not None:
            raise Invalid(_("The unit of %s was closed.") % group)
        _free_name(group.name, group.unit, group)
        _free_display_name(group.display_name, group.unit, group)
        c.update(group, deleted_at=None)


@contextmanager
def _changing(
    group: Group, event: Event, actor: Actor, needs: str | tuple[str, ...] = ()
) -> Iterator[Change]:
    """Open a change of a group that is still there. Raises Invalid."""
    with change(event, actor=actor, unit=group.unit, target=group, needs=needs) as c:
        # Read again: somebody else may have changed or deleted it before this change got its turn.
        group.refresh_from_db()
        if group.deleted_at is not None:
            raise Invalid(_("This group doesn't exist any more."))
        yield c

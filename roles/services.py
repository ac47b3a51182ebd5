"""Changes to roles. A role belongs to an organisation; who may change it is asked there."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils.translation import gettext as _

from adminrights.change import Actor, Change, change
from adminrights.conflicts import Sheet, refuse_stale, sheet_of, ticked
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from adminrights.settling import settle
from roles.catalogue import catalogue
from roles.models import Permission, Role, Rule
from roles.names import CLEANERS, clean_description, clean_display_name, clean_name, free_display_name


def create_role(*, unit: Unit, name: str, display_name: str, description: str = "", actor: Actor) -> Role:
    """Create an empty role of the unit's organisation and return it (S1-56).

    Raises Invalid for a name that is malformed or taken, NotAllowed without `roles:create`.
    """
    root = organisation(unit)
    with change(Event.ROLE_CREATED, actor=actor, unit=root, needs="roles:create") as c:
        return _create(c, root, name, display_name, description)


def _create(c: Change, root: Unit, name: str, display_name: str, description: str) -> Role:
    display_name = _free_display_name(clean_display_name(display_name), root)
    name = free_name(clean_name(name, display_name), root)
    description = clean_description(description)
    role: Role = c.create(
        Role(unit=root, name=name, display_name=display_name, description=description, created_at=c.at)
    )
    c.target = role
    return role


def free_name(name: str, root: Unit, role: Role | None = None) -> str:
    """Return the name if no other role of the organisation and no built-in one has it. Raises Invalid."""
    others = Role.objects.offered_in(root).filter(name=name)
    if (others.exclude(pk=role.pk) if role else others).exists():
        raise Invalid(_("There is already a role with the name %s. Choose another name.") % name)
    return name


def _free_display_name(display_name: str, root: Unit, role: Role | None = None) -> str:
    others = Role.objects.offered_in(root).exclude(pk=role.pk if role else None)
    sentence = _("There is already a role called %s. Choose another display name.")
    return free_display_name(display_name, others.values_list("display_name", flat=True), sentence)


def update_role(
    role: Role, *, actor: Actor, unit: Unit, seen: Sheet | None = None, **values: str
) -> set[str]:
    """Change `name`, `display_name` or `description` and return the names of the fields that differed.

    Raises Invalid as `create_role` and for a built-in role, Stale when they are no longer as `seen`,
    NotAllowed without `roles:update`.
    """
    with _changing(role, Event.ROLE_UPDATED, actor, unit, "roles:update") as c:
        refuse_stale(seen, sheet_of(role, values))
        cleaned = {field: CLEANERS[field](value) for field, value in values.items()}
        if "name" in cleaned:
            free_name(cleaned["name"], organisation(unit), role)
        if cleaned.get("display_name", role.display_name) != role.display_name:
            _free_display_name(cleaned["display_name"], organisation(unit), role)
        return c.update(role, **cleaned)


def set_rule(
    role: Role, target: str, actions: Iterable[str], *, actor: Actor, unit: Unit, seen: Sheet | None = None
) -> bool:
    """Make these the role's actions on the target, none removes the rule; return whether they differed.

    The target is a resource ("ad_campaigns") or everything in a module ("campaigns.*", S1-37, S1-57).
    Raises Invalid for an unknown target, an action that it doesn't offer (S1-58) and a built-in role,
    Stale when they are no longer as `seen`, NotAllowed without `roles:update`.
    """
    with _changing(role, Event.ROLE_RULES_CHANGED, actor, unit, "roles:update") as c:
        offered = actions_of(target)
        wanted = list(dict.fromkeys(actions))
        for action in wanted:
            if action not in offered:
                raise Invalid(
                    _("%(target)s has no action %(action)s.") % {"target": target, "action": action}
                )
        among = [f"{target}:{action}" for action in offered]
        refuse_stale(seen, rules_sheet(role, among))
        return _settle_rules(c, role, among, [f"{target}:{action}" for action in wanted])


def rules_sheet(role: Role, among: Collection[str]) -> Sheet:
    """Return which of these permissions the role's rules name."""
    live = role.rules.live().filter(permission__in=among)
    return ticked("permission", live.values_list("permission_id", flat=True))


def _settle_rules(c: Change, role: Role, among: Collection[str], wanted: Collection[str]) -> bool:
    loaded = Permission.objects.filter(pk__in=wanted, retired_at=None)
    if loaded.count() != len(wanted):
        raise Invalid(_("The catalogue in the database is older than the file. Run load_catalogue first."))
    standing = role.rules.not_ended().filter(permission__in=among)
    changed = settle(
        c, standing, lambda r: r.permission_id, wanted, lambda key: Rule(role=role, permission_id=key)
    )
    return any(changed)


def set_named(
    role: Role, keys: Iterable[str], *, actor: Actor, unit: Unit, seen: Sheet | None = None
) -> None:
    """Make these the role's named permissions; its rules on resources stay (S3-03, S3-109).

    Raises Invalid for an unknown name and for a built-in role, Stale when they are no longer as `seen`,
    NotAllowed without `roles:update`.
    """
    with _changing(role, Event.ROLE_RULES_CHANGED, actor, unit, "roles:update") as c:
        wanted = list(dict.fromkeys(keys))
        for key in wanted:
            if key not in catalogue().named:
                raise Invalid(_("There is no permission %s.") % key)
        refuse_stale(seen, rules_sheet(role, list(catalogue().named)))
        _settle_rules(c, role, list(catalogue().named), wanted)


def actions_of(target: str) -> tuple[str, ...]:
    """Return the actions that the resource, or anything in the module, offers. Raises Invalid."""
    known = catalogue()
    if target in known.resources:
        return tuple(permission.action for permission in known.resources[target].permissions)
    module = target.removesuffix(".*")
    if module == target or module not in known.modules:
        raise Invalid(_("There is no resource %s.") % target)
    offered = {permission.action for permission in known.modules[module].permissions}
    return tuple(action for action in known.actions if action in offered)


def copy_role(role: Role, *, name: str, display_name: str, actor: Actor, unit: Unit) -> Role:
    """Create a role with the same rules and return it; the copy of a built-in role can be edited (C-18).

    Raises Invalid and NotAllowed as `create_role`.
    """
    root = organisation(unit)
    with change(Event.ROLE_COPIED, actor=actor, unit=root, needs="roles:create") as c:
        _refuse_foreign(role, root)
        copy = _create(c, root, name, display_name, role.description)
        c.note(copied_from=role.name)
        _settle_rules(c, copy, (), permissions_of(role))
    return copy


def permissions_of(role: Role) -> list[str]:
    """Return the keys that the role's rules name now; for the role of a level, what the level gives."""
    if role.right:
        return sorted(catalogue().given_by(role.right))
    known = catalogue().holdable_keys()
    return [key for key in role.rules.live().values_list("permission_id", flat=True) if key in known]


def allows_for_good(rules: Iterable[Rule], at: datetime) -> frozenset[str]:
    """Return what the standing rules of a role name; nothing where one has yet to begin, or has an end."""
    rules = list(rules)
    lasting = all(rule.starts_at <= at and rule.expires_at is None for rule in rules)
    return frozenset(rule.permission_id for rule in rules) if lasting else frozenset()


def are_twins(role: Role, other: Role, at: datetime) -> bool:
    """Return whether two roles that people made allow the very same, and always will."""
    here, there = (allows_for_good(each.rules.filter(standing_now(at)), at) for each in (role, other))
    return bool(here) and here == there and not role.built_in and not other.built_in


def delete_role(role: Role, *, actor: Actor, unit: Unit) -> None:
    """Delete the role: groups lose at once what it gave them (C-18, scenario 9).

    Raises Invalid for a built-in role, NotAllowed without `roles:delete`.
    """
    with _changing(role, Event.ROLE_DELETED, actor, unit, "roles:delete") as c:
        c.end_all(role.group_facts.not_ended())
        c.end_all(role.rules.not_ended())
        c.update(role, deleted_at=c.at)


def restore_role(role: Role, *, actor: Actor, unit: Unit) -> None:
    """Bring a deleted role back, without rules and groups.

    Raises Invalid for another organisation's role or where another role took its name, NotAllowed without
    `roles:create`.
    """
    root = organisation(unit)
    with change(Event.ROLE_RESTORED, actor=actor, unit=root, target=role, needs="roles:create") as c:
        role.refresh_from_db()
        if role.unit_id != root.pk:
            raise Invalid(_("This role doesn't exist here. Look at the list again."))
        free_name(role.name, root, role)
        _free_display_name(role.display_name, root, role)
        c.update(role, deleted_at=None)


def organisation(unit: Unit) -> Unit:
    """Return the root of the unit."""
    return unit.root or unit


@contextmanager
def _changing(role: Role, event: Event, actor: Actor, unit: Unit, needs: str) -> Iterator[Change]:
    """Open a change of an own role of the organisation. Raises Invalid for another one."""
    root = organisation(unit)
    with change(event, actor=actor, unit=root, target=role, needs=needs) as c:
        # Read again: somebody else may have changed or deleted it before this change got its turn.
        role.refresh_from_db()
        if role.built_in:
            raise Invalid(_("This role is built in. Copy it and change the copy."))
        _refuse_foreign(role, root)
        yield c


def _refuse_foreign(role: Role, root: Unit) -> None:
    if role.deleted_at is not None or role.unit_id not in (None, root.pk):
        raise Invalid(_("This role doesn't exist here any more. Look at the list again."))

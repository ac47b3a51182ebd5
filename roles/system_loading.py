"""The system roles in the database: mirrors what the catalogue's file says of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adminrights.change import Change
from adminrights.settling import settle
from roles.models import Role, Rule
from roles.system_roles import SystemRole


@dataclass(slots=True)
class Mirrored:
    """The roles by what happened to them."""

    added: list[Role] = field(default_factory=list)
    changed: list[Role] = field(default_factory=list)
    restored: list[Role] = field(default_factory=list)
    retired: list[Role] = field(default_factory=list)


def mirror_system_roles(c: Change, wanted: Mapping[str, SystemRole]) -> Mirrored:
    """Make one built-in role of each system role, with its rules, and return what was changed."""
    there = {role.name: role for role in Role.objects.filter(built_in=True, module=None)}
    done = Mirrored()
    done.added = [
        Role(built_in=True, name=key, created_at=c.at, **_values(role))
        for key, role in wanted.items()
        if key not in there
    ]
    for role in done.added:
        c.create(role)
    for name in there.keys() & wanted.keys():
        differing = c.update(there[name], **_values(wanted[name]), deleted_at=None)
        if differing:
            (done.restored if "deleted_at" in differing else done.changed).append(there[name])
    for name, role in there.items():
        if name not in wanted and c.update(role, deleted_at=role.deleted_at or c.at):
            done.retired.append(role)
    _mirror_rules(c, there | {role.name: role for role in done.added}, wanted, done)
    return done


def _values(role: SystemRole) -> dict[str, Any]:
    return {"display_name": role.english.label, "description": role.english.help}


def _mirror_rules(
    c: Change, roles: Mapping[str, Role], wanted: Mapping[str, SystemRole], done: Mirrored
) -> None:
    by_pk = {role.pk: role for role in roles.values()}
    gone, new = settle(
        c,
        Rule.objects.not_ended().filter(role__in=by_pk),
        lambda rule: (rule.role_id, rule.permission_id),
        [(roles[name].pk, right) for name, role in wanted.items() for right in role.rules],
        lambda pair: Rule(role=by_pk[pair[0]], permission_id=pair[1]),
    )
    known = {role.pk for some in (done.added, done.changed, done.restored, done.retired) for role in some}
    touched = {rule.role_id for rule in [*gone, *new]} - known
    done.changed += [by_pk[pk] for pk in sorted(touched)]

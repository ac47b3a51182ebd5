"""What a change wrote into objects, made and deleted: each is put right by the service for it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services.factors import set_factor_rule
from accounts.services.lifecycle import disable_account, reactivate_account, update_account
from accounts.services.units import close_unit, set_limits
from adminrights.change import Actor, Change
from adminrights.models import JournalEntry, Unit
from adminrights.services import move_unit, rename_unit, reopen_unit
from groups.models import Group
from groups.services import delete_group, restore_group, update_group
from roles.models import Role
from roles.services import delete_role, restore_role, update_role

Values = dict[str, Any]
ORDER: tuple[type[Any], ...] = (Unit, Role, Group, Account)
MODELS: Mapping[str, type[Any]] = {"group": Group, "role": Role, "unit": Unit, "account": Account}
DETAILS = ("name", "display_name", "description")
LIMITS = ("seat_limit", "unit_limit")
PERSON = ("first_name", "last_name", "phone", "email", "campaign_notifications")
ENDS = ("deleted_at", "closed_at")
# What comes back by itself with something else, or is no more than the machine's own.
SILENT = frozenset(
    {"version", "path", "search_text", "email_key", "status", "locked_at", "failed_sign_ins", "root"}
)


@dataclass(slots=True)
class Written:
    """What a change did to one object: its fields before and after, and whether it made it."""

    kind: str
    id: int
    label: str
    made: bool = False
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def written_by(entry: JournalEntry) -> list[Written]:
    """Return what the entry's change wrote into objects, the last one first."""
    found: dict[tuple[str, int], Written] = {}
    for row in entry.data.get("changes", ()):
        if row["do"] not in {"create", "update"} or row["kind"] not in MODELS:
            continue
        known = found.setdefault((row["kind"], row["id"]), Written(row["kind"], row["id"], row["label"]))
        known.made = known.made or row["do"] == "create"
        for name, (before, after) in row.get("fields", {}).items():
            known.fields[name] = (known.fields.get(name, (before,))[0], after)
    return list(reversed(found.values()))


def restore(c: Change, entry: JournalEntry, unit: Unit) -> list[str]:
    """Put the fields right and bring back what was deleted, then delete what was brought back.

    Returns what stays as it is, and why. Raises what the services raise.
    """
    known = [(_thing(written), written) for written in written_by(entry) if not written.made]
    wanted = [(thing, *_wanted(thing, written)) for thing, written in known]
    # Units first: what lies in them comes back after them.
    for thing, values, _left in sorted(wanted, key=lambda each: ORDER.index(type(each[0]))):
        if not any(values.get(name) for name in ENDS):
            RESTORERS[thing._meta.model_name](thing, values, c.actor, unit)
    _remove([thing for thing, values, _left in wanted if any(values.get(name) for name in ENDS)], c, unit)
    return [words for _thing, _values, left in wanted for words in left]


def remove_made(c: Change, entry: JournalEntry, unit: Unit) -> None:
    """Delete the groups and roles that the change made, and close its units."""
    _remove([_thing(written) for written in written_by(entry) if written.made], c, unit)


def _thing(written: Written) -> Any:
    return MODELS[written.kind].objects.get(pk=written.id)


def _remove(things: Iterable[Any], c: Change, unit: Unit) -> None:
    """Delete or close them, units last and the lowest of them first, unless one went with another."""
    for thing in sorted(things, key=lambda each: (-ORDER.index(type(each)), -len(getattr(each, "path", "")))):
        thing.refresh_from_db()
        if any(getattr(thing, name, None) for name in ENDS):
            continue
        if isinstance(thing, Group):
            delete_group(thing, actor=c.actor)
        elif isinstance(thing, Role):
            delete_role(thing, actor=c.actor, unit=unit)
        elif isinstance(thing, Unit):
            close_unit(thing, actor=c.actor)


def _wanted(thing: Any, written: Written) -> tuple[Values, list[str]]:
    """Return the fields to put right, and in words those that later changes have overtaken."""
    wanted, left = {}, []
    for name, (before, after) in written.fields.items():
        if name in SILENT or before == after:
            continue
        if _plain(getattr(thing, name, None)) == after:
            wanted[name] = before
        else:
            left.append(_("%s: changed since") % written.label)
    return wanted, list(dict.fromkeys(left))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _some(values: Values, names: Iterable[str]) -> Values:
    return {name: values[name] for name in names if name in values}


def _group(group: Group, values: Values, actor: Actor, unit: Unit) -> None:
    if "deleted_at" in values:
        restore_group(group, actor=actor)
    if details := _some(values, DETAILS):
        update_group(group, actor=actor, **details)


def _role(role: Role, values: Values, actor: Actor, unit: Unit) -> None:
    if "deleted_at" in values:
        restore_role(role, actor=actor, unit=unit)
    if details := _some(values, DETAILS):
        update_role(role, actor=actor, unit=unit, **details)


def _unit(unit: Unit, values: Values, actor: Actor, _here: Unit) -> None:
    if "closed_at" in values:
        reopen_unit(unit, actor=actor)
    if values.get("parent_id"):
        move_unit(unit, Unit.objects.get(pk=values["parent_id"]), actor=actor)
    if "name" in values:
        rename_unit(unit, values["name"], actor=actor)
    if limits := _some(values, LIMITS):
        set_limits(unit, {name: getattr(unit, name) for name in LIMITS} | limits, actor=actor)
    if "factor_required" in values:
        set_factor_rule(unit, required=values["factor_required"], actor=actor)


def _account(account: Account, values: Values, actor: Actor, unit: Unit) -> None:
    if person := _some(values, PERSON):
        update_account(account, actor=actor, unit=unit, **person)


RESTORERS: Mapping[str, Callable[[Any, Values, Actor, Unit], None]] = {
    "group": _group,
    "role": _role,
    "unit": _unit,
    "account": _account,
}


def turn_status(c: Change, entry: JournalEntry, unit: Unit) -> Iterator[str]:
    """Disable whom the change reactivated, and the other way round; yield whose status changed since."""
    for row in entry.data.get("changes", ()):
        if row["do"] == "start" and row["kind"] == "statusperiod":
            account = Account.objects.get(pk=row["account"])
            standing = account.status_periods.not_ended().filter(started_in=entry.change).exists()
            if not standing:
                yield _("%s: changed since") % account.name
            elif account.status == Account.Status.DISABLED:
                reactivate_account(account, actor=c.actor, unit=unit)
            elif account.status == Account.Status.ACTIVE:
                disable_account(account, actor=c.actor, unit=unit)

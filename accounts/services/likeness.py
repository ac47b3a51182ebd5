"""Giving one person the groups, own rights and units of another, and taking away what the other hasn't."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Account, Grant, UnitAccess
from accounts.reach import administered
from accounts.services.grants import set_levels, set_permissions
from accounts.services.unit_access import Entry, entry_of, set_unit_access
from adminrights import clock
from adminrights.change import Actor, change, preview
from adminrights.days import Span
from adminrights.events import Event
from adminrights.exceptions import OwnRights, Refused
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from adminrights.services import line_of
from groups.models import Group, Membership
from groups.services import add_members, remove_members


class Piece(NamedTuple):
    """One difference: a group ("group", its id), a level ("level", module), a right ("key") in a unit, or
    the way into it ("access").

    `value` is what it is to be: 0 for nothing, the level, else 1 and more. What is given holds until `ends`.
    """

    kind: str
    unit: int
    what: str
    value: int
    ends: datetime | None = None


# What somebody has of one kind, each with its value and its end.
Having = Mapping[str, tuple[int, datetime | None]]


class Plan(NamedTuple):
    """What can be done, and what the actor may not do."""

    done: tuple[Piece, ...]
    left: tuple[Piece, ...]


def make_like(account: Account, model: Account, *, actor: Actor, unit: Unit) -> Plan:
    """Make the account's groups and own rights, in the unit and above it, those of the model, in one change.

    So with the units, from the unit downwards, that the account may enter. What is given ends when it ends
    for the model; what both have keeps its own dates. What the actor may not give or take stays as it is,
    and stands in what is returned; accounts/compare/uncopied.py tells what is never copied. Raises OwnRights
    for the actor's own account, and what a guard raises where nothing of it is allowed, or not all of that
    together.
    """
    if account.pk == actor.pk:
        raise OwnRights(_("You can't change your own rights. Ask another administrator."))
    wanted = [*access_between(account, model, actor, unit), *pieces_between(account, model, unit)]
    done = wanted if passes(account, wanted, actor, unit) else _single(account, wanted, actor, unit)
    if wanted:
        # Where nothing of it is allowed, the refusal says why.
        _take_pieces(account, done or wanted, actor=actor, unit=unit)
    return Plan(tuple(done), tuple(piece for piece in wanted if piece not in done))


def _single(account: Account, wanted: Sequence[Piece], actor: Actor, unit: Unit) -> list[Piece]:
    return [piece for piece in wanted if passes(account, [piece], actor, unit)]


def passes(account: Account, pieces: Sequence[Piece], actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may do all of it."""
    try:
        preview(lambda: _take_pieces(account, pieces, actor=actor, unit=unit))
    except Refused:
        return False
    return True


def pieces_between(account: Account, model: Account, unit: Unit) -> list[Piece]:
    """Return what has to change so that the account has what the model has in the unit and above it."""
    found: list[Piece] = []
    for place in line_of(unit):
        groups = Group.objects.present().filter(unit=place)
        found += _differing("group", place, _groups(account, groups), _groups(model, groups))
        found += _differing("level", place, _levels(account, place), _levels(model, place))
        found += _differing("key", place, _keys(account, place), _keys(model, place))
    planned = Grant.objects.not_ended().filter(account=account).exclude(pk__in=Grant.objects.live())
    taken = {("level", row.unit_id, row.module_id) for row in planned}
    return [piece for piece in found if (piece.kind, piece.unit, piece.what) not in taken]


def access_between(account: Account, model: Account, actor: Actor, unit: Unit) -> list[Piece]:
    """Return the ways into units, among those the actor administers, that have to be opened, altered, closed.

    The way into the unit itself is never closed, nor one into a unit that the model enters from above. A way
    of the model's that ends isn't copied, and one that is planned for the account isn't touched.
    """
    reach = administered(actor, unit)
    mine, theirs = ways_into(account, unit), ways_into(model, unit)
    planned = UnitAccess.objects.filter(standing_now(clock.now()), account=account)
    left = set(planned.values_list("unit_id", flat=True)) - mine.keys()
    left |= {pk for pk, way in theirs.items() if way.expires_at}
    pieces = []
    for pk in sorted(reach.keys() & (mine.keys() | theirs.keys()) - left):
        has, wanted = (_code(ways.get(pk)) for ways in (mine, theirs))
        kept = not wanted and (pk == unit.pk or _enters_from_above(model, reach[pk]))
        if has != wanted and not kept:
            pieces.append(Piece("access", pk, "", wanted))
    return sorted(pieces, key=lambda piece: -piece.value)


def ways_into(account: Account, unit: Unit) -> dict[int, UnitAccess]:
    """Return the account's access now to the unit and to those below, by unit."""
    rows = UnitAccess.objects.live().filter(account=account, unit__path__startswith=unit.path)
    return {row.unit_id: row for row in rows.select_related("unit")}


def _enters_from_above(account: Account, unit: Unit) -> bool:
    rows = UnitAccess.objects.live().filter(account=account, unit__in=line_of(unit), includes_subunits=True)
    return rows.exclude(unit=unit).exists()


def _code(access: UnitAccess | None) -> int:
    return 0 if access is None else 1 + access.includes_subunits + 2 * access.own_rights_only


def _entry(code: int) -> Entry:
    return Entry(bool((code - 1) & 1), bool((code - 1) & 2))


def _differing(kind: str, unit: Unit, mine: Having, theirs: Having) -> list[Piece]:
    nothing = (0, None)
    wanted = {what: theirs.get(what, nothing) for what in sorted(mine.keys() | theirs.keys())}
    # What is taken comes first: a person has one level of the role matrix in a unit.
    pieces = (
        Piece(kind, unit.pk, what, value, ends)
        for what, (value, ends) in wanted.items()
        if mine.get(what, nothing)[0] != value
    )
    return sorted(pieces, key=lambda piece: piece.value)


def _groups(account: Account, groups: Iterable[Group]) -> Having:
    live = Membership.objects.live().filter(account=account, group__in=groups)
    return {str(pk): (1, ends) for pk, ends in live.values_list("group_id", "expires_at")}


def _levels(account: Account, unit: Unit) -> Having:
    own = Grant.objects.live().filter(account=account, unit=unit, module__isnull=False)
    rows = own.values_list("module_id", "level", "expires_at")
    return {str(module): (int(level or 0), ends) for module, level, ends in rows}


def _keys(account: Account, unit: Unit) -> Having:
    own = Grant.objects.live().filter(account=account, unit=unit, permission__isnull=False)
    return {str(key): (1, ends) for key, ends in own.values_list("permission_id", "expires_at")}


def _take_pieces(account: Account, pieces: Sequence[Piece], *, actor: Actor, unit: Unit) -> None:
    """Carry the differences out by the services of units, groups and own rights, as one change."""
    units = Unit.objects.in_bulk({piece.unit for piece in pieces})
    with change(Event.ACCOUNT_RIGHTS_CHANGED, actor=actor, unit=unit, target=account):
        _take_access(account, pieces, actor, unit)
        groups = Group.objects.in_bulk([int(piece.what) for piece in pieces if piece.kind == "group"])
        for piece in pieces:
            if piece.kind == "group" and piece.value:
                group = groups[int(piece.what)]
                instead = group.standing_role_id is not None
                add_members(group, [account], actor=actor, instead=instead, span=Span(None, piece.ends))
            elif piece.kind == "group":
                remove_members(groups[int(piece.what)], [account], actor=actor)
        for (place, ends), levels in _together("level", pieces).items():
            present = {module: level for module, (level, _ends) in _levels(account, units[place]).items()}
            set_levels(account, present | levels, actor=actor, unit=units[place], ends=ends)
        for (place, ends), keys in _together("key", pieces).items():
            given = {key: bool(value) for key, value in keys.items()}
            set_permissions(account, given, actor=actor, unit=units[place], ends=ends)


def _take_access(account: Account, pieces: Sequence[Piece], actor: Actor, unit: Unit) -> None:
    changed = {piece.unit: piece.value for piece in pieces if piece.kind == "access"}
    if not changed:
        return
    standing, reach = standing_now(clock.now()), administered(actor, unit)
    rows = UnitAccess.objects.filter(standing, account=account, unit__in=reach)
    wanted = {row.unit_id: entry_of(row) for row in rows if changed.get(row.unit_id) != 0}
    wanted |= {pk: _entry(code) for pk, code in changed.items() if code}
    set_unit_access(account, wanted, actor=actor, unit=unit)


def _together(kind: str, pieces: Sequence[Piece]) -> dict[tuple[int, datetime | None], dict[str, int]]:
    """Return the values of one kind by what a service does at once: one unit, one end."""
    found: dict[tuple[int, datetime | None], dict[str, int]] = defaultdict(dict)
    for piece in pieces:
        if piece.kind == kind:
            found[piece.unit, piece.ends][piece.what] = piece.value
    return found

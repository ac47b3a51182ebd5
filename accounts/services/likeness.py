"""Giving one person the groups and own rights of another, and taking away what the other hasn't."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Account, Grant
from accounts.services.grants import set_levels, set_permissions
from adminrights.change import Actor, change, preview
from adminrights.events import Event
from adminrights.exceptions import OwnRights, Refused
from adminrights.models import Unit
from adminrights.services import line_of
from groups.models import Group, Membership
from groups.services import add_members, remove_members


class Piece(NamedTuple):
    """One difference: a group ("group", its id), a level ("level", module) or a right ("key") in a unit.

    `value` is what it is to be: 1 or 0, or the level.
    """

    kind: str
    unit: int
    what: str
    value: int


class Plan(NamedTuple):
    """What can be done, and what the actor may not do."""

    done: tuple[Piece, ...]
    left: tuple[Piece, ...]


def make_like(account: Account, model: Account, *, actor: Actor, unit: Unit) -> Plan:
    """Make the account's groups and own rights, in the unit and above it, those of the model, in one change.

    What the actor may not give or take stays as it is, and stands in what is returned. Ends that are
    planned for the model are not taken over. Raises OwnRights for the actor's own account, and what a guard
    raises where nothing of it is allowed, or not all of that together.
    """
    if account.pk == actor.pk:
        raise OwnRights(_("You can't change your own rights. Ask another administrator."))
    wanted = pieces_between(account, model, unit)
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


def ends_planned(model: Account, unit: Unit) -> bool:
    """Return whether a membership or an own right of the model, in the unit or above it, has an end."""
    line = line_of(unit)
    memberships = Membership.objects.live().filter(account=model, group__unit__in=line)
    grants = Grant.objects.live().filter(account=model, unit__in=line)
    return any(facts.filter(expires_at__isnull=False).exists() for facts in (memberships, grants))


def _differing(kind: str, unit: Unit, mine: dict[str, int], theirs: dict[str, int]) -> list[Piece]:
    wanted = {what: theirs.get(what, 0) for what in sorted(mine.keys() | theirs.keys())}
    # What is taken comes first: a person has one level of the role matrix in a unit.
    pieces = (
        Piece(kind, unit.pk, what, value) for what, value in wanted.items() if mine.get(what, 0) != value
    )
    return sorted(pieces, key=lambda piece: piece.value)


def _groups(account: Account, groups: Iterable[Group]) -> dict[str, int]:
    live = Membership.objects.live().filter(account=account, group__in=groups)
    return {str(pk): 1 for pk in live.values_list("group_id", flat=True)}


def _levels(account: Account, unit: Unit) -> dict[str, int]:
    own = Grant.objects.live().filter(account=account, unit=unit, module__isnull=False)
    return {str(module): int(level or 0) for module, level in own.values_list("module_id", "level")}


def _keys(account: Account, unit: Unit) -> dict[str, int]:
    own = Grant.objects.live().filter(account=account, unit=unit, permission__isnull=False)
    return {str(key): 1 for key in own.values_list("permission_id", flat=True)}


def _take_pieces(account: Account, pieces: Sequence[Piece], *, actor: Actor, unit: Unit) -> None:
    """Carry the differences out by the services of groups and own rights, as one change."""
    units = Unit.objects.in_bulk({piece.unit for piece in pieces})
    with change(Event.ACCOUNT_RIGHTS_CHANGED, actor=actor, unit=unit, target=account):
        groups = Group.objects.in_bulk([int(piece.what) for piece in pieces if piece.kind == "group"])
        for piece in pieces:
            if piece.kind == "group" and piece.value:
                group = groups[int(piece.what)]
                add_members(group, [account], actor=actor, instead=group.standing_role_id is not None)
            elif piece.kind == "group":
                remove_members(groups[int(piece.what)], [account], actor=actor)
        for place, levels in _by_unit("level", pieces).items():
            wanted = _levels(account, units[place]) | levels
            set_levels(account, wanted, actor=actor, unit=units[place])
        for place, keys in _by_unit("key", pieces).items():
            given = {key: bool(value) for key, value in keys.items()}
            set_permissions(account, given, actor=actor, unit=units[place])


def _by_unit(kind: str, pieces: Sequence[Piece]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for piece in pieces:
        if piece.kind == kind:
            found[piece.unit][piece.what] = piece.value
    return found

"""Changes to units themselves: made, named, moved, closed (S4-39). Who may is asked along the tree."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from adminrights.change import Actor, Change, change
from adminrights.conflicts import Sheet, refuse_stale, sheet_of
from adminrights.events import Event
from adminrights.exceptions import Invalid, NoUnitLeft
from adminrights.hooks import hooks
from adminrights.models import Unit
from adminrights.text import clean_text, validate_visible

NAME_LENGTH, PATH_LENGTH = 150, 255


def create_root_unit(name: str, *, actor: Actor) -> Unit:
    """Create an organisation and return it. Raises Invalid when one of that name exists."""
    name = clean_text(name)
    with change(Event.UNIT_CREATED, actor=actor) as c:
        if not name or Unit.objects.open().roots().filter(name=name).exists():
            raise Invalid(_("Give the organisation a name that no other one has."))
        unit: Unit = c.create(Unit(name=name, created_at=c.at))
        c.update(unit, path=f"{unit.pk}/")
        c.target = unit
    return unit


def create_unit(parent: Unit, name: str, *, actor: Actor) -> Unit:
    """Create a unit below another one and return it (S4-39).

    Raises Invalid for a name that is unreadable or taken beside it, NoUnitLeft at the limit of the root,
    NotAllowed without `units:create` in the parent.
    """
    with _changing(parent, Event.UNIT_CREATED, actor) as c:
        c.require("units:create", parent)
        name = _free_name(name, parent)
        _refuse_at_limit(parent.root or parent)
        unit: Unit = c.create(Unit(parent=parent, root=parent.root or parent, name=name, created_at=c.at))
        c.update(unit, path=_below(parent, f"{unit.pk}/"))
        c.target = unit
    return unit


def rename_unit(unit: Unit, name: str, *, actor: Actor, seen: Sheet | None = None) -> set[str]:
    """Give the unit another name and return the names of the fields that differed.

    Raises Invalid as `create_unit`, Stale when the name is no longer as `seen`, NotAllowed without
    `units:update` in the unit or above it.
    """
    with _changing(unit, Event.UNIT_UPDATED, actor) as c:
        require_along(c, "units:update", unit)
        refuse_stale(seen, sheet_of(unit, ("name",)))
        return c.update(unit, name=_free_name(name, unit.parent, unit))


def move_unit(unit: Unit, parent: Unit, *, actor: Actor, seen: Sheet | None = None) -> None:
    """Hang the unit, with everything below it, below another one of the same organisation.

    What comes from above it changes with its place; the guards judge that. Raises Invalid for a root, a
    circle or another organisation, Stale when its place is no longer as `seen`, NotAllowed without
    `units:update` above it, before and after.
    """
    with _changing(unit, Event.UNIT_MOVED, actor) as c:
        if unit.parent is None:
            raise Invalid(_("The organisation itself can't be moved."))
        require_along(c, "units:update", unit.parent)
        refuse_stale(seen, sheet_of(unit, ("parent_id",)))
        _refuse_circle(unit, parent)
        require_along(c, "units:update", parent)
        _free_name(unit.name, parent, unit)
        before = unit.path
        c.update(unit, parent_id=parent.pk)
        for each in Unit.objects.filter(path__startswith=before):
            moved = unit if each.pk == unit.pk else each
            c.update(moved, path=_below(parent, f"{unit.pk}/{each.path[len(before) :]}"))


def _refuse_circle(unit: Unit, parent: Unit) -> None:
    parent.refresh_from_db()
    if parent.closed_at or parent.root_id_or_self != unit.root_id_or_self:
        raise Invalid(_("There is no such unit in this organisation."))
    if parent.path.startswith(unit.path):
        raise Invalid(_("A unit can't lie below itself. Choose a unit outside of it."))


def close_unit(unit: Unit, *, actor: Actor) -> None:
    """Close the unit: nobody enters it any more. Its features end; accounts end what else lies in it.

    Raises Invalid for a root and while there are open units below it, NotAllowed without `units:delete`
    above it.
    """
    with _changing(unit, Event.UNIT_CLOSED, actor) as c:
        if unit.parent is None:
            raise Invalid(_("The organisation itself can't be closed."))
        if Unit.objects.open().below(unit).exclude(pk=unit.pk).exists():
            raise Invalid(_("There are units below it. Move or close them first."))
        require_along(c, "units:delete", unit.parent)
        c.end_all(unit.feature_facts.not_ended())
        c.update(unit, closed_at=c.at)


def reopen_unit(unit: Unit, *, actor: Actor) -> None:
    """Open a closed unit again, without the access, the groups and the features that ended with it.

    Raises Invalid where the unit above it was closed or another took its name, NoUnitLeft at the limit,
    NotAllowed without `units:create` above it.
    """
    with change(Event.UNIT_REOPENED, actor=actor, unit=unit.parent, target=unit) as c:
        unit.refresh_from_db()
        if unit.parent is None or unit.parent.closed_at is not None:
            raise Invalid(_("The unit above %s was closed.") % unit)
        require_along(c, "units:create", unit.parent)
        _refuse_at_limit(unit.root or unit)
        _free_name(unit.name, unit.parent, unit)
        c.update(unit, closed_at=None)


def set_owner(unit: Unit, account: object, *, actor: Actor) -> None:
    """Make the account the owner of a root: it may do everything there."""
    with change(Event.UNIT_OWNER_CHANGED, actor=actor, unit=unit, target=unit) as c:
        c.update(unit, owner_id=account.pk)  # type: ignore[attr-defined]


def units_in_use(root: Unit) -> int:
    """Return how many open units lie below the root; it doesn't count itself."""
    return Unit.objects.open().below(root).count() - 1


def line_of(unit: Unit) -> list[Unit]:
    """Return the unit and those above it, the root last."""
    ids = [int(part) for part in unit.path.split("/") if part]
    return sorted(Unit.objects.filter(pk__in=ids), key=lambda each: -len(each.path))


def may_along(actor: Actor, permission: str, unit: Unit) -> bool:
    """Return whether the actor holds the permission in the unit or in one above it."""
    return _held_along(actor, permission, unit) is not None


def _held_along(actor: Actor, permission: str, unit: Unit) -> Unit | None:
    permits = hooks.permits
    if permits is None:
        return None
    return next((each for each in line_of(unit) if permits(actor, permission, each)), None)


def require_along(c: Change, permission: str, unit: Unit) -> None:
    """Raise NotAllowed unless the actor holds the permission in the unit or in one above it."""
    there = None if c.by_system else _held_along(c.actor, permission, unit)
    if there is None:
        c.require(permission, unit)
    else:
        c.use([permission], there.pk)


def _refuse_at_limit(root: Unit) -> None:
    if root.unit_limit is not None and units_in_use(root) >= root.unit_limit:
        raise NoUnitLeft(
            _("All %(limit)d units of %(name)s are in use. Close one, or raise the limit.")
            % {"limit": root.unit_limit, "name": root.name}
        )


def _below(parent: Unit, tail: str) -> str:
    path = f"{parent.path}{tail}"
    if len(path) > PATH_LENGTH:
        raise Invalid(_("Units can't lie so deep below each other."))
    return path


def _free_name(name: str, parent: Unit | None, unit: Unit | None = None) -> str:
    name = clean_unit_name(name)
    beside = Unit.objects.open().filter(parent=parent, name=name)
    if beside.exclude(pk=unit.pk if unit else None).exists():
        raise Invalid(_("There is already a unit with the name %s here. Choose another name.") % name)
    return name


def clean_unit_name(name: str) -> str:
    """Return the name with single spaces. Raises Invalid for an empty, long or unreadable one."""
    name = " ".join(clean_text(name).split())
    try:
        validate_visible(name)
    except ValidationError as error:
        raise Invalid(str(error.message)) from error
    if not 0 < len(name) <= NAME_LENGTH:
        raise Invalid(_("A name has one to %d characters.") % NAME_LENGTH)
    return name


@contextmanager
def _changing(unit: Unit, event: Event, actor: Actor) -> Iterator[Change]:
    """Open a change of a unit that is still there. Raises Invalid."""
    with change(event, actor=actor, unit=unit, target=unit) as c:
        # Read again: somebody else may have moved or closed it before this change got its turn.
        unit.refresh_from_db()
        if unit.closed_at is not None:
            raise Invalid(_("This unit doesn't exist any more."))
        yield c

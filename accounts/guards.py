"""The guards of every change: they look at what it does to people, not at how."""

from collections.abc import Iterable
from functools import cache

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.access import holding
from accounts.compared import alike
from accounts.effects import closed_units, owners_before, planned_sides, sides_of
from accounts.held import held_by
from accounts.models import Account, StatusPeriod, UnitAccess
from accounts.policy import load_policy
from accounts.seen import called
from accounts.sides import Side
from adminrights.change import Change
from adminrights.effects import accounts_in
from adminrights.exceptions import (
    HigherAdministrator,
    LastAdministrator,
    MayNotPassOn,
    NoSeatLeft,
    NotAllowed,
    NotFound,
    OwnerProtected,
    OwnRights,
    WorksElsewhere,
)
from adminrights.models import Fact, Unit, UnitFeature
from groups.models import Membership
from roles.affected import affected_by
from roles.catalogue import catalogue

ADMINISTRATION = "admin_rights"
ASSIGN, DELEGATE, UPDATE = "access:assign", "access:delegate", "accounts:update"
# A feature is a fact of the organisation's plan; whoever may change its units keeps the plan.
LICENSING = "units:update"
# Somebody must always be able to edit people and to hand out any right, or nobody can mend anything.
INDISPENSABLE = (UPDATE, DELEGATE)


def is_administration(permission: str) -> bool:
    """Return whether the permission is one of the product's own."""
    return catalogue().permissions[permission].module == ADMINISTRATION


@cache
def administration() -> frozenset[str]:
    """Return all of the product's own permissions."""
    return frozenset(filter(is_administration, catalogue().permissions))


def wording(permissions: Iterable[str], most: int = 3) -> str:
    """Return the permissions' labels for a sentence: the first few, then how many more."""
    labels = [catalogue().permissions[key].label for key in sorted(permissions)]
    if len(labels) <= most:
        return ", ".join(labels)
    return _("%(some)s and %(more)d more") % {"some": ", ".join(labels[:most]), "more": len(labels) - most}


class Ceiling:
    """What an account may do and pass on, by unit, on one side of a change.

    With `change`, by which of its rights a guard lets that through counts as used.
    """

    def __init__(self, account: Account, before: Side, change: Change | None = None) -> None:
        self.account = account
        self._change = change
        self._before = before
        self._held = held_by([self.account.pk], before.live)[self.account.pk]
        self._rights: dict[int, frozenset[str]] = {}
        self._asleep: dict[int, frozenset[str]] = {}

    def rights(self, unit: int) -> frozenset[str]:
        """Return what is effective for the account in the unit."""
        if unit not in self._rights:
            self._rights[unit] = self._before.rights(self.account.pk, self._held, unit).effective
        return self._rights[unit]

    def asleep(self, unit: int) -> frozenset[str]:
        """Return what the account has in the unit, but nobody can use before the unit gets a feature."""
        if unit not in self._asleep:
            self._asleep[unit] = self._before.asleep(self.account.pk, self._held, unit)
        return self._asleep[unit]

    def enters(self, unit: int) -> bool:
        """Return whether the account may enter the unit."""
        return unit in self._before.units(self.account.pk, self._held)

    def holds(self, key: str, unit: int) -> bool:
        """Return whether the permission is effective for the account in the unit; a yes is a use."""
        return self._use([key], unit) if key in self.rights(unit) else False

    def covers(self, keys: Iterable[str], unit: int) -> bool:
        """Return whether the account may pass on anything in the unit, or holds all of this itself."""
        keys = frozenset(keys)
        if keys and DELEGATE in self.rights(unit):
            return self._use([DELEGATE], unit)
        return self._use(keys, unit) if keys <= self.rights(unit) else False

    def may_not_pass_on(self, gained: frozenset[str], unit: int) -> frozenset[str]:
        """Return what of it the account may not give in the unit (C-08)."""
        if self.holds(DELEGATE, unit):
            return frozenset()
        if not self.holds(ASSIGN, unit):
            return gained
        # What needs a feature that the unit lacks gives nobody more than the actor, then or later.
        rights = self.rights(unit)
        own = rights | self.asleep(unit)
        self._use(gained & rights, unit)
        return frozenset(key for key in gained if key not in own or is_administration(key))

    def _use(self, keys: Iterable[str], unit: int) -> bool:
        if self._change is not None:
            self._change.use(keys, unit)
        return True


def nothing_lent(change: Change) -> None:
    """Refuse what went through by a right that the change lent its actor, and took away again (Z2).

    In a sum of edits each is asked for in the middle of it; what it needs must be held before all of them.
    """
    if change.by_system or not change.midway or not _may_have_lent(change):
        return
    actor = Ceiling(change.actor, sides_of(change)[0])
    lent = sorted({key for key, unit in change.midway if key not in actor.rights(unit)})
    if lent:
        words = _("This needs a right that you don't hold before it: %s. You can't lend it to yourself.")
        raise OwnRights(words % wording(lent))


def _may_have_lent(change: Change) -> bool:
    """Whether something was taken away that the actor may have had; what stays given, `ceiling` judges."""
    owned = any(getattr(fact, "account_id", None) == change.actor.pk for fact in change.ended)
    moved = any(row["do"] == "update" and row["kind"] == "unit" for row in change.written)
    return owned or moved or (change.policy_changed and bool(change.ended))


def ceiling(change: Change) -> None:
    """Refuse when somebody gains what the actor may not pass on, or the actor gains anything (Z2, Z8)."""
    given = [each for each in change.effects.given.shared if each.gained]
    if change.by_system or not given:
        return
    actor = Ceiling(change.actor, sides_of(change)[0], change)
    may_not_pass_on = cache(actor.may_not_pass_on)
    if any(actor.account.pk in each.accounts for each in given):
        raise OwnRights(_("You can't raise your own rights. Ask another administrator."))
    for to, unit in ((each, unit) for each in given for unit in each.units):
        if beyond := may_not_pass_on(to.gained, unit):
            who = called(to.accounts[0], change, actor)
            raise MayNotPassOn(
                _("You may not give %(who)s: %(what)s. Somebody who may pass these rights on has to do it.")
                % {"who": who, "what": wording(beyond)}
            )


def licences(change: Change) -> None:
    """Refuse to switch a feature on, or to let it last longer, by whoever may not change the organisation.

    Nobody is given a right by it: whoever passes on a right that rests for want of a feature is judged as
    if the unit had it (`Ceiling.may_not_pass_on`), so it makes work only what entitled people gave. What it
    asks is who keeps the plan, and that is the root's matter, whatever the door and the dates (C-14, S3-91).
    """
    units = {fact.unit_id for fact in change.started if isinstance(fact, UnitFeature)}
    if change.by_system or not units:
        return
    before = sides_of(change)[0]
    actor = Ceiling(change.actor, before, change)
    for unit in units:
        node = before.policy.units.get(unit)
        if node is None or not actor.holds(LICENSING, node.root):
            words = _("Features belong to the plan of the whole organisation. It needs there: %s.")
            raise NotAllowed(words % wording([LICENSING]), [LICENSING])


def _touched_people(change: Change) -> dict[int, None]:
    new = {obj.pk for obj in change.created if isinstance(obj, Account)}
    closed = closed_units(change)
    # What ends because its unit closes is aimed at nobody; who loses administration by it is judged below.
    facts = [*change.started, *(fact for fact in change.ended if _unit_of(fact) not in closed)]
    people = [*change.concerned, *(fact.account_id for fact in facts if hasattr(fact, "account_id"))]
    people += _rewritten(change)
    if not change.scratch.get("may_replace_owner"):
        people += [owner for owner in owners_before(change).values() if owner]
    return dict.fromkeys(pk for pk in people if pk not in new and pk != change.actor.pk)


def _unit_of(fact: Fact) -> int | None:
    unit: int | None = fact.group.unit_id if isinstance(fact, Membership) else getattr(fact, "unit_id", None)
    return unit


def _rewritten(change: Change, field: str = "") -> dict[int, None]:
    """Return the accounts whose record was changed, or whose named field was."""
    rows = (row for row in change.written if row["do"] == "update" and row["kind"] == "account")
    return dict.fromkeys(row["id"] for row in rows if not field or field in row["fields"])


def protected_people(change: Change) -> None:
    """Refuse to touch the owner, or somebody who holds administration that the actor lacks."""
    if change.by_system:
        return
    people = _touched_people(change)
    if not people:
        return
    before = sides_of(change)[0]
    actor = Ceiling(change.actor, before, change)
    administering = before.about(affected_by(administration(), before.policy.catalogue))
    rewritten, organisation = _rewritten(change), _organisation(change, before)
    # Facts of this organisation leave alone what somebody is in another one.
    here, anywhere = people.keys() - rewritten.keys(), people.keys() & rewritten.keys()
    for some, within in ((here, organisation), (anywhere, before.policy.units.keys())):
        for accounts, held in alike(some, administering):
            account = accounts[0]
            units = administering.units(account, held) & within
            if before.policy.owned_by(account) & units:
                raise OwnerProtected(_("This is the owner's account. Only the owner changes it."))
            for unit in units:
                theirs = administration() & administering.rights(account, held, unit).held.rights
                if not actor.covers(theirs, unit):
                    words = _("%(who)s administers more than you do, so you can't change this account.")
                    raise HigherAdministrator(words % {"who": called(account, change, actor)})


def _organisation(change: Change, before: Side) -> frozenset[int]:
    """Return the units of the organisation in which the change is made; all units where it names none."""
    root = change.unit.root_id_or_self if change.unit else None
    known = before.policy.units
    return frozenset(known if root not in known else before.policy.below(root))


def people_of_the_unit(change: Change) -> None:
    """Refuse to touch somebody of another organisation; to let somebody in is no such touch (Z4)."""
    if change.by_system or change.unit is None:
        return
    before = sides_of(change)[0]
    let_in = {fact.account_id for fact in change.started if isinstance(fact, UnitAccess)}
    people = [pk for pk in _touched_people(change) if pk not in let_in]
    here = set(before.policy.below(change.unit.root_id_or_self))
    for account, held in held_by(people, before.live).items():
        if here.isdisjoint(before.units(account, held)):
            raise NotFound(_("There is no such account here."))


def shared_record(change: Change) -> None:
    """Refuse to change the record of somebody who also works where the actor may not change accounts.

    Access and rights are each unit's own; name, address and status are one for all units. A unit that the
    actor may not enter isn't named.
    """
    touched = _touched_people(change)
    people = [pk for pk in _rewritten(change) if pk in touched]
    if change.by_system or not people:
        return
    before = sides_of(change)[0]
    actor = Ceiling(change.actor, before, change)
    for account, held in held_by(people, before.live).items():
        for access in held.accesses:
            node = before.policy.units.get(access.unit)
            line = (node.id, *node.ancestors) if node else ()
            if node and not any(actor.holds(UPDATE, unit) for unit in line):
                who = called(account, change, actor)
                raise WorksElsewhere(_works_too(who, node.id, known=actor.enters(node.id)))


def _works_too(who: str, unit: int, *, known: bool) -> str:
    if not known:
        return _("%(who)s works elsewhere too, where you may not change accounts.") % {"who": who}
    words = {"who": who, "unit": Unit.objects.get(pk=unit).name}
    return _("%(who)s works in %(unit)s too, where you may not change accounts.") % words


def new_addresses(change: Change) -> None:
    """Refuse a new address for somebody who may do more than the actor (Z2).

    Whoever reads the mail of an account can set its password: a new address passes the account on.
    """
    touched = _touched_people(change)
    people = [pk for pk in _rewritten(change, "email") if pk in touched]
    if change.by_system or not people:
        return
    actor = Ceiling(change.actor, sides_of(change)[0], change)
    # A password that is set now is good on the day when something planned begins, too.
    for after in (side for _before, side in (sides_of(change), *planned_sides(change, people))):
        for account, held in held_by(people, after.live).items():
            for unit in after.units(account, held):
                theirs = after.rights(account, held, unit).held.rights
                if not actor.covers(theirs, unit):
                    words = _(
                        "You can't change the address of %(who)s, who may do what you may not: %(what)s. "
                        "Whoever reads mail at the new address could sign in with these rights."
                    )
                    more = wording(theirs - actor.rights(unit))
                    raise HigherAdministrator(words % {"who": called(account, change, actor), "what": more})


def demoted_administrators(change: Change) -> None:
    """Refuse to take administration from anybody that the actor doesn't hold, by a role or a group either."""
    losing = {who: lost for who, lost in administration_lost(change).items() if who[0] != change.actor.pk}
    if change.by_system or not any(losing.values()):
        return
    before, closed = sides_of(change)[0], closed_units(change)
    actor = Ceiling(change.actor, before, change)
    for (account, unit), lost in losing.items():
        # Whether a unit goes on is decided above it.
        place = before.policy.units[unit].ancestors[0] if unit in closed else unit
        if not actor.covers(lost, place):
            raise HigherAdministrator(
                _("This would take from %(who)s: %(what)s. You don't hold that yourself.")
                % {"who": called(account, change, actor), "what": wording(lost - actor.rights(place))}
            )


def administration_lost(change: Change) -> dict[tuple[int, int], frozenset[str]]:
    """Return who loses which administration where; what one keeps above a closed unit isn't lost."""
    (before, after), closed = sides_of(change), closed_units(change)
    moved = change.effects.real.losing(administration())
    kept = held_by(accounts_in(each for each in moved if closed & {*each.units}), after.live)
    losing = {}
    for effect in (effect for each in moved for effect in each.of_each()):
        lost = effect.lost & administration()
        if lost and effect.unit in closed:
            above = before.policy.units[effect.unit].ancestors[0]
            lost -= after.rights(effect.account, kept[effect.account], above).effective
        if lost:
            losing[effect.account, effect.unit] = lost
    return losing


def last_administrator(change: Change) -> None:
    """Refuse when nobody at a root could administer any more though somebody could before (Z7).

    Somebody whose administration has an end date doesn't replace somebody who has it for good.
    """
    lost = {unit for each in change.effects.real.losing(INDISPENSABLE) for unit in each.units}
    if not lost and not _may_shorten(change):
        return
    before, after = sides_of(change)
    units = lost or set(before.policy.units)
    roots = {before.policy.units[unit].root for unit in units if unit in before.policy.units}
    for old, new in ((before, after), (_for_good(before), _for_good(after))):
        for root in roots:
            if not _administrators(root, new) and _administrators(root, old):
                raise LastAdministrator(
                    _("Nobody could administer %(unit)s any more. Make somebody else an administrator first.")
                    % {"unit": Unit.objects.get(pk=root).name}
                )


def _may_shorten(change: Change) -> bool:
    """Whether somebody may hold until a day what he held for good, though he loses nothing today.

    What only begins leaves the rest as it is, unless it lets somebody in with the unit's own rights alone.
    """
    begun = change.started if any(fact.expires_at for fact in change.started) else []
    narrow = any(getattr(fact, "own_rights_only", False) for fact in begun)
    return narrow or bool(begun and (change.ended or change.policy_changed))


def _for_good(side: Side) -> Side:
    """Return the side without everything that has an end date."""
    live = side.live & Q(expires_at=None)
    tree = {node.id: (node.path, node.owner) for node in side.policy.units.values()}
    return Side(load_policy(live, None, tree), live)


def _administrators(root: int, side: Side) -> set[int]:
    able = None
    for permission in INDISPENSABLE:
        found = set(holding(permission, root, side.policy, side.live))
        able = found if able is None else able & found
    confirmed = Account.objects.filter(pk__in=able or (), confirmed_at__isnull=False)
    return set(confirmed.values_list("pk", flat=True))


def seats(change: Change) -> None:
    """Refuse when more people would have access under the root than it has seats (C-15, S4-06)."""
    kinds = (UnitAccess, StatusPeriod)
    accounts = {fact.account_id for fact in change.started if isinstance(fact, kinds)}
    if not accounts:
        return
    entered = UnitAccess.objects.live(change.at).filter(account__in=accounts).values("unit")
    roots = {unit.root_id_or_self for unit in Unit.objects.filter(pk__in=entered)}
    for root in Unit.objects.roots().filter(seat_limit__isnull=False, pk__in=roots):
        taken = seats_taken(root)
        if taken > (root.seat_limit or 0):
            raise NoSeatLeft(
                _("All %(limit)d seats of %(unit)s are taken. Disable somebody, or raise the limit.")
                % {"limit": root.seat_limit, "unit": root.name}
            )


def seats_taken(root: Unit) -> int:
    """Return how many pending and active accounts have access anywhere under the root."""
    return Account.objects.in_unit(root).exclude(status=Account.Status.DISABLED).count()

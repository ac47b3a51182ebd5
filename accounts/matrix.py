"""The module matrix of one account: own levels, and what it has beside them (S0-30 to S0-36, C-03)."""

from collections.abc import Collection, Iterator, Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.held import Held, held_now
from accounts.models import Account, Grant
from accounts.policy import Policy, policy_for, policy_now
from adminrights.models import Unit
from groups.models import Group
from roles.catalogue import Catalogue
from roles.matrix import Giver, Matrix, build_matrix, inherited_levels, levels_ticked, parse_levels
from roles.resolver import HeldGrant, own_rights_only
from roles.wording import permission_label

__all__ = [
    "form_matrix",
    "givers_of",
    "inherited_levels",
    "levels_ticked",
    "matrix_of",
    "own_levels",
    "parse_levels",
    "permissions_of_groups",
]


def own_levels(account: Account, unit: Unit) -> dict[str, int]:
    """Return the levels that the account holds itself in this very unit, by module."""
    grants = Grant.objects.live().filter(account=account, unit=unit, module__isnull=False)
    return {str(grant.module_id): int(grant.level or 0) for grant in grants}


def matrix_of(account: Account, unit: Unit) -> Matrix:
    """Return the account's matrix to read: own levels, inherited ones, single rights as notes (S1-17)."""
    return build_matrix(
        own_levels(account, unit), givers_of(account, unit), notes=single_rights(account, unit)
    )


def form_matrix(
    account: Account | None,
    unit: Unit,
    *,
    chosen: Collection[Group] | None,
    drawn: Collection[Group] | None = None,
    ticks: Collection[str] | None = None,
) -> Matrix:
    """Return the matrix of a form: with `ticks`, as somebody has filled it in; else as it is saved.

    `chosen` are the groups ticked now, `drawn` those with which the sent matrix was drawn: what they
    gave was greyed and not sent, so an own level there still stands.
    """
    own = own_levels(account, unit) if account is not None else {}
    if ticks is not None:
        greyed = inherited_levels(givers_of(account, unit, drawn))
        own = {module: level for module, level in own.items() if level <= greyed.get(module, 0)}
        own |= levels_ticked(ticks)
    notes = single_rights(account, unit) if account is not None else {}
    return build_matrix(own, givers_of(account, unit, chosen), notes=notes, editable=True)


def single_rights(account: Account, unit: Unit) -> dict[str, str]:
    """Return a note for each module of which the account holds single permissions of its own (S2-09)."""
    grants = Grant.objects.live().filter(account=account, unit=unit, permission__isnull=False)
    found: dict[str, list[str]] = {}
    for grant in grants.select_related("permission"):
        if grant.permission is not None:
            found.setdefault(grant.permission.module_id, []).append(permission_label(grant.permission.key))
    return {module: _("Own single right: %s") % ", ".join(labels) for module, labels in found.items()}


def givers_of(account: Account | None, unit: Unit, chosen: Collection[Group] | None = None) -> list[Giver]:
    """Return what gives rights in the unit beside own levels there: groups, and own rights from above.

    `chosen` are the groups that a form has ticked, in the place of the account's groups in the unit and
    below; without an account it is somebody who doesn't exist yet.
    """
    now = timezone.now()
    held, policy = Held(), policy_now(now)
    if account is not None:
        held, token, *_rest = held_now(account.pk, now)
        policy = policy_for(token, now)
    if unit.pk not in policy.units:
        return []
    groups = set(held.groups)
    if chosen is not None:
        here = set(policy.below(unit.pk))
        groups = {pk for pk in groups if policy.group_units.get(pk) not in here}
        groups |= {group.pk for group in chosen}
    units = _units(account, held, unit, policy)
    given = _permissions(groups, units, policy)
    names = dict(Group.objects.filter(pk__in=given).values_list("pk", "display_name"))
    found = [Giver(names[pk], given[pk]) for pk in sorted(given, key=lambda pk: names[pk].casefold())]
    return [*found, *_from_above(held.grants, unit, units, policy.catalogue)]


def permissions_of_groups(groups: Collection[int], unit: Unit) -> dict[int, frozenset[str]]:
    """Return what each group gives in its own unit."""
    policy = policy_now()
    return _permissions(groups, set(policy.units), policy)


def _units(account: Account | None, held: Held, unit: Unit, policy: Policy) -> set[int]:
    """Return the units whose groups and grants count in the unit for the account."""
    if account is not None and own_rights_only(held.facts(account.pk, policy), policy.place(unit.pk)):
        return {unit.pk}
    return {unit.pk, *policy.units[unit.pk].ancestors}


def _permissions(
    groups: Collection[int], units: Collection[int], policy: Policy
) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for role in policy.held_roles(groups):
        if role.unit in units:
            given = (policy.catalogue.given_by(right) for right in role.rights)
            found[role.group] = found.get(role.group, frozenset()).union(*given)
    return found


def _from_above(
    grants: Collection[HeldGrant], unit: Unit, units: Collection[int], catalogue: Catalogue
) -> Iterator[Giver]:
    """Yield own rights that are held in units above: they can't be changed here either."""
    above: dict[int, frozenset[str]] = {}
    for grant in grants:
        if grant.unit != unit.pk and grant.unit in units:
            known = above.get(grant.unit, frozenset())
            above[grant.unit] = known | catalogue.given_by(grant.right)
    names: Mapping[int, str] = dict(Unit.objects.filter(pk__in=above).values_list("pk", "name"))
    for pk, given in above.items():
        yield Giver(_("own right in %s") % names[pk], given)

"""In which other units somebody holds rights, as far as the reader may see; reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.access import resolve_held
from accounts.held import held_by
from accounts.models import Account
from accounts.policy import policy_now
from accounts.reach import READ, units_where
from adminrights.models import Unit
from adminrights.models.facts import live_now
from roles.wording import areas_of

MOST = 12


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A unit in which somebody holds rights, and in which areas."""

    unit: Unit
    areas: tuple[str, ...]


def elsewhere(account: Account, reader: Account, units: Sequence[Unit], here: Unit) -> list[Elsewhere]:
    """Return where else the account holds rights: the first of the reader's units where he sees accounts."""
    if len(units) < 2:
        return []
    now = timezone.now()
    held, policy = held_by([account.pk], live_now(now))[account.pk], policy_now(now)
    seen = units_where(reader, READ) - {here.pk}
    found: list[Elsewhere] = []
    for unit in units:
        if unit.pk in seen and len(found) < MOST:
            rights = resolve_held(account.pk, held, policy, unit.pk, as_if_active=True).held
            found += [Elsewhere(unit, areas_of(rights))] if rights else []
    return found

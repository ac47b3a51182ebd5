"""Second factors, read: which somebody has, and who must have one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from accounts.access import enterable_units, present, resolve_held
from accounts.guards import ASSIGN, DELEGATE, UPDATE
from accounts.models import Account

Type = Authenticator.Type
# Recovery codes stand in for a factor that is lost; alone they are none.
FACTORS = (Type.TOTP, Type.WEBAUTHN)
HANDS_OUT = frozenset({ASSIGN, DELEGATE})
ADMINISTERS = HANDS_OUT | {UPDATE}


@dataclass(frozen=True, slots=True)
class Factor:
    """One second factor of somebody."""

    pk: int
    is_passkey: bool
    name: str
    since: datetime
    used: datetime | None


def factors_of(account: Account) -> list[Factor]:
    """Return the second factors of the account, the oldest first."""
    found = Authenticator.objects.filter(user=account, type__in=FACTORS).order_by("created_at", "pk")
    return [_factor(each) for each in found]


def _factor(each: Authenticator) -> Factor:
    is_passkey = each.type == Type.WEBAUTHN
    name = each.wrap().name if is_passkey else _("Authenticator app")
    return Factor(each.pk, is_passkey, name, each.created_at, each.last_used_at)


def has_factor(account: Account) -> bool:
    """Return whether the account has a second factor."""
    return bool(Authenticator.objects.filter(user=account, type__in=FACTORS).exists())


def codes_left(account: Account) -> int | None:
    """Return how many recovery codes are unused, None where there never were any."""
    codes = Authenticator.objects.filter(user=account, type=Type.RECOVERY_CODES).first()
    return None if codes is None else len(codes.data["hashes"])


def holds_somewhere(
    account: Account, permissions: frozenset[str], roots: Iterable[int] | None = None
) -> bool:
    """Return whether the account may do one of these anywhere, or anywhere below one of the roots."""
    held, policy = present(account)
    entered = enterable_units(held.facts(account.pk, policy), policy)
    wanted = None if roots is None else frozenset(roots)
    places = (unit for unit in entered if wanted is None or policy.units[unit].root in wanted)
    rights = (resolve_held(account.pk, held, policy, unit) for unit in places)
    return any(not permissions.isdisjoint(right.effective) for right in rights)


def lacks_factor(account: Account) -> bool:
    """Return whether the account must have a second factor, by the rule of an organisation, and has none."""
    _held, policy = present(account)
    if not policy.factor_required:
        return False
    return not has_factor(account) and holds_somewhere(account, HANDS_OUT, policy.factor_required)

"""Second factors: added and removed by the person, reset by an administrator, used once each (A8).

Each change of them is told by mail, and ends everything that runs elsewhere (S3).
"""

from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.core.cache import cache
from django.utils.translation import gettext as _

from accounts.factors import FACTORS, factors_of, has_factor
from accounts.models import Account
from accounts.services.status import end_everything, read_again
from accounts.sign_in import codes
from accounts.sign_in.proof import weakens_sign_in
from adminrights.change import Actor, Change, change
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotFound, WrongStatus
from adminrights.models import Unit

Type = Authenticator.Type
LONGEST_NAME = 60


def add_app(account: Account, secret: str) -> None:
    """Add an authenticator app with this secret. Raises Invalid when there is one already."""
    with change(Event.FACTOR_ADDED, actor=account, target=account) as c:
        read_again(account)
        if Authenticator.objects.filter(user=account, type=Type.TOTP).exists():
            raise Invalid(_("There is an authenticator app already. Remove it first."))
        TOTP.activate(account, secret)
        _changed(c, account, "factor_added", name=_("Authenticator app"))


def add_passkey(account: Account, *, name: str, credential: dict[str, Any]) -> None:
    """Add a passkey that the browser made."""
    with change(Event.FACTOR_ADDED, actor=account, target=account) as c:
        read_again(account)
        name = name.strip()[:LONGEST_NAME] or _("Passkey")
        WebAuthn.add(account, name, credential)
        _changed(c, account, "factor_added", name=name)


def remove_factor(account: Account, pk: int) -> str:
    """Remove one of the account's factors, with the last one the recovery codes too; return its name.

    Raises NotFound.
    """
    with change(Event.FACTOR_REMOVED, actor=account, target=account) as c:
        read_again(account)
        factor = next((factor for factor in factors_of(account) if factor.pk == pk), None)
        if factor is None:
            raise NotFound(_("There is no such second factor."))
        Authenticator.objects.filter(pk=pk).delete()
        if not has_factor(account):
            Authenticator.objects.filter(user=account).delete()
        _changed(c, account, "factor_removed", name=factor.name)
    return factor.name


def reset_factors(account: Account, *, actor: Actor, unit: Unit, reason: str = "") -> None:
    """Take every second factor away from somebody who lost them, and end the sessions; tell the person.

    The password stays, and so does the requirement: who must have a factor adds one at the next sign-in.
    Raises WrongStatus when there is none.
    """
    with change(
        Event.FACTORS_RESET, actor=actor, unit=unit, target=account, needs="accounts:update", reason=reason
    ) as c:
        read_again(account)
        if not has_factor(account):
            raise WrongStatus(_("This account has no second factor."))
        Authenticator.objects.filter(user=account).delete()
        weakens_sign_in(c)
        _changed(c, account, "factors_reset")


def make_codes(account: Account) -> list[str]:
    """Replace the recovery codes and return the new ones, which nobody can read again.

    Raises Invalid without a factor that they could stand in for.
    """
    drawn = codes.draw()
    kept = codes.stored(drawn)
    with change(Event.RECOVERY_CODES_MADE, actor=account, target=account) as c:
        if not has_factor(account):
            raise Invalid(_("Add an authenticator app or a passkey first."))
        Authenticator.objects.filter(user=account, type=Type.RECOVERY_CODES).delete()
        Authenticator.objects.create(user=account, type=Type.RECOVERY_CODES, data=kept)
        c.concern(account)
        c.send("codes_made", account)
    return drawn


def use_code(account: Account, text: str) -> Authenticator | None:
    """Return the factor whose code this is, and use the code up; None for a wrong or a used one."""
    if not Authenticator.objects.filter(user=account, type__in=FACTORS).exists():
        return None
    typed = normalize_user_code(text)
    if typed.isascii() and typed.isdigit() and len(typed) == mfa.TOTP_DIGITS:
        return _use_app_code(account, typed)
    return _use_recovery_code(account, text)


def _use_app_code(account: Account, code: str) -> Authenticator | None:
    app = Authenticator.objects.filter(user=account, type=Type.TOTP).first()
    if app is None or not app.wrap().validate_code(code):
        return None
    # The library forgets after one period what it takes for longer: with clocks that may differ, three.
    seconds = mfa.TOTP_PERIOD * (2 * mfa.TOTP_TOLERANCE + 1)
    return app if cache.add(f"sign_in:code:{account.pk}:{code}", "", seconds) else None


def _use_recovery_code(account: Account, text: str) -> Authenticator | None:
    kept = Authenticator.objects.filter(user=account, type=Type.RECOVERY_CODES).first()
    if kept is None:
        return None
    typed = codes.hashed(text, kept.data["salt"])
    with change(Event.RECOVERY_CODE_USED, actor=account, target=account) as c:
        # Read again, now that no other change can run beside this one: a code works once.
        found = Authenticator.objects.filter(pk=kept.pk).first()
        if found is None or typed not in found.data["hashes"]:
            return None
        found.data["hashes"].remove(typed)
        found.save(update_fields=["data"])
        c.concern(account)
        c.note(left=len(found.data["hashes"]))
        c.send("code_used", account, left=len(found.data["hashes"]))
    return found


def set_factor_rule(root: Unit, *, required: bool, actor: Actor) -> bool:
    """Require a second factor of whoever can hand out rights in the organisation, or no longer.

    Returns whether that changed anything. Raises Invalid for a unit that isn't a root, NotAllowed without
    `access:delegate` there.
    """
    with change(Event.FACTOR_RULE_CHANGED, actor=actor, unit=root, target=root, needs="access:delegate") as c:
        root.refresh_from_db()
        if root.parent_id is not None:
            raise Invalid(_("Only the organisation as a whole has this rule."))
        if not required:
            weakens_sign_in(c)
        return bool(c.update(root, factor_required=required))


def _changed(c: Change, account: Account, message: str, **facts: str) -> None:
    c.concern(account)
    end_everything(c, account)
    c.note(**facts)
    c.send(message, account, **facts)

"""The secret links of mails: made when a mail is sent, stored nowhere.

A link is a signature over what it stands for. Whatever must kill it is part of what is signed, or is
looked up at use; nothing about it is kept, so no copy of the database holds a link that works.
"""

import re
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, urlsafe_base64_encode

from accounts.addresses import canonical
from accounts.models import Account, Invitation

TOKEN = re.compile(r"([1-9][0-9]{0,17})-([\w-]{20,200})", re.ASCII)


def absolute(url_name: str, *args: object) -> str:
    """Return a page's address for a mail. The host comes from the settings, never from a request (I8)."""
    return f"{settings.BASE_URL}{reverse(url_name, args=args)}"


def invitation_link(invitation: Invitation) -> str:
    """Return the address that lets the invited person set a password."""
    return absolute("accounts:invitation_open", next(_invitation_tokens(invitation)))


def read_invitation(token: str) -> Invitation | None:
    """Return the invitation to which the link belongs, None for a link that nobody made.

    The link may be dead all the same: ask `is_open`, and let `accept_invitation` ask again.
    """
    match = TOKEN.fullmatch(token)
    if match is None:
        return None
    invitations = Invitation.objects.select_related("account", "unit", "invited_by")
    invitation = invitations.filter(pk=match[1]).first()
    if invitation is None:
        return None
    good = [constant_time_compare(token, expected) for expected in _invitation_tokens(invitation)]
    return invitation if any(good) else None


def _invitation_tokens(invitation: Invitation) -> Iterator[str]:
    """Yield the token by the present key, then by those that are being retired."""
    value = f"{invitation.pk}|{invitation.generation}|{invitation.account_id}|{canonical(invitation.address)}"
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        mac = salted_hmac("accounts.links.invitation", value, secret, algorithm="sha256")
        yield f"{invitation.pk}-{urlsafe_base64_encode(mac.digest())}"


class AccountTokens(PasswordResetTokenGenerator):
    """Tokens that die with any change of password, address, status or epoch, by a sign-in, and with time."""

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.key_salt = f"accounts.links.{purpose}"

    def _make_hash_value(self, user: Account, timestamp: int) -> str:
        last = user.last_login.timestamp() if user.last_login else ""
        state = (user.pk, user.password, last, user.email_key, user.status, user.session_epoch, timestamp)
        return "|".join(map(str, state))

    def exchanged(self, account: Account, token: str) -> str:
        """Return a token of this purpose that was made when a token of another purpose was."""
        made = base36_to_int(token.partition("-")[0])
        return self._make_token_with_timestamp(account, made, self.secret)


_resets = AccountTokens("reset")
_stamps = AccountTokens("reset opened")


def reset_link(account: Account) -> str:
    """Return the address that lets the person choose a new password, good for PASSWORD_RESET_TIMEOUT."""
    return absolute("accounts:password_open", f"{account.pk}-{_resets.make_token(account)}")


def read_reset(token: str) -> Account | None:
    """Return the account whose password the link may set, None for a link that is dead or made up."""
    match = TOKEN.fullmatch(token)
    if match is None:
        return None
    account = Account.objects.filter(pk=match[1]).first()
    if account is None or not may_reset(account) or not _resets.check_token(account, match[2]):
        return None
    return account


class AddressTokens(AccountTokens):
    """Tokens for one new address; signing in meanwhile does them no harm."""

    def _make_hash_value(self, user: Account, timestamp: int) -> str:
        state = (user.pk, user.password, user.email_key, user.new_email, user.status, user.session_epoch)
        return "|".join(map(str, (*state, timestamp)))


_addresses = AddressTokens("address")
_address_stamps = AddressTokens("address opened")


def address_link(account: Account) -> str:
    """Return the link that proves that mail is read at the new address."""
    return absolute("accounts:address_open", f"{account.pk}-{_addresses.make_token(account)}")


def read_address(token: str) -> Account | None:
    """Return the account whose new address the link proves, None for a link that is dead or made up."""
    match = TOKEN.fullmatch(token)
    account = Account.objects.filter(pk=match[1]).first() if match else None
    if match is None or account is None or not _may_change(account):
        return None
    return account if _addresses.check_token(account, match[2]) else None


def address_stamp_of(account: Account, token: str) -> str:
    """Return what the session keeps of an opened link. As a link it is worth nothing (I3)."""
    return _address_stamps.exchanged(account, token.partition("-")[2])


def address_stamp_holds(account: Account, stamp: str) -> bool:
    """Return whether the link behind the stamp would still be good: unused, and in time."""
    return _may_change(account) and _address_stamps.check_token(account, stamp)


def _may_change(account: Account) -> bool:
    return account.status == Account.Status.ACTIVE and bool(account.new_email)


def may_reset(account: Account) -> bool:
    """Return whether a forgotten password may be replaced: never that of somebody still invited (I5)."""
    return account.status == Account.Status.ACTIVE and account.confirmed_at is not None


def stamp_of(account: Account, token: str) -> str:
    """Return what the session keeps of an opened link. As a link it is worth nothing (I3)."""
    return _stamps.exchanged(account, token.partition("-")[2])


def stamp_holds(account: Account, stamp: str) -> bool:
    """Return whether the link behind the stamp would still be good: unused, and in time."""
    return may_reset(account) and _stamps.check_token(account, stamp)

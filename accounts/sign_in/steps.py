"""From the password to the session: what must still hold at the second step, and what a session is given."""

import ipaddress

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import Account
from accounts.sign_in.browsers import known_browser, remember_browser

STAMP = "stamp"


def sign_in_by_password(request: HttpRequest, account: Account, *, wanted: str) -> HttpResponse:
    """Go on after the right password: to the second step, or to the page that was wanted."""
    response: HttpResponse = perform_password_login(request, {}, _login(account, wanted))
    return response


def sign_in_by_passkey(request: HttpRequest, passkey: Authenticator, *, wanted: str) -> HttpResponse:
    """Go on to the page that was wanted: a passkey is both steps in one."""
    response: HttpResponse = perform_passwordless_login(request, passkey, _login(passkey.user, wanted))
    return response


def _login(account: Account, wanted: str) -> Login:
    return Login(user=account, redirect_url=wanted, state={STAMP: account.get_session_auth_hash()})


def holds(login: Login) -> bool:
    """Return whether nothing was changed since the first step: status, password, epoch."""
    account = login.user
    if not isinstance(account, Account) or account.status != Account.Status.ACTIVE:
        return False
    return bool(login.state.get(STAMP) == account.get_session_auth_hash())


def is_shut_out(request: HttpRequest, account: Account) -> bool:
    """Return whether the account may not sign in here: it isn't active, or is locked for this browser."""
    locked = account.is_locked and not known_browser(request, account)
    return account.status != Account.Status.ACTIVE or locked


def stay_signed_in(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    """Keep this session, under a new number, after a change that ended the account's sessions (S1)."""
    before = request.session.session_key
    update_session_auth_hash(request, account)
    request.session.save()
    sessions = UserSession.objects.filter(session_key=before)
    sessions.update(session_key=request.session.session_key)
    remember_browser(request, response, account)


def passkeys_work(request: HttpRequest) -> bool:
    """Return whether browsers take passkeys here: never for an address that is a number."""
    host = request.get_host().partition(":")[0]
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


def wanted_page(request: HttpRequest) -> str:
    """Return the page to go on to: a path of this site, or nothing (W5)."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else ""

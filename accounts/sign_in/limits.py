"""How long a session lasts: measured on the server, from its beginning and from what was done last (S2)."""

import time

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from accounts.factors import ADMINISTERS, holds_somewhere
from accounts.models import Account
from accounts.sign_in.proof import note_proof
from adminrights.models import Unit

BEGAN, SEEN = "began", "seen"
# So often at most it is written down that somebody is there.
SECONDS_BETWEEN = 60


def begin(request: HttpRequest) -> None:
    """Begin to measure a new session: signing in is a proof of who one is."""
    request.session[BEGAN] = request.session[SEEN] = time.time()
    note_proof(request)


def has_run_out(session: SessionBase, account: Account) -> bool:
    """Return whether the session is over, by its age or because nothing was done in it."""
    now = time.time()
    idle = now - session.get(SEEN, now)
    if now - session.get(BEGAN, now) > settings.SESSION_COOKIE_AGE or idle > settings.SESSION_IDLE_SECONDS:
        return True
    return idle > settings.ADMINISTRATOR_IDLE_SECONDS and holds_somewhere(account, ADMINISTERS)


def is_idle(session: SessionBase) -> bool:
    """Return whether a session that has run out did so because nothing was done in it, not by its age."""
    return time.time() - session.get(BEGAN, 0) <= settings.SESSION_COOKIE_AGE


def idle_after(account: Account, unit: Unit) -> int:
    """Return after how many idle seconds whoever works in the unit is signed out."""
    administers = any(account.may(permission, unit) for permission in sorted(ADMINISTERS))
    return settings.ADMINISTRATOR_IDLE_SECONDS if administers else settings.SESSION_IDLE_SECONDS


def note_presence(session: SessionBase) -> None:
    """Write down that the person is there."""
    now = time.time()
    session.setdefault(BEGAN, now)
    if now - session.get(SEEN, 0) > SECONDS_BETWEEN:
        session[SEEN] = now
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())

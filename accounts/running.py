"""Where somebody is signed in, read: the sessions that still run."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.sign_in.limits import BEGAN, SEEN

# What browsers call themselves, the particular before the general: each names those before it, too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Running:
    """A session that runs."""

    pk: int
    device: str
    address: str
    since: datetime
    seen: datetime
    current: bool


def running_sessions(account: Account, current: str = "") -> list[Running]:
    """Return the sessions of the account, the newest first; `current` is the key of the reader's own."""
    rows = UserSession.objects.filter(user=account).order_by("-last_seen_at", "-pk")
    alive = set(_alive(account, [row.session_key for row in rows]))
    return [
        Running(
            row.pk, device_of(row.user_agent), row.ip, row.created_at, row.last_seen_at,
            row.session_key == current,
        )
        for row in rows
        if row.session_key in alive
    ]  # fmt: skip


def _alive(account: Account, keys: list[str]) -> Iterator[str]:
    now = time.time()
    for session in Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()):
        data = session.get_decoded()
        good = constant_time_compare(data.get(HASH_SESSION_KEY, ""), account.get_session_auth_hash())
        young = now - data.get(BEGAN, now) <= settings.SESSION_COOKIE_AGE
        if good and young and now - data.get(SEEN, now) <= settings.SESSION_IDLE_SECONDS:
            yield session.session_key


def device_of(user_agent: str) -> str:
    """Return the browser and the system in words."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if not browser:
        return system or _("Unknown device")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser

"""Why somebody is back at the sign-in page: told only to the browser that had the session.

What is told of the account itself comes out of the session that the server kept. A browser that merely
sends some cookie hears that its session is over, which is so, and nothing about anybody.
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account

IDLE = gettext_lazy("Nothing was done here for a long time, so you were signed out. Sign in to go on.")
TOO_OLD = gettext_lazy("You were signed in for as long as it lasts at most. Sign in to go on.")
DISABLED = gettext_lazy(
    "Your account was disabled, so you were signed out. Ask whoever manages the accounts."
)
ENDED = gettext_lazy(
    "You were signed out here, as your password was changed or the session was ended. Sign in to go on."
)


def held_by(request: HttpRequest) -> str | None:
    """Return whose session the browser has, by its key; empty for one that isn't kept, None without any."""
    if not request.COOKIES.get(settings.SESSION_COOKIE_NAME):
        return None
    holder = request.session.get(SESSION_KEY)
    if holder is None:
        # Somebody who is on the way to sign in has a session too, with nobody in it.
        return "" if request.session.is_empty() else None
    return str(holder)


def reason_for(holder: str) -> Promise | str:
    """Return why the session isn't one any more, though the server didn't end it for its age."""
    gone = holder and Account.objects.filter(pk=holder, status=Account.Status.DISABLED).exists()
    return DISABLED if gone else ENDED


def tell(request: HttpRequest, reason: Promise | str) -> None:
    """Say it on the page that one is led to."""
    lost = _("What you sent last was not saved.") if request.method == "POST" else ""
    messages.info(request, f"{reason} {lost}".strip())

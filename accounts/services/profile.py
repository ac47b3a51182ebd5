"""What people change about themselves."""

from typing import TypedDict, Unpack

from django.utils.translation import gettext as _

from accounts.models import Account
from adminrights.change import change
from adminrights.conflicts import Sheet, refuse_stale, sheet_of
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.languages import languages, zones

PREFERENCES = ("campaign_notifications", "language", "time_zone")


class Preferences(TypedDict, total=False):
    """What is one's own to choose; what is left out stays. An empty language or time zone is none chosen."""

    campaign_notifications: bool
    language: str
    time_zone: str


def set_preferences(account: Account, *, seen: Sheet | None = None, **wanted: Unpack[Preferences]) -> bool:
    """Let the person choose whether campaigns send mail (S1-15), the language and the time zone.

    Returns whether anything differed. Raises Invalid for a language or a time zone that isn't offered, and
    Stale when the choices are no longer as `seen`.
    """
    with change(Event.ACCOUNT_UPDATED, actor=account, target=account) as c:
        account.refresh_from_db()
        refuse_stale(seen, sheet_of(account, PREFERENCES))
        if wanted.get("language", "") not in {"", *languages()}:
            raise Invalid(_("The pages can't be shown in this language. Choose one of the list."))
        if wanted.get("time_zone", "") not in {"", account.time_zone, *zones()}:
            raise Invalid(
                _("There is no time zone with this name. Choose one of the list, such as Europe/Berlin.")
            )
        return bool(c.update(account, **wanted))
